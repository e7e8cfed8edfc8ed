"""Debugging exercise (调试练习): the reported accuracy is too good (数据泄漏).

Questions: H08, M34, M33 | Difficulty: 2/5 | Minutes: 10 | Points: 15

Several clipping thresholds (candidates, 候选配置) were tried. ``correct[c, i]`` says whether candidate c answers
example i rightly. ``faulty`` below should choose a candidate on one part of the examples and report its accuracy on
the rest (调参集与报告集必须分开):

1. ``order`` is a permutation of the examples. Its first ``tuning`` entries are the tuning set (调参集), all others
   the reporting set (报告集).
2. The candidate with the most right answers on the tuning set is chosen; of equal ones the lowest index
   (并列取小下标).
3. Its accuracy on the reporting set is returned.

The report (故障报告): "With order = 0, 1, 2, ... all tests pass. With a shuffled order the model that we ship is
always a little worse than the number that we reported."

Task (任务): find the fault (there is exactly one) and write the repaired function as ``find_the_fault_leak``.
Copying ``faulty`` and changing one or two lines is enough. Leave ``faulty`` as it is, for comparison.

correct : bool (candidates, n).  order : integers (n,), each of 0 .. n - 1 once.  Do not change them.  tuning : 1 .. n
- 1. Return the tuple ``(best, accuracy)``: an int and a float. Tolerance (容差): 1e-9 absolute; ``best`` exact.
Raise ``ValueError`` where ``tuning`` is not in 1 .. n - 1.
"""

import numpy as np


def faulty(correct: np.ndarray, order: np.ndarray, *, tuning: int) -> tuple[int, float]:
    """Return the chosen candidate and its accuracy; something in here is wrong."""
    n = correct.shape[1]
    if not 1 <= tuning < n:
        raise ValueError(f"tuning must be in 1 .. {n - 1}; got {tuning}")
    tuned = correct[:, order[:tuning]]
    best = np.argmax(np.count_nonzero(tuned, axis=1))
    reporting = np.ones(n, dtype=bool)
    reporting[:tuning] = False
    return best, correct[best, reporting].mean()


def find_the_fault_leak(correct: np.ndarray, order: np.ndarray, *, tuning: int) -> tuple[int, float]:
    """Return ``(best, accuracy)``: chosen on the tuning set, measured on the reporting set."""
    raise NotImplementedError
