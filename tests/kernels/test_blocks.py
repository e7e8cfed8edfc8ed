"""Each SIMD block against its NumPy meaning; values beyond a block's lanes must stay as they were."""

from __future__ import annotations

import numpy as np
import pytest

numba = pytest.importorskip("numba")

from minicompress.kernels import elementary, lookup, tile, vector  # noqa: E402

RNG = np.random.default_rng(3)
A = RNG.standard_normal(200).astype(np.float32)
B = RNG.standard_normal(200).astype(np.float32)
BYTES = RNG.integers(0, 256, 400).astype(np.uint8)
SIGNED = RNG.integers(-128, 128, 400).astype(np.int8)
SUMS = RNG.integers(-10_000, 10_000, 100).astype(np.int32)
TWO, THREE, ONE = (0, 0), (0, 0, 0), (0,)


@numba.njit
def _registers(a, b, w, out):
    x, y = vector.load_f32(a, 3), vector.load_f32(b, 5)
    vector.store_f32(out, 1, vector.fma(x, y, vector.splat(np.float32(2.5))))
    vector.store_f32(out, 17, vector.subtract(x, y))
    vector.store_f32(out, 33, vector.multiply(x, y))
    vector.store_f32(out, 49, vector.load_f32_first(a, 3, 5))
    vector.store_f32_first(out, 65, x, 7)
    codes = tile.load_u8(w, 9, 0, ONE)
    four = vector.widen(codes[0])
    vector.store_f32(out, 80, four[0])
    vector.store_f32(out, 96, four[1])
    vector.store_f32(out, 112, four[2])
    vector.store_f32(out, 128, four[3])
    vector.store_f32(out, 144, vector.add(x, y))
    return vector.reduce_add(x)


def test_registers() -> None:
    out = np.full(160, -7, np.float32)
    total = _registers(A, B, BYTES, out)
    x, y = A[3:19], B[5:21]
    wanted = np.full(160, -7, np.float32)
    wanted[1:17] = (x.astype(np.float64) * y + 2.5).astype(np.float32)
    wanted[17:33], wanted[33:49] = x - y, x * y
    wanted[49:65] = np.where(np.arange(16) < 5, x, 0)
    wanted[65:72] = x[:7]
    wanted[144:160] = x + y
    wanted[80:144] = BYTES[9:73].reshape(16, 4).T.ravel()
    np.testing.assert_allclose(out[1:17], wanted[1:17], rtol=2e-7)
    np.testing.assert_array_equal(out[17:], wanted[17:])
    assert out[0] == -7
    np.testing.assert_allclose(total, x.sum(), rtol=1e-6)


@numba.njit
def _byte_sums(q, out):
    out[0] = tile.sum_bytes(q, 7, (0,) * 16)
    out[1] = tile.sum_bytes(q, 5, (0,) * 8)


def test_sums_of_bytes() -> None:
    for values in (SIGNED, np.full(80, -128, np.int8), np.full(80, 127, np.int8)):
        out = np.zeros(2, np.int32)
        _byte_sums(values, out)
        assert out.tolist() == [values[7:71].sum(dtype=int), values[5:37].sum(dtype=int)]


@numba.njit
def _words(source, target):
    vector.store_word(target, 3, vector.load_word(source, 5))


def test_words() -> None:
    target = np.zeros(16, np.uint8)
    _words(BYTES, target)
    np.testing.assert_array_equal(target[3:11], BYTES[5:13])
    assert not target[:3].any()
    assert not target[11:].any()


@numba.njit
def _index(array, offset):
    return vector.load_index(array, offset)


def test_index() -> None:
    assert _index(np.array([1, 255], np.uint8), 1) == 255
    assert _index(np.array([1, 65_535], np.uint16), 1) == 65_535
    assert _index(np.array([1, -5, 2**31 - 1], np.int32), 1) == -5
    assert _index(np.array([1, -5, 2**31 - 1], np.int32), 2) == 2**31 - 1


@numba.njit
def _int_tile(w, q, zero, sums, scale, factors, out, nibbles):
    z = tile.load_f32(zero, 0, 16, TWO)
    part = tile.start(z, sums, 2, 7, THREE)
    codes = tile.load_u8(w, 4, 70, TWO)
    if nibbles:
        part = tile.dot(part, tile.low_nibbles(codes), q, 1, 40)
        part = tile.dot(part, tile.high_nibbles(codes), q, 5, 40)
    else:
        part = tile.dot(part, codes, q, 1, 40)
    total = tile.add_scaled(tile.zeros(TWO, THREE), part, tile.load_f32(scale, 0, 16, TWO))
    tile.store(tile.scale_rows(total, factors, 1), out, 2, 50, 27)


@pytest.mark.parametrize("nibbles", [False, True])
def test_integer_tile(nibbles: bool) -> None:
    zero, scale = np.arange(32, dtype=np.float32), np.float32(0.5) + np.arange(32, dtype=np.float32)
    factors = np.array([9, 0.25, 3, 1.5], np.float32)
    out = np.full(160, -7, np.float32)
    _int_tile(BYTES, SIGNED, zero, SUMS, scale, factors, out, nibbles)
    wanted = np.full(160, -7, np.float32)
    for r in range(3):
        codes = np.concatenate([BYTES[4:68], BYTES[74:138]]).reshape(32, 4).astype(np.int32)
        s = SIGNED[1 + 40 * r :].astype(np.int32)
        dots = (codes & 15) @ s[:4] + (codes >> 4) @ s[4:8] if nibbles else codes @ s[:4]
        whole = dots - zero.astype(np.int32) * SUMS[2 + 7 * r]
        row = scale * whole.astype(np.float32) * factors[1 + r]
        wanted[2 + 50 * r : 2 + 50 * r + 27] = row[:27]
    np.testing.assert_array_equal(out, wanted)


@pytest.mark.parametrize(("code", "value"), [(255, 127), (255, -128), (0, -128), (128, 127)])
def test_dot_product_does_not_saturate(code: int, value: int) -> None:
    out = np.zeros(160, np.float32)
    zeros, ones = np.zeros(32, np.float32), np.ones(32, np.float32)
    args = (np.full(200, code, np.uint8), np.full(200, value, np.int8), zeros, np.zeros(40, np.int32), ones)
    _int_tile(*args, np.ones(4, np.float32), out, False)
    np.testing.assert_array_equal(out[2:29], np.full(27, 4 * code * value, np.float32))


@numba.njit
def _float_tile(a, w, x, out):
    total = tile.load_tile(a, 1, 40, TWO, THREE)
    total = tile.fma(total, tile.load_f32(a, 7, 20, TWO), x, 3, 11)
    total = tile.fma_bytes(total, tile.load_u8(w, 4, 70, TWO), x, 5, 11)
    tile.store(total, out, 0, 33, 32)


def test_float_tile() -> None:
    out = np.full(100, -7, np.float32)
    _float_tile(A, BYTES, B, out)
    wanted = np.full(100, -7, np.float64)
    codes = np.concatenate([BYTES[4:68], BYTES[74:138]]).reshape(32, 4).astype(np.float64)
    for r in range(3):
        weights = np.concatenate([A[7:23], A[27:43]])
        at = 1 + 40 * r
        wanted[33 * r : 33 * r + 32] = A[at : at + 32] + weights * B[3 + 11 * r] + codes @ B[5 + 11 * r : 9 + 11 * r]
    np.testing.assert_allclose(out, wanted, rtol=1e-5, atol=1e-4)
    assert out[32] == -7


@numba.njit
def _elementary(x, powers, tails):
    largest = np.empty(x.size // 16, np.float32)
    for c in range(0, x.size, 16):
        value = vector.load_f32(x, c)
        vector.store_f32(powers, c, elementary.exp2_below(value))
        vector.store_f32(tails, c, elementary.normal_tail(vector.subtract(vector.splat(np.float32(0)), value)))
        largest[c // 16] = elementary.reduce_max(value)
    return largest


def test_exponential_and_tail() -> None:
    special = pytest.importorskip("scipy.special")
    x = np.concatenate([-np.linspace(0, 140, 800_000), -np.geomspace(1e-30, 1, 10_000)]).astype(np.float32)
    x = np.concatenate([x[: x.size // 16 * 16], np.float32([-np.inf] * 8 + [np.nan] * 8)])
    powers, tails = np.empty_like(x), np.empty_like(x)
    largest = _elementary(x, powers, tails)
    np.testing.assert_array_equal(largest[:-1], x[:-16].reshape(-1, 16).max(axis=1))
    assert np.isnan(powers[-8:]).all()
    assert np.isnan(tails[-8:]).all()
    np.testing.assert_array_equal(powers[-16:-8], 0)
    np.testing.assert_array_equal(tails[-16:-8], 0)
    exact = x[:-16].astype(np.float64)
    wanted, found = np.exp2(exact), powers[:-16]
    near = exact >= -126
    assert np.abs(found / wanted - 1)[near].max() < 1.5e-7
    assert np.all((found[~near] >= 0) & (found[~near] <= 2.0**-125))
    np.testing.assert_array_equal(found[exact <= -127], 0)
    assert found[0] == 1
    near = exact >= -13
    relative = np.abs(tails[:-16][near] / special.ndtr(exact[near]) - 1)
    assert (relative / (4 + exact[near] ** 2 / 2)).max() < 1.2e-7
    np.testing.assert_array_equal(tails[:-16][exact < -14], 0)


@numba.njit
def _transposed(x, rows, y):
    elementary.transpose(x, rows, 1, 2, 20, y, 3, 30)


def test_transpose() -> None:
    x, rows = RNG.standard_normal(700).astype(np.float32), RNG.permutation(30)[:18]
    y = np.full(500, -7, np.float32)
    _transposed(x, rows, y)
    wanted = np.full(500, -7, np.float32)
    for r in range(16):
        for c in range(16):
            wanted[3 + 30 * c + r] = x[2 + 20 * rows[1 + r] + c]
    np.testing.assert_array_equal(y, wanted)


def test_other_layouts_are_refused() -> None:
    with pytest.raises(numba.TypingError, match="a C-contiguous array of float32 is needed"):
        _registers(A[::2], B, BYTES, np.zeros(160, np.float32))


@numba.njit
def _lookups(w, levels, a, out):
    values, codes = tile.load_f32(levels, 0, 16, TWO), tile.load_u8(w, 4, 70, TWO)
    total = lookup.fma_levels(tile.load_tile(a, 1, 40, TWO, THREE), codes, values, a, 3, 11)
    tile.store(lookup.fma_nibbles(total, codes, a, 9, 11), out, 0, 33, 32)
    lookup.spell_levels(codes[1], values[1], values[0], out, 100, 20)


def test_lookups() -> None:
    """Each nibble of a lane picks one of 16 values, whatever the bits above it are."""
    levels, out = RNG.standard_normal(32).astype(np.float32), np.full(260, -7, np.float32)
    _lookups(BYTES, levels, A, out)
    wanted = np.full(260, -7, np.float64)
    lanes = np.concatenate([BYTES[4:68], BYTES[74:138]]).reshape(2, 16, 4)
    codes = np.concatenate([lanes & 15, lanes >> 4], axis=2)  # (panel, lane, input)
    weights = np.take_along_axis(levels.reshape(2, 1, 16), codes.astype(np.int64), axis=2)
    for r in range(3):
        one, two = A[3 + 11 * r :][:8].astype(np.float64), A[9 + 11 * r :][:8].astype(np.float64)
        wanted[33 * r : 33 * r + 32] = A[1 + 40 * r :][:32] + ((weights @ one) + (codes @ two)).ravel()
    for t in range(8):
        wanted[100 + 20 * t :][:16] = weights[1, :, t] * levels[:16]
    np.testing.assert_allclose(out, wanted, rtol=1e-5, atol=2e-4)
    np.testing.assert_array_equal(out[wanted == -7], np.float32(-7))
