"""NF4, FP8, FP4 and GGUF blocks against bitsandbytes, torch, ml_dtypes and gguf: frozen, and live where installed."""

from __future__ import annotations

import importlib.util
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from minicompress import ops
from minicompress.quantization import quantize_fp8, quantize_gguf, quantize_nf4
from minicompress.tensors import GGUFTensor

HERE = Path(__file__).parent
VECTORS = json.loads((HERE / "format_vectors.json").read_text("utf-8"))
EPS = float(np.finfo(np.float32).eps)


def _maker() -> Any:
    spec = importlib.util.spec_from_file_location("make_format_vectors", HERE / "make_format_vectors.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MAKER = _maker()
NF4 = VECTORS["bitsandbytes"]


@pytest.mark.parametrize(
    ("source", "modules"),
    [
        ("bitsandbytes", ["torch", "bitsandbytes"]),
        ("floats", ["torch", "ml_dtypes"]),
        ("gguf", ["gguf"]),
    ],
)
def test_the_file_is_what_the_libraries_give(source: str, modules: list[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in modules:
            pytest.importorskip(name)
        found = json.loads(json.dumps(MAKER.SOURCES[source]()))
    kept = dict(VECTORS[source])
    versions = ("version", "torch", "ml_dtypes")
    assert {k: v for k, v in found.items() if k not in versions} == {k: v for k, v in kept.items() if k not in versions}


@pytest.mark.oracle("quantize_nf4", against="bitsandbytes 0.50: levels", tolerance="equal to the bit")
def test_nf4_levels() -> None:
    np.testing.assert_equal(ops.nf4_levels().tolist(), NF4["nf4_levels"])
    np.testing.assert_equal(ops.dynamic_levels().tolist(), NF4["dynamic_levels"])


def test_nf4_levels_by_scipy() -> None:
    """From the same probabilities in double precision: within two spacings of the float32 that are published."""
    from scipy.stats import norm

    above = norm.ppf(np.linspace(0.9677083, 0.5, 9)[:-1])
    below = -norm.ppf(np.linspace(0.9677083, 0.5, 8)[:-1])
    levels = np.sort(np.concatenate([below, [0], above])) / above[0]
    np.testing.assert_allclose(ops.nf4_levels(), levels, rtol=0, atol=2e-7)


@pytest.mark.oracle("quantize_nf4", against="bitsandbytes 0.50", tolerance="codes, scales and weights equal to the bit")
def test_nf4_codes() -> None:
    tensor = quantize_nf4(MAKER.weights(160, 128))
    np.testing.assert_equal(tensor.packed[:64].tobytes().hex(), NF4["first_codes"])
    np.testing.assert_equal(MAKER.digest(tensor.packed), NF4["packed"])
    np.testing.assert_equal(MAKER.digest(tensor.absmax), NF4["absmax"])
    np.testing.assert_equal(MAKER.digest(tensor.to_dense()), NF4["dense"])
    np.testing.assert_equal(tensor.bits_per_weight, 4.5)
    ties = quantize_nf4(MAKER.half_way(ops.nf4_levels()))
    np.testing.assert_equal(ties.packed.tobytes().hex(), NF4["half_way"], "half way, the lower level")


@pytest.mark.oracle(
    "quantize_nf4",
    against="bitsandbytes 0.50, double quantization",
    tolerance="codes equal; offset to 1e-7 relative, since torch adds up its mean in float32 in an order of its own",
)
def test_nf4_double_quantization() -> None:
    tensor, want = quantize_nf4(MAKER.weights(160, 128), double_quantization=True), NF4["double"]
    assert MAKER.digest(tensor.packed) == want["packed"]
    assert tensor.absmax.tobytes().hex() == want["absmax"]
    assert tensor.nested_scale is not None
    assert tensor.offset is not None
    assert tensor.nested_scale.tolist() == want["nested_scale"]
    np.testing.assert_allclose(tensor.offset[0], want["offset"], rtol=1e-7)
    room = 2 * EPS * want["offset"]  # the offset's last bit, and one rounding after it
    np.testing.assert_allclose(tensor.to_dense()[:2], want["first_rows"], rtol=EPS, atol=room)


def test_double_quantization_saves_what_the_paper_says() -> None:
    w = np.random.default_rng(0).standard_normal((256, 256))
    plain, double = quantize_nf4(w), quantize_nf4(w, double_quantization=True)
    saved = plain.bits_per_weight - double.bits_per_weight - 8 * 4 / w.size  # the offset is 4 bytes once
    assert abs(plain.bits_per_weight - double.bits_per_weight - 0.373) < 1e-3
    assert saved < 0.5


def test_nf4_of_a_short_last_block() -> None:
    """bitsandbytes' CPU code divides there and multiplies by the reciprocal elsewhere; ours multiplies everywhere."""
    w = MAKER.weights(7, 37)
    tensor = quantize_nf4(w)
    absmax = np.abs(w.reshape(-1)[256:]).max()
    last = w.reshape(-1)[256:] / absmax
    levels = ops.nf4_levels().astype(np.float64)
    nearest = np.abs(last[:, None] - levels).argmin(axis=1)
    np.testing.assert_array_equal(tensor.to_dense().reshape(-1)[256:], ops.nf4_levels()[nearest] * absmax)
    assert tensor.packed.size == 130


@pytest.mark.oracle("quantize_fp8", against="torch 2.13 float8 casts", tolerance="codes and scale equal to the bit")
@pytest.mark.parametrize("element", ["e4m3", "e5m2"])
def test_fp8_codes(element: str) -> None:
    tensor, want = quantize_fp8(MAKER.weights(24, 40), format=element), VECTORS["floats"][element]
    np.testing.assert_equal(float(tensor.scale[0, 0]), want["scale"])
    np.testing.assert_equal(MAKER.digest(tensor.codes), want["codes"])


@pytest.mark.oracle("quantize_mx", against="ml_dtypes 0.6: E2M1 of quarters, ties to even", tolerance="codes equal")
def test_e2m1_ties() -> None:
    quarters = np.arange(-32, 33, dtype=np.float32) / 4
    np.testing.assert_equal(ops.float_codes(quarters, "e2m1").tolist(), VECTORS["floats"]["e2m1"])
    ties = {0.25: 0, 0.75: 1, 1.25: 1, 1.75: 2, 2.5: 2, 3.5: 4, 5: 4}
    found = ops.float_values(ops.float_codes(np.float32(list(ties)), "e2m1"), "e2m1")
    np.testing.assert_equal(found.tolist(), list(ties.values()))


@pytest.mark.oracle("quantize_gguf", against="gguf 0.19", tolerance="blocks and weights equal to the bit")
@pytest.mark.parametrize("kind", ["Q8_0", "Q4_0", "Q4_1"])
def test_gguf_blocks(kind: str) -> None:
    tensor, want = quantize_gguf(MAKER.weights(12, 96), format=kind), VECTORS["gguf"][kind]
    np.testing.assert_equal(tensor.blocks.reshape(-1)[:40].tobytes().hex(), want["first"])
    np.testing.assert_equal(MAKER.digest(tensor.blocks), want["blocks"])
    np.testing.assert_equal(MAKER.digest(tensor.to_dense()), want["dense"])
    w = MAKER.half_steps()
    np.testing.assert_equal(MAKER.digest(quantize_gguf(w, format=kind).blocks), want["half_steps"])


def test_q8_0_by_a_true_division_would_be_another_code() -> None:
    w = MAKER.half_steps()
    d = np.abs(w).max(axis=1, keepdims=True) / np.float32(127)
    by_division, by_reciprocal = np.abs(w / d), np.abs(w * (1 / d))
    assert (np.floor(by_division + 0.5) != np.floor(by_reciprocal + 0.5)).any(), "the disagreement has gone"


@pytest.mark.oracle("GGUFTensor", against="gguf 0.19: Q4_K, Q5_K, Q6_K decoded", tolerance="equal to the bit")
@pytest.mark.parametrize(("kind", "bits"), [("Q4_K", 4.5), ("Q5_K", 5.5), ("Q6_K", 6.5625)])
def test_k_quants(kind: str, bits: float) -> None:
    tensor, want = GGUFTensor(MAKER.k_blocks(kind).reshape(2, -1), kind), VECTORS["gguf"][kind]
    dense = tensor.to_dense()
    assert dense.shape == (2, 512)
    np.testing.assert_equal(dense.reshape(-1)[:16].tolist(), want["first"])
    np.testing.assert_equal(MAKER.digest(dense), want["dense"])
    np.testing.assert_equal(tensor.bits_per_weight, bits)


@pytest.mark.parametrize("kind", ["Q8_0", "Q4_0", "Q4_1"])
def test_gguf_live_on_hard_blocks(kind: str) -> None:
    """Ties of the rounding, negative extremes, tiny scales, correlated rows with outliers."""
    quants = pytest.importorskip("gguf.quants")
    from gguf import GGMLQuantizationType

    rng = np.random.default_rng(3)
    ties = np.arange(-127, 129, dtype=np.float32).reshape(8, 32) / 2
    ties[:, 0] = 127
    walk = np.cumsum(rng.standard_normal((40, 64)), axis=1)
    walk[:, 7] *= 30
    for w in (ties, walk, -walk, walk * 1e-6, rng.standard_t(2, (30, 32))):
        blocks = quants.quantize(w.astype(np.float32), GGMLQuantizationType[kind])
        np.testing.assert_array_equal(quantize_gguf(w, format=kind).blocks, blocks)


def test_gguf_refuses_what_float16_cannot_hold() -> None:
    w = np.zeros((1, 32))
    w[0, 0] = 3e7
    for kind in ("Q8_0", "Q4_0", "Q4_1"):
        with pytest.raises(ValueError, match="a scale of w overflows float16"):
            quantize_gguf(w, format=kind)
    with pytest.raises(ValueError, match="w must have a multiple of 32 columns for Q8_0"):
        quantize_gguf(np.zeros((2, 33)))
