"""Right repairs of the structured pruning in other styles; each must pass."""

import numpy as np


def sorted_list(w_in, b_in, w_out, *, units):
    """The list, made ascending."""
    if units < 1 or units > len(w_in):
        raise ValueError("units")
    importance = np.linalg.norm(w_in, axis=1) * np.linalg.norm(w_out, axis=0)
    kept = np.sort(np.argsort(-importance, kind="stable")[:units])
    return np.take(w_in, kept, axis=0), np.take(b_in, kept), np.take(w_out, kept, axis=1)


def loops(w_in, b_in, w_out, *, units):
    """Squared norms in double precision, Python's sort, compress."""
    hidden = w_in.shape[0]
    if units not in range(1, hidden + 1):
        raise ValueError("units")
    first, second = w_in.astype(np.float64), w_out.astype(np.float64)
    scores = [float(first[j] @ first[j]) * float(second[:, j] @ second[:, j]) for j in range(hidden)]
    chosen = set(sorted(range(hidden), key=lambda j: (-scores[j], j))[:units])
    kept = [j in chosen for j in range(hidden)]
    return np.compress(kept, w_in, 0), np.compress(kept, b_in), np.asfortranarray(np.compress(kept, w_out, 1))
