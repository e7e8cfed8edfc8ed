"""Grader of stored_bits. Oracles: arrays built and measured (numpy.packbits), and the figures of published formats."""

from fractions import Fraction

import numpy as np
import pytest

# Figures of published formats: GGUF blocks Q4_0 and Q8_0 (32 weights and a float16 scale), OCP MXFP4 (32 and an 8-bit
# scale), QLoRA's NF4 before double quantization (64 and a float32), 4 bits with groups of 128, a float16 scale and a
# 4-bit zero point (GPTQ's layout).
FORMATS = [
    ("Q4_0", 4, 32, 16, 0, 4.5),
    ("Q8_0", 8, 32, 16, 0, 8.5),
    ("MXFP4", 4, 32, 8, 0, 4.25),
    ("NF4", 4, 64, 32, 0, 4.5),
    ("GPTQ g128", 4, 128, 16, 4, 4.15625),
]


def measured(shape, bits, group_size, scale_bits, zero_bits):
    """Build the bits of every code, pack them row by row, name every group, and count."""
    rows, columns = shape
    packed = np.packbits(np.zeros((rows, columns * bits), np.uint8), axis=1)
    size = {None: columns, "tensor": columns}.get(group_size, group_size)
    groups = {("all",) if group_size == "tensor" else (i, j // size) for i in range(rows) for j in range(columns)}
    stored = sum(len(row.tobytes()) * 8 for row in packed) + sum(scale_bits + zero_bits for _ in groups)
    return float(Fraction(stored, rows * columns))


def mistakes(shape, bits, group_size, scale_bits, zero_bits):
    """What the usual mistakes return."""
    rows, columns = shape
    weights = rows * columns
    groups = {None: rows, "tensor": 1}.get(group_size) or weights // group_size
    side = groups * (scale_bits + zero_bits)
    codes = rows * -(-columns * bits // 8) * 8
    per_byte = max(1, 8 // bits)
    whole = rows * -(-columns // per_byte) * 8 * max(1, -(-bits // 8))
    per_column = columns * (scale_bits + zero_bits)
    found = {
        "the scales (缩放因子) and zero points were not counted": codes / weights,
        "only the width of a code was returned": float(bits),
        "the zero points (零点) were not counted": (codes + groups * scale_bits) / weights,
        "the rows were not padded (补齐) to whole bytes": (weights * bits + side) / weights,
        "the padding (补齐) was made once, at the end of the matrix; every row starts on a byte": (
            -(-weights * bits // 8) * 8 + side
        )
        / weights,
        "a row was rounded down to whole bytes; its last bits would be lost": (rows * (columns * bits // 8) * 8 + side)
        / weights,
        "every code got whole bytes of its own": (weights * -(-bits // 8) * 8 + side) / weights,
        "the codes were kept from straddling two bytes (跨字节); they are packed end to end": (whole + side) / weights,
        "this is the number of stored bits; divide it by the number of weights": float(codes + side),
        "this is the number of bytes per weight; there are 8 bits in a byte": (codes + side) / weights / 8,
        "this is the number of stored bytes, not of bits per weight": (codes + side) / 8,
        "the division was made in integers (整除)": float((codes + side) // weights),
        "scale_bits was read as bytes": (codes + 8 * side) / weights,
        "scale and zero point were counted for every weight, not for every group": (
            codes / weights + scale_bits + zero_bits
        ),
    }
    if group_size is None:
        found = {
            "None was read as one group for the whole matrix; it means one per row (逐行)": (
                codes + scale_bits + zero_bits
            )
            / weights,
            "there is one group per column; None means one per row (逐行)": (codes + per_column) / weights,
            **found,
        }
    elif group_size == "tensor":
        found["'tensor' was read as one group per row; it means one for the whole matrix"] = (
            codes + rows * (scale_bits + zero_bits)
        ) / weights
    else:
        one_row = columns // group_size * (scale_bits + zero_bits)
        found["the groups of one row only were counted; every row has its own"] = (codes + one_row) / weights
        down = -(-rows // group_size) * columns * (scale_bits + zero_bits)
        found["the groups were counted down the columns; a group lies within one row (行内)"] = (codes + down) / weights
        every = group_size * (scale_bits + zero_bits)
        found["group_size was taken for the number of groups"] = (codes + every) / weights
        found["group_size was taken for the number of groups in a row"] = (codes + rows * every) / weights
        found["group_size was ignored: one group per row was counted"] = (
            codes + rows * (scale_bits + zero_bits)
        ) / weights
    return found


def holds(exercise, shape, bits, group_size, scale_bits=16, zero_bits=0, expected=None):
    known = mistakes(shape, bits, group_size, scale_bits, zero_bits)
    if expected is None:
        expected = measured(shape, bits, group_size, scale_bits, zero_bits)
    answer = exercise(shape, bits=bits, group_size=group_size, scale_bits=scale_bits, zero_bits=zero_bits)
    answer.close_to(expected, rtol=1e-9, known=known)


def test_by_hand(exercise):
    holds(exercise, (2, 64), 4, 32, expected=4.5)


@pytest.mark.parametrize(("name", "bits", "group_size", "scale_bits", "zero_bits", "expected"), FORMATS)
def test_published_formats(exercise, name, bits, group_size, scale_bits, zero_bits, expected):
    holds(exercise, (3, 256), bits, group_size, scale_bits, zero_bits, expected)


@pytest.mark.parametrize("bits", range(1, 17))
def test_rows_are_padded_to_whole_bytes(exercise, bits):
    holds(exercise, (5, 9), bits, 3, 16, 8)


@pytest.mark.parametrize("group_size", [None, "tensor", 1, 2, 3, 6, 12])
@pytest.mark.parametrize(("scale_bits", "zero_bits"), [(16, 0), (32, 8), (8, 3)])
def test_granularities(exercise, group_size, scale_bits, zero_bits):
    holds(exercise, (5, 12), 3, group_size, scale_bits, zero_bits)


@pytest.mark.parametrize("group_size", [None, "tensor", 1])
def test_smallest_matrix(exercise, group_size):
    holds(exercise, (1, 1), 1, group_size, 0, 0)
    holds(exercise, (1, 1), 16, group_size, 16, 16)


def test_whole_numbers_are_floats(exercise):
    holds(exercise, (4, 16), 8, None, 0, 0, expected=8.0)


def test_defaults(exercise):
    shape = (3, 10)
    known = mistakes(shape, 3, None, 16, 0)
    exercise(shape, bits=3).close_to(measured(shape, 3, None, 16, 0), rtol=1e-9, known=known)


def test_a_matrix_too_large_to_build(exercise):
    expected = 5.0 + 40 / 128  # 128 codes of 5 bits are 80 bytes: no padding, and every group of 128 costs 40 bits
    exercise((10**6, 128 * 7000), bits=5, group_size=128, scale_bits=32, zero_bits=8).close_to(expected, rtol=1e-9)


@pytest.mark.parametrize("shape", [(), (4,), (2, 4, 4), (0, 4), (2, 0), (-1, 4), (2, -4)])
def test_refuses_shape(exercise, shape):
    because = "shape must be two ints of at least 1"
    exercise.raises(ValueError, shape, bits=4, because=because)


@pytest.mark.parametrize("bits", [-4, 0, 17])
def test_refuses_bits(exercise, bits):
    exercise.raises(ValueError, (2, 4), bits=bits, because="bits must be in 1 .. 16")


@pytest.mark.parametrize("group_size", [0, -1, -2, 3, 8, "row"])
def test_refuses_group_size(exercise, group_size):
    because = "group_size must divide the 4 columns (整除), or be None or 'tensor'"
    exercise.raises(ValueError, (6, 4), bits=4, group_size=group_size, because=because)


@pytest.mark.parametrize(("scale_bits", "zero_bits"), [(-1, 0), (16, -1), (-1, 1)])
def test_refuses_negative_sizes(exercise, scale_bits, zero_bits):
    because = "scale_bits and zero_bits must be at least 0"
    exercise.raises(ValueError, (2, 4), bits=4, scale_bits=scale_bits, zero_bits=zero_bits, because=because)
