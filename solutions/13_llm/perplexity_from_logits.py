"""Reference answer: perplexity from logits."""

import numpy as np


def perplexity_from_logits(logits: np.ndarray, tokens: np.ndarray, *, mask: np.ndarray | None = None) -> float:
    """Return the perplexity over all scored targets."""
    given = np.ones(tokens.shape, bool) if mask is None else mask
    if not logits.shape[:2] == tokens.shape == given.shape:
        raise ValueError(f"the shapes do not fit: {logits.shape}, {tokens.shape}, {given.shape}")

    # Shift by one: logits 0 .. n - 2 face tokens 1 .. n - 1. The mask is that of the targets, and it selects first:
    # padding never becomes an index.
    scored = given[:, 1:]
    z = logits[:, :-1][scored].astype(np.float64)
    target = tokens[:, 1:][scored]
    # min refuses an empty array with a ValueError: no target is scored.
    if target.min() < 0 or target.max() >= z.shape[1]:
        raise ValueError(f"scored targets must be in 0 .. {z.shape[1] - 1}")

    # -ln softmax = ln sum exp(z) - z_target, with the largest logit taken out so that no exp overflows.
    z -= z.max(axis=1, keepdims=True)
    nll = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), target]
    return np.exp(nll.mean())  # one mean over all tokens, and the exponential last
