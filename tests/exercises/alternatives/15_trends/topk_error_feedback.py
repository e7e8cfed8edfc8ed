"""Right answers to topk_error_feedback in other styles; each must pass."""

import numpy as np


def by_threshold(gradient, residual, *, k):
    """The k-th largest magnitude as a threshold; ties are filled up from the front."""
    if np.shape(gradient) != np.shape(residual) or k < 1 or k > np.size(gradient):
        raise ValueError("arguments")
    wanted = np.ascontiguousarray(gradient.astype(np.float64) + residual)
    size = np.abs(wanted).ravel()
    limit = np.partition(size, size.size - k)[size.size - k]
    mask = size > limit
    equal = np.flatnonzero(size == limit)
    mask[equal[: k - mask.sum()]] = True
    values = wanted.ravel()[mask].astype(np.float16)
    received = np.zeros(size.size)
    received[mask] = values
    return np.flatnonzero(mask), values, (wanted.ravel() - received).reshape(gradient.shape)


def plain_python(gradient, residual, *, k):
    """Lists and one sort by a pair of keys."""
    if gradient.shape != residual.shape:
        raise ValueError("shapes")
    wanted = [a + b for a, b in zip(gradient.ravel().tolist(), residual.ravel().tolist(), strict=True)]
    if k not in range(1, len(wanted) + 1):
        raise ValueError("k")
    places = sorted(sorted(range(len(wanted)), key=lambda i: (-abs(wanted[i]), i))[:k])
    values = []
    for i in places:
        values.append(np.float16(wanted[i]))
        wanted[i] -= float(values[-1])
    rest = np.array(wanted, np.float64).reshape(gradient.shape)
    return np.array(places, np.int32), np.array(values, np.float16), rest
