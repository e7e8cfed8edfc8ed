"""How sparsity grows over training: all at once, by rounds, or along a cubic.

    one shot    0 before step ``at``, final from there on
    iterative   1 - (1 - final)^(r / rounds): every round drops the same share of what is left
    cubic       final + (initial - final) (1 - t)^3,  t = (step - begin) / (end - begin), clamped to 0 .. 1

The cubic prunes fast while much is redundant and slowly at the end.
Sources: Han et al. 2015, arXiv:1506.02626 (rounds); Zhu and Gupta 2017, arXiv:1710.01878 (cubic).
"""

from __future__ import annotations

from minicompress import checks

__all__ = ["cubic_sparsity", "iterative_sparsity", "one_shot_sparsity"]


def one_shot_sparsity(step: int, *, at: int, final: float) -> float:
    """Return 0 before step ``at``, ``final`` from there on.

    >>> [one_shot_sparsity(step, at=2, final=0.9) for step in range(4)]
    [0.0, 0.0, 0.9, 0.9]
    """
    now, start = checks.integer(step, "step", low=0), checks.integer(at, "at", low=0)
    target = checks.real(final, "final", low=0, high=1)
    return target if now >= start else 0.0


def iterative_sparsity(step: int, *, rounds: int, final: float) -> float:
    """Return the sparsity after round ``step`` of ``rounds``; ``final`` after the last and ever after.

    >>> [round(iterative_sparsity(r, rounds=3, final=0.875), 3) for r in range(5)]
    [0.0, 0.5, 0.75, 0.875, 0.875]
    """
    now, total = checks.integer(step, "step", low=0), checks.integer(rounds, "rounds", low=1)
    target = checks.real(final, "final", low=0, high=1)
    return target if now >= total else 1 - (1 - target) ** (now / total)


def cubic_sparsity(step: int, *, end: int, final: float, begin: int = 0, initial: float = 0.0) -> float:
    """Return the sparsity at ``step``: ``initial`` up to ``begin``, ``final`` from ``end`` on, a cubic between.

    >>> [round(cubic_sparsity(step, begin=10, end=20, final=0.8), 3) for step in (0, 15, 20, 99)]
    [0.0, 0.7, 0.8, 0.8]
    """
    now, first = checks.integer(step, "step", low=0), checks.integer(begin, "begin", low=0)
    last = checks.integer(end, "end", low=first + 1)
    target = checks.real(final, "final", low=0, high=1)
    start = checks.real(initial, "initial", low=0, high=1)
    left = (1 - min(max((now - first) / (last - first), 0.0), 1.0)) ** 3
    found = target * (1 - left) + start * left  # exact at both ends
    return min(max(found, min(start, target)), max(start, target))
