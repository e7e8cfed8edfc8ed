"""Plausible wrong answers to unpack_nibbles; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _checked(packed, columns):
    if packed.ndim != 2 or columns < 0 or -(-columns // 2) != packed.shape[1]:
        raise ValueError("packed or columns")
    return packed & 15, packed >> 4


def high_nibble_first(packed, *, columns):
    """the nibbles \\(半字节\\) are swapped
    Solver's mistake.
    """
    low, high = _checked(packed, columns)
    return np.stack([high, low], axis=2).reshape(len(packed), 2 * packed.shape[1])[:, :columns]


def side_by_side(packed, *, columns):
    """all low nibbles come before all high ones \\(as in a GGUF block\\)
    Solver's mistake.
    """
    low, high = _checked(packed, columns)
    return np.hstack([low, high])[:, :columns]


def stacked_on_the_wrong_axis(packed, *, columns):
    """all low nibbles come before all high ones"""
    low, high = _checked(packed, columns)
    return np.stack([low, high], axis=1).reshape(len(packed), 2 * packed.shape[1])[:, :columns]


def rows_of_their_own(packed, *, columns):
    """low and high nibbles became rows of their own
    Solver's mistake.
    """
    low, high = _checked(packed, columns)
    return np.stack([low, high], axis=1).reshape(2 * len(packed), packed.shape[1])


def keeps_the_padding(packed, *, columns):
    """the padding \\(填充\\) of an odd row was kept as a code"""
    low, high = _checked(packed, columns)
    codes = np.zeros((len(packed), 2 * packed.shape[1]), np.uint8)
    codes[:, ::2], codes[:, 1::2] = low, high
    return codes


def refuses_padding_that_is_not_zero(packed, *, columns):
    """(?s)an error in unpack_nibbles.*ValueError: the padding must be 0
    Solver's mistake.
    """
    low, high = _checked(packed, columns)
    codes = np.stack([low, high], axis=2).reshape(len(packed), 2 * packed.shape[1])
    if codes[:, columns:].any():
        raise ValueError("the padding must be 0")
    return codes[:, :columns]


def last_byte_is_one_code(packed, *, columns):
    """the last byte of an odd row was taken whole"""
    low, high = _checked(packed, columns)
    codes = np.stack([low, high], axis=2).reshape(len(packed), 2 * packed.shape[1])[:, :columns]
    if columns % 2:
        codes[:, -1] = packed[:, -1]  # "its high nibble is 0 anyway"
    return codes


def cuts_the_front(packed, *, columns):
    """the first code was cut off in place of the padding"""
    low, high = _checked(packed, columns)
    codes = np.stack([low, high], axis=2).reshape(len(packed), 2 * packed.shape[1])
    return codes[:, codes.shape[1] - columns :]


def forgets_the_shift(packed, *, columns):
    """the high nibble was masked but not shifted down"""
    low, _ = _checked(packed, columns)
    return np.stack([low, packed & 0xF0], axis=2).reshape(len(packed), 2 * packed.shape[1])[:, :columns]


def forgets_the_mask(packed, *, columns):
    """the low nibble was not masked"""
    _, high = _checked(packed, columns)
    return np.stack([packed, high], axis=2).reshape(len(packed), 2 * packed.shape[1])[:, :columns]


def three_bit_mask(packed, *, columns):
    """the mask keeps 3 bits"""
    _, high = _checked(packed, columns)
    return np.stack([packed & 7, high], axis=2).reshape(len(packed), 2 * packed.shape[1])[:, :columns]


def divmod_by_15(packed, *, columns):
    """the byte was split by 15, not by 16"""
    _checked(packed, columns)
    high, low = np.divmod(packed, 15)
    return np.stack([low, high], axis=2).reshape(len(packed), 2 * packed.shape[1])[:, :columns]


def arithmetic_shift(packed, *, columns):
    """expected dtype uint8, returned int8
    Solver's mistake.
    """
    _checked(packed, columns)
    signed = packed.view(np.int8)
    codes = np.stack([signed << 4 >> 4, signed >> 4], axis=2)
    return codes.reshape(len(packed), 2 * packed.shape[1])[:, :columns]


def unsigned_view_of_signed_nibbles(packed, *, columns):
    """values differ; the first is at .*returned 2[45]\\d
    Solver's mistake.
    """
    _checked(packed, columns)
    signed = np.ascontiguousarray(packed).view(np.int8)
    codes = np.stack([signed << 4 >> 4, signed >> 4], axis=2).view(np.uint8)
    return codes.reshape(len(packed), 2 * packed.shape[1])[:, :columns]


def wide_codes(packed, *, columns):
    """expected dtype uint8, returned int64"""
    _checked(packed, columns)
    codes = [[byte >> 4 * k & 15 for byte in row for k in (0, 1)][:columns] for row in packed.tolist()]
    return np.array(codes, np.int64).reshape(len(packed), columns)


def list_of_lists(packed, *, columns):
    """expected an array of shape \\(1, 3\\), returned a list of 1
    Solver's mistake.
    """
    _checked(packed, columns)
    return [[byte >> 4 * k & 15 for byte in row for k in (0, 1)][:columns] for row in packed.tolist()]


def one_flat_row(packed, *, columns):
    """expected shape \\(4, 2\\), returned shape \\(8,\\)"""
    low, high = _checked(packed, columns)
    return np.stack([low, high], axis=2).ravel()[: len(packed) * columns]


def bits_from_the_top(packed, *, columns):
    """the nibbles \\(半字节\\) are swapped
    Solver's mistake.
    """
    _checked(packed, columns)
    bits = np.unpackbits(packed, axis=1).reshape(len(packed), 2 * packed.shape[1], 4)
    return (bits @ np.array([8, 4, 2, 1], np.uint8))[:, :columns]


def no_check_of_columns(packed, *, columns):
    """expected ValueError, returned .*3 bytes hold 5 or 6 columns"""
    if packed.ndim != 2:
        raise ValueError("packed")
    return np.stack([packed & 15, packed >> 4], axis=2).reshape(len(packed), 2 * packed.shape[1])[:, :columns]


def columns_at_most(packed, *, columns):
    """expected ValueError, returned .*3 bytes hold 5 or 6 columns"""
    if packed.ndim != 2 or columns < 0 or columns > 2 * packed.shape[1]:
        raise ValueError("packed or columns")
    return np.stack([packed & 15, packed >> 4], axis=2).reshape(len(packed), 2 * packed.shape[1])[:, :columns]


def even_columns_only(packed, *, columns):
    """(?s)an error in unpack_nibbles.*ValueError: columns must be twice the bytes
    Solver's mistake.
    """
    if packed.ndim != 2 or columns != 2 * packed.shape[1]:
        raise ValueError("columns must be twice the bytes")
    return np.stack([packed & 15, packed >> 4], axis=2).reshape(len(packed), columns)


def shifts_in_place(packed, *, columns):
    """after the call, packed is"""
    low, _ = _checked(packed, columns)
    packed >>= 4
    return np.stack([low, packed], axis=2).reshape(len(packed), 2 * packed.shape[1])[:, :columns]
