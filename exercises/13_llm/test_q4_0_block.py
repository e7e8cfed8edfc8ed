"""Grader of q4_0_block. Oracles: the package gguf (frozen), and exact rationals with struct."""

import math
import struct
from fractions import Fraction

import numpy as np
import pytest

# gguf.quants.quantize(x, GGMLQuantizationType.Q4_0), gguf 0.19.0; x = hundredths / 100 as float32
GGUF_X = [
    [13, -13, 64, 10, -54, 275, 130, 95, -70, -127, -62, 4, -233, -22, -125, -73, -54, -32, 41, 104, -13, 137, -67, 35]
    + [90, 9, -74, -92, -46, 22, -101, -21],
    [-16, 54, 21, 36, -65, -13, 78, 149, -126, 151, 135, 78, 26, -31, 146, 196, 180, 132, 36, -121, -350, 66, -129, 40]
    + [43, 70, -118, -66, -44, -117, 174, -50],
]
GGUF_BYTES = [
    [128, 181, 168, 152, 118, 88, 138, 64, 164, 117, 90, 140, 170, 184, 159, 121, 188, 154],
    [0, 55, 200, 185, 152, 89, 7, 168, 90, 155, 149, 171, 91, 106, 121, 87, 203, 124],
]


def exact(x):
    """Byte by byte, in rational numbers."""
    records = []
    for row in x.tolist():
        largest = max(map(abs, row))
        m = next(v for v in row if abs(v) == largest)
        d = np.float32(m) / np.float32(-8)
        codes = [8] * 32
        if m:
            codes = [min(math.trunc(Fraction(v) / Fraction(float(d)) + Fraction(17, 2)), 15) for v in row]
        packed = [codes[i] + 16 * codes[i + 16] for i in range(16)]
        records.append([*struct.pack("<e", float(d)), *packed])
    return np.array(records, np.uint8)


def blocks(seed, n):
    """Blocks of many sizes, drawn until no quotient lies near a tie."""
    rng = np.random.default_rng(seed)
    found = []
    while len(found) < n:
        x = (rng.normal(0, 1, 32) * 10.0 ** rng.integers(-3, 4)).astype(np.float32)
        m = x[np.abs(x).argmax()]
        v = x.astype(np.float64) / (m / np.float32(-8)) + 8.5
        if (np.abs(v - np.rint(v)) > 1e-3).all():
            found.append(x)
    return np.stack(found)


def record(d, codes, *, order="<f2", pairs="halves", high_first=False):
    """Put the records together in one of the usual ways."""
    codes = codes.astype(int)
    low, high = (codes[:, :16], codes[:, 16:]) if pairs == "halves" else (codes[:, ::2], codes[:, 1::2])
    if high_first:
        low, high = high, low
    scale = d.astype(np.float32).astype(np.float16).astype(order).reshape(-1, 1).view(np.uint8)
    return np.hstack([scale, (low % 16 + high % 16 * 16).astype(np.uint8)])


def mistakes(x):
    """What the usual mistakes return."""
    wide = x.astype(np.float64)
    m = np.take_along_axis(wide, np.abs(wide).argmax(axis=1)[:, None], axis=1)
    last = np.take_along_axis(wide[:, ::-1], np.abs(wide[:, ::-1]).argmax(axis=1)[:, None], axis=1)

    def codes(d, finish=lambda v: np.trunc(v + 8.5)):
        return np.minimum(finish(wide / np.where(d == 0, 1, d)), 15)

    d = m / -8
    right = codes(d)
    stored = d.astype(np.float16).astype(np.float64)
    top = wide.max(axis=1, keepdims=True) / -8
    absolute, seven, plus = np.abs(m) / 8, np.abs(m) / 7, m / 8
    return {
        "of several largest weights the last was taken, not the first": record(last / -8, codes(last / -8)),
        "the sign of the largest weight was lost: d = max|x| / 8 is not m / -8 (带符号)": record(
            absolute, codes(absolute)
        ),
        "the largest value was taken, not the one of the largest magnitude (绝对值)": record(
            top, np.maximum(codes(top), 0)
        ),
        "d = max|x| / 7, the usual symmetric scale; Q4_0 takes the signed m / -8": record(seven, codes(seven)),
        "d = m / 8: with the minus sign the largest weight gets the code 0": record(plus, codes(plus)),
        "the sign of d was lost in the record only": record(np.abs(d), right),
        "the nibbles hold neighbours (0, 1), (2, 3), ...; byte i holds weights i and i + 16": record(
            d, right, pairs="neighbours"
        ),
        "the nibbles are swapped: weight i is in the low one (低四位)": record(d, right, high_first=True),
        "the scale is big-endian; its low byte comes first (小端序)": record(d, right, order=">f2"),
        "the scale comes after the codes; it opens the record": np.roll(record(d, right), -2, axis=1),
        "the codes were not limited to 15 (上限截断): 16 runs over into the other nibble": np.hstack(
            [record(d, right)[:, :2], ((np.trunc(wide / np.where(d == 0, 1, d) + 8.5)).astype(int) @ fold()) % 256]
        ),
        "a code of 16 was cut to 4 bits and became 0; it must be held at 15 (上限截断)": record(
            d, np.trunc(wide / np.where(d == 0, 1, d) + 8.5)
        ),
        "the codes are truncated x / d + 8, without the half": record(d, codes(d, lambda v: np.trunc(v + 8))),
        "the codes count x / d + 7.5": record(d, np.maximum(codes(d, lambda v: np.trunc(v + 7.5)), 0)),
        "the codes were computed with d after its rounding to float16": record(d, codes(stored)),
        "the codes are signed, in two's complement; Q4_0 adds 8": record(d, codes(d, np.rint)),
    }


def fold():
    """(32, 16): code i at 1, code i + 16 at 16, added without regard for overflow."""
    return np.vstack([np.eye(16, dtype=int), 16 * np.eye(16, dtype=int)])


def holds(exercise, x):
    exercise(x).equals(exact(x), dtype=np.uint8, known=mistakes(x))


def test_agrees_with_gguf(exercise):
    x = (np.array(GGUF_X) / 100).astype(np.float32)
    exercise(x).equals(np.array(GGUF_BYTES, np.uint8), dtype=np.uint8, known=mistakes(x))


@pytest.mark.parametrize("seed", [1, 2])
def test_blocks(exercise, seed):
    holds(exercise, blocks(seed, 25))


@pytest.mark.parametrize("m", [8.0, -8.0])
def test_the_opposite_of_the_largest(exercise, m):
    """-m would be the code 16."""
    x = np.zeros((1, 32), np.float32)
    x[0, 2], x[0, 9], x[0, 20], x[0, 31] = m, -m, -m, m
    x[0, 5] = 3.25
    holds(exercise, x)


def test_of_several_largest_the_first_counts(exercise):
    x = np.zeros((2, 32), np.float32)
    x[0, 30], x[0, 31] = 4.0, -4.0
    x[1, 0], x[1, 1] = -4.0, 4.0
    x[:, 7], x[:, 23] = 1.2, -2.3
    holds(exercise, x)


def test_a_block_of_zeros(exercise):
    x = np.zeros((2, 32), np.float32)
    x[1, 4] = 1.0
    wanted = np.array([[0, 128] + [0x88] * 16, [0, 0xB0, 136, 136, 136, 136, 128] + [136] * 11], np.uint8)
    known = {
        "a block of zeros has the code 8, which stands for 0": np.vstack([[0, 128] + [0] * 16, wanted[1]]),
        "0 / -8 is -0.0, whose float16 has the bytes 00 80": np.vstack([[0, 0] + [0x88] * 16, wanted[1]]),
    }
    exercise(x).equals(wanted, dtype=np.uint8, known=known)


def test_where_rounding_d_would_change_a_code(exercise):
    """d = 1.0004883 rounds to 1 in float16; 7.4999 * d lies between the two decisions."""
    x = np.zeros((1, 32), np.float32)
    x[0, 0] = -8 * 1.00048828125 + 1e-4
    x[0, 1], x[0, 17] = 6.502, -6.502
    holds(exercise, x)


def test_one_block_and_none(exercise):
    holds(exercise, blocks(4, 1))


def test_leaves_a_fortran_ordered_array_alone(exercise):
    holds(exercise, np.asfortranarray(blocks(5, 7)))


@pytest.mark.parametrize("shape", [(32,), (2, 17), (2, 31), (2, 64), (1, 2, 32), (32, 32, 1)])
def test_refuses_shape(exercise, shape):
    exercise.raises(ValueError, np.ones(shape, np.float32), because="x must be of shape (n, 32)")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_refuses_what_is_not_finite(exercise, value):
    x = np.ones((2, 32), np.float32)
    x[1, 7] = value
    exercise.raises(ValueError, x, because="x holds NaN or infinity")
