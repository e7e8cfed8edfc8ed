"""Mixed precision: give each layer one of its options (widths, groups ...) within a budget of bytes.

    min sum_i loss[i][c_i]   subject to   sum_i nbytes[i][c_i] <= budget

a knapsack with multiple choice. The losses are a sensitivity scan's: the model's loss with layer i alone compressed,
taken as additive. *Greedy* climbs from the smallest options by the steepest step that fits; *exact* keeps every
partial sum that no other beats in both bytes and loss.
Sources: Dong et al. 2019 (HAWQ), arXiv:1905.03696; Sinha and Zoltners 1979 (the multiple-choice knapsack).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from minicompress import checks

__all__ = ["allocate_exact", "allocate_greedy"]


def allocate_greedy(nbytes: Sequence[Any], loss: Sequence[Any], *, budget: int) -> np.ndarray:
    """Return the option of each layer, int64 (layers,), that greedy climbing ends with.

    Start from each layer's smallest option (of equals, the one with the least loss); while a step fits, take the one
    with the greatest fall of loss per byte. Optimal where losses are convex in the bytes and every step fitted.

    Parameters
    ----------
    nbytes, loss : sequences, one entry a layer, each an array with one number an option
        Bytes (integers, at least 0) and loss (finite); layers may differ in their number of options.
    budget : int
        Bytes for all layers together.

    Raises
    ------
    ValueError
        If the smallest options together exceed the budget, or the tables do not fit.

    Examples
    --------
    >>> allocate_greedy([[2, 4, 8], [2, 4, 8]], [[9, 3, 1], [5, 4, 3]], budget=10)
    array([2, 0])
    """
    sizes, losses, limit = _tables(nbytes, loss, budget)
    choice = [int(np.lexsort((cost, size))[0]) for size, cost in zip(sizes, losses, strict=True)]
    left = limit - sum(int(size[c]) for size, c in zip(sizes, choice, strict=True))
    while True:
        best, pick = 0.0, None
        for i, (size, cost) in enumerate(zip(sizes, losses, strict=True)):
            grow, fall = size - size[choice[i]], cost[choice[i]] - cost
            useful = (grow > 0) & (grow <= left) & (fall > 0)
            rate = np.where(useful, fall / np.maximum(grow, 1), 0.0)
            if rate.max() > best:
                best, pick = float(rate.max()), (i, int(rate.argmax()))
        if pick is None:
            return np.array(choice, np.int64)
        layer, option = pick
        left -= int(sizes[layer][option] - sizes[layer][choice[layer]])
        choice[layer] = option


def allocate_exact(nbytes: Sequence[Any], loss: Sequence[Any], *, budget: int) -> np.ndarray:
    """Return the option of each layer, int64 (layers,), with the least total loss within ``budget`` bytes.

    Dynamic programming over the sums that are not dominated: at most budget / (greatest common divisor of the sizes)
    + 1 of them after each layer. Of equal losses the fewest bytes. Arguments and errors as in :func:`allocate_greedy`.

    >>> allocate_exact([[2, 4, 8], [2, 4, 8]], [[9, 3, 1], [5, 4, 3]], budget=10)
    array([2, 0])
    """
    sizes, losses, limit = _tables(nbytes, loss, budget)
    used, total = np.zeros(1, np.int64), np.zeros(1)
    trail: list[tuple[np.ndarray, np.ndarray]] = []  # for each layer: where a state came from, and its option
    rest = np.cumsum([int(size.min()) for size in reversed(sizes)])[::-1]  # what layers i, i+1, ... need at least
    for i, (size, cost) in enumerate(zip(sizes, losses, strict=True)):
        after = limit - (int(rest[i + 1]) if i + 1 < len(sizes) else 0)
        # Shape: (states, options), flattened.
        new_used, new_total = (used[:, None] + size).reshape(-1), (total[:, None] + cost).reshape(-1)
        order = np.lexsort((new_total, new_used))
        order = order[new_used[order] <= after]
        least = np.minimum.accumulate(new_total[order])
        kept = order[np.concatenate([[True], new_total[order][1:] < least[:-1]])]
        used, total = new_used[kept], new_total[kept]
        trail.append((kept // len(size), kept % len(size)))
    state = len(used) - 1  # bytes rise and losses fall along the states
    choice = np.empty(len(sizes), np.int64)
    for i in range(len(sizes) - 1, -1, -1):
        choice[i] = trail[i][1][state]
        state = trail[i][0][state]
    return choice


def _tables(nbytes: Sequence[Any], loss: Sequence[Any], budget: int) -> tuple[list[np.ndarray], list[np.ndarray], int]:
    limit = checks.integer(budget, "budget", low=0)
    if len(nbytes) != len(loss) or len(nbytes) == 0:
        raise ValueError(f"nbytes and loss must have one entry a layer; got {len(nbytes)} and {len(loss)}")
    sizes, losses = [], []
    for i, (size, cost) in enumerate(zip(nbytes, loss, strict=True)):
        options = checks.int_array(size, f"nbytes[{i}]", ndim=1, low=0, high=2**53).astype(np.int64)
        sizes.append(options)
        losses.append(checks.float_array(cost, f"loss[{i}]", shape=(len(options),), dtype=np.float64))
        if np.abs(losses[-1]).max() > 1e150:
            raise ValueError(f"loss[{i}] is beyond 1e150; scale the losses first")
    least = sum(int(size.min()) for size in sizes)
    if least > limit:
        raise ValueError(f"budget must be at least {least}, the bytes of the smallest options; got {limit}")
    return sizes, losses, limit
