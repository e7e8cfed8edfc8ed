"""Round to nearest: codes by hand, the scale that is stored, and agreement with the plain affine map."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from minicompress.quantization import PerGroup, choose_qparams, dequantize, quantize, quantize_rtn


@pytest.mark.oracle("quantize_rtn", against="codes by hand", tolerance="equal")
def test_codes_by_hand() -> None:
    w = quantize_rtn(np.float32([[-7, 3.4, 0.6, 7], [0, 0.5, 1.5, 14]]), bits=4)
    np.testing.assert_equal(w.scale.tolist(), [[1.0], [2.0]])
    assert w.zero_point is None
    np.testing.assert_equal(w.codes.tolist(), [[1, 11, 9, 15], [8, 8, 9, 15]])
    a = quantize_rtn(np.float32([[-1, 0, 2, 1]]), bits=2, symmetric=False)
    np.testing.assert_equal(
        (a.scale.tolist(), a.zero_point.tolist(), a.codes.tolist()), ([[1.0]], [[1]], [[0, 1, 3, 2]])
    )


@given(
    w=hnp.arrays(np.float32, (3, 16), elements=st.floats(-1e6, 1e6, width=32)),
    bits=st.integers(2, 8),
    size=st.sampled_from([None, 2, 8, 16]),
    symmetric=st.booleans(),
    narrow=st.booleans(),
)
def test_same_as_quantize_and_dequantize(
    w: np.ndarray, bits: int, size: int | None, symmetric: bool, narrow: bool
) -> None:
    stored = quantize_rtn(w, bits=bits, group_size=size, symmetric=symmetric, narrow_range=narrow)
    p = choose_qparams(w, bits=bits, symmetric=symmetric, granularity=PerGroup(size or 16), narrow_range=narrow)
    q = quantize(w, p)
    np.testing.assert_array_equal(stored.codes.astype(int), q.astype(int) + (2 ** (bits - 1) if symmetric else 0))
    np.testing.assert_array_equal(stored.to_dense(), dequantize(q, p))


@pytest.mark.parametrize("magnitude", [1.0, 1e-4, 3e-5, 1e-6, 1e-8, 1e-20])
@pytest.mark.parametrize("bits", [2, 4, 8])
@pytest.mark.parametrize("symmetric", [True, False])
def test_float16_scales_keep_every_weight_within_half_a_step(magnitude: float, bits: int, symmetric: bool) -> None:
    """Also where float16 is subnormal: a step rounded down there would clip the largest weights by many steps."""
    w = (np.random.default_rng(0).uniform(-1, 1.3, (200, 16)) * magnitude).astype(np.float32)
    stored = quantize_rtn(w, bits=bits, symmetric=symmetric, scale_dtype=np.float16)
    assert stored.scale.dtype == np.float16
    step = stored.scale.astype(np.float64)
    assert (np.abs(w - stored.to_dense().astype(np.float64)) <= step * (0.5 + 1e-5)).all()
    exact = choose_qparams(w, bits=bits, symmetric=symmetric, granularity=PerGroup(16)).scale.astype(np.float64)
    assert (step <= exact * (1 + 2.0**-10) + 2.0**-24).all()
    if symmetric:
        assert stored.codes.min() >= 1, "the narrow range has no lowest code"


def test_scales_beyond_float16_are_refused() -> None:
    with pytest.raises(ValueError, match="overflows float16; use scale_dtype=np.float32"):
        quantize_rtn(np.float32([[1e7, 0]]), bits=4, scale_dtype=np.float16)


def test_arguments_are_named() -> None:
    w = np.ones((2, 6), np.float32)
    with pytest.raises(ValueError, match="group_size must divide in_features = 6; got 4"):
        quantize_rtn(w, bits=4, group_size=4)
    with pytest.raises(ValueError, match="bits must be 2 to 8 for symmetric"):
        quantize_rtn(w, bits=1)
    with pytest.raises(ValueError, match="scale_dtype must be one of"):
        quantize_rtn(w, bits=4, scale_dtype=np.float64)
    with pytest.raises(ValueError, match="w must have 2 dimension"):
        quantize_rtn(w[0], bits=4)
    with pytest.raises(ValueError, match="w is empty"):
        quantize_rtn(w[:0], bits=4)
    with pytest.raises(TypeError, match="bits must be an integer"):
        quantize_rtn(w, bits=4.0)
    with pytest.raises(TypeError, match="w must hold real numbers"):
        quantize_rtn(w.astype(complex), bits=4)
