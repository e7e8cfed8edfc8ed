"""Reference answer: grouped-query attention with a cache."""

import numpy as np


def grouped_query_attention(q: np.ndarray, k: np.ndarray, v: np.ndarray, *, causal: bool = True) -> np.ndarray:
    """Return the output of every query head, (heads, n_q, d_v)."""
    (heads, queries, width), (kv_heads, keys) = q.shape, k.shape[:2]
    if v.shape[:2] != k.shape[:2]:  # what else does not fit, reshape and @ refuse below with a ValueError
        raise ValueError(f"the shapes of k and v do not fit: {k.shape}, {v.shape}")
    if causal and queries > keys:
        raise ValueError(f"{queries} queries are more than {keys} keys")

    # Neighbouring query heads share a KV head: fold them into groups, and each KV head broadcasts over its group.
    grouped = q.reshape(kv_heads, heads // kv_heads, queries, width)
    scores = grouped @ k.transpose(0, 2, 1)[:, None] / np.sqrt(width)

    if causal:
        # The queries are the last positions; -inf before the softmax leaves no weight at all.
        position = np.arange(keys - queries, keys)[:, None]
        scores = np.where(np.arange(keys) <= position, scores, -np.inf)

    weights = np.exp(scores - scores.max(axis=3, keepdims=True))  # the largest becomes exp(0): no overflow
    out = weights @ v[:, None] / weights.sum(axis=3, keepdims=True)
    return out.reshape(heads, queries, v.shape[2])
