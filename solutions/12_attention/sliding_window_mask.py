"""Reference answer: the mask of sliding-window attention."""

import numpy as np


def sliding_window_mask(
    queries: int, keys: int, *, window: int, sinks: int = 0, offset: int | None = None
) -> np.ndarray:
    """Return True where a query sees a key, bool (queries, keys)."""
    first = keys - queries if offset is None else offset
    if window < 1 or sinks < 0 or first < 0 or first + queries > keys:
        raise ValueError(f"window, sinks or positions: got {window}, {sinks}, {first} .. {first + queries - 1}")

    # Positions of queries down, of keys across; every rule is a comparison of the two.
    p = np.arange(first, first + queries)[:, None]
    j = np.arange(keys)
    near = p - j < window  # the distance is 0 for the query's own position
    return (j <= p) & (near | (j < sinks))
