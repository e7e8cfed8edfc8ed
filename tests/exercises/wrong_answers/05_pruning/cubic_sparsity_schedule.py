"""Plausible wrong answers to cubic_sparsity_schedule; the first line of each docstring is found in its failure."""


def _checked(start, stop, final, initial, every):
    if start >= stop or every < 1 or not 0 <= initial <= final <= 1:
        raise ValueError("start, stop, every, initial or final")


def continuous(step, *, start, stop, final, initial=0.0, every=1):
    """between renewals it must stay"""
    _checked(start, stop, final, initial, every)
    t = min(max((step - start) / (stop - start), 0), 1)
    return final + (initial - final) * (1 - t) ** 3


def unclamped(step, *, start, stop, final, initial=0.0, every=1):
    """t was not clamped"""
    _checked(start, stop, final, initial, every)
    return final + (initial - final) * (1 - (step - start) / (stop - start)) ** 3


def upside_down(step, *, start, stop, final, initial=0.0, every=1):
    """it must rise fast at first"""
    _checked(start, stop, final, initial, every)
    elapsed = stop - start if step >= stop else max(step - start, 0) // every * every
    return initial + (final - initial) * (elapsed / (stop - start)) ** 3


def straight(step, *, start, stop, final, initial=0.0, every=1):
    """the schedule is linear"""
    _checked(start, stop, final, initial, every)
    elapsed = stop - start if step >= stop else max(step - start, 0) // every * every
    return initial + (final - initial) * elapsed / (stop - start)


def counts_from_zero(step, *, start, stop, final, initial=0.0, every=1):
    """the renewals are counted from step 0"""
    _checked(start, stop, final, initial, every)
    if step >= stop:
        return final
    t = max(step // every * every - start, 0) / (stop - start)
    return final + (initial - final) * (1 - t) ** 3


def never_final(step, *, start, stop, final, initial=0.0, every=1):
    """there is one more renewal at stop"""
    _checked(start, stop, final, initial, every)
    elapsed = min(max(step - start, 0), stop - start) // every * every
    return final + (initial - final) * (1 - elapsed / (stop - start)) ** 3


def zero_before_start(step, *, start, stop, final, initial=0.0, every=1):
    """the sparsity is 0 before start"""
    _checked(start, stop, final, initial, every)
    if step < start:
        return 0.0
    if step >= stop:
        return final
    elapsed = (step - start) // every * every
    return final + (initial - final) * (1 - elapsed / (stop - start)) ** 3


def rounds_to_the_nearest_renewal(step, *, start, stop, final, initial=0.0, every=1):
    """rounded to the nearest renewal"""
    _checked(start, stop, final, initial, every)
    t = min(round(max(step - start, 0) / every) * every / (stop - start), 1)
    return final if step >= stop else final + (initial - final) * (1 - t) ** 3


def without_initial(step, *, start, stop, final, initial=0.0, every=1):
    """initial plays no part"""
    _checked(start, stop, final, initial, every)
    elapsed = stop - start if step >= stop else max(step - start, 0) // every * every
    return final - final * (1 - elapsed / (stop - start)) ** 3


def checks_too_late(step, *, start, stop, final, initial=0.0, every=1):
    """expected ValueError, returned .*every must be at least 1"""
    if start >= stop or not 0 <= initial <= final <= 1:
        raise ValueError("start, stop, initial or final")
    if step >= stop:
        return final
    if every < 1:
        raise ValueError("every")
    elapsed = max(step - start, 0) // every * every
    return final + (initial - final) * (1 - elapsed / (stop - start)) ** 3
