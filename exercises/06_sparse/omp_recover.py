"""Orthogonal matching pursuit (正交匹配追踪, OMP): recover a sparse code atom by atom.

Questions: B16, H07 | Difficulty: 3/5 | Minutes: 20 | Points: 30

A signal y (m,) is to be written with few columns ("atoms", 原子) of a dictionary D (m, n). Greedily, from the residual
(残差) r = y and the empty support (支撑集) S:

    1. j = the atom not in S with the largest |r . d_j| / ||d_j||        (the lowest j among equal ones)
    2. S = S + {j};   c_S = argmin || y - D_S c_S ||                     least squares on ALL chosen atoms (重新拟合)
    3. r = y - D_S c_S

Atoms have different lengths: divide by the norm, or long atoms win. An atom of zeros is never chosen. Step 2 refits
the earlier coefficients as well; that is what makes the pursuit orthogonal (plain matching pursuit subtracts one
projection).

Task (任务): return x, float64 (n,): the coefficients c_S of the atoms as they are in D (not of the normalised ones,
未归一化的), 0 elsewhere, after ``n_nonzero`` rounds. Stop before a round in which every score |r . d_j| / ||d_j|| is
at most 1e-10 * ||y||: then nothing is left to explain.

d : float32 or float64 (m, n).  y : float32 or float64 (m,).  Do not change them. Compute in float64. In the data no
two atoms are nearly equal in score, except where they are exactly equal; rounding may separate those, so treat
scores within a relative 1e-9 as equal. Tolerance (容差): 1e-8 times the largest |coefficient|.
Raise ``ValueError`` where ``n_nonzero`` is not in 1 .. min(m, n).
"""

import numpy as np


def omp_recover(d: np.ndarray, y: np.ndarray, *, n_nonzero: int) -> np.ndarray:
    """Return the coefficients (n,) of at most ``n_nonzero`` atoms."""
    raise NotImplementedError
