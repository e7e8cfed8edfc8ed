"""Right answers to cubic_sparsity_schedule in other styles; each must pass."""

import numpy as np


def search(step, *, start, stop, final, initial=0.0, every=1):
    """The table of all renewals, and a binary search for the last one."""
    if not start < stop or not every >= 1 or not (0 <= initial <= final <= 1):
        raise ValueError("start, stop, every, initial or final")
    renewals = np.append(np.arange(start, stop, every), stop)
    i = np.searchsorted(renewals, step, side="right") - 1
    t = (renewals[max(i, 0)] - start) / (stop - start)
    return (1 - t) ** 3 * initial + (1 - (1 - t) ** 3) * final


def by_modulo(step, *, start, stop, final, initial=0.0, every=1):
    """Take off what has passed since the last renewal; three cases."""
    if stop <= start or every <= 0:
        raise ValueError("start, stop or every")
    if not (initial >= 0 and initial <= final and final <= 1):
        raise ValueError("initial or final")
    if step < start:
        return float(initial)
    if step > stop - 1:
        return float(final)
    remaining = stop - step + (step - start) % every
    return final - (final - initial) * remaining**3 / (stop - start) ** 3
