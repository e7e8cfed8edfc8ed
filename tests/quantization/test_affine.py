"""The affine map: grids, ranges that must hold 0, granularities, error bounds, and the noise that theory predicts."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from minicompress.quantization import (
    PerAxis,
    PerGroup,
    PerTensor,
    QParams,
    choose_qparams,
    dequantize,
    fake_quantize,
    integer_grid,
    qparams_from_range,
    quantize,
    quantize_rtn,
)

FLOATS = st.floats(-(2.0**60), 2.0**60, width=32)
MATRICES = hnp.arrays(np.float32, st.tuples(st.integers(1, 5), st.sampled_from([4, 8, 12])), elements=FLOATS)


def sampled(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


@pytest.mark.oracle("integer_grid", against="the counts 2^b and 2^b - 1, by hand", tolerance="equal")
@pytest.mark.parametrize("bits", range(1, 9))
def test_grids(bits: int) -> None:
    np.testing.assert_equal(integer_grid(bits, symmetric=False), (0, 2**bits - 1))
    if bits == 1:
        with pytest.raises(ValueError, match="bits must be 2 to 8 for symmetric"):
            integer_grid(bits, symmetric=True)
        return
    top = 2 ** (bits - 1) - 1
    np.testing.assert_equal(integer_grid(bits, symmetric=True), (-top, top))
    np.testing.assert_equal(integer_grid(bits, symmetric=True, narrow_range=False), (-top - 1, top))


@pytest.mark.parametrize("bits", [0, 9, -1])
def test_other_widths_are_refused(bits: int) -> None:
    with pytest.raises(ValueError, match="bits must be an integer from 1 to 8"):
        integer_grid(bits, symmetric=False)


def test_full_range_is_gptqs_two_absmax_over_fifteen() -> None:
    w = np.float32([[-3.0, 1.5, 0.2, 2.9]])
    p = choose_qparams(w, bits=4, narrow_range=False)
    np.testing.assert_allclose(float(p.scale), 2 * 3.0 / 15, rtol=1e-7)
    assert quantize(w, p).tolist() == [[-8, 4, 0, 7]]  # -7.5 to even is -8; 7.25 is 7
    assert (p.qmin, p.qmax) == (-8, 7)


@given(x=MATRICES, bits=st.integers(2, 8), symmetric=st.booleans(), narrow=st.booleans(), which=st.integers(0, 3))
def test_no_value_of_the_range_moves_by_more_than_half_a_step(
    x: np.ndarray, bits: int, symmetric: bool, narrow: bool, which: int
) -> None:
    granularity = [PerTensor(), PerAxis(0), PerAxis(-1), PerGroup(4)][which]
    p = choose_qparams(x, bits=bits, symmetric=symmetric, granularity=granularity, narrow_range=narrow)
    before = x.tobytes()
    q, back = quantize(x, p), fake_quantize(x, p)
    assert x.tobytes() == before
    assert q.dtype == (np.int8 if symmetric else np.uint8)
    assert p.qmin <= q.min()
    assert q.max() <= p.qmax
    # The step of each element, spread by hand.
    shape = {0: (1, 1), 1: (-1, 1), 2: (1, -1)}.get(which)
    step = np.repeat(p.scale, 4, axis=1) if shape is None else p.scale.reshape(shape)
    error = np.abs(x.astype(np.float64) - back)
    assert (error <= step.astype(np.float64) * (0.5 + 2.0**bits * 3e-7)).all()
    np.testing.assert_array_equal(fake_quantize(back, p), back)  # values on the grid stay
    assert not back[x == 0].any(), "zero is exact"


@pytest.mark.oracle("choose_qparams", against="the definition in double precision", tolerance="equal to the bit")
@given(x=MATRICES)
def test_scales_are_the_definition(x: np.ndarray) -> None:
    rows = x.astype(np.float64)
    high, low = np.maximum(rows.max(axis=1), 0), np.minimum(rows.min(axis=1), 0)
    p = choose_qparams(x, bits=8, symmetric=False, granularity=PerAxis(0))
    step = (high - low) / 255
    empty = step < 2.0**-126
    np.testing.assert_array_equal(p.scale, np.where(empty, 1, step).astype(np.float32))
    zero = np.clip(np.rint(-low / np.where(empty, 1, step)), 0, 255)
    np.testing.assert_array_equal(p.zero_point, np.where(empty, 0, zero))
    s = choose_qparams(x, bits=8, granularity=PerAxis(0))
    largest = np.abs(rows).max(axis=1) / 127
    np.testing.assert_array_equal(s.scale, np.where(largest < 2.0**-126, 1, largest).astype(np.float32))
    assert not s.zero_point.any()


@pytest.mark.parametrize("symmetric", [True, False])
def test_a_step_below_float32s_normal_numbers_becomes_one(symmetric: bool) -> None:
    """A subnormal step has few digits, or none: its values become exact zeros instead."""
    x = np.float32([[-1e-40, 3e-40], [0, 0], [-1.0, 3.0]])
    p = choose_qparams(x, symmetric=symmetric, granularity=PerAxis(0))
    assert p.scale[:2].tolist() == [1, 1]
    assert p.zero_point[:2].tolist() == [0, 0]
    assert not quantize(x, p)[:2].any()
    assert p.scale[2] == np.float32(3 / 127 if symmetric else 4 / 255)


@pytest.mark.oracle("PerTensor", against="the largest |x| of each member set, by numpy", tolerance="equal to the bit")
@pytest.mark.oracle("PerAxis", against="the largest |x| of each member set, by numpy", tolerance="equal to the bit")
@pytest.mark.oracle("PerGroup", against="the largest |x| of each member set, by numpy", tolerance="equal to the bit")
def test_each_granularity_has_the_shape_and_the_members_it_says() -> None:
    x = sampled((4, 6, 5))
    for axis in (0, 1, 2, -1, -3):
        p = choose_qparams(x, granularity=PerAxis(axis))
        others = tuple(a for a in range(3) if a != axis % 3)
        np.testing.assert_array_equal(p.scale, (np.abs(x).max(axis=others).astype(np.float64) / 127).astype(np.float32))
    assert choose_qparams(x).scale.shape == ()
    w = sampled((3, 8))
    p = choose_qparams(w, granularity=PerGroup(4))
    assert p.scale.shape == (3, 2)
    for r in range(3):
        for g in range(2):
            alone = choose_qparams(w[r, 4 * g : 4 * g + 4])
            assert p.scale[r, g] == alone.scale
            np.testing.assert_array_equal(
                quantize(w, p)[r, 4 * g : 4 * g + 4], quantize(w[r, 4 * g : 4 * g + 4], alone)
            )


@pytest.mark.oracle("quantize", against="IEEE 754: halves to even, by hand", tolerance="equal")
def test_halves_go_to_the_even_integer() -> None:
    p = QParams(np.float32(1), np.int32(0), 8, -127, 127)
    np.testing.assert_equal(quantize([0.5, 1.5, 2.5, -0.5, -1.5, -2.5], p).tolist(), [0, 2, 2, 0, -2, -2])


def test_values_beyond_the_range_are_clipped() -> None:
    p = qparams_from_range(-1.0, 2.0, bits=8)
    assert quantize([-3e38, 3e38], p).tolist() == [0, 255]
    tiny = QParams(np.float32(1e-30), np.int32(0), 8, -127, 127)
    assert quantize([-3e38, 3e38], tiny).tolist() == [-127, 127]  # x / s is beyond float32


@pytest.mark.oracle(
    "fake_quantize",
    against="Bennett's noise s^2 / 12 and SQNR 20 log10(2^b - 1)",
    tolerance="2 % of the variance, 0.1 dB",
)
@pytest.mark.parametrize("bits", range(3, 9))
def test_uniform_data_meets_the_textbook_noise(bits: int) -> None:
    """Error variance s^2 / 12; SQNR = 10 log10(E x^2 / E e^2), 20 log10(2^b - 1) for x uniform about 0."""
    x = np.random.default_rng(bits).uniform(-1, 1, 400_000).astype(np.float32)
    p = qparams_from_range(-1.0, 1.0, bits=bits)
    error = x.astype(np.float64) - fake_quantize(x, p)
    np.testing.assert_allclose(error.var(), float(p.scale) ** 2 / 12, rtol=0.02)
    sqnr = 10 * np.log10((x.astype(np.float64) ** 2).mean() / (error**2).mean())
    np.testing.assert_allclose(sqnr, 20 * np.log10(2**bits - 1), rtol=0, atol=0.1)


@pytest.mark.oracle("fake_quantize", against="6.02 dB a bit", tolerance="0.2 dB")
def test_a_bit_is_worth_six_decibels() -> None:
    x = np.random.default_rng(1).uniform(-1, 1, 400_000).astype(np.float32)
    noise = [
        ((x.astype(np.float64) - fake_quantize(x, qparams_from_range(-1, 1, bits=b))) ** 2).mean() for b in range(5, 9)
    ]
    gains = -10 * np.diff(np.log10(noise))
    np.testing.assert_allclose(gains, 6.02, atol=0.2)  # 2^b - 1 levels, not 2^b: a little more at few bits


LARGEST = float(np.finfo(np.float32).max)


@pytest.mark.parametrize("bits", range(2, 9))
@pytest.mark.parametrize("share", [1.0, 1 - 2.0**-24, 0.9999, 0.98, 0.95])
def test_the_end_of_float32(bits: int, share: float) -> None:
    """No value comes back infinite: symmetric steps are rounded down where they must, other grids may not fit."""
    x = np.float32([share * LARGEST, -share * LARGEST, 0.3 * LARGEST, 1.0])
    p = choose_qparams(x, bits=bits)
    back = fake_quantize(x, p)
    assert np.isfinite(back).all()
    assert (np.abs(x / LARGEST - back / LARGEST) <= float(p.scale) / LARGEST * 0.50001).all()
    assert np.isfinite(quantize_rtn(x[None], bits=bits).to_dense()).all()
    for options in ({"symmetric": False}, {"narrow_range": False}):
        with contextlib.suppress(ValueError):
            p = choose_qparams(x, bits=bits, **options)
            assert np.isfinite(dequantize(np.arange(p.qmin, p.qmax + 1), p)).all()
    with pytest.raises(ValueError, match=r"the grid reaches [34]\.\d+e\+38, beyond float32: values this near its end"):
        choose_qparams(np.float32([LARGEST, -LARGEST]), bits=bits, narrow_range=False)


def test_a_matrix_needs_groups_and_a_range_its_order() -> None:
    with pytest.raises(ValueError, match=r"x must be a matrix \(out_features, in_features\) for groups"):
        choose_qparams(np.ones(4), granularity=PerGroup(2))
    with pytest.raises(ValueError, match="low must not exceed high; got 2.0 and 1.0"):
        qparams_from_range(2.0, 1.0)


def test_arguments_are_named() -> None:
    x, p = sampled((3, 8)), choose_qparams(sampled((3, 8)), granularity=PerAxis(0))
    with pytest.raises(ValueError, match="x is empty"):
        choose_qparams(np.zeros((0, 3)))
    with pytest.raises(ValueError, match="x has 1 value that is not finite"):
        quantize([np.nan], choose_qparams(x))
    with pytest.raises(ValueError, match=r"x has shape \(4, 8\).*\(3,\)"):
        quantize(np.zeros((4, 8)), p)
    with pytest.raises(TypeError, match="granularity must be PerTensor"):
        choose_qparams(x, granularity="row")
    with pytest.raises(TypeError, match="qparams must come from"):
        quantize(x, 0.5)
    with pytest.raises(ValueError, match="group_size must divide in_features = 8; got 3"):
        choose_qparams(x, granularity=PerGroup(3))
    with pytest.raises(ValueError, match="axis must be an integer from -2 to 1"):
        choose_qparams(x, granularity=PerAxis(2))
    with pytest.raises(ValueError, match="q must lie in"):
        dequantize([-128], choose_qparams(x))
    with pytest.raises(TypeError, match="q must hold integers"):
        dequantize([0.5], choose_qparams(x))
    with pytest.raises(ValueError, match="low and high must be finite"):
        qparams_from_range(0, np.inf)
