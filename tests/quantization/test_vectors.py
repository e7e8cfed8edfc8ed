"""Scales, zero points and codes against onnx, onnxruntime and torch: by frozen vectors always, by themselves if here.

Ours follows onnx and onnxruntime: a true division x / s, halves to even. torch multiplies by 1 / s in float32, which
puts a few values on the other side of a half: where the two rules agree, so must we; the known disagreement is shown.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from minicompress.quantization import PerAxis, QParams, choose_qparams, dequantize, fake_quantize, quantize

HERE = Path(__file__).parent
VECTORS = json.loads((HERE / "vectors.json").read_text("utf-8"))
CASES = VECTORS["cases"]


def maker() -> Any:
    spec = importlib.util.spec_from_file_location("make_vectors", HERE / "make_vectors.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def given(scale: float, zero_point: int, qmin: int, qmax: int) -> QParams:
    return QParams(np.asarray(scale, np.float32), np.asarray(zero_point, np.int32), 8, qmin, qmax)


def rules_agree(x: np.ndarray, scale: Any) -> np.ndarray:
    """Where x / s and x * (1 / s), both in float32, round to the same integer."""
    s = np.float32(scale)
    return np.rint(x / s) == np.rint(x * (np.float32(1) / s))


@pytest.mark.oracle(
    "choose_qparams",
    against="onnxruntime's compute_scale_zp, frozen",
    tolerance="scale 2e-7 relative; zero point equal",
)
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("symmetric", [False, True])
def test_parameters_are_those_of_onnxruntime(name: str, symmetric: bool) -> None:
    x = np.float32(CASES[name]["x"])
    want = CASES[name]["symmetric" if symmetric else "asymmetric"]
    p = choose_qparams(x, bits=8, symmetric=symmetric)
    # onnxruntime divides in float32, we in float64 and round once: one spacing apart at the most.
    np.testing.assert_allclose(float(p.scale), want["scale"], rtol=2e-7)
    assert int(p.zero_point) == want["zero_point"]
    assert p.scale.dtype == np.float32
    assert p.zero_point.dtype == np.int32


@pytest.mark.oracle("quantize", against="onnx's QuantizeLinear, frozen", tolerance="equal")
@pytest.mark.oracle("dequantize", against="onnx's DequantizeLinear, frozen", tolerance="equal to the bit")
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("symmetric", [False, True])
def test_codes_and_values_are_those_of_onnx_to_the_bit(name: str, symmetric: bool) -> None:
    x = np.float32(CASES[name]["x"])
    want = CASES[name]["symmetric" if symmetric else "asymmetric"]
    p = given(want["scale"], want["zero_point"], *((-128, 127) if symmetric else (0, 255)))
    q = quantize(x, p)
    assert q.dtype == (np.int8 if symmetric else np.uint8)
    np.testing.assert_array_equal(q, want["codes"])
    np.testing.assert_array_equal(dequantize(q, p), np.float32(want["values"]))


@pytest.mark.oracle(
    "choose_qparams", against="torch's MinMaxObserver, frozen", tolerance="scale 3e-7 relative; zero point equal"
)
@pytest.mark.oracle(
    "quantize", against="torch.quantize_per_tensor, frozen", tolerance="equal where x / s and x (1 / s) round alike"
)
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("symmetric", [False, True])
def test_torch_observers(name: str, symmetric: bool) -> None:
    x = np.float32(CASES[name]["x"])
    want = CASES[name]["torch"]["symmetric" if symmetric else "asymmetric"]
    # torch's symmetric int8 uses the full range: s = 2 max|x| / 255.
    p = choose_qparams(x, bits=8, symmetric=symmetric, narrow_range=not symmetric)
    np.testing.assert_allclose(float(p.scale), want["scale"], rtol=3e-7)
    assert int(p.zero_point) == want["zero_point"]
    same = rules_agree(x, want["scale"])
    assert same.mean() > 0.9
    q = quantize(x, given(want["scale"], want["zero_point"], p.qmin, p.qmax))
    np.testing.assert_array_equal(q[same], np.asarray(want["codes"])[same])


@pytest.mark.oracle(
    "fake_quantize",
    against="torch's fake_quantize_per_channel_affine, frozen",
    tolerance="equal where x / s and x (1 / s) round alike",
)
@pytest.mark.oracle("PerAxis", against="torch's PerChannelMinMaxObserver, frozen", tolerance="scales equal to the bit")
@pytest.mark.parametrize("name", CASES)
def test_torch_fake_quantization_per_channel(name: str) -> None:
    x = np.float32(CASES[name]["x"])
    want = CASES[name]["torch"]["per_channel"]
    p = choose_qparams(x, bits=8, granularity=PerAxis(0))
    np.testing.assert_array_equal(p.scale, np.float32(want["scale"]))
    same = rules_agree(x, p.scale[:, None])
    np.testing.assert_array_equal(fake_quantize(x, p)[same], np.float32(want["values"])[same])


def test_the_known_disagreement_is_ours_with_onnx_against_torch() -> None:
    known = VECTORS["disagreement"]
    assert (known["onnx"], known["torch"]) == (127, 128)
    assert quantize([known["x"]], given(known["scale"], 0, 0, 255)).tolist() == [127]


def test_the_file_is_what_the_libraries_give() -> None:
    for library in ("torch", "onnx", "onnxruntime"):
        pytest.importorskip(library)
    fresh = json.loads(json.dumps(maker().collect()))
    assert fresh["cases"] == CASES
    assert fresh["disagreement"] == VECTORS["disagreement"]


@pytest.mark.oracle(
    "quantize", against="onnx's reference of QuantizeLinear and DequantizeLinear, live", tolerance="equal"
)
@pytest.mark.oracle(
    "dequantize", against="onnx's reference of QuantizeLinear and DequantizeLinear, live", tolerance="equal to the bit"
)
def test_many_codes_against_the_onnx_reference() -> None:
    pytest.importorskip("onnx")
    onnx_codes = maker().onnx_codes
    rng = np.random.default_rng(6)
    for dtype, zero_point in ((np.uint8, 137), (np.int8, 0), (np.int8, -3)):
        x = (rng.standard_normal(20_000) * 10).astype(np.float32)
        x[:5000] = (rng.integers(-600, 600, 5000) / 2 * 0.0625).astype(np.float32)  # exact halves of the step
        info = np.iinfo(dtype)
        p = given(0.0625, zero_point, info.min, info.max)
        q, y = onnx_codes(x, 0.0625, zero_point, dtype)
        np.testing.assert_array_equal(quantize(x, p), q)
        np.testing.assert_array_equal(dequantize(q, p), y)
        q, _ = onnx_codes(x, 0.0731, zero_point, dtype)
        np.testing.assert_array_equal(quantize(x, given(0.0731, zero_point, info.min, info.max)), q)


@pytest.mark.oracle(
    "fake_quantize",
    against="torch.fake_quantize_per_channel_affine, live",
    tolerance="equal where x / s and x (1 / s) round alike",
)
def test_many_codes_against_torch_where_the_rules_agree() -> None:
    torch = pytest.importorskip("torch")
    x = (np.random.default_rng(8).standard_normal((64, 500)) * 3).astype(np.float32)
    p = choose_qparams(x, bits=8, granularity=PerAxis(0))
    zeros = torch.zeros(64, dtype=torch.int32)
    theirs = torch.fake_quantize_per_channel_affine(torch.tensor(x), torch.tensor(p.scale), zeros, 0, -127, 127)
    same = rules_agree(x, p.scale[:, None])
    assert same.mean() > 0.999
    np.testing.assert_array_equal(fake_quantize(x, p)[same], theirs.numpy()[same])
    assert np.abs(fake_quantize(x, p) - theirs.numpy()).max() <= p.scale.max() * 1.001  # never further than one step


@pytest.mark.oracle(
    "MovingAverage", against="torch's MovingAverageMinMaxObserver", tolerance="scale 2e-6 relative; zero point equal"
)
def test_moving_average_is_torchs() -> None:
    torch = pytest.importorskip("torch")
    import warnings

    from minicompress.quantization import MovingAverage

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from torch.ao.quantization import MovingAverageMinMaxObserver

        theirs = MovingAverageMinMaxObserver(averaging_constant=0.1)
        ours = MovingAverage(momentum=0.9)
        for batch in np.random.default_rng(2).standard_normal((20, 50)).astype(np.float32):
            theirs(torch.tensor(batch))
            ours.update(batch)
        scale, zero_point = theirs.calculate_qparams()
    np.testing.assert_allclose(float(ours.qparams().scale), scale.item(), rtol=2e-6)
    assert int(ours.qparams().zero_point) == int(zero_point.item())
