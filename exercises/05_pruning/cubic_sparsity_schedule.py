"""The cubic schedule of gradual pruning (渐进式剪枝的三次方稀疏度调度), arXiv 1710.01878.

Questions: B15, B30, S04 | Difficulty: 1/5 | Minutes: 8 | Points: 10

Gradual pruning raises the sparsity (稀疏度) from ``initial`` to ``final`` between two training steps, fast at first,
while there is much to prune, and slowly at the end:

    s(t) = final + (initial - final) * (1 - t)**3            t = 0 at step ``start``, t = 1 at step ``stop``

The mask is not renewed in every step but at start, start + every, start + 2 * every, ... as long as this is before
``stop``, and once more at ``stop`` itself, whether or not ``every`` divides stop - start (不必整除). In between, the
sparsity stays what it was at the last renewal (阶梯状, 两次更新之间不变).

Task (任务): return the sparsity that holds at training step ``step``, a float.

Before ``start`` it is ``initial``; from ``stop`` on it is ``final``. t is linear in the step.
step, start, stop, every : integers.  initial, final : floats.  Tolerance (容差): 1e-9 absolute.
Raise ``ValueError`` where start < stop or every >= 1 does not hold, or where 0 <= initial <= final <= 1 does not.
"""


def cubic_sparsity_schedule(
    step: int, *, start: int, stop: int, final: float, initial: float = 0.0, every: int = 1
) -> float:
    """Return the sparsity at training step ``step``."""
    raise NotImplementedError
