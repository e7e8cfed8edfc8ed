"""Sensitivity scan (敏感度扫描): which layer suffers most from few bits?

Questions: B08, M21, M18 | Difficulty: 2/5 | Minutes: 12 | Points: 20

``layers`` maps names to pairs ``(w, x)``: the weight (out, in) of a linear layer and the inputs (n, in) that reached
it during calibration (校准). One layer at a time is quantized, the others stay as they are:

    scale_i = max_j |w_ij| / (2**(bits - 1) - 1)      one per row (逐行), 1 for a row of zeros
    w'_ij = scale_i * round(w_ij / scale_i)           round is half to even, as np.rint does
    error = ||x w'^T - x w^T||_F / ||x w^T||_F        0.0 where x w^T is zero everywhere (输出全零)

So the error is that of the layer's output (输出误差), not of its weight: what the inputs never touch does no harm.

Task (任务): return the tuple ``(errors, order)``. ``errors`` is a dict from name to a float; ``order`` the list of
the names from the most sensitive (error largest) to the least. Names of equal error keep the order of ``layers``
(并列保持原顺序).

Compute in float64. Tolerance (容差): errors to a relative 1e-6, plus 1e-12; ``order`` exact.
bits : 2 to 8, else ``ValueError``.  ``w`` and ``x`` are float32 or float64, finite; do not change them.
"""

import numpy as np


def sensitivity_scan_order(
    layers: dict[str, tuple[np.ndarray, np.ndarray]], *, bits: int = 4
) -> tuple[dict[str, float], list[str]]:
    """Return ``(errors, order)``: the relative output error of each layer, and the most sensitive first."""
    raise NotImplementedError
