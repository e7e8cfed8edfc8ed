"""Grader of pack_nibbles. Oracles: a row as one Python integer in little-endian order, and ONNX's uint4 (frozen)."""

import numpy as np
import pytest

# raw_data of an ONNX uint4 tensor of these 7 codes: onnx 1.23.2, numpy_helper.from_array with ml_dtypes.uint4.
ONNX_CODES, ONNX_BYTES = [0, 9, 15, 6, 7, 12, 1], [144, 111, 199, 1]


def exact(codes):
    """A row is the integer sum(code_j * 16**j): its little-endian bytes are the packed row."""
    rows, columns = codes.shape
    size = -(-columns // 2)
    packed = [list(sum(int(c) << (4 * j) for j, c in enumerate(row)).to_bytes(size, "little")) for row in codes]
    return np.array(packed, np.uint8).reshape(rows, size)


def packed_pairs(low, high, shift=4):
    """Join two arrays of nibbles as bytes."""
    return (low.astype(np.int64) + (high.astype(np.int64) << shift)) % 256


def mistakes(codes):
    """What the usual mistakes return."""
    rows, columns = codes.shape
    even = np.pad(codes, ((0, 0), (0, columns % 2)))
    low, high = even[:, 0::2], even[:, 1::2]
    half = even.shape[1] // 2
    flat = np.pad(codes.ravel(), (0, codes.size % 2))
    tall = np.pad(codes, ((0, rows % 2), (0, 0)))
    front = np.pad(codes, ((0, 0), (columns % 2, 0)))
    last_high = packed_pairs(low, high)
    if columns % 2:
        last_high[:, -1] <<= 4
    return {
        "the nibbles (半字节) are swapped: the even column belongs in the low one (低半字节)": packed_pairs(high, low),
        "column k shares a byte with column k + columns / 2 (as in a GGUF block); here neighbours share one (相邻列)": (
            packed_pairs(even[:, :half], even[:, half:])
        ),
        "column k shares a byte with column k + columns / 2, high nibble first": (
            packed_pairs(even[:, half:], even[:, :half])
        ),
        "two rows share a byte; the neighbours in one row (同一行) should": packed_pairs(tall[0::2], tall[1::2]),
        "the rows run into each other: an odd row must end with a nibble of padding (补零)": (
            packed_pairs(flat[0::2], flat[1::2])
        ),
        "the last column of an odd row is lost": packed_pairs(low, high)[:, : columns // 2],
        "the padding (补零) of an odd row stands before its codes, not behind them": (
            packed_pairs(front[:, 0::2], front[:, 1::2])
        ),
        "the last code of an odd row is in the high nibble; it belongs in the low one (低半字节)": last_high,
        "the last column of an odd row was packed with itself; the high nibble there is 0 (补零)": (
            packed_pairs(low, np.where(np.arange(low.shape[1]) < columns // 2, high, low))
        ),
        "an odd row was packed with its first code again; the high nibble there is 0 (补零)": (
            packed_pairs(low, np.where(np.arange(low.shape[1]) < columns // 2, high, codes[:, :1]))
        ),
        "the odd columns were shifted by 3 bits; a nibble has 4": packed_pairs(low, high, 3),
        "the odd columns were shifted by 8 bits, out of the byte; a nibble has 4": low.copy(),
        "the odd columns were not shifted, so two codes lie on top of each other": low | high,
        "the odd columns were not shifted, only added": packed_pairs(low, high, 0),
        "the odd columns were multiplied by 15; the high nibble counts in sixteens": low + 15 * high.astype(np.int64),
        "nothing was packed: every code still has a byte of its own": codes.copy(),
    }


def holds(exercise, codes):
    exercise(codes).equals(exact(codes), dtype="exact", known=mistakes(codes))


def random_codes(seed, shape):
    return np.random.default_rng(seed).integers(0, 16, shape).astype(np.uint8)


def test_by_hand(exercise):
    codes = np.array([[1, 2, 3]], np.uint8)
    exercise(codes).equals(np.array([[0x21, 0x03]], np.uint8), dtype="exact", known=mistakes(codes))


def test_agrees_with_onnx(exercise):
    codes = np.array([ONNX_CODES], np.uint8)
    exercise(codes).equals(np.array([ONNX_BYTES], np.uint8), dtype="exact", known=mistakes(codes))


def test_every_pair(exercise):
    first, second = np.divmod(np.arange(256), 16)
    holds(exercise, np.stack([first, second], axis=1).astype(np.uint8))


@pytest.mark.parametrize("columns", [1, 2, 3, 4, 5, 8, 9])
@pytest.mark.parametrize("rows", [1, 4])
def test_shapes(exercise, rows, columns):
    holds(exercise, random_codes(10 * rows + columns, (rows, columns)))


@pytest.mark.parametrize("shape", [(6, 6), (3, 7), (64, 33)])
def test_more_rows(exercise, shape):
    holds(exercise, random_codes(7, shape))


@pytest.mark.parametrize("shape", [(0, 4), (0, 3), (3, 0)])
def test_nothing_to_pack(exercise, shape):
    exercise(np.zeros(shape, np.uint8)).equals(np.zeros((shape[0], (shape[1] + 1) // 2), np.uint8), dtype="exact")


def test_fortran_order(exercise):
    holds(exercise, np.asfortranarray(random_codes(8, (4, 6))))
    holds(exercise, np.asfortranarray(random_codes(9, (4, 5))))


@pytest.mark.parametrize(("row", "column"), [(0, 0), (0, 1), (1, 2)])
@pytest.mark.parametrize("code", [16, 17, 128, 255])
def test_refuses_codes_above_15(exercise, code, row, column):
    codes = np.zeros((2, 3), np.uint8)
    codes[row, column] = code
    exercise.raises(ValueError, codes, because="a code above 15 does not fit into a nibble (半字节)")


@pytest.mark.parametrize("shape", [(), (4,), (2, 2, 4)])
def test_refuses_shape(exercise, shape):
    exercise.raises(ValueError, np.ones(shape, np.uint8), because="codes must be 2-D, (rows, columns)")
