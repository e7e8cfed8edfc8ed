"""Grader of unpack_nibbles. Oracles: a row read as one little-endian Python integer, and ONNX's uint4 (frozen)."""

import numpy as np
import pytest

# raw_data of an ONNX uint4 tensor of these 7 codes: onnx 1.23.2, numpy_helper.from_array with ml_dtypes.uint4.
ONNX_CODES, ONNX_BYTES = [0, 9, 15, 6, 7, 12, 1], [144, 111, 199, 1]


def exact(packed, columns):
    """A row of bytes is the integer whose hexadecimal digits, from the last to the first, are the codes."""
    codes = np.zeros((len(packed), columns), np.uint8)
    for i, row in enumerate(packed):
        digits = f"{int.from_bytes(bytes(row.tolist()), 'little'):0{2 * row.size}x}"[::-1]
        codes[i] = [int(digit, 16) for digit in digits[:columns]]
    return codes


def interleaved(low, high, columns):
    """Stack low and high nibbles in turn and cut the padding off."""
    return np.stack([low, high], axis=2).reshape(len(low), -1)[:, :columns]


def mistakes(packed, columns):
    """What the usual mistakes return."""
    low, high = packed % 16, packed // 16
    signed = interleaved(low, high, columns).astype(np.int64)
    both = np.concatenate([low, high], axis=1)
    every = interleaved(low, high, 2 * packed.shape[1])
    dropped = every[:, columns % 2 :]
    last = every[:, :columns].copy()
    if columns % 2:
        last[:, -1] = high[:, -1]
    garbage = every[:, :columns].copy()
    if columns % 2:
        garbage[:, -1] = packed[:, -1]
    return {
        "the last byte of an odd row was taken whole; its high nibble is padding (填充)": garbage,
        "the nibbles (半字节) are swapped: the low one (低半字节) comes first": interleaved(high, low, columns),
        "the nibbles (半字节) of an odd row's last byte are swapped: its code is in the low one": last,
        "all low nibbles come before all high ones (as in a GGUF block); they must alternate (交错)": both[:, :columns],
        "all low nibbles come before all high ones, and the padding (填充) was kept": both,
        "all high nibbles come before all low ones; they must alternate (交错), low first": (
            np.concatenate([high, low], axis=1)[:, :columns]
        ),
        "low and high nibbles became rows of their own": np.stack([low, high], axis=1).reshape(-1, packed.shape[1]),
        "the padding (填充) of an odd row was kept as a code": every,
        "the first code was cut off in place of the padding (填充), which is the last": dropped,
        "one code too many was cut off": every[:, : columns - 1],
        "the high nibble was masked but not shifted down by 4 bits": interleaved(low, packed & 0xF0, columns),
        "the low nibble was not masked: the neighbour's bits are still in it": interleaved(packed, high, columns),
        "the high nibble was taken with a shift of 3 bits; a nibble has 4": interleaved(low, packed >> 3, columns),
        "the mask keeps 3 bits; a nibble has 4, the mask 15": interleaved(packed & 7, high, columns),
        "the byte was split by 15, not by 16": interleaved(packed % 15, packed // 15, columns),
        "the codes were read as signed (有符号): 8 .. 15 became negative": np.where(signed > 7, signed - 16, signed),
        "the zero point 8 was subtracted; the codes are wanted as they are": signed - 8,
        "each byte was repeated, and only one of its nibbles read": interleaved(low, low, columns),
    }


def holds(exercise, packed, columns):
    exercise(packed, columns=columns).equals(
        exact(packed, columns), dtype="exact", known=mistakes(packed, columns) if columns else None
    )


def random_bytes(seed, shape):
    """Bytes with both nibbles at random: the padding of an odd row holds garbage, which is to be ignored."""
    return np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)


@pytest.mark.parametrize(("columns", "codes"), [(3, [1, 2, 3]), (4, [1, 2, 3, 0])])
def test_by_hand(exercise, columns, codes):
    packed = np.array([[0x21, 0x03]], np.uint8)
    known = mistakes(packed, columns)
    exercise(packed, columns=columns).equals(np.array([codes], np.uint8), dtype="exact", known=known)


def test_agrees_with_onnx(exercise):
    packed = np.array([ONNX_BYTES], np.uint8)
    expected = np.array([ONNX_CODES], np.uint8)
    exercise(packed, columns=7).equals(expected, dtype="exact", known=mistakes(packed, 7))


def test_every_byte(exercise):
    holds(exercise, np.arange(256, dtype=np.uint8).reshape(16, 16), 32)


@pytest.mark.parametrize("columns", [1, 2, 3, 4, 5, 8, 9])
@pytest.mark.parametrize("rows", [1, 4])
def test_shapes(exercise, rows, columns):
    holds(exercise, random_bytes(10 * rows + columns, (rows, (columns + 1) // 2)), columns)


@pytest.mark.parametrize(("rows", "columns"), [(6, 12), (5, 9), (64, 33)])
def test_more_rows(exercise, rows, columns):
    holds(exercise, random_bytes(7, (rows, (columns + 1) // 2)), columns)


@pytest.mark.parametrize(("rows", "columns"), [(0, 4), (0, 3), (3, 0)])
def test_nothing_to_unpack(exercise, rows, columns):
    packed = np.zeros((rows, (columns + 1) // 2), np.uint8)
    exercise(packed, columns=columns).equals(np.zeros((rows, columns), np.uint8), dtype="exact")


def test_fortran_order(exercise):
    holds(exercise, np.asfortranarray(random_bytes(8, (4, 3))), 6)
    holds(exercise, np.asfortranarray(random_bytes(9, (4, 3))), 5)


@pytest.mark.parametrize(("size", "columns"), [(3, 4), (3, 7), (3, 0), (3, -5), (0, 1), (0, -1), (1, 3), (2, 2)])
def test_refuses_columns_that_do_not_fit(exercise, size, columns):
    because = f"{size} bytes hold {2 * size - 1} or {2 * size} columns" if size else "no byte holds no column"
    exercise.raises(ValueError, np.ones((2, size), np.uint8), columns=columns, because=because)


@pytest.mark.parametrize(("shape", "columns"), [((), 2), ((2,), 4), ((2,), 2), ((2, 2, 2), 4)])
def test_refuses_shape(exercise, shape, columns):
    because = "packed must be 2-D, (rows, bytes)"
    exercise.raises(ValueError, np.ones(shape, np.uint8), columns=columns, because=because)
