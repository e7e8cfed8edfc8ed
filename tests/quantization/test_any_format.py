"""Whatever comes in: a stored tensor within its bound, or a clear error. Never a warning, never a changed input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from minicompress import coding, quantization, sharing
from minicompress.quantization import PerAxis, PerGroup, PerTensor
from minicompress.tensors import EntropyCodedTensor

ANY = st.one_of(
    st.floats(-5, 5, width=32),
    st.sampled_from([0.0, -0.0, 1e-45, 1e-38, 1e18, -1e38, 3.4e38, -3.4028235e38, np.nan, np.inf, -np.inf]),
)


@st.composite
def matrices(draw: st.DrawFn) -> np.ndarray:
    rows, columns = draw(st.integers(0, 5)), draw(st.integers(0, 6))
    x = draw(hnp.arrays(np.float32, (rows, columns), elements=ANY))
    x = np.nan_to_num(x, posinf=7, neginf=-7) if draw(st.integers(0, 3)) else x
    x = np.tile(x, (1, 16)) if draw(st.booleans()) else x  # blocks of 16 and 32
    kind = draw(st.sampled_from([np.float16, np.float32, np.float64, np.int32]))
    with np.errstate(over="ignore"):
        x = (np.nan_to_num(x, posinf=0, neginf=0) % 100 if kind == np.int32 else x).astype(kind)
    return x[::-1] if draw(st.booleans()) else np.asfortranarray(x)


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


#: Name -> (call, largest error as a share of the largest weight).
METHODS: dict[str, tuple[Any, float]] = {
    "fp8": (quantization.quantize_fp8, 2**-4),
    "fp8, rows": (lambda w: quantization.quantize_fp8(w, format="e5m2", granularity=PerAxis(0)), 2**-3),
    "fp8, groups": (lambda w: quantization.quantize_fp8(w, granularity=PerGroup(3)), 2**-4),
    "mxfp4": (quantization.quantize_mx, 0.25),
    "mxfp8": (lambda w: quantization.quantize_mx(w, format="e4m3"), 0.125),
    "mxfp8, e5m2": (lambda w: quantization.quantize_mx(w, format="e5m2"), 0.125),
    "nvfp4": (quantization.quantize_nvfp4, 0.25),
    "nf4": (quantization.quantize_nf4, 0.152),
    "nf4, double": (lambda w: quantization.quantize_nf4(w, double_quantization=True), 0.16),
    "Q8_0": (quantization.quantize_gguf, 0.005),
    "Q4_0": (lambda w: quantization.quantize_gguf(w, format="Q4_0"), 0.126),
    "Q4_1": (lambda w: quantization.quantize_gguf(w, format="Q4_1"), 0.07),
    "kmeans": (lambda w: quantization.quantize_kmeans(w, bits=2), 1.0),
    "kmeans, density": (lambda w: quantization.quantize_kmeans(w, bits=1, init="density", rows_per_group=1), 2.0),
    "kmeans, ++": (lambda w: quantization.quantize_kmeans(w, bits=3, init="kmeans++", rng=rng()), 2.0),
    "binary": (quantization.quantize_binary, 1.0),
    "ternary": (quantization.quantize_ternary, 1.0),
    "ternary, absmean": (lambda w: quantization.quantize_ternary(w, rule="absmean", granularity=PerAxis(0)), 1.0),
    "power of two": (lambda w: quantization.quantize_power_of_two(w, bits=3), 0.5),
    "hashed": (lambda w: sharing.hash_weights(w, n_values=5, seed=1), 2.0),
    "product": (lambda w: sharing.product_quantize(w, n_pieces=2, bits=2, n_iter=3, rng=rng()), 2.0),
    "deep": (lambda w: coding.deep_compress(w, np.ones(w.shape, bool), bits=3, index_bits=2), 1.0),
    "deep, rans": (lambda w: coding.deep_compress(w, np.eye(*w.shape) == 1, bits=2, coder="rans"), 1.0),
    "coded": (lambda w: EntropyCodedTensor.encode(quantization.quantize_binary(w, granularity=PerTensor())), 1.0),
}


def attempt(call: Any) -> tuple[Any, str | None]:
    """What ``call`` returns, or the message of its ValueError or TypeError."""
    try:
        return call(), None
    except (TypeError, ValueError) as error:
        return None, str(error)


@pytest.mark.parametrize("name", METHODS)
@given(w=matrices())
def test_within_its_bound_or_a_clear_error(name: str, w: np.ndarray) -> None:
    call, share = METHODS[name]
    kept = w.tobytes()
    tensor, error = attempt(lambda: call(w))
    assert w.tobytes() == kept
    if error is not None:
        assert len(error) > 15
        easy = w.size and np.isfinite(w).all() and np.abs(w.astype(np.float64)).max() < 1e30
        fits = {"fp8, groups": 3, "Q8_0": 32, "Q4_0": 32, "Q4_1": 32, "product": 2}.get(name, 1)
        half = name.startswith("Q") and np.abs(w.astype(np.float64)).max(initial=0) > 2e5  # d = max / 127, / 8, / 15
        assert not easy or w.shape[1] % fits or half, f"refused without need: {error}"
        return
    dense = tensor.to_dense()
    assert dense.shape == tensor.shape == w.shape
    assert dense.dtype == np.float32
    weights = np.ascontiguousarray(w, np.float32).astype(np.float64)
    assert np.isfinite(dense).all()
    if name == "deep, rans":
        weights = weights * np.eye(*w.shape)
    largest = np.abs(weights).max()
    # Below 1e-36 the smallest scales, exponents and reciprocals of float32 leave zeros: an error of all of it.
    share = share if largest > 1e-36 else max(share, 1.0)
    floor = 2.0**-24 * 8 if name.startswith("Q") else 1e-44  # float16 scales have subnormals of 2^-24
    assert np.abs(dense - weights).max() <= share * (1 + 1e-3) * largest + floor + 127 * 2.0**-25 * name.startswith("Q")
    x = np.ones(w.shape[1], np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        assert (tensor @ x).shape == (len(w),)


@given(values=hnp.arrays(np.float64, hnp.array_shapes(max_dims=2, max_side=9), elements=ANY), k=st.integers(0, 6))
def test_centroids_lie_among_the_values(values: np.ndarray, k: int) -> None:
    kept = values.tobytes()
    for call in (
        lambda: sharing.kmeans_1d(values, k=k),
        lambda: sharing.kmeans_1d(values, k=k, init="density"),
        lambda: sharing.kmeans_1d(values, k=k, init="kmeans++", rng=rng()),
        lambda: sharing.optimal_kmeans_1d(values, k=k),
    ):
        found, error = attempt(call)
        if error is not None:
            assert k == 0 or not np.isfinite(values).all(), error
            continue
        assert found.shape == (k,)
        assert (np.diff(found) >= 0).all()
        room = 1e-9 * np.abs(values).max()
        assert values.min() - room <= found[0]
        assert found[-1] <= values.max() + room
    assert values.tobytes() == kept


@given(
    gradient=hnp.arrays(np.float32, hnp.array_shapes(min_dims=0, max_dims=2, max_side=5), elements=ANY),
    k=st.integers(0, 4),
)
def test_shared_gradients(gradient: np.ndarray, k: int) -> None:
    codes = np.arange(gradient.size).reshape(gradient.shape) % 3
    found, error = attempt(lambda: sharing.shared_centroid_gradient(gradient, codes, k=k))
    if error is not None:
        assert len(error) > 15
        assert k < 3 or not np.isfinite(gradient).all() or np.abs(gradient).max() > 1e37
        return
    np.testing.assert_allclose(found.astype(np.float64).sum(), gradient.astype(np.float64).sum(), rtol=1e-5, atol=1e33)
    assert found.shape == (k,)
