"""Right answers to entropy_calibration in other styles; each must pass."""

import numpy as np


def loops(counts, *, width, levels=128):
    """Cell by cell, Python integers until the logarithm."""
    import math

    counts = counts.tolist()
    if levels < 1 or len(counts) < levels or min(counts) < 0 or sum(counts) == 0:
        raise ValueError("counts or levels")
    total, best = sum(counts), (math.inf, len(counts))
    for k in range(levels, len(counts) + 1):
        inside, kl, i = sum(counts[:k]), 0.0, 0
        while i < k:
            bins = [j for j in range(i, k) if j * levels // k == i * levels // k]
            p = {j: counts[j] + (total - inside if j == k - 1 else 0) for j in bins}
            used = [j for j in bins if p[j]]
            mass = sum(counts[j] for j in bins)
            if used and not mass:
                kl = math.inf
            elif used:
                kl += sum(p[j] * (math.log(p[j] * len(used) * inside) - math.log(mass * total)) for j in used) / total
            i = bins[-1] + 1
        if kl < best[0] - 1e-13:
            best = kl, k
    return best[1] * width, max(best[0], 0.0)


def with_scipy(counts, *, width, levels=128):
    """scipy.stats.entropy normalizes both and is infinite where it should be; reduceat sums the cells."""
    from scipy.stats import entropy

    if levels <= 0 or counts.size < levels or np.any(counts < 0) or not np.any(counts):
        raise ValueError("counts or levels")
    losses = []
    for k in range(levels, counts.size + 1):
        kept = counts[:k].astype(np.float64)
        p = np.append(kept[:-1], kept[-1] + counts[k:].sum())
        if kept.sum() == 0:
            losses.append(np.inf)
            continue
        starts = -(-np.arange(levels) * k // levels)
        sizes = np.diff(np.append(starts, k))
        mass, share = np.add.reduceat(kept, starts), np.add.reduceat((p > 0) * 1.0, starts)
        q = np.repeat(mass / np.maximum(share, 1), sizes) * (p > 0)
        losses.append(entropy(p, q))
    best = int(np.argmin(np.round(losses, 14)))
    return (best + levels) * width, float(losses[best])
