"""The 18 bytes of a Q4_0 block, as llama.cpp stores them (GGUF Q4_0 块).

Questions: M09, M08 | Difficulty: 3/5 | Minutes: 15 | Points: 30

Q4_0 stores a block of 32 weights in 18 bytes: a float16 scale d and 32 codes of 4 bits.

1. m is the weight with the largest magnitude, with its sign (带符号); the first one where several have it.
   d = m / -8, in float32. So the largest weight gets the code 0, whatever its sign.
2. code = trunc(x / d + 8.5), at most 15 (上限截断). Divide by the float32 d, before it is rounded to float16
   (先算编码，再舍入 d). No quotient of the grader lies near a tie, so float32 and float64 give the same codes, and
   so does x * (1 / d).
3. A block of zeros: d = 0 / -8 = -0.0, and every code is 8.
4. The record (记录): bytes 0 and 1 are d rounded to float16, little-endian (小端序). Byte 2 + i, for i = 0 .. 15, holds
   weight i in its low nibble (低四位) and weight i + 16 in its high nibble (高四位).

A weight comes back as d * (code - 8).

Task (任务): return the records, uint8 (n, 18).  x : float32 (n, 32), finite, in the range of float16; do not change it.
Tolerance (容差): exact.
Raise ``ValueError`` where ``x`` is not of shape (n, 32), or holds NaN or infinity.
"""

import numpy as np


def q4_0_block(x: np.ndarray) -> np.ndarray:
    """Return the Q4_0 records of the rows of ``x``, uint8 (n, 18)."""
    raise NotImplementedError
