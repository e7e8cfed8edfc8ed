"""Grader of sliding_window_mask. Oracle: sets of positions, query by query."""

import numpy as np
import pytest


def exact(queries, keys, window, sinks=0, offset=None):
    offset = keys - queries if offset is None else offset
    mask = np.zeros((queries, keys), bool)
    for i in range(queries):
        p = offset + i
        past = list(range(p + 1))
        seen = set(past[-window:]) | set(past[:sinks])
        mask[i, sorted(seen)] = True
    return mask


def mistakes(queries, keys, window, sinks=0, offset=None):
    start = keys - queries if offset is None else offset
    p, j = np.arange(start, start + queries)[:, None], np.arange(keys)[None]
    causal, near, sink = j <= p, p - j < window, j < sinks
    right = causal & (near | sink)
    found = {
        "True and False are exchanged: True is what the query sees": ~right,
        "the window (窗口) is one key too wide: p itself is one of its positions": causal & ((p - j <= window) | sink),
        "the window is one key too narrow": causal & ((p - j < window - 1) | sink),
        "the window reaches into the future as well (因果)": (abs(p - j) < window) | (sink & causal),
        "the sinks are seen from before their own position: j <= p holds for them too": (causal & near) | sink,
        "the sinks (注意力汇聚点) were left out": causal & near,
        "the window was left out: a plain causal mask": causal,
        "one sink too many": causal & (near | (j <= sinks)),
        "only keys that are in the window and sinks at once are seen": causal & near & sink,
        "a query does not see itself": right & (j < p),
        "the transposed mask; the shape is (queries, keys)": right.T,
        "numbers (0, -inf) to be added; a bool mask is asked for": np.where(right, 0.0, -np.inf),
    }
    first = np.arange(queries)[:, None]
    found["the offset was not used: query i stands at position offset + i"] = (j <= first) & (
        (first - j < window) | sink
    )
    last = np.arange(keys - queries, keys)[:, None]
    found["the given offset was not used: keys - queries is its default only"] = (j <= last) & (
        (last - j < window) | sink
    )
    return found


def holds(exercise, queries, keys, window, **given):
    answer = exercise(queries, keys, window=window, **given)
    known = mistakes(queries, keys, window, **given)
    answer.equals(exact(queries, keys, window, **given), dtype="exact", known=known)


def test_by_hand(exercise):
    """Two queries at positions 3 and 4, a window of 2, one sink."""
    expected = np.array([[1, 0, 1, 1, 0], [1, 0, 0, 1, 1]], bool)
    answer = exercise(2, 5, window=2, sinks=1)
    answer.equals(expected, dtype="exact", known=mistakes(2, 5, 2, 1))


@pytest.mark.parametrize("window", [1, 2, 3, 6, 7, 100])
@pytest.mark.parametrize("sinks", [0, 1, 3, 50])
def test_windows_and_sinks(exercise, window, sinks):
    holds(exercise, 7, 7, window, sinks=sinks)
    holds(exercise, 4, 9, window, sinks=sinks)


@pytest.mark.parametrize("offset", [0, 1, 4, 5])
def test_offsets(exercise, offset):
    holds(exercise, 3, 8, 2, offset=offset)
    holds(exercise, 3, 8, 3, sinks=2, offset=offset)


def test_one_query(exercise):
    holds(exercise, 1, 6, 3)
    holds(exercise, 1, 1, 1)
    holds(exercise, 1, 6, 2, sinks=1, offset=0)


@pytest.mark.parametrize(("window", "sinks"), [(0, 0), (-1, 2), (2, -1)])
def test_refuses_sizes(exercise, window, sinks):
    exercise.raises(ValueError, 3, 5, window=window, sinks=sinks, because="window is at least 1, sinks at least 0")


@pytest.mark.parametrize(("queries", "offset"), [(3, -1), (3, 3), (6, None), (5, 1)])
def test_refuses_positions(exercise, queries, offset):
    because = "the queries do not stand on positions of the 5 keys"
    exercise.raises(ValueError, queries, 5, window=2, offset=offset, because=because)
