"""Grader of unpack_2_4. Oracle: places by division and remainder, one value at a time."""

import numpy as np
import pytest

PAIRS = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]


def nibble_of(row, g, low_first=True):
    byte = int(row[g // 2])
    return byte % 16 if (g % 2 == 0) == low_first else byte // 16


def exact(values, meta, low_first=True, first_low=True):
    dense = np.zeros((len(values), 2 * values.shape[1]), values.dtype)
    for i in range(len(values)):
        for g in range(values.shape[1] // 2):
            nibble = nibble_of(meta[i], g, low_first)
            first, second = (nibble % 4, nibble // 4) if first_low else (nibble // 4, nibble % 4)
            dense[i, 4 * g + first], dense[i, 4 * g + second] = values[i, 2 * g : 2 * g + 2]
    return dense


def mistakes(values, meta):
    groups = values.shape[1] // 2
    dense = exact(values, meta)
    found = {
        "places or values of a group were exchanged: the first place is in the low two bits (低两位)": exact(
            values, meta, first_low=False
        ),
        "the groups kept an axis of their own; reshape to (out, in)": dense.reshape(len(values), groups, 4),
        "the result became float64; keep the dtype of values": dense.astype(np.float64),
    }
    if groups % 2 == 0:
        found["the groups in a byte were exchanged: the even one is in the low four bits (低四位)"] = exact(
            values, meta, low_first=False
        )
        halves = np.concatenate([meta % 16, meta // 16], axis=1)
        found["all low nibbles came before all high ones: they take turns (交替)"] = exact(
            values, halves[:, ::2] + 16 * halves[:, 1::2]
        )
    return found


def made(seed, out, groups, dtype=np.float32, padding=0):
    rng = np.random.default_rng(seed)
    values = rng.integers(1, 100, (out, 2 * groups)).astype(dtype)
    codes = np.array([a + 4 * b for a, b in PAIRS])[rng.integers(0, 6, (out, groups))]
    codes = np.concatenate([codes, np.full((out, groups % 2), padding)], axis=1)
    return values, (codes[:, ::2] + 16 * codes[:, 1::2]).astype(np.uint8)


def holds(exercise, values, meta):
    exercise(values, meta).equals(exact(values, meta), dtype="exact", known=mistakes(values, meta))


def test_by_hand(exercise):
    values, meta = np.array([[5, 8, 0, 7]], np.float32), np.array([[13 + 16 * 8]], np.uint8)
    expected = np.array([[0, 5, 0, 8, 0, 0, 7, 0]], np.float32)
    exercise(values, meta).equals(expected, dtype="exact", known=mistakes(values, meta))


@pytest.mark.parametrize("groups", [1, 2, 3, 4, 7, 10])
@pytest.mark.parametrize("out", [1, 3, 4])
def test_matrices(exercise, out, groups):
    holds(exercise, *made(groups, out, groups))


def test_all_pairs_in_both_halves(exercise):
    codes = np.array([a + 4 * b for a, b in PAIRS], np.uint8)
    meta = np.stack([codes + 16 * codes[::-1], codes[::-1] + 16 * codes], axis=1)
    holds(exercise, np.arange(1, 49, dtype=np.float32).reshape(6, 8), meta)


def test_stored_zeros(exercise):
    holds(exercise, np.array([[0, 3, 0, 0]], np.float32), np.array([[4 + 16 * 14]], np.uint8))


@pytest.mark.parametrize("padding", [1, 5, 10, 15])
def test_padding_is_ignored(exercise, padding):
    holds(exercise, *made(20, 3, 3, padding=padding))


def test_float16_in_fortran_order(exercise):
    values, meta = made(21, 3, 4, np.float16)
    holds(exercise, np.asfortranarray(values), np.asfortranarray(meta))


def test_empty(exercise):
    exercise(np.zeros((0, 4), np.float32), np.zeros((0, 1), np.uint8)).equals(
        np.zeros((0, 8), np.float32), dtype="exact"
    )
    exercise(np.zeros((2, 0), np.float32), np.zeros((2, 0), np.uint8)).equals(
        np.zeros((2, 0), np.float32), dtype="exact"
    )


@pytest.mark.parametrize("nibble", [n for n in range(16) if n % 4 >= n // 4])
@pytest.mark.parametrize("half", [0, 1])
def test_refuses_places_that_do_not_rise(exercise, nibble, half):
    meta = np.array([[4 + 16 * 4], [nibble + 16 * 4 if half == 0 else 4 + 16 * nibble]], np.uint8)
    because = f"the nibble {nibble} of row 1 has places {nibble % 4} and {nibble // 4}, which do not rise (不递增)"
    exercise.raises(ValueError, np.ones((2, 4), np.float32), meta, because=because)


@pytest.mark.parametrize(
    ("shape", "wanted"), [((2, 2), (2, 1)), ((2, 0), (2, 1)), ((3, 1), (2, 1)), ((1, 1), (2, 1)), ((2, 1), (2, 2))]
)
def test_refuses_a_shape_of_meta(exercise, shape, wanted):
    values = np.ones((2, 4 * wanted[1]), np.float32)
    because = f"meta must have shape {wanted} for values of shape {values.shape}; it has {shape}"
    exercise.raises(ValueError, values, np.full(shape, 0x44, np.uint8), because=because)


def test_refuses_what_is_no_packed_matrix(exercise):
    meta = np.full((2, 1), 0x44, np.uint8)
    exercise.raises(ValueError, np.ones((2, 3), np.float32), meta, because="values has an odd number of columns")
    exercise.raises(ValueError, np.ones(4, np.float32), meta, because="values must be 2-D")
    exercise.raises(ValueError, np.ones((1, 4), np.float32), np.array([0x44], np.uint8), because="meta must be 2-D")
    wide = np.full((2, 1), 0x44, np.int64)
    exercise.raises(ValueError, np.ones((2, 4), np.float32), wide, because="meta must be uint8")
