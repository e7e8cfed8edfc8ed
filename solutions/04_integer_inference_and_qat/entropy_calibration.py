"""Reference answer: entropy calibration."""

import numpy as np


def _divergence(counts: np.ndarray, k: int, levels: int) -> float:
    """KL(P || Q) in nats with ``k`` bins kept."""
    kept = counts[:k]

    # P is what the data do: whatever lies beyond the threshold saturates, and lands in the last bin.
    p = kept.copy()
    p[-1] += counts[k:].sum()
    used = p > 0

    # Q is what can be said with `levels` numbers: one count per cell, shared by the bins in use. The clipped counts are
    # left out of it; were they in, with one bin per level Q would equal P, and clipping would look free of cost.
    cell = np.arange(k) * levels // k
    mass = np.bincount(cell, weights=kept)
    share = np.bincount(cell, weights=used)
    q = mass[cell[used]] / share[cell[used]]
    if not q.all():  # P says something where Q says nothing; the same where no count is kept at all
        return np.inf
    p, q = p[used] / p.sum(), q / q.sum()
    return np.sum(p * np.log(p / q))


def entropy_calibration(counts: np.ndarray, *, width: float, levels: int = 128) -> tuple[float, float]:
    """Return ``(threshold, divergence)`` of the best clipping threshold."""
    if levels < 1:
        raise ValueError(f"levels must be at least 1; got {levels}")
    if (counts < 0).any() or not counts.any():
        raise ValueError("counts must not be negative, nor all 0")

    # With fewer bins than levels there is no candidate, and argmin raises the ValueError.
    losses = [_divergence(counts, k, levels) for k in range(levels, len(counts) + 1)]
    best = np.argmin(losses)  # the first of equals
    return (levels + best) * width, losses[best]
