"""The affine core against exact rationals, torch, onnx and onnxruntime: what the frozen vectors do not reach."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from minicompress.quantization import (
    MinMax,
    PerAxis,
    Percentile,
    PerGroup,
    PerTensor,
    choose_qparams,
    dequantize,
    fake_quantize,
    qparams_from_range,
    quantize,
    quantize_rtn,
)

ENDS = st.floats(-(2.0**40), 2.0**40, width=32)


def heavy(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_t(4, shape).astype(np.float32)


def rounds_alike(x: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Where x / s (ours, onnx) and x (1 / s) (torch), both in float32, give one integer."""
    return np.rint(x / scale) == np.rint(x * (np.float32(1) / scale))


@pytest.mark.oracle(
    "qparams_from_range", against="exact rationals", tolerance="scale within half a float32 ulp and 2^-52; zero point 1"
)
@given(a=ENDS, b=ENDS, bits=st.integers(2, 8), symmetric=st.booleans())
@example(a=0.0, b=0.0, bits=8, symmetric=False)
@example(a=-1.0, b=-0.5, bits=4, symmetric=False)
def test_a_range_gives_the_exact_scale(a: float, b: float, bits: int, symmetric: bool) -> None:
    low, high = sorted((a, b))
    p = qparams_from_range(low, high, bits=bits, symmetric=symmetric)
    bottom, top = min(Fraction(low), 0), max(Fraction(high), 0)
    step = max(-bottom, top) / (2 ** (bits - 1) - 1) if symmetric else (top - bottom) / (2**bits - 1)
    if step < Fraction(2) ** -126:
        assert (float(p.scale), int(p.zero_point)) == (1, 0)
        return
    assert float(p.scale) == pytest.approx(float(step), rel=2.0**-24 + 2.0**-51, abs=0)
    # round() of a fraction goes half to even; a float64 quotient may cross a half, by one.
    assert int(p.zero_point) == pytest.approx(0 if symmetric else round(-bottom / step), abs=1, rel=0)
    assert abs(int(p.zero_point) - (0 if symmetric else -bottom / step)) <= Fraction(1, 2) + Fraction(1, 10**12)


@pytest.mark.oracle(
    "qparams_from_range", against="onnxruntime's compute_scale_zp", tolerance="scale 2e-7 relative; zero point equal"
)
def test_a_range_gives_onnxruntimes_parameters() -> None:
    utils = pytest.importorskip("onnxruntime.quantization.quant_utils")
    for low, high in ((-1.0, 2.0), (0.25, 3.0), (-7.5, -0.125), (-1e-3, 1e4), (-6.1, 5.9)):
        ends = (np.float32(low), np.float32(high), np.uint8(0), np.uint8(255))
        zero_point, scale = utils.compute_scale_zp(*ends, symmetric=False)
        p = qparams_from_range(low, high)
        np.testing.assert_allclose(float(p.scale), float(scale), rtol=2e-7)
        assert int(p.zero_point) == int(zero_point)


@pytest.mark.oracle(
    "quantize_rtn", against="every code of the grid, tried in exact rationals", tolerance="never nearer"
)
@pytest.mark.parametrize(
    ("bits", "symmetric", "size"), [(2, False, 4), (3, True, None), (4, True, 8), (4, False, None)]
)
def test_no_other_code_is_nearer(bits: int, symmetric: bool, size: int | None, deviation: Callable[..., float]) -> None:
    w = heavy(6, 16, seed=bits)
    stored = quantize_rtn(w, bits=bits, group_size=size, symmetric=symmetric)
    zero = 2 ** (bits - 1) if symmetric else None
    for (i, j), value in np.ndenumerate(w):
        g = j // (size or 16)
        step = Fraction(float(stored.scale[i, g]))
        z = zero if zero is not None else int(stored.zero_point[i, g])
        errors = [abs(step * (code - z) - Fraction(float(value))) for code in range(symmetric, 2**bits)]
        ours = errors[int(stored.codes[i, j]) - symmetric]
        # x / s in float32 may put a value within 2^-22 of a half on its other side.
        deviation(float(ours), float(min(errors)), float(step) * 2.0**-21)


@pytest.mark.oracle(
    "quantize_rtn", against="torch.fake_quantize_per_channel_affine, a group as a channel", tolerance="equal to the bit"
)
@pytest.mark.parametrize(("bits", "symmetric"), [(8, True), (4, True), (4, False), (2, False)])
def test_groups_are_torchs_channels(bits: int, symmetric: bool) -> None:
    torch = pytest.importorskip("torch")
    w = heavy(24, 64, seed=bits)
    stored = quantize_rtn(w, bits=bits, group_size=16, symmetric=symmetric)
    scale = stored.scale.reshape(-1)
    top = 2 ** (bits - 1) - 1
    zero = np.zeros(scale.size, np.int32) if symmetric else stored.zero_point.reshape(-1).astype(np.int32)
    grid = (-top, top) if symmetric else (0, 2**bits - 1)
    groups = w.reshape(-1, 16)
    theirs = torch.fake_quantize_per_channel_affine(
        torch.tensor(groups), torch.tensor(scale), torch.tensor(zero), 0, *grid
    )
    same = rounds_alike(groups, scale[:, None])
    assert same.mean() > 0.99
    np.testing.assert_array_equal(stored.to_dense().reshape(-1, 16)[same], theirs.numpy()[same])


def blocked_onnx(x: np.ndarray, scale: np.ndarray, axis: int, block: int | None) -> tuple[np.ndarray, np.ndarray]:
    """Codes and values of ONNX's int8 QuantizeLinear and DequantizeLinear, by channel or by block."""
    onnx = pytest.importorskip("onnx")
    from onnx.reference import ReferenceEvaluator

    kind, h = onnx.TensorProto, onnx.helper
    more = {"axis": axis} | ({} if block is None else {"block_size": block})
    graph = h.make_graph(
        [
            h.make_node("QuantizeLinear", ["x", "s", "z"], ["q"], **more),
            h.make_node("DequantizeLinear", ["q", "s", "z"], ["y"], **more),
        ],
        "affine",
        [h.make_tensor_value_info(name, kind.FLOAT, None) for name in "xs"]
        + [h.make_tensor_value_info("z", kind.INT8, None)],
        [h.make_tensor_value_info("q", kind.INT8, None), h.make_tensor_value_info("y", kind.FLOAT, None)],
    )
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", 21)])
    q, y = ReferenceEvaluator(model).run(None, {"x": x, "s": scale, "z": np.zeros(scale.shape, np.int8)})
    return q, y


@pytest.mark.parametrize(
    ("granularity", "axis", "block"),
    [
        pytest.param(
            made,
            axis,
            block,
            id=type(made).__name__,
            marks=pytest.mark.oracle(
                type(made).__name__, against="onnx's QuantizeLinear by tensor, axis or block", tolerance="equal"
            ),
        )
        for made, axis, block in (
            (PerTensor(), 0, None),
            (PerAxis(0), 0, None),
            (PerAxis(1), 1, None),
            (PerGroup(8), 1, 8),
        )
    ],
)
def test_granularities_are_those_of_onnx(granularity: Any, axis: int, block: int | None) -> None:
    x = heavy(12, 32, seed=4)
    p = choose_qparams(x, granularity=granularity)
    codes, values = blocked_onnx(x, p.scale, axis, block)
    q = quantize(x, p)
    np.testing.assert_array_equal(q, codes)
    np.testing.assert_array_equal(dequantize(q, p), values)
    np.testing.assert_array_equal(fake_quantize(x, p), values)


@pytest.mark.oracle("MinMax", against="torch's MinMaxObserver, live", tolerance="scale 3e-7 relative; zero point equal")
@pytest.mark.parametrize("shift", [0.0, 2.0, -30.0])
def test_the_range_is_torchs(shift: float) -> None:
    torch = pytest.importorskip("torch")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from torch.ao.quantization import MinMaxObserver

        theirs, ours = MinMaxObserver(), MinMax()
        for batch in heavy(9, 50) + np.float32(shift):
            theirs(torch.tensor(batch))
            ours.update(batch)
        scale, zero_point = theirs.calculate_qparams()
    np.testing.assert_allclose(float(ours.qparams().scale), scale.item(), rtol=3e-7)
    assert int(ours.qparams().zero_point) == int(zero_point.item())


@pytest.mark.oracle(
    "Percentile", against="onnxruntime's HistogramCollector, percentile", tolerance="1 % of the range: its 2048 bins"
)
@pytest.mark.parametrize("percentile", [99.0, 99.9])
def test_the_percentile_is_onnxruntimes(percentile: float) -> None:
    calibrate = pytest.importorskip("onnxruntime.quantization.calibrate")
    x = heavy(40_000)
    collector = calibrate.HistogramCollector("percentile", True, 2048, 128, percentile, "same")
    collector.collect({"x": [x]})
    ours = Percentile(percentile=percentile, symmetric=True)
    ours.update(x)
    theirs = float(collector.compute_percentile()["x"][1])
    np.testing.assert_allclose(ours._range()[1], theirs, rtol=0, atol=0.01 * float(np.abs(x).max()))
