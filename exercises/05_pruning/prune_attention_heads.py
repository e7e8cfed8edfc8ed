"""Remove attention heads (剪掉注意力头): shrink the four projections q, k, v, o.

Questions: B20, M26, B10 | Difficulty: 3/5 | Minutes: 15 | Points: 30

Multi-head attention (多头注意力) with ``num_heads`` heads of size d has the inner width num_heads * d:

    q = x @ wq.T + bq     k = x @ wk.T + bk     v = x @ wv.T + bv        each (tokens, num_heads * d)
    head h uses the features h * d .. (h + 1) * d - 1 of q, k and v, and writes the same features of c
    y = c @ wo.T + bo

so wq, wk, wv are (num_heads * d, width), bq, bk, bv are (num_heads * d,), wo is (width, num_heads * d) and bo (width,).
The inner width need not be equal to ``width``: after a first round of pruning it no longer is.

Task (任务): remove the heads whose numbers are in ``heads`` and return a dict of the same keys with the smaller arrays.
The rest is unchanged: the other heads in their old order (保持原顺序), dtypes, and bo. The new y is the old one minus
what the removed heads added to it. A number that comes twice counts once (重复只算一次); the order of ``heads`` means
nothing.

weights : dict with the keys "wq", "bq", "wk", "bk", "wv", "bv", "wo", "bo"; do not change it.
heads : list of int; all of them may go, then the inner width is 0. An empty list changes nothing.
Raise ``ValueError`` where a number in ``heads`` is not in 0 .. num_heads - 1 (negative ones too 负数也不行), or where
``num_heads`` is below 1 or does not divide the rows of wq.
"""

import numpy as np


def prune_attention_heads(weights: dict[str, np.ndarray], *, num_heads: int, heads: list[int]) -> dict[str, np.ndarray]:
    """Return the weights of the attention layer without ``heads``."""
    raise NotImplementedError
