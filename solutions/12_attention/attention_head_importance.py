"""Reference answer: importance of attention heads."""

import numpy as np


def attention_head_importance(
    context: np.ndarray,
    w_out: np.ndarray,
    grad: np.ndarray,
    gates: np.ndarray,
    *,
    mask: np.ndarray | None = None,
    normalise: bool = False,
) -> np.ndarray:
    """Return the importance of each head, float64 (heads,)."""
    batch, tokens, heads = context.shape[:3]
    if gates.shape != (heads,):  # w_out and grad: @ and reshape below refuse what does not fit
        raise ValueError(f"gates must be ({heads},); got {gates.shape}")
    real = np.ones((batch, tokens), bool) if mask is None else mask
    if real.shape != (batch, tokens):
        raise ValueError(f"mask must be {(batch, tokens)}; got {real.shape}")

    # Chain rule: the gradient at the output, pulled back through w_out, is the gradient at each gated context vector.
    pulled = (grad.astype(np.float64) @ w_out).reshape(context.shape)
    # The gate multiplies the context: its slope is the inner product of the two, over d and over the real tokens.
    slopes = np.einsum("bthd,bt->bh", context * pulled, real)

    # Absolute value for each sequence, so that a head that helps one and harms another counts twice.
    importance = np.abs(gates * slopes).mean(axis=0)
    size = np.linalg.norm(importance)
    return importance / size if normalise and size else importance
