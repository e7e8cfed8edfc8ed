"""Wrong repairs; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _checked(correct, tuning):
    if not 1 <= tuning < correct.shape[1]:
        raise ValueError("tuning")


def _pick(correct, tuned, reported):
    best = int(correct[:, tuned].sum(axis=1).argmax())
    return best, float(correct[best, reported].mean())


def unrepaired(correct, order, *, tuning):
    """the fault is still there"""
    _checked(correct, tuning)
    return _pick(correct, order[:tuning], np.arange(tuning, len(order)))


def order_thrown_away(correct, order, *, tuning):
    """the shuffled order is not used at all
    Solver's mistake.
    """
    _checked(correct, tuning)
    examples = np.arange(len(order))
    return _pick(correct, examples[:tuning], examples[tuning:])


def chosen_on_the_report(correct, order, *, tuning):
    """the candidate is chosen on the reporting set
    Solver's mistake.
    """
    _checked(correct, tuning)
    return _pick(correct, order[tuning:], order[tuning:])


def chosen_on_all(correct, order, *, tuning):
    """the candidate is chosen on all examples
    Solver's mistake.
    """
    _checked(correct, tuning)
    return _pick(correct, order, order[tuning:])


def reported_on_all(correct, order, *, tuning):
    """the accuracy is that on all examples"""
    _checked(correct, tuning)
    return _pick(correct, order[:tuning], order)


def reported_on_tuning(correct, order, *, tuning):
    """the accuracy is that on the tuning set"""
    _checked(correct, tuning)
    return _pick(correct, order[:tuning], order[:tuning])


def exchanged(correct, order, *, tuning):
    """the two sets are exchanged
    Solver's mistake.
    """
    _checked(correct, tuning)
    return _pick(correct, order[tuning:], order[:tuning])


def both_halves_left_out(correct, order, *, tuning):
    """examples that are in no set
    Solver's mistake.
    """
    _checked(correct, tuning)
    mask = np.ones(len(order), bool)
    mask[:tuning] = False
    mask[order[:tuning]] = False
    return _pick(correct, order[:tuning], mask if mask.any() else [0])


def last_of_equals(correct, order, *, tuning):
    """of equal candidates the last was chosen
    Solver's mistake.
    """
    _checked(correct, tuning)
    counts = correct[:, order[:tuning]].sum(axis=1)
    best = int(np.flatnonzero(counts == counts.max())[-1])
    return best, float(correct[best, order[tuning:]].mean())


def sorts_the_order(correct, order, *, tuning):
    """after the call, order is
    Solver's mistake.
    """
    _checked(correct, tuning)
    order.sort()
    return _pick(correct, order[:tuning], order[tuning:])


def unchecked(correct, order, *, tuning):
    """expected ValueError, returned .*tuning must be in 1 \\.\\. 23"""
    reporting = order[tuning:] if tuning < len(order) else order[-1:]
    return _pick(correct, order[:tuning], reporting)
