"""Plausible wrong answers to minilm_value_relation; each docstring's first line is found in the failure it gets."""

import numpy as np


def _checked(s, t, heads, mask):
    if heads < 1 or s.shape[2] % heads or t.shape[2] % heads:
        raise ValueError("heads")
    mask = np.ones(s.shape[:2], bool) if mask is None else mask
    if not mask.any():
        raise ValueError("mask")
    return mask


def _heads(v, heads):
    b, n, w = v.shape
    return v.astype(np.float64).reshape(b, n, heads, w // heads).transpose(0, 2, 1, 3)


def _log_softmax(x):
    x = x - x.max(axis=-1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


def _loss(s, t, mask, *, scales=None, keys=True):
    """s, t : (batch, heads, tokens, d)."""
    out = []
    for i, v in enumerate((s, t)):
        scores = v @ v.swapaxes(-1, -2) / (scales[i] if scales else np.sqrt(v.shape[-1]))
        out.append(_log_softmax(np.where(mask[:, None, None, :] | (not keys), scores, -1e30)))
    lq, lp = out
    return np.sum(np.exp(lp) * (lp - lq), axis=-1)


def _mean(divergence, mask):
    return float((divergence.mean(axis=1) * mask).sum() / mask.sum())


def reshape_without_transpose(student_values, teacher_values, *, heads, mask=None):
    """mixes tokens and heads
    Solver's mistake.
    """
    mask = _checked(student_values, teacher_values, heads, mask)
    s, t = (
        np.ascontiguousarray(v).astype(np.float64).reshape(v.shape[0], heads, v.shape[1], -1)
        for v in (student_values, teacher_values)
    )
    return _mean(_loss(s, t, mask), mask)


def padding_as_keys(student_values, teacher_values, *, heads, mask=None):
    """padded tokens \\(填充\\) are attended to
    Solver's mistake.
    """
    mask = _checked(student_values, teacher_values, heads, mask)
    return _mean(_loss(_heads(student_values, heads), _heads(teacher_values, heads), mask, keys=False), mask)


def masks_with_infinity(student_values, teacher_values, *, heads, mask=None):
    """does 0 meet infinity where a key is masked
    Solver's mistake.
    """
    mask = _checked(student_values, teacher_values, heads, mask)
    with np.errstate(all="ignore"):
        logs = []
        for v in (_heads(student_values, heads), _heads(teacher_values, heads)):
            scores = v @ v.swapaxes(-1, -2) / np.sqrt(v.shape[-1])
            logs.append(_log_softmax(np.where(mask[:, None, None, :], scores, -np.inf)))
        return _mean(np.sum(np.exp(logs[1]) * (logs[1] - logs[0]), axis=-1), mask)


def plain_mean(student_values, teacher_values, *, heads, mask=None):
    """padding was counted in the denominator
    Solver's mistake.
    """
    mask = _checked(student_values, teacher_values, heads, mask)
    d = _loss(_heads(student_values, heads), _heads(teacher_values, heads), mask)
    return float((d * mask[:, None, :]).mean())


def mean_of_sequences(student_values, teacher_values, *, heads, mask=None):
    """the mean per sequence was averaged
    Solver's mistake.
    """
    mask = _checked(student_values, teacher_values, heads, mask)
    d = _loss(_heads(student_values, heads), _heads(teacher_values, heads), mask).mean(axis=1)
    rows = [x[m].mean() for x, m in zip(d, mask, strict=True) if m.any()]
    return float(np.mean(rows))


def no_scale(student_values, teacher_values, *, heads, mask=None):
    """the scores were not divided by sqrt\\(d\\)"""
    mask = _checked(student_values, teacher_values, heads, mask)
    return _mean(_loss(_heads(student_values, heads), _heads(teacher_values, heads), mask, scales=[1, 1]), mask)


def scale_of_the_student(student_values, teacher_values, *, heads, mask=None):
    """divided by the student's sqrt\\(d\\)"""
    mask = _checked(student_values, teacher_values, heads, mask)
    s, t = _heads(student_values, heads), _heads(teacher_values, heads)
    return _mean(_loss(s, t, mask, scales=[np.sqrt(s.shape[-1])] * 2), mask)


def scale_of_the_width(student_values, teacher_values, *, heads, mask=None):
    """the root of the whole width"""
    mask = _checked(student_values, teacher_values, heads, mask)
    scales = [np.sqrt(v.shape[2]) for v in (student_values, teacher_values)]
    return _mean(_loss(_heads(student_values, heads), _heads(teacher_values, heads), mask, scales=scales), mask)


def turned_round(student_values, teacher_values, *, heads, mask=None):
    """the divergence is the wrong way round"""
    mask = _checked(student_values, teacher_values, heads, mask)
    return _mean(_loss(_heads(teacher_values, heads), _heads(student_values, heads), mask), mask)
