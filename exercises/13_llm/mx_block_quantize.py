"""Blocks of MXFP4: a shared exponent and 32 tiny floats (MXFP4 微缩放分块量化).

Questions: M11, M12 | Difficulty: 3/5 | Minutes: 18 | Points: 30

The OCP Microscaling format MXFP4 stores runs of 32 neighbours of a row (一行中连续的 32 个数为一块) with one shared
exponent (共享指数) e, an 8-bit power of two, and 32 elements in E2M1, with the magnitudes 0, 0.5, 1, 1.5, 2, 3, 4, 6.
A stored weight is worth 2**e * element.

Task (任务): return the tuple ``(exponents, elements)``.

1. With m = max|x| of the block: e = floor(log2(m)) - 2, so that m / 2**e lies in [4, 8). It is at least -127: smaller
   ones are raised to -127. A block of zeros (全零块) has e = -127.
   The floor must be exact: ``np.log2`` of a value just below a power of two may round up to it; ``np.frexp`` does not.
2. element = x / 2**e, rounded to the nearest E2M1 value. Half way between two, take the one with the even mantissa bit
   (平局取偶): 0, 1, 2 and 4 are even; 0.5, 1.5, 3 and 6 are odd. So 0.25 -> 0, 2.5 -> 2, 3.5 -> 4, 5 -> 4.
3. Magnitudes above 6 become 6 (饱和): the exponent does not rise for them.

x : float32 (rows, n) with n a multiple of 32; finite; do not change it.
``exponents`` : int8 (rows, n / 32).  ``elements`` : float32 of the shape of ``x``, E2M1 values with their signs (the
sign of a zero does not count).  Tolerance (容差): both exact.
Raise ``ValueError`` where ``x`` is not 2-D, or where n is 0 or no multiple of 32.
"""

import numpy as np


def mx_block_quantize(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(exponents, elements)`` of the blocks of 32 in the rows of ``x``."""
    raise NotImplementedError
