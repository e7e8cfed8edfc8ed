"""Reference answer: mean reciprocal rank at 10."""

import numpy as np


def mrr_at_10(scores: np.ndarray, relevant: np.ndarray) -> float:
    """Return the mean reciprocal rank of the first relevant document among the first 10."""
    if scores.ndim != 2 or scores.size == 0 or scores.shape != relevant.shape:
        raise ValueError(f"scores and relevant must be (queries, documents), neither 0; got {scores.shape}")
    if np.isnan(scores).any():
        raise ValueError("scores holds a NaN, which has no rank")

    # Falling order without a minus sign, which overflows for int8 and uint8: a stable sort of the row read backwards,
    # then read backwards again. Among equals the lower index comes out first.
    backwards = np.argsort(scores[:, ::-1], kind="stable")[:, ::-1]
    order = scores.shape[1] - 1 - backwards

    # Only the first relevant document counts, and only among the first 10. Queries without one count 0.
    hits = relevant[np.arange(len(scores))[:, None], order[:, :10]]
    return np.mean(hits.any(axis=1) / (hits.argmax(axis=1) + 1))
