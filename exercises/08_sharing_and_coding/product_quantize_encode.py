"""Product quantization (乘积量化, PQ): encode vectors as one codeword index per sub-vector (子向量).

Questions: K15, B22, M08 | Difficulty: 3/5 | Minutes: 15 | Points: 30

Each vector of length d is cut into ``m`` neighbouring pieces of length s = d / m: piece j is x[i, j * s : (j + 1) * s].
Piece j has a codebook (码本) of its own with k codewords (码字). Only the index of the nearest codeword is stored: m
bytes in place of d floats, with k**m different vectors.

    codes[i, j] = the c for which  D = sum over t of (x[i, j * s + t] - codebooks[j, c, t])**2  is smallest

Of codewords at the same distance the lowest index wins.

Task (任务): return the tuple ``(codes, errors)``:

codes : uint8 (n, m).
errors : float64 (n,): the squared error of each whole vector, the sum over its m pieces of the smallest D.

x : (n, d) float32 or float64, n >= 0.  codebooks : (m, k, s) float32 or float64, k from 1 to 256. Change neither.
Compute in float64. Tolerance (容差): codes exact, errors to a relative 1e-6 (absolute 1e-9). Codewords are either
exactly equally far or clearly not; but vectors and codewords may lie far from 0 (around 1e5), where the expanded form
||x||^2 - 2 x.c + ||c||^2 loses the digits of small errors (相消误差). Take the difference first.

Raise ``ValueError`` where ``x`` is not 2-D, ``codebooks`` is not 3-D, d is not m * s, or k is not in 1 .. 256.
"""

import numpy as np


def product_quantize_encode(x: np.ndarray, codebooks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(codes, errors)`` of the rows of ``x``."""
    raise NotImplementedError
