"""Right answers to allocate_bits in other styles; each must pass."""

import numpy as np


def recursion_from_the_front(errors, sizes, *, budget):
    """Memoised recursion: the best (error, size, choice) of layers i .. with so many bytes left."""
    if errors.shape != sizes.shape or errors.shape[0] < 1:
        raise ValueError("shapes")
    e, s = errors.tolist(), sizes.tolist()
    memo = {}

    def best(i, left):
        if i == len(e):
            return 0.0, 0, ()
        if (i, left) not in memo:
            ways = []
            for k in range(len(e[i])):
                tail = best(i + 1, left - s[i][k]) if s[i][k] <= left else None
                if tail is not None:
                    ways.append((e[i][k] + tail[0], s[i][k] + tail[1], (k, *tail[2])))
            memo[i, left] = min(ways) if ways else None
        return memo[i, left]

    found = best(0, budget)
    if found is None:
        raise ValueError("budget")
    return np.array(found[2], dtype=np.int64), found[0], found[1]


def arrays_over_the_budget(errors, sizes, *, budget):
    """A table over exact totals, filled from the last layer; the first choice that attains the optimum."""
    if errors.shape != sizes.shape or not errors.size or sizes.min(axis=1).sum(dtype=np.int64) > budget:
        raise ValueError("shapes or budget")
    budget = min(budget, int(sizes.max(axis=1).sum(dtype=np.int64)))
    tables = [np.full(budget + 1, np.inf)]
    tables[0][0] = 0.0
    for e, s in zip(errors[::-1], sizes[::-1].astype(np.int64), strict=True):
        table = np.full(budget + 1, np.inf)
        for error, size in zip(e, s, strict=True):
            if size <= budget:
                table[size:] = np.minimum(table[size:], tables[-1][: budget + 1 - size] + error)
        tables.append(table)
    left = size = int(np.argmin(tables[-1]))
    error, choice = float(tables[-1][size]), []
    for i in range(len(errors)):
        for k in range(errors.shape[1]):
            after = left - int(sizes[i, k])
            if after >= 0 and errors[i, k] + tables[-2 - i][after] == tables[-1 - i][left]:
                choice.append(k)
                left = after
                break
    return np.array(choice, dtype=np.int64), error, size
