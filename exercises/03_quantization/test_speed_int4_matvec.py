"""Grader of speed_int4_matvec. Oracle: the definition, weight by weight, in exact or double precision."""

from fractions import Fraction

import numpy as np
import pytest

from minicompress.workbook import speed

TIME_LIMIT = 60  # the first call compiles


def dense(packed, scale, *, offset=8, swap=False):
    """The matrix, digit by digit in base 16."""
    high, low = np.divmod(packed.astype(np.int64), 16)
    pair = (high, low) if swap else (low, high)
    codes = np.stack(pair, axis=2).reshape(packed.shape[0], 2 * packed.shape[1])
    return (codes - offset) * np.repeat(scale.astype(np.float64), codes.shape[1] // scale.shape[1], axis=1)


def problem(seed, out, columns, groups):
    rng = np.random.default_rng(seed)
    packed = rng.integers(0, 256, (out, columns // 2), dtype=np.uint8)
    scale = rng.uniform(0.5, 2.0, (out, groups)).astype(np.float32)
    return packed, scale, rng.normal(0.3, 1.0, columns).astype(np.float32)


def holds(exercise, packed, scale, x):
    w, v = dense(packed, scale), x.astype(np.float64)
    size = packed.shape[1] * 2 // scale.shape[1]
    first = np.repeat(scale[:, :1], scale.shape[1], axis=1)
    tiled = np.tile(scale.astype(np.float64), (1, size))
    known = {
        "the nibbles (半字节) of a byte were swapped": dense(packed, scale, swap=True) @ v,
        "8 was not subtracted from the codes": dense(packed, scale, offset=0) @ v,
        "7 was subtracted from the codes, not 8": dense(packed, scale, offset=7) @ v,
        "every group (分组) took the scale of the first one": dense(packed, first) @ v,
        "the scale was left out": dense(packed, np.ones_like(scale)) @ v,
        "the scales change with every column, not with every group": (dense(packed, np.ones_like(scale)) * tiled) @ v,
        "the even columns come first, then the odd ones: the nibbles were not interleaved": (
            w @ np.concatenate([v[: v.size // 2, None], v[v.size // 2 :, None]], axis=1).ravel()
        ),
    }
    tolerance = 1e-5 * float(np.max(np.abs(w) @ np.abs(v)))
    exercise(packed, scale, x).close_to(w @ v, rtol=0, atol=tolerance, dtype=np.float32, known=known)


def test_by_hand(exercise):
    packed, scale = np.array([[0x19, 0xF0], [0x80, 0x27]], np.uint8), np.array([[0.5, 2], [1, 4]], np.float32)
    # codes 9 1 | 0 15 and 0 8 | 7 2; minus 8: 1 -7 | -8 7 and -8 0 | -1 -6
    x = np.array([1, 2, 3, 4], np.float32)
    exact = [
        Fraction(1, 2) * (1 * 1 - 7 * 2) + 2 * (-8 * 3 + 7 * 4),
        Fraction(-8 * 1) + 4 * (-1 * 3 - 6 * 4),
    ]
    exercise(packed, scale, x).close_to(np.array(exact, np.float32), atol=1e-5, rtol=0, dtype=np.float32)


@pytest.mark.parametrize(("out", "columns", "groups"), [(1, 2, 1), (3, 8, 2), (5, 24, 3), (4, 64, 1), (2, 66, 33)])
def test_shapes(exercise, out, columns, groups):
    holds(exercise, *problem(out, out, columns, groups))


@pytest.mark.parametrize("column", range(6))
def test_every_place_of_a_row(exercise, column):
    """One input at a time shows which weight it meets."""
    packed, scale, _ = problem(40, 3, 12, 3)
    for j in (column, column + 6):
        x = np.zeros(12, np.float32)
        x[j] = 1.0
        holds(exercise, packed, scale, x)


def test_all_codes(exercise):
    packed = np.arange(256, dtype=np.uint8).reshape(64, 4)
    holds(exercise, packed, np.ones((64, 2), np.float32), np.array([1, 3, 9, 27, -2, 5, -7, 11], np.float32))


def test_no_rows(exercise):
    answer = exercise(np.zeros((0, 4), np.uint8), np.zeros((0, 2), np.float32), np.ones(8, np.float32))
    answer.equals(np.zeros(0, np.float32), dtype=np.float32)


@pytest.mark.parametrize("size", [7, 9, 4, 16])
def test_refuses_an_x_of_another_length(exercise, size):
    packed, scale, _ = problem(41, 3, 8, 1)
    exercise.raises(ValueError, packed, scale, np.ones(size, np.float32), because="x must have 2 * 4 elements")


@pytest.mark.parametrize("rows", [1, 2, 4])
def test_refuses_other_rows_of_scales(exercise, rows):
    packed, _, x = problem(42, 3, 8, 2)
    because = "scale must have one row for each of the 3 rows of packed"
    exercise.raises(ValueError, packed, np.ones((rows, 2), np.float32), x, because=because)


@pytest.mark.parametrize("groups", [3, 4, 12])
def test_refuses_groups_that_share_a_byte(exercise, groups):
    packed, scale, x = problem(43, 2, 12, 1)
    scale = np.repeat(scale, groups, axis=1) if groups != 3 else np.ones((2, 5), np.float32)
    because = f"2 * {scale.shape[1]} does not divide 12 inputs (不能整除)"
    exercise.raises(ValueError, packed, scale, x, because=because)


def test_speed(exercise):
    out, columns = (2048, 2048) if speed.enabled() else (8, 64)
    packed, scale, x = problem(44, out, columns, columns // 32)
    holds(exercise, packed, scale, x)
    traffic = packed.nbytes + scale.nbytes + x.nbytes + 4 * out
    speed.measure(exercise, __file__, packed, scale, x, operations=2 * out * columns, traffic=traffic)
