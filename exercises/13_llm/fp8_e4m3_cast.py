"""Round numbers to FP8 in the format E4M3 (FP8 E4M3 舍入).

Questions: M11, M12 | Difficulty: 3/5 | Minutes: 15 | Points: 30

E4M3 (the "FN" variant: no infinities 没有无穷大) has 1 sign bit, 4 exponent bits with bias (偏置) 7 and 3
mantissa bits (尾数位). With exponent field E and mantissa field M the magnitude is

    E = 1 .. 15:  2**(E - 7) * (1 + M / 8)                (normal numbers, 规格化数)
    E = 0:        2**(-6) * (M / 8)                       (zero and subnormal numbers, 非规格化数)

save that E = 15, M = 7 means NaN. The largest value is therefore 2**8 * (1 + 6/8) = 448, the smallest above zero 2**-9.

Task (任务): return, as float32 in the shape of ``x``, the E4M3 value that is nearest to each element.

1. Half way between two values, take the one whose M is even (就近舍入，平局取偶). This holds between subnormals
   too, and where the next value belongs to the next exponent (its M is 0, even).
2. Saturate (饱和): magnitudes above 448, infinity included, become 448 with their sign.
3. Round once (只舍入一次): ``x`` may be float64, and a value a hair above half way must go up. A detour through float32
   or float16 would make it a tie.

The sign of a zero does not count. No loop over the elements is needed, and a table of the values is allowed.

x : float32 or float64, any shape; do not change it.  Tolerance (容差): exact.
Raise ``ValueError`` where ``x`` holds a NaN.
"""

import numpy as np


def fp8_e4m3_cast(x: np.ndarray) -> np.ndarray:
    """Return the nearest E4M3 value of each element of ``x``, float32."""
    raise NotImplementedError
