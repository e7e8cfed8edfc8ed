"""Right answers to shared_centroid_gradient in other styles; each must pass."""

import numpy as np


def one_hot(gradient, codes, *, k):
    """The Jacobian dw/dc as an indicator, contracted by einsum."""
    if k < 1 or gradient.shape != codes.shape:
        raise ValueError("shape or k")
    hot = codes[..., None] == np.arange(k)
    if hot.sum() != codes.size:
        raise ValueError("codes")
    hot[..., 0] = False
    return (
        np.einsum("...m,...->m", hot, gradient.astype(np.float64))
        if codes.ndim == 0
        else np.tensordot(gradient.astype(np.float64), hot.astype(np.float64), axes=codes.ndim)
    )


def added_at(gradient, codes, *, k):
    """Unbuffered addition into float64, with one more place for what is thrown away."""
    if k <= 0 or np.shape(gradient) != np.shape(codes):
        raise ValueError("shape or k")
    if codes.size and not (codes.min() >= 0 and codes.max() <= k - 1):
        raise ValueError("codes")
    out = np.zeros(k + 1)
    np.add.at(out, np.where(codes == 0, k, codes.astype(int)), gradient)
    return out[:k]


def value_by_value(gradient, codes, *, k):
    """One masked sum for each value, in Python."""
    if gradient.shape != codes.shape or k < 1:
        raise ValueError("shape or k")
    if not set(codes.ravel().tolist()) <= set(range(k)):
        raise ValueError("codes")
    return np.array([0.0] + [gradient[codes == m].sum(dtype=np.float64) for m in range(1, k)])
