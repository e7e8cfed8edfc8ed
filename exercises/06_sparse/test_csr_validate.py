"""Grader of csr_validate. Oracle: faults planted one by one, and two at a time for the order of the checks."""

from itertools import combinations

import numpy as np
import pytest

ORDER = ["lengths", "start", "falls", "end", "range", "duplicate", "order", "not finite"]
DTYPES = [np.int64, np.uint16, np.uint64]


def told(expected):
    """What each other code would mean here."""
    found = {}
    for code in [*ORDER, "ok"]:
        if code == "ok":
            found[f"the fault {expected!r} was not seen"] = code
        elif expected == "ok":
            found[f"a fault {code!r} was seen in a valid structure"] = code
        elif ORDER.index(code) > ORDER.index(expected):
            found[f"{code!r} was asked before {expected!r}; the order of the checks counts (顺序)"] = code
        else:
            found[f"a fault {code!r} was seen which is not there"] = code
    return found


def holds(exercise, expected, indices, indptr, *, data=None, columns=6, dtypes=(np.int64, np.int64)):
    indices, indptr = np.array(indices, dtypes[0]), np.array(indptr, dtypes[1])
    data = np.arange(1.0, len(indices) + 1) if data is None else np.array(data, np.float64)
    exercise(data, indices, indptr, columns=columns).equals(expected, known=told(expected))


VALID = [
    ([0, 2, 5, 1, 3], [0, 3, 3, 5]),
    ([5, 0, 5, 4], [0, 1, 3, 4]),  # rows begin below the end of the row before
    ([4, 4, 4], [0, 1, 2, 3]),  # the same column in neighbouring rows
    ([0, 1, 2], [0, 0, 0, 3, 3, 3]),
    ([3, 1, 1], [0, 1, 1, 2, 2, 3]),
    ([2], [0, 1]),
    ([], [0]),
    ([], [0, 0, 0]),
]


@pytest.mark.parametrize(("indices", "indptr"), VALID)
@pytest.mark.parametrize("dtype", DTYPES)
def test_valid(exercise, indices, indptr, dtype):
    holds(exercise, "ok", indices, indptr, dtypes=(dtype, dtype))


FAULTY = [
    ("lengths", [0, 2, 1], [0, 2, 3], [1.0, 2.0]),
    ("lengths", [0, 2], [0, 2], [1.0, 2.0, 3.0]),
    ("lengths", [0, 2], [0, 1], [1.0]),
    ("lengths", [], [], []),
    ("start", [0, 2, 1], [1, 2, 3], None),
    ("start", [0, 2, 1], [3], None),
    ("falls", [0, 2, 1], [0, 3, 2, 3], None),
    ("falls", [0, 2, 1], [0, 4, 3], None),
    ("falls", [0, 2, 1], [0, 3, 2], None),
    ("falls", [0, 2, 1], [0, 200, 100, 3], None),
    ("end", [0, 2, 1], [0, 2, 2], None),
    ("end", [0, 2, 1], [0, 2, 4], None),
    ("end", [0], [0], None),
    ("end", [0, 2, 1], [0, 2, 100, 200], None),
    ("range", [0, 6, 1], [0, 2, 3], None),
    ("range", [0, 2, 250], [0, 2, 3], None),
    ("duplicate", [0, 2, 2, 1], [0, 3, 4], None),
    ("duplicate", [0, 0], [0, 2], None),
    ("duplicate", [3, 1, 1], [0, 3], None),
    ("duplicate", [1, 0, 3, 3], [0, 2, 4], None),
    ("duplicate", [4, 1, 5, 5], [0, 1, 1, 2, 4], None),
    ("order", [3, 1, 2], [0, 3], None),
    ("order", [0, 1, 5, 4], [0, 2, 4], None),
    ("order", [2, 0, 2], [0, 3], None),
    ("order", [1, 0, 1], [0, 0, 2, 2, 3], None),
    ("order", [5, 0, 1, 0], [0, 1, 1, 1, 4], None),
    ("not finite", [0, 1], [0, 1, 2], [1.0, float("nan")]),
    ("not finite", [0, 1], [0, 2], [float("inf"), 1.0]),
    ("not finite", [0, 1], [0, 2], [1.0, -float("inf")]),
]


@pytest.mark.parametrize(("code", "indices", "indptr", "data"), FAULTY)
@pytest.mark.parametrize("dtype", DTYPES[:2])
def test_one_fault(exercise, code, indices, indptr, data, dtype):
    holds(exercise, code, indices, indptr, data=data, dtypes=(dtype, dtype))


def test_negative_numbers(exercise):
    holds(exercise, "range", [0, -1, 1], [0, 2, 3])
    holds(exercise, "start", [0, 2, 1], [-1, 2, 3])
    holds(exercise, "falls", [0, 2, 1], [0, -2, 3])
    holds(exercise, "end", [0, 2, 1], [0, 0, 2])


def test_columns(exercise):
    holds(exercise, "ok", [0, 5], [0, 2], columns=6)
    holds(exercise, "range", [0, 5], [0, 2], columns=5)
    holds(exercise, "range", [0], [0, 1], columns=0)
    holds(exercise, "ok", [], [0, 0], columns=0)
    holds(exercise, "ok", [299], [0, 1], columns=300, dtypes=(np.uint16, np.int64))
    holds(exercise, "ok", [255], [0, 1], columns=300, dtypes=(np.uint8, np.int64))
    holds(exercise, "range", [2**63], [0, 1], columns=300, dtypes=(np.uint64, np.int64))


def broken(faults):
    """A structure with all of these faults."""
    indices, indptr, data = [0, 1, 3, 1, 4, 5], [0, 3, 3, 6], [1.0] * 6
    if "order" in faults:
        indices[0:2] = [1, 0]
    if "duplicate" in faults:
        indices[3:5] = [4, 4]
    if "range" in faults:
        indices[5] = 9
    if "not finite" in faults:
        data[1] = np.inf
    if "falls" in faults:
        indptr[1:3] = [3, 2]
    if "start" in faults:
        indptr[0] = 1
    if "end" in faults:
        indptr[3] = 7
    if "lengths" in faults:
        data = data[:5]
    return indices, indptr, data


@pytest.mark.parametrize("pair", list(combinations(ORDER, 2)), ids="-".join)
def test_the_first_of_two(exercise, pair):
    indices, indptr, data = broken(pair)
    holds(exercise, pair[0], indices, indptr, data=data)


def test_types(exercise):
    answer = exercise(np.ones(1, np.float32), np.zeros(1, np.uint16), np.array([0, 1]), columns=1)
    answer.check(type(answer.value) is str, "the code must be a str").equals("ok", known=told("ok"))
