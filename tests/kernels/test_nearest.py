"""The registers that search, against NumPy: the least score, the one after it, and whose it is."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba")

from minicompress.kernels import nearest
from minicompress.kernels.compiler import arguments, kernel, unpack
from minicompress.kernels.threads import launch

KINDS = arguments("float32[::1], float32[::1], int32[::1]")
COLUMNS, ROWS = (0,) * 2, (0,) * 3


@kernel(KINDS)
def _least_of_six(table, part, parts):
    scores, gaps, numbers = unpack(table, KINDS)
    found = nearest.nothing_found(COLUMNS)
    for first in range(0, 6, 3):
        found = nearest.keep_nearest(found, nearest.spread(scores, 2 * first, 2, COLUMNS, ROWS), first)
    nearest.store_found(found, gaps, numbers)


@pytest.mark.parametrize(
    ("scores", "gap", "number"),
    [
        ([5, 3, 4, 9, 8, 7], 1, 1),
        ([5, 3, 4, 3, 8, 7], 0, 1),  # of equals the first
        ([2, 2, 2, 2, 2, 2], 0, 0),
        ([6, 5, 4, 3, 2, -7], 9, 5),
        ([-7, 5, 4, 3, 2, 6], 9, 0),
        ([np.inf, 1, np.inf, np.inf, np.inf, np.inf], np.inf, 1),
    ],
)
def test_least_second_and_number(scores: list[float], gap: float, number: int) -> None:
    spread = np.full(12, -99, np.float32)  # every other one is read
    spread[::2] = scores
    gaps, numbers = np.zeros(32, np.float32), np.zeros(32, np.int32)
    launch(_least_of_six, 1, spread, gaps, numbers)
    np.testing.assert_array_equal(gaps, np.full(32, gap, np.float32))
    np.testing.assert_array_equal(numbers, np.full(32, number, np.int32))
