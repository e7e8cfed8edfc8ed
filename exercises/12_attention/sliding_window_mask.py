"""The mask of sliding-window attention with a cache and attention sinks (滑动窗口注意力掩码).

Questions: B14, M13, M15 | Difficulty: 2/5 | Minutes: 10 | Points: 20

There are ``keys`` keys at positions 0 .. keys - 1, the new ones included. Query i stands at position p = ``offset`` +
i (i = 0 .. queries - 1): ``offset`` tokens came before the first query (缓存中已有的 token 数). With ``offset=None``
the queries are the last tokens: offset = keys - queries.

A query at position p sees key j exactly where j <= p (因果) and one of the two holds:

- the key lies in the window (窗口): it is one of the ``window`` latest positions up to p, p itself included: p - j <
  window;
- the key is one of the first ``sinks`` positions (attention sink, 注意力汇聚点): j < sinks.

Task (任务): return the mask, bool of shape (queries, keys), True where the query sees the key.

queries, keys: always at least 1 (no check needed).
Raise ``ValueError`` where ``window`` is below 1, ``sinks`` below 0, or where the queries do not stand on positions
of keys: offset below 0, or offset + queries above keys.
"""

import numpy as np


def sliding_window_mask(
    queries: int, keys: int, *, window: int, sinks: int = 0, offset: int | None = None
) -> np.ndarray:
    """Return True where a query sees a key, bool (queries, keys)."""
    raise NotImplementedError
