"""LLM.int8(): an 8-bit product that keeps the outlier columns in float (离群列分解的 8 位矩阵乘法).

Questions: M07, B17 | Difficulty: 3/5 | Minutes: 20 | Points: 30

A few input channels of a large model have activations so large that one int8 scale for the row ruins all others.
LLM.int8() takes these columns out and multiplies them in float; the rest is multiplied in int8.

Task (任务): return the tuple ``(y, outliers)`` with y close to x @ w.T.

1. outliers: the indices j, ascending, of the columns of ``x`` with max_i |x[i, j]| >= threshold (离群列).
2. The regular columns (常规列) alone, those that are left, give the scales: sx[i] = max_j |x[i, j]| / 127 for each row
   of ``x`` (逐 token) and sw[o] = max_j |w[o, j]| / 127 for each row of ``w`` (逐输出通道). A row of zeros, or without
   regular columns, has the scale 1.
3. qx = round(x / sx) and qw = round(w / sw), half to even; the integers are multiplied exactly: products of int8 do
   not fit int8, and their sums do not fit int16 (溢出).
4. y[i, o] = sx[i] * sw[o] * sum over regular j of qx[i, j] * qw[o, j]  +  sum over outliers j of x[i, j] * w[o, j].

x : float64 (tokens, in).  w : float64 (out, in).  Do not change them. No quotient lies near a tie.
``y`` : float64 (tokens, out), to a relative 1e-9 and an absolute 1e-9.  ``outliers`` : integers, 1-D, exact.
Raise ``ValueError`` where x and w differ in their number of inputs, or where ``threshold`` is not above 0.
"""

import numpy as np


def outlier_decompose(x: np.ndarray, w: np.ndarray, *, threshold: float = 6.0) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(y, outliers)``: the product x @ w.T in mixed precision, and the columns that stayed in float."""
    raise NotImplementedError
