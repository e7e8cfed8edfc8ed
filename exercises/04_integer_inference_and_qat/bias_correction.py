"""Bias correction without data, after a ReLU (无数据的偏置校正).

Questions: S07, G09 | Difficulty: 3/5 | Minutes: 15 | Points: 30

Rounding a weight matrix W to W_q shifts the mean of a layer's outputs (输出均值偏移): E[W_q x] is not E[W x]. The shift
is constant, so the bias can take it back:

    E[W_q x + b'] = E[W x + b]

E[x] is known without any data where x = relu(z) and z comes from a batch norm (BN): z[j] is then taken as normally
distributed (正态分布) with mean ``mean[j]`` and standard deviation (标准差) ``std[j]``. Let phi and Phi be the density
and the distribution function of the standard normal distribution, and t = mean / std:

    E[relu(z)] = std * phi(t) + mean * Phi(t),          phi(t) = exp(-t**2 / 2) / sqrt(2 pi)

Where std[j] is 0, z is a constant and E[relu(z)] = max(mean, 0).
A std far smaller than abs(mean) occurs too: t, or t**2, may overflow to infinity; the limit is right.

Task (任务): return b', float64 (out,).

w, w_q : float64 (out, in).  b : float64 (out,).  mean, std : float64 (in,).  Do not change them.
``scipy.special.ndtr`` and ``statistics.NormalDist`` compute Phi; ``math.erfc`` helps as well.
Tolerance (容差): a relative 1e-7 and an absolute 1e-9.
Raise ``ValueError`` where w and w_q differ in shape, or where ``std`` holds a negative number.
"""

import numpy as np


def bias_correction(w: np.ndarray, w_q: np.ndarray, b: np.ndarray, *, mean: np.ndarray, std: np.ndarray) -> np.ndarray:
    """Return the bias that restores the mean output of the layer."""
    raise NotImplementedError
