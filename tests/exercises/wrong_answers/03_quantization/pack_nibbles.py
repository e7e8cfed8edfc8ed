"""Plausible wrong answers to pack_nibbles; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _checked(codes):
    if codes.ndim != 2 or np.any(codes > 15):
        raise ValueError("codes")
    return np.pad(codes, ((0, 0), (0, codes.shape[1] % 2)))


def high_nibble_first(codes):
    """the nibbles \\(半字节\\) are swapped
    Solver's mistake.
    """
    even = _checked(codes)
    return even[:, 0::2] << 4 | even[:, 1::2]


def halves_together(codes):
    """as in a GGUF block\\); here neighbours share one
    Solver's mistake.
    """
    even = _checked(codes)
    half = even.shape[1] // 2
    return even[:, :half] | even[:, half:] << 4


def rows_together(codes):
    """two rows share a byte"""
    _checked(codes)
    tall = np.pad(codes, ((0, len(codes) % 2), (0, 0)))
    return tall[0::2] | tall[1::2] << 4


def one_long_stream(codes):
    """the rows run into each other
    Solver's mistake.
    """
    _checked(codes)
    flat = np.pad(codes.ravel(), (0, codes.size % 2))
    return flat[0::2] | flat[1::2] << 4


def stream_then_reshape(codes):
    """cannot reshape array
    Solver's mistake.
    """
    _checked(codes)
    flat = np.pad(codes.ravel(), (0, codes.size % 2))
    return (flat[0::2] | flat[1::2] << 4).reshape(len(codes), -(-codes.shape[1] // 2))


def loses_the_last_column(codes):
    """the last column of an odd row is lost
    Solver's mistake.
    """
    _checked(codes)
    pairs = codes.shape[1] // 2
    return codes[:, 0 : 2 * pairs : 2] | codes[:, 1::2] << 4


def odd_columns_fail(codes):
    """operands could not be broadcast together
    Solver's mistake.
    """
    _checked(codes)
    return codes[:, 0::2] | codes[:, 1::2] << 4


def pads_in_front(codes):
    """stands before its codes, not behind them"""
    _checked(codes)
    even = np.pad(codes, ((0, 0), (codes.shape[1] % 2, 0)))
    return even[:, 0::2] | even[:, 1::2] << 4


def last_code_in_the_high_nibble(codes):
    """it belongs in the low one"""
    even = _checked(codes)
    packed = even[:, 0::2] | even[:, 1::2] << 4
    if codes.shape[1] % 2:
        packed[:, -1] = codes[:, -1] << 4
    return packed


def last_code_twice(codes):
    """was packed with itself"""
    _checked(codes)
    even = np.pad(codes, ((0, 0), (0, codes.shape[1] % 2)), mode="edge" if codes.shape[1] else "constant")
    return even[:, 0::2] | even[:, 1::2] << 4


def shift_of_a_byte(codes):
    """shifted by 8 bits, out of the byte"""
    even = _checked(codes)
    return even[:, 0::2] | even[:, 1::2] << 8


def no_shift(codes):
    """two codes lie on top of each other"""
    even = _checked(codes)
    return even[:, 0::2] | even[:, 1::2]


def largest_code_as_the_base(codes):
    """multiplied by 15; the high nibble counts in sixteens"""
    even = _checked(codes)
    return even[:, 0::2] + 15 * even[:, 1::2]


def four_bits_by_packbits(codes):
    """the nibbles \\(半字节\\) are swapped
    Solver's mistake.
    """
    even = _checked(codes)
    bits = np.unpackbits(even[:, :, None], axis=2)[:, :, 4:]
    return np.packbits(bits.reshape(len(even), -1), axis=1)


def wide_bytes(codes):
    """expected dtype uint8, returned int64"""
    even = _checked(codes).astype(np.int64)
    return even[:, 0::2] + 16 * even[:, 1::2]


def signed_bytes(codes):
    """expected dtype uint8, returned int8"""
    even = _checked(codes)
    return (even[:, 0::2] | even[:, 1::2] << 4).view(np.int8)


def masks_what_does_not_fit(codes):
    """expected ValueError, returned .*does not fit into a nibble
    Solver's mistake.
    """
    if codes.ndim != 2:
        raise ValueError("codes")
    even = np.pad(codes & 15, ((0, 0), (0, codes.shape[1] % 2)))
    return even[:, 0::2] | even[:, 1::2] << 4


def allows_16(codes):
    """expected ValueError, returned .*does not fit into a nibble"""
    if codes.ndim != 2 or (codes > 16).any():
        raise ValueError("codes")
    even = np.pad(codes, ((0, 0), (0, codes.shape[1] % 2)))
    return even[:, 0::2] | even[:, 1::2] << 4


def refuses_15(codes):
    """(?s)an error in pack_nibbles.*ValueError: codes must be below 15"""
    if codes.ndim != 2 or (codes >= 15).any():
        raise ValueError("codes must be below 15")
    even = np.pad(codes, ((0, 0), (0, codes.shape[1] % 2)))
    return even[:, 0::2] | even[:, 1::2] << 4


def shifts_in_place(codes):
    """after the call, codes is"""
    _checked(codes)
    codes[:, 1::2] <<= 4
    packed = codes[:, 0::2].copy()
    packed[:, : codes.shape[1] // 2] |= codes[:, 1::2]
    return packed


def nothing_packed(codes):
    """every code still has a byte of its own"""
    _checked(codes)
    return codes.astype(np.uint8)
