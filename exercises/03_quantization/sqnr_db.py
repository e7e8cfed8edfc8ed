"""Signal to quantization noise ratio in decibels (信号量化噪声比, SQNR).

Questions: G03 | Difficulty: 1/5 | Minutes: 5 | Points: 10

    SQNR = 10 * log10( sum(x**2) / sum((x - x_hat)**2) )        in dB (分贝), over all elements

``x`` is the signal, ``x_hat`` what comes back from quantizing and dequantizing (反量化). Each bit is worth 6.02 dB.

1. Power is the plain sum of squares: no mean is subtracted (不减均值).
2. No noise at all (x_hat equals x): return ``float("inf")``.
3. No signal (every x is 0): there is no ratio; raise ``ValueError``, whatever x_hat is.
4. Compute in float64: the squares of float16 or float32 values may overflow or underflow in their own type.

x, x_hat : floats of one shape (any), each float16, float32 or float64.  Return one Python or NumPy float.
Tolerance (容差): 1e-4 dB. No infinity is expected but that of rule 2.
Raise ``ValueError`` also where the shapes differ (nothing is broadcast 不广播), or where an argument is empty or
holds NaN or infinity.
"""

import numpy as np


def sqnr_db(x: np.ndarray, x_hat: np.ndarray) -> float:
    """Return the ratio of signal power to the power of the error ``x - x_hat``, in dB."""
    raise NotImplementedError
