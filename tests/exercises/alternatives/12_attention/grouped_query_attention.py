"""Right answers to grouped_query_attention in other styles; each must pass."""

import numpy as np


def repeat_and_einsum(q, k, v, *, causal=True):
    """Keys and values repeated; einsum; an additive mask; float32."""
    if q.shape[0] % k.shape[0] or q.shape[2] != k.shape[2] or k.shape[:2] != v.shape[:2]:
        raise ValueError("shapes")
    n_q, n_k = q.shape[1], k.shape[1]
    if causal and n_q > n_k:
        raise ValueError("queries")
    group = q.shape[0] // k.shape[0]
    k, v = np.repeat(k, group, axis=0), np.repeat(v, group, axis=0)
    scores = np.einsum("hid,hjd->hij", q, k) / q.shape[2] ** 0.5
    if causal:
        scores = scores + np.triu(np.full((n_q, n_k), -np.inf), n_k - n_q + 1)
    scores = scores - np.max(scores, axis=2, keepdims=True)
    weights = np.exp(scores).astype(np.float32)
    weights /= weights.sum(axis=2, keepdims=True)
    return np.einsum("hij,hje->hie", weights, v.astype(np.float32))


def online_softmax(q, k, v, *, causal=True):
    """One key at a time with a running maximum, as flash attention does it."""
    heads, n_q, d = q.shape
    kv_heads, n_k = k.shape[0], k.shape[1]
    if k.shape[2] != d or v.shape[0] != kv_heads or v.shape[1] != n_k or heads % kv_heads != 0:
        raise ValueError("shapes")
    if causal and n_k < n_q:
        raise ValueError("queries")
    out = np.empty((heads, n_q, v.shape[2]))
    for h in range(heads):
        c = h * kv_heads // heads
        for i in range(n_q):
            top, total, mean = -np.inf, 0.0, np.zeros(v.shape[2])
            for j in range(n_k - n_q + i + 1 if causal else n_k):
                score = float(np.dot(q[h, i].astype(np.float64), k[c, j])) / np.sqrt(d)
                new = max(top, score)
                shrink, weight = np.exp(top - new), np.exp(score - new)
                total = total * shrink + weight
                mean = mean * shrink + weight * v[c, j]
                top = new
            out[h, i] = mean / total
    return out
