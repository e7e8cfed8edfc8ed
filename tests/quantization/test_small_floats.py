"""FP8, MXFP4, MXFP8 and NVFP4: the rounding of elements, the shared scales, and how others see the same bytes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from minicompress import ops
from minicompress.quantization import (
    PerAxis,
    PerGroup,
    PerTensor,
    quantize_fp8,
    quantize_mx,
    quantize_nvfp4,
    quantize_rtn,
)
from minicompress.tensors import MXTensor

KINDS = {"e4m3": "float8_e4m3fn", "e5m2": "float8_e5m2", "e2m1": "float4_e2m1fn"}


def every_kind_of_float(element: str) -> np.ndarray:
    """All representable values, all half-way points, their neighbours, and 50,000 others of every size."""
    values = ops.float_values(np.arange(16 if element == "e2m1" else 256, dtype=np.uint8), element)
    values = np.unique(values[np.isfinite(values)])
    middles = (values[1:] / 2 + values[:-1] / 2).astype(np.float32)
    near = [np.nextafter(middles, np.float32(to)) for to in (-np.inf, np.inf)]
    rng = np.random.default_rng(0)
    other = rng.standard_normal(50_000) * 10.0 ** rng.uniform(-8, 5, 50_000)
    largest = ops.float_largest(element)
    return np.clip(np.concatenate([values, middles, *near, other]).astype(np.float32), -largest, largest)


@pytest.mark.parametrize("element", KINDS)
@pytest.mark.oracle("quantize_fp8", against="ml_dtypes: every code, every half-way point", tolerance="equal to the bit")
@pytest.mark.oracle("quantize_mx", against="ml_dtypes: every code, every half-way point", tolerance="equal to the bit")
def test_elements_are_those_of_ml_dtypes(element: str) -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    kind = getattr(ml_dtypes, KINDS[element])
    codes = np.arange(16 if element == "e2m1" else 256, dtype=np.uint8)
    np.testing.assert_array_equal(ops.float_values(codes, element), codes.view(kind).astype(np.float32))
    x = every_kind_of_float(element)
    np.testing.assert_array_equal(ops.float_codes(x, element), x.astype(kind).view(np.uint8))


@pytest.mark.parametrize("element", ["e4m3", "e5m2"])
def test_elements_are_those_of_torch(element: str) -> None:
    torch = pytest.importorskip("torch")
    x = every_kind_of_float(element)
    codes = torch.from_numpy(x).to(getattr(torch, KINDS[element])).view(torch.uint8).numpy()
    np.testing.assert_array_equal(ops.float_codes(x, element), codes)


@pytest.mark.parametrize("element", KINDS)
def test_rounding_by_brute_force(element: str) -> None:
    """The nearest value; of two equally near, the one with an even code. Every float beyond is the largest."""
    codes = np.arange(8 if element == "e2m1" else 128, dtype=np.uint8)  # the positive ones rise with their code
    values = ops.float_values(codes, element).astype(np.float64)
    codes, values = codes[np.isfinite(values)], values[np.isfinite(values)]
    x = np.abs(every_kind_of_float(element))[::7]
    distance = np.abs(x[:, None] - values)
    # An odd code counts as a little farther: less than any true difference, which is a multiple of 2^-24 of x.
    best = (distance + (codes % 2) * 2.0**-40 * x[:, None]).argmin(axis=1)
    np.testing.assert_array_equal(ops.float_codes(x, element), codes[best])
    beyond = ops.float_values(ops.float_codes(np.float32([3e38, -3e38]), element), element)
    assert beyond.tolist() == [values[-1], -values[-1]]


def test_fp8_saturates_where_ml_dtypes_gives_nan_or_infinity() -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    for element, beyond in (("e4m3", 465.0), ("e5m2", 62000.0)):
        kind = getattr(ml_dtypes, KINDS[element])
        with np.errstate(all="ignore"):
            assert not np.isfinite(np.float32([beyond]).astype(kind).astype(np.float32)).any()
        found = ops.float_values(ops.float_codes(np.float32([beyond, -beyond]), element), element)
        assert found.tolist() == [ops.float_largest(element), -ops.float_largest(element)]


def test_the_exponent_is_exact_where_a_logarithm_is_not() -> None:
    below = np.nextafter(np.float32(2.0) ** np.arange(-120, 121, dtype=np.float32), np.float32(0))
    np.testing.assert_array_equal(ops.float_exponent(below), np.arange(-121, 120))
    wrong = np.floor(np.log2(below)) != np.arange(-121, 120)
    assert wrong.any(), "the trap has gone: float32 log2 is exact here"
    subnormal = np.float32([1e-45, 1e-40])
    assert ops.float_exponent(subnormal).tolist() == [-149, -133]


@pytest.mark.parametrize("granularity", [PerTensor(), PerAxis(0), PerGroup(8)])
@pytest.mark.parametrize("element", ["e4m3", "e5m2"])
@pytest.mark.oracle("quantize_fp8", against="torch: absmax scaling by group", tolerance="weights equal to the bit")
def test_fp8_scaling_by_torch(element: str, granularity: Any, correlated_inputs: Any) -> None:
    torch = pytest.importorskip("torch")
    w = correlated_inputs(24, 32, seed=1)
    groups = torch.from_numpy(w).reshape({PerTensor: (1, -1), PerAxis: (24, -1), PerGroup: (-1, 8)}[type(granularity)])
    kind = getattr(torch, KINDS[element])
    scale = groups.abs().amax(dim=1, keepdim=True) / torch.finfo(kind).max
    want = ((groups / scale).clamp(-torch.finfo(kind).max, torch.finfo(kind).max).to(kind).float() * scale).numpy()
    tensor = quantize_fp8(w, format=element, granularity=granularity)
    np.testing.assert_array_equal(tensor.to_dense(), want.reshape(24, 32))


@pytest.mark.parametrize("element", KINDS)
@pytest.mark.oracle("quantize_mx", against="ml_dtypes: OCP MX 1.0 step by step", tolerance="weights equal to the bit")
def test_mx_by_ml_dtypes(element: str, correlated_inputs: Any) -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    kind, e8m0 = getattr(ml_dtypes, KINDS[element]), ml_dtypes.float8_e8m0fnu
    emax = {"e4m3": 8, "e5m2": 15, "e2m1": 2}[element]
    largest = float(ml_dtypes.finfo(kind).max)
    w = correlated_inputs(40, 96, seed=2)
    blocks = w.reshape(-1, 32).astype(np.float64)
    shared = np.exp2([float(int(np.frexp(top)[1]) - 1 - emax) for top in np.abs(blocks).max(axis=1)])
    stored = shared.astype(np.float32).astype(e8m0)
    np.testing.assert_array_equal(stored.astype(np.float64), shared)
    elements = np.clip(blocks / shared[:, None], -largest, largest).astype(np.float32).astype(kind)
    tensor = quantize_mx(w, format=element)
    np.testing.assert_array_equal(tensor.exponents.reshape(-1), stored.view(np.uint8))
    want = elements.astype(np.float64) * shared[:, None]
    np.testing.assert_array_equal(tensor.to_dense().reshape(-1, 32), want.astype(np.float32))
    assert tensor.bits_per_weight == {"e2m1": 4.25}.get(element, 8.25)


def gguf_blocks(tensor: MXTensor) -> np.ndarray:
    """Our bytes in GGUF's order: exponent first, input i of a block paired with input i + 16."""
    codes = ops.unpack_bits(tensor.packed, 4, tensor.columns).reshape(-1, 2, 16)
    return np.concatenate([tensor.exponents.reshape(-1, 1), codes[:, 0] | (codes[:, 1] << 4)], axis=1)


def test_mxfp4_bytes_mean_the_same_to_gguf_though_it_would_choose_others() -> None:
    """gguf takes the lower of two equally near values and floor(log2) in float32; the OCP rule is half to even."""
    quants = pytest.importorskip("gguf.quants")
    from gguf import GGMLQuantizationType

    w = np.random.default_rng(5).standard_normal((8, 64)).astype(np.float32)
    w[0, :6] = [4, 0.75, 1.75, 3.5, 0.25, 2.5]  # ties, once the block is scaled by 1
    w[0, 6:32] = 0
    tensor = quantize_mx(w)
    theirs = quants.dequantize(gguf_blocks(tensor).reshape(8, -1), GGMLQuantizationType.MXFP4)
    np.testing.assert_array_equal(tensor.to_dense(), theirs)
    chosen = quants.dequantize(quants.quantize(w, GGMLQuantizationType.MXFP4), GGMLQuantizationType.MXFP4)
    assert tensor.to_dense()[0, :6].tolist() == [4, 1, 2, 4, 0, 2]
    assert chosen[0, :6].tolist() == [4, 0.5, 1.5, 3, 0, 2]
    np.testing.assert_array_equal(chosen[1:], tensor.to_dense()[1:])  # no ties in the rest


@pytest.mark.oracle("quantize_nvfp4", against="torch float8 and ml_dtypes float4, step by step", tolerance="equal")
def test_nvfp4_by_torch_and_ml_dtypes(correlated_inputs: Any) -> None:
    torch, ml_dtypes = pytest.importorskip("torch"), pytest.importorskip("ml_dtypes")
    w = correlated_inputs(24, 64, seed=3)
    blocks = torch.from_numpy(w).reshape(-1, 16)
    unit = blocks.abs().max() / (448 * 6)
    block_scale = (blocks.abs().amax(dim=1, keepdim=True) / 6 / unit).clamp(max=448).to(torch.float8_e4m3fn)
    scale = block_scale.float() * unit
    elements = (blocks / scale).clamp(-6, 6).numpy().astype(ml_dtypes.float4_e2m1fn).astype(np.float32)
    tensor = quantize_nvfp4(w)
    np.testing.assert_array_equal(tensor.block_scale.reshape(-1, 1), block_scale.view(torch.uint8).numpy())
    assert tensor.global_scale[0] == unit.item()
    np.testing.assert_array_equal(tensor.to_dense().reshape(-1, 16), elements * scale.numpy())
    assert tensor.nbytes == w.size // 2 + w.size // 16 + 4


def test_nvfp4_bytes_mean_the_same_to_gguf() -> None:
    """gguf packs four blocks together, input i of a block paired with i + 8, and leaves the tensor's scale out."""
    quants = pytest.importorskip("gguf.quants")
    from gguf import GGMLQuantizationType

    tensor = quantize_nvfp4(np.random.default_rng(6).standard_t(3, (4, 64)))
    codes = ops.unpack_bits(tensor.packed, 4, 64).reshape(4, 4, 2, 8)
    blocks = np.concatenate([tensor.block_scale, (codes[:, :, 0] | (codes[:, :, 1] << 4)).reshape(4, 32)], axis=1)
    theirs = quants.dequantize(blocks, GGMLQuantizationType.NVFP4)
    np.testing.assert_allclose(tensor.to_dense(), theirs * tensor.global_scale, rtol=2e-7)


def test_a_float_hardly_minds_an_outlier_and_four_bits_want_small_blocks(correlated_inputs: Any) -> None:
    """Orders that the papers report, on normal weights and on correlated ones with channels 12 times the others."""
    w = np.random.default_rng(7).standard_normal((16, 256)).astype(np.float32)
    w[:, 5] = 300
    rest = np.arange(256) != 5

    def error(tensor: Any, weights: np.ndarray) -> float:
        return float(((tensor.to_dense() - weights) ** 2)[:, rest].mean())

    assert error(quantize_fp8(w, granularity=PerAxis(0)), w) < 0.1 * error(quantize_rtn(w, bits=8), w)
    for weights in (w, correlated_inputs(64, 256, seed=4)):
        assert error(quantize_nvfp4(weights), weights) < error(quantize_mx(weights), weights)


def test_arguments_are_named() -> None:
    w = np.ones((2, 4))
    with pytest.raises(ValueError, match="format must be one of 'e4m3', 'e5m2'; got 'e3m4'"):
        quantize_fp8(w, format="e3m4")
    with pytest.raises(ValueError, match=r"granularity must keep a scale for output rows, PerAxis\(0\)"):
        quantize_fp8(w, granularity=PerAxis(1))
    with pytest.raises(TypeError, match="granularity must be PerTensor"):
        quantize_fp8(w, granularity="row")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="group_size must divide in_features = 4"):
        quantize_fp8(w, granularity=PerGroup(3))
    with pytest.raises(ValueError, match="format must be one of 'e2m1'"):
        quantize_mx(w, format="int8")
    for function in (quantize_fp8, quantize_mx, quantize_nvfp4):
        with pytest.raises(ValueError, match="w has 1 value that is not finite"):
            function([[np.inf, 1]])  # type: ignore[operator]
        with pytest.raises(ValueError, match="w must have 2 dimension"):
            function(np.ones(4))  # type: ignore[operator]
