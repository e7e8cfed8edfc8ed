"""Weights of several tasks from their uncertainty (同方差不确定性加权), learned along with the student.

Questions: K25, K19 | Difficulty: 2/5 | Minutes: 10 | Points: 20

A student with several losses L_i (labels, soft targets, features ...) needs weights. Kendall et al. (arXiv:1705.07115)
give each task a noise sigma_i and learn s_i = ln sigma_i^2, the log *variance* (对数方差), by gradient descent:

    total = sum_i ( c_i * exp(-s_i) * L_i + s_i / 2 )        c_i = 1/2 for a regression loss (回归), 1 for a
                                                             classification loss (分类)

Task (任务): return the tuple ``(total, weights, gradient, best)``.

1. total : the number above, a float.
2. weights : dtotal / dL_i, by which each task's own gradient is multiplied.
3. gradient : dtotal / ds_i, for the step of the log variances.
4. best : the s_i at which dtotal / ds_i is 0 for the L_i as they stand, in closed form (解析解).

The last three are float64 of shape (tasks,).

losses : (tasks,) floats above 0.  log_variances : (tasks,) floats, -300 to 300.  regression : booleans (tasks,).
Compute in float64, also where floats come in float32; do not change the arguments.
Tolerance (容差): 1e-9 relative plus 1e-12.
Raise ``ValueError`` where a loss is 0, negative or NaN, or where the three shapes differ.
"""

import numpy as np


def multi_task_uncertainty_weights(
    losses: np.ndarray, log_variances: np.ndarray, regression: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
    """Return ``(total, weights, gradient, best)`` of losses weighted by learned uncertainties."""
    raise NotImplementedError
