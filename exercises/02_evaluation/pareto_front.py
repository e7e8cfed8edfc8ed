"""The Pareto front (帕累托前沿) of measured models: which recipes are beaten by no other?

Questions: B01, H09, H08 | Difficulty: 2/5 | Minutes: 12 | Points: 20

Row i of ``points`` holds the d measurements of model i, for example bytes, latency and accuracy.
``larger_is_better[j]`` says in which direction measurement j is good: True for accuracy, False for bytes and latency.

Model a dominates (支配) model b where a is at least as good as b in every measurement and strictly better in at least
one.

Task (任务): return the indices of the models that no other model dominates, int64, ascending (升序). So of models
that are equal in every measurement, either all are on the front or none (完全相同的点互不支配).

points : (n, d) floats or integers of any dtype, n at least 0, d at least 1; do not change it. Beware of negating
unsigned integers, and the smallest of the signed ones (无符号整数取负会溢出). Infinities are allowed.
larger_is_better : list of d bools.
With n = 0 the result is empty (still int64).
Raise ``ValueError`` where ``points`` is not 2-D, has no column, holds a NaN, or where ``larger_is_better`` has not d
items.
"""

import numpy as np


def pareto_front(points: np.ndarray, larger_is_better: list[bool]) -> np.ndarray:
    """Return the ascending indices of the points that no other point dominates."""
    raise NotImplementedError
