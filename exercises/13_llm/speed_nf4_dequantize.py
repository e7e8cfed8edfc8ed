"""Speed exercise (性能练习): NF4 codes back to float32 (NF4 反量化), as QLoRA does before every product.

Questions: M10, M01 | Difficulty: 3/5 | Minutes: 20 | Points: 30
Speed: baseline=numpy_nf4_dequantize | Bronze: 1.5x | Silver: 3x | Gold: 5x

NF4 has 16 levels (量化等级), placed where the weights of a normal distribution are. A code is an index into that table;
a block (分块) of neighbours shares one scale, the largest magnitude ``absmax`` in it.

Task (任务): restore all n = 2 * packed.size values, in order,

    value[i] = levels[code[i]] * absmax[i // block_size]          block_size = n / absmax.size

where two codes share a byte and, as bitsandbytes stores them, the HIGH nibble (高半字节) comes first:

    code[2 k] = packed[k] // 16        code[2 k + 1] = packed[k] % 16

packed : uint8 (n / 2,).  absmax : float32 (n_blocks,), at least one.  levels : float32 (16,), any values. C order; do
not change them.  Return float32 (n,).
The comparison is exact (逐位相等): the product of two float32, rounded once to float32, is what ``*`` gives.
Raise ``ValueError`` where ``levels`` is not of length 16, or where 2 * absmax.size does not divide n (a block must not
share a byte with the next).

First right, then fast: write the loop as a function under ``numba.njit`` and call it from yours. The tier (等级) is the
ratio to a NumPy look-up and product, for a million values in blocks of 64; it changes no points.
"""

import numba  # noqa: F401  (for your kernel)
import numpy as np


def speed_nf4_dequantize(packed: np.ndarray, absmax: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Return the float32 values (2 * packed.size,) that the codes stand for."""
    raise NotImplementedError
