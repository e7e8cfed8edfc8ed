"""Wrong repairs of the token-level KL loss; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _pointwise(z, t):
    z, t = z.astype(np.float64), t.astype(np.float64)
    log_q = z - np.logaddexp.reduce(z, axis=-1, keepdims=True)
    log_p = t - np.logaddexp.reduce(t, axis=-1, keepdims=True)
    return np.exp(log_p) * (log_p - log_q)


def _counted(z, t, mask):
    if not mask.any():
        raise ValueError("nothing")
    return _pointwise(z[mask], t[mask])


def unrepaired(student_logits, teacher_logits, mask):
    """the fault is still there"""
    return float(_counted(student_logits, teacher_logits, mask).mean())


def sums_everything(student_logits, teacher_logits, mask):
    """everything was summed
    Solver's mistake.
    """
    return float(_counted(student_logits, teacher_logits, mask).sum())


def by_the_batch(student_logits, teacher_logits, mask):
    """divided by the batch alone
    Solver's mistake.
    """
    return float(_counted(student_logits, teacher_logits, mask).sum() / len(student_logits))


def sum_over_the_tokens(student_logits, teacher_logits, mask):
    """then divided by the vocabulary
    Solver's mistake.
    """
    return float(_counted(student_logits, teacher_logits, mask).sum(axis=0).mean())


def mean_of_means(student_logits, teacher_logits, mask):
    """gives short sequences a larger weight
    Solver's mistake.
    """
    _counted(student_logits, teacher_logits, mask)
    rows = [
        _pointwise(z[m], t[m]).sum() / m.sum()
        for z, t, m in zip(student_logits, teacher_logits, mask, strict=True)
        if m.any()
    ]
    return float(np.mean(rows))


def counts_the_padding(student_logits, teacher_logits, mask):
    """divided by all positions, padding"""
    return float(_counted(student_logits, teacher_logits, mask).sum() / mask.size)


def masks_after_the_product(student_logits, teacher_logits, mask):
    """NaN from padding"""
    if not mask.any():
        raise ValueError("nothing")
    with np.errstate(all="ignore"):
        every = _pointwise(student_logits, teacher_logits).sum(axis=-1)
        return float((every * mask).sum() / mask.sum())


def turned_round(student_logits, teacher_logits, mask):
    """the divergence was turned round"""
    return float(_counted(teacher_logits, student_logits, mask).sum(axis=-1).mean())
