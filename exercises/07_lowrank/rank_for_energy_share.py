"""How many components hold 90 % of the energy (能量占比)? A rank from a spectrum.

Questions: B25, B19 | Difficulty: 2/5 | Minutes: 10 | Points: 20

The energy of a matrix is its squared Frobenius norm, the sum of its squared singular values (奇异值). After r
components

    lost(r) = sum over i > r of s_i^2,     lost(0) = the whole energy,     lost(k) = 0

Task (任务): return the smallest r >= 1 with

    lost(r) <= (1 - share) * lost(0)

as a Python int. The truncated SVD of that rank then has a relative error of at most sqrt(1 - share).

1. ``share = 1`` keeps every value that is not 0, however small it is: 1 + 1e-20 is 1 in floating point, so do not ask
   whether the sum of the *kept* squares has reached its end; add up what is *lost*, from the smallest value on.
2. Values as large as 1e200 and as small as 1e-155 times the largest occur. The square of 1e200 is infinity (溢出):
   divide by the largest value first. In float32 this happens from 1e20 on: convert to float64.
3. A spectrum of zeros: 1.

singular_values : float32 or float64 (k,), falling (equal neighbours are allowed); do not change it.  share : a float.
The data are far from equality, or equality is exact in floating point (powers of two).
Raise ``ValueError`` where ``share`` is not in (0, 1], or where ``singular_values`` is not 1-D, is empty, rises
somewhere or holds a negative value. (No NaN, no infinity.)
"""

import numpy as np


def rank_for_energy_share(singular_values: np.ndarray, *, share: float) -> int:
    """Return the smallest rank that keeps ``share`` of the energy."""
    raise NotImplementedError
