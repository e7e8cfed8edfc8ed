"""Right repairs in other styles; each must pass."""

import numpy as np


def mask_of_examples(correct, order, *, tuning):
    """The mask of ``faulty``, cleared at the examples."""
    n = correct.shape[1]
    if tuning < 1 or tuning >= n:
        raise ValueError("tuning")
    reporting = np.full(n, True)
    reporting[order[:tuning]] = False
    best = int(np.argmax(correct[:, order[:tuning]].mean(axis=1)))
    return best, float(correct[best, reporting].mean())


def shuffle_the_columns(correct, order, *, tuning):
    """All columns brought into the new order first; then the old positions are right."""
    if tuning not in range(1, correct.shape[1]):
        raise ValueError("tuning")
    shuffled = np.ascontiguousarray(correct[:, order])
    counts = np.count_nonzero(shuffled[:, :tuning], axis=1)
    best = next(c for c, count in enumerate(counts) if count == counts.max())
    rest = shuffled[best, tuning:].tolist()
    return best, sum(rest) / len(rest)
