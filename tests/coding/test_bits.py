"""Bit packing against one big Python integer a row."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minicompress.coding import pack_bits, unpack_bits


def packed_slowly(codes: list[int], bits: int) -> bytes:
    number = 0
    for position, code in enumerate(codes):
        number |= code << (position * bits)
    return number.to_bytes(-(-len(codes) * bits // 8), "little")


@st.composite
def code_rows(draw: st.DrawFn) -> tuple[np.ndarray, int]:
    bits, rows, columns = draw(st.integers(1, 8)), draw(st.integers(1, 4)), draw(st.integers(1, 70))
    seed = draw(st.integers(0, 2**32 - 1))
    return np.random.default_rng(seed).integers(0, 2**bits, (rows, columns)), bits


@pytest.mark.oracle("pack_bits", against="one big Python integer a row", tolerance="equal")
@pytest.mark.oracle("unpack_bits", against="the codes themselves", tolerance="equal")
@given(code_rows())
def test_bytes_are_those_of_the_big_integer(case: tuple[np.ndarray, int]) -> None:
    codes, bits = case
    before = codes.tobytes()
    packed = pack_bits(codes, bits=bits)
    np.testing.assert_equal(codes.tobytes(), before)
    assert packed.dtype == np.uint8
    np.testing.assert_equal([row.tobytes() for row in packed], [packed_slowly(row, bits) for row in codes.tolist()])
    back = unpack_bits(packed, bits=bits, count=codes.shape[1])
    assert back.dtype == np.uint8
    np.testing.assert_array_equal(back, codes)


@pytest.mark.parametrize("bits", range(1, 9))
def test_largest_codes_fill_every_bit(bits: int) -> None:
    packed = pack_bits(np.full((2, 8), 2**bits - 1), bits=bits)
    assert packed.tolist() == [[255] * bits] * 2
    assert not pack_bits(np.zeros((2, 8), int), bits=bits).any()


def test_at_eight_bits_packing_is_the_identity() -> None:
    codes = np.arange(256).reshape(4, 64)
    np.testing.assert_array_equal(pack_bits(codes, bits=8), codes)


def test_at_four_bits_the_even_column_is_the_low_nibble() -> None:
    assert pack_bits([0x1, 0x2, 0x3], bits=4).tolist() == [0x21, 0x03]


def test_any_number_of_dimensions_and_any_layout() -> None:
    codes = np.random.default_rng(0).integers(0, 8, (2, 3, 11)).astype(np.int16)
    packed = pack_bits(codes, bits=3)
    assert packed.shape == (2, 3, 5)
    np.testing.assert_array_equal(unpack_bits(packed, bits=3, count=11), codes)
    np.testing.assert_array_equal(pack_bits(np.asfortranarray(codes), bits=3), packed)
    np.testing.assert_array_equal(unpack_bits(packed[:, ::2], bits=3, count=11), codes[:, ::2])
    np.testing.assert_array_equal(pack_bits(codes[0, 0], bits=3), packed[0, 0])


def test_spare_bits_of_the_last_byte_are_not_read() -> None:
    packed = pack_bits([[5, 2, 7]], bits=3)
    packed[0, -1] |= 0b11111110
    assert unpack_bits(packed, bits=3, count=3).tolist() == [[5, 2, 7]]


def test_arguments_are_named() -> None:
    with pytest.raises(ValueError, match=r"codes must lie in \[0, 7\]; got a maximum of 8"):
        pack_bits([8], bits=3)
    with pytest.raises(ValueError, match=r"codes must lie in \[0, 7\]; got a minimum of -1"):
        pack_bits([-1], bits=3)
    with pytest.raises(TypeError, match="codes must hold integers"):
        pack_bits([1.0], bits=3)
    with pytest.raises(ValueError, match="bits must be an integer from 1 to 8"):
        pack_bits([1], bits=9)
    with pytest.raises(ValueError, match="at least one dimension and one element"):
        pack_bits([], bits=3)
    with pytest.raises(ValueError, match="packed must have 2 bytes in its last dimension for 3 codes"):
        unpack_bits([1], bits=3, count=3)
    with pytest.raises(ValueError, match="packed must lie in"):
        unpack_bits([256], bits=8, count=1)
    with pytest.raises(ValueError, match="count must be an integer of at least 1"):
        unpack_bits([1], bits=8, count=0)


@pytest.mark.oracle("pack_bits", against="numpy.packbits, little end first", tolerance="equal")
@pytest.mark.oracle("unpack_bits", against="numpy.unpackbits, little end first", tolerance="equal")
@pytest.mark.parametrize("bits", range(1, 9))
def test_bytes_are_those_of_numpy(bits: int) -> None:
    codes = np.random.default_rng(bits).integers(0, 2**bits, (5, 29))
    planes = (codes[..., None] >> np.arange(bits)) & 1  # the bits of each code, lowest first
    packed = np.packbits(planes.reshape(5, -1).astype(np.uint8), axis=1, bitorder="little")
    np.testing.assert_array_equal(pack_bits(codes, bits=bits), packed)
    stream = np.unpackbits(packed, axis=1, count=29 * bits, bitorder="little").reshape(5, 29, bits)
    np.testing.assert_array_equal(unpack_bits(packed, bits=bits, count=29), (stream << np.arange(bits)).sum(axis=-1))
