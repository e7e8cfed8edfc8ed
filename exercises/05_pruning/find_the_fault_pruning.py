"""Debugging exercise (调试练习): find the one fault in the structured pruning of a feed-forward block (结构化剪枝).

Questions: B20, M26 | Difficulty: 2/5 | Minutes: 12 | Points: 20

The block is y = act(x @ w_in.T + b_in) @ w_out.T, act any elementwise activation (激活函数), with w_in (hidden, width),
b_in (hidden,) and w_out (width, hidden). ``faulty`` below should keep the ``units`` hidden units (隐藏单元) of largest
importance (重要性)

    importance[j] = ||w_in[j, :]||_2 * ||w_out[:, j]||_2

(of equal ones the lower index 并列取小下标) and return the smaller block, the kept units in their old order
(保持原顺序).

The report (故障报告): "All tests pass: the shapes are right, the units that go are the right ones, and on the test
network, whose units happen to be sorted by importance, the output is that of the masked network. On a real model the
pruned block returns garbage, even when we keep every unit."

Task (任务): find the fault (there is exactly one) and write the repaired function as ``find_the_fault_pruning``.
Copying ``faulty`` and changing one or two lines is enough. Leave ``faulty`` as it is, for comparison.

w_in, b_in, w_out : floats of those shapes; do not change them.  units : 1 to hidden.
Return the tuple ``(w_in, b_in, w_out)``: (units, width), (units,), (width, units), values and dtypes unchanged, exact.
Raise ``ValueError`` where ``units`` is not in 1 .. hidden.
"""

import numpy as np


def faulty(
    w_in: np.ndarray, b_in: np.ndarray, w_out: np.ndarray, *, units: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the block with its ``units`` most important units; something in here is wrong."""
    hidden = len(w_in)
    if not 1 <= units <= hidden:
        raise ValueError(f"units must be in 1 .. {hidden}; got {units}")
    importance = np.linalg.norm(w_in, axis=1) * np.linalg.norm(w_out, axis=0)
    best = np.argsort(-importance, kind="stable")[:units]
    kept = np.zeros(hidden, dtype=bool)
    kept[best] = True
    return w_in[best], b_in[best], w_out[:, kept]


def find_the_fault_pruning(
    w_in: np.ndarray, b_in: np.ndarray, w_out: np.ndarray, *, units: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ``(w_in, b_in, w_out)`` with the ``units`` most important hidden units."""
    raise NotImplementedError
