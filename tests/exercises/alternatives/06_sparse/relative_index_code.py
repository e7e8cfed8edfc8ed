"""Right answers to relative_index_code in other styles; each must pass."""

import numpy as np


def vectorized(w, *, bits=4):
    """All fillers at once: each entry is the last of a run of fillers + 1 stored ones."""
    if bits not in range(1, 9) or w.ndim != 1:
        raise ValueError("bits or w")
    places = np.flatnonzero(w)
    fillers, gap = np.divmod(np.diff(places, prepend=-1) - 1, 2**bits)
    ends = np.cumsum(fillers + 1) - 1
    gaps = np.full(ends[-1] + 1 if len(ends) else 0, 2**bits - 1, np.uint8)
    values = np.zeros(len(gaps), w.dtype)
    gaps[ends], values[ends] = gap, w[places]
    return gaps, values


def filler_by_filler(w, *, bits=4):
    """Subtract until what is left fits."""
    if bits < 1 or bits > 8 or len(w.shape) != 1:
        raise ValueError("bits or w")
    gaps, values, zeros = [], [], 0
    for v in w:
        if not v:
            zeros += 1
            continue
        while zeros >= 2**bits:
            gaps.append(2**bits - 1)
            values.append(0)
            zeros -= 2**bits
        gaps.append(zeros)
        values.append(v)
        zeros = 0
    return np.array(gaps, "u1"), np.array(values, w.dtype)
