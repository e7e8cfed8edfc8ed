"""Plausible wrong answers to shared_centroid_gradient; the first line of each docstring is in the failure it gets."""

import numpy as np


def _checked(gradient, codes, k):
    if gradient.shape != codes.shape or k < 1 or ((codes < 0) | (codes >= k)).any():
        raise ValueError("shapes, k or codes")


def repeated_index(gradient, codes, *, k):
    """with a repeated index only one addition is kept
    Solver's mistake.
    """
    _checked(gradient, codes, k)
    out = np.zeros(k)
    out[codes] += gradient
    out[0] = 0
    return out


def trains_the_holes(gradient, codes, *, k):
    """the removed weights \\(code 0\\) have a gradient of their own"""
    _checked(gradient, codes, k)
    return np.bincount(codes.ravel(), gradient.ravel(), k)


def mean_of_places(gradient, codes, *, k):
    """the mean over the places of a value
    Solver's mistake.
    """
    _checked(gradient, codes, k)
    return np.array([gradient[codes == m].mean() if m and (codes == m).any() else 0.0 for m in range(k)])


def unused_values_left_out(gradient, codes, *, k):
    """the values that no place uses were left out
    Solver's mistake.
    """
    _checked(gradient, codes, k)
    if not codes.size:
        return np.zeros(k)
    out = np.bincount(codes.ravel(), gradient.ravel())
    out[0] = 0
    return out


def single_precision(gradient, codes, *, k):
    """expected dtype float64, returned float32
    Solver's mistake.
    """
    _checked(gradient, codes, k)
    out = np.zeros(k, gradient.dtype)
    np.add.at(out, codes, gradient)
    out[0] = 0
    return out


def single_precision_sum(gradient, codes, *, k):
    """the sum was made in float32, which swallows
    Solver's mistake.
    """
    _checked(gradient, codes, k)
    out = np.zeros(k, gradient.dtype)
    np.add.at(out, codes, gradient)
    out[0] = 0
    return out.astype(np.float64)


def order_of_memory(gradient, codes, *, k):
    """the gradient was read in its order in memory"""
    _checked(gradient, codes, k)
    out = np.bincount(codes.ravel(order="K"), gradient.ravel(order="K"), k)
    out[0] = 0
    return out


def without_code_zero(gradient, codes, *, k):
    """the code 0 was dropped from the result"""
    _checked(gradient, codes, k)
    return np.array([gradient[codes == m].sum(dtype=np.float64) for m in range(1, k)])


def empties_the_gradient(gradient, codes, *, k):
    """after the call, gradient is
    Solver's mistake.
    """
    _checked(gradient, codes, k)
    gradient[codes == 0] = 0
    return np.bincount(codes.ravel(), gradient.ravel(), k)


def negative_codes_count_from_the_end(gradient, codes, *, k):
    """a code must be in 0 \\.\\. k - 1
    Solver's mistake.
    """
    if gradient.shape != codes.shape or k < 1:
        raise ValueError("shapes or k")
    out = np.zeros(k)
    try:
        np.add.at(out, codes, gradient)
    except IndexError:
        raise ValueError("codes") from None
    out[0] = 0
    return out
