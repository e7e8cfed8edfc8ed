"""Grouped-query attention with a cache (分组查询注意力), forward only.

Questions: M15, M13, B14 | Difficulty: 3/5 | Minutes: 20 | Points: 30

There are ``heads`` query heads, but only ``kv_heads`` heads of keys and values: neighbouring query heads share one
(相邻的查询头共用一个 KV 头). With g = heads / kv_heads, query heads 0 .. g - 1 use KV head 0, the next g use KV head
1, ...

    scores[h, i, j] = q[h, i] . k[h // g, j] / sqrt(d)        d = length of a query
    out[h, i] = sum_j softmax_j(scores[h, i])_j v[h // g, j]

With ``causal=True`` (因果掩码) query i stands at position n_k - n_q + i, behind what is in the cache already (KV
缓存), and sees the keys 0 .. n_k - n_q + i only. With ``causal=False`` it sees all.

q : (heads, n_q, d).  k : (kv_heads, n_k, d).  v : (kv_heads, n_k, d_v); d_v may differ from d.  All sizes at least 1.
float32 or float64, do not change them. Scores may be as large as 1e5 (softmax 不能溢出).

Task (任务): return out, (heads, n_q, d_v). Compute in float64 or float32, return either.
Tolerance (容差): 1e-5 relative plus 1e-6.
Raise ``ValueError`` where kv_heads does not divide heads, where n_q is above n_k with ``causal=True``, or where the
shapes of q, k and v do not fit.
"""

import numpy as np


def grouped_query_attention(q: np.ndarray, k: np.ndarray, v: np.ndarray, *, causal: bool = True) -> np.ndarray:
    """Return the output of every query head, (heads, n_q, d_v)."""
    raise NotImplementedError
