"""Reference answer: the repaired choice and report."""

import numpy as np


def find_the_fault_leak(correct: np.ndarray, order: np.ndarray, *, tuning: int) -> tuple[int, float]:
    """Return ``(best, accuracy)``: chosen on the tuning set, measured on the reporting set."""
    n = correct.shape[1]
    if not 1 <= tuning < n:
        raise ValueError(f"tuning must be in 1 .. {n - 1}; got {tuning}")
    tuned = correct[:, order[:tuning]]
    best = np.argmax(np.count_nonzero(tuned, axis=1))

    # The fault: the mask was cleared at the positions 0 .. tuning - 1; the tuning set is the examples order[:tuning].
    # The sets met unless order was 0, 1, 2, ... Examples that chose the winner flatter it.
    reporting = order[tuning:]
    return best, correct[best, reporting].mean()
