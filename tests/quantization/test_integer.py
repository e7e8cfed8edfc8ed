"""Integer inference against Python's own integers, and against onnxruntime's float requantization."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from minicompress.quantization import (
    IntegerLinear,
    PerAxis,
    QParams,
    choose_qparams,
    qparams_from_range,
    quantize,
    quantize_multiplier,
    requantize,
)

INT32 = st.integers(-(2**31), 2**31 - 1)


def exact(acc: int, mantissa: int, shift: int, zero_point: int, qmin: int, qmax: int) -> int:
    """floor(acc m / 2^n + 1/2) + z, clipped: by rational numbers."""
    value = Fraction(acc) * mantissa / Fraction(2) ** shift + Fraction(1, 2)
    return min(max(value.numerator // value.denominator + zero_point, qmin), qmax)


@pytest.mark.oracle("requantize", against="exact rationals", tolerance="equal")
@given(
    acc=INT32,
    mantissa=st.integers(2**30, 2**31 - 1),
    shift=st.integers(1, 90),
    zero_point=st.integers(-128, 255),
    grid=st.sampled_from([(0, 255), (-127, 127), (-128, 127), (-(2**40), 2**40)]),
)
@example(-(2**31), 2**31 - 1, 62, 0, (-(2**40), 2**40))
@example(-(2**31), 2**31 - 1, 63, 0, (-(2**40), 2**40))
@example(-(2**31), 2**31 - 1, 1, 0, (-(2**63), 2**63 - 1))
@example(2**31 - 1, 2**31 - 1, 62, 0, (-127, 127))
@example(3, 2**30, 31, 0, (-127, 127))
@example(-3, 2**30, 31, 0, (-127, 127))
def test_requantize_is_exact(acc: int, mantissa: int, shift: int, zero_point: int, grid: tuple[int, int]) -> None:
    found = requantize([[acc]], mantissa, shift, zero_point=zero_point, qmin=grid[0], qmax=grid[1])
    np.testing.assert_equal(found.tolist(), [[exact(acc, mantissa, shift, zero_point, *grid)]])


def test_requantize_takes_a_multiplier_for_each_channel() -> None:
    acc = np.random.default_rng(0).integers(-(2**31), 2**31, (50, 3))
    mantissa, shift = [2**30, 2**31 - 1, 1518500250], [40, 33, 55]
    found = requantize(acc, mantissa, shift, zero_point=7, qmin=-128, qmax=127)
    for j in range(3):
        assert found[:, j].tolist() == [exact(int(a), mantissa[j], shift[j], 7, -128, 127) for a in acc[:, j]]


@pytest.mark.oracle("quantize_multiplier", against="exact rationals", tolerance="2^-31 relative")
@given(st.floats(2.0**-200, 2.0**28))
@example(1.0)
@example(1 - 2.0**-53)  # rounds up to a power of two
@example(0.5 + 2.0**-33)
def test_a_multiplier_is_off_by_less_than_two_to_the_minus_31(value: float) -> None:
    m, n = (int(a[0]) for a in quantize_multiplier([value]))
    assert 2**30 <= m < 2**31
    ratio = Fraction(m) / Fraction(2) ** n / Fraction(value)
    assert abs(ratio - 1) <= Fraction(1, 2**31)
    np.testing.assert_allclose(float(ratio), 1, rtol=0, atol=2.0**-31 + 2.0**-52)  # recorded in the table


def test_multipliers_must_be_positive() -> None:
    with pytest.raises(ValueError, match="multiplier must be positive"):
        quantize_multiplier([0.5, 0.0])


def layer(x_symmetric: bool, seed: int = 0) -> tuple[IntegerLinear, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    w = rng.standard_normal((13, 37)).astype(np.float32)
    w[4] = 0
    x = rng.standard_normal((21, 37)).astype(np.float32)
    b = rng.standard_normal(13).astype(np.float32)
    y = x @ w.T + b
    x_grid = choose_qparams(x, symmetric=x_symmetric)
    y_grid = qparams_from_range(float(y.min()) * 0.8, float(y.max()) * 0.8)  # some outputs saturate
    return IntegerLinear.from_float(w, b, x_qparams=x_grid, y_qparams=y_grid), w, x, b


@pytest.mark.oracle("IntegerLinear", against="Python integers and exact rationals", tolerance="equal")
@pytest.mark.parametrize("x_symmetric", [False, True])
def test_the_layer_is_exact_in_python_integers(x_symmetric: bool) -> None:
    made, w, x, b = layer(x_symmetric)
    xg, yg = made.x_qparams, made.y_qparams
    q = quantize(x, xg)
    np.testing.assert_array_equal(made.codes, quantize(w, choose_qparams(w, granularity=PerAxis(0))))
    found = made(q)
    assert found.dtype == yg.dtype
    w_scale = choose_qparams(w, granularity=PerAxis(0)).scale
    for j in range(13):
        step = float(w_scale[j]) * float(xg.scale)
        bias = round(float(b[j]) / step)  # Python's round is half to even too
        assert int(made.bias[j]) == bias
        mantissa, shift = (int(a[0]) for a in quantize_multiplier([step / float(yg.scale)]))
        for i in range(21):
            codes = zip(q[i].tolist(), made.codes[j].tolist(), strict=True)
            acc = bias + sum((a - int(xg.zero_point)) * c for a, c in codes)
            np.testing.assert_equal(int(made.accumulate(q)[i, j]), acc)
            np.testing.assert_equal(int(found[i, j]), exact(acc, mantissa, shift, int(yg.zero_point), yg.qmin, yg.qmax))
    assert found.min() == 0
    assert found.max() == 255


def test_the_layer_is_near_the_float_layer() -> None:
    made, w, x, b = layer(False)
    y = x @ w.T + b
    yg = made.y_qparams
    back = (made(quantize(x, made.x_qparams)).astype(np.float64) - int(yg.zero_point)) * float(yg.scale)
    low, high = (0 - int(yg.zero_point)) * float(yg.scale), (255 - int(yg.zero_point)) * float(yg.scale)
    w_scale = choose_qparams(w, granularity=PerAxis(0)).scale
    # Half a step of x through |w|, half a step of each w through |x| (plus x's half step), half a step of y.
    room = (np.abs(w).sum(axis=1) * float(made.x_qparams.scale) / 2)[None] + float(yg.scale) * 0.51
    room = room + (np.abs(x).sum(axis=1)[:, None] + 37 * float(made.x_qparams.scale) / 2) * w_scale[None] / 2
    assert (np.abs(back - np.clip(y, low, high)) <= room + 1e-4).all()


@pytest.mark.oracle(
    "IntegerLinear",
    against="onnxruntime's QLinearMatMul, float requantization",
    tolerance="1 code, at 2 in 1000 outputs",
)
def test_onnxruntime_differs_on_one_code_in_a_thousand_at_most(deviation: Any) -> None:
    ort = pytest.importorskip("onnxruntime")
    onnx = pytest.importorskip("onnx")
    rng = np.random.default_rng(3)
    w, x = (rng.standard_normal(s).astype(np.float32) for s in ((64, 96), (400, 96)))
    x_grid = choose_qparams(x, symmetric=False)
    y = x @ w.T
    y_grid = qparams_from_range(float(y.min()), float(y.max()))
    made = IntegerLinear.from_float(w, None, x_qparams=x_grid, y_qparams=y_grid)
    w_scale = choose_qparams(w, granularity=PerAxis(0)).scale
    kind = onnx.TensorProto
    constants = {
        "xs": x_grid.scale, "xz": x_grid.zero_point.astype(np.uint8), "w": made.codes.T.copy(), "ws": w_scale,
        "wz": np.zeros(64, np.int8), "ys": y_grid.scale, "yz": y_grid.zero_point.astype(np.uint8),
    }  # fmt: skip
    node = onnx.helper.make_node("QLinearMatMul", ["x", "xs", "xz", "w", "ws", "wz", "ys", "yz"], ["y"])
    graph = onnx.helper.make_graph(
        [node],
        "linear",
        [onnx.helper.make_tensor_value_info("x", kind.UINT8, [400, 96])],
        [onnx.helper.make_tensor_value_info("y", kind.UINT8, [400, 64])],
        [onnx.numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 13)], ir_version=8)
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    q = quantize(x, x_grid)
    theirs = session.run(None, {"x": q})[0].astype(int)
    gap = np.abs(made(q).astype(int) - theirs)
    assert deviation(made(q), theirs, 1) <= 1
    assert (gap > 0).mean() <= 2e-3


def test_sums_beyond_int32_are_refused() -> None:
    x_grid = qparams_from_range(0.0, 1.0)
    y_grid = qparams_from_range(0.0, 1e6)
    wide = np.ones((1, 70_000), np.float32)  # 70,000 * 255 * 127 > 2^31
    with pytest.raises(ValueError, match=r"the sums of row 0 may reach \d+, beyond int32"):
        IntegerLinear.from_float(wide, None, x_qparams=x_grid, y_qparams=y_grid)
    small = np.full((1, 4), 1e-6, np.float32)
    with pytest.raises(ValueError, match="bias does not fit int32"):
        IntegerLinear.from_float(small, [1e6], x_qparams=x_grid, y_qparams=y_grid)


def test_arguments_are_named() -> None:
    made, w, _, _ = layer(False)
    per_axis: QParams = choose_qparams(w, granularity=PerAxis(0))
    with pytest.raises(ValueError, match="x_qparams must be per tensor"):
        IntegerLinear.from_float(w, None, x_qparams=per_axis, y_qparams=made.y_qparams)
    with pytest.raises(ValueError, match="q must have 37 columns"):
        made(np.zeros((2, 36), np.uint8))
    with pytest.raises(ValueError, match="q must lie in"):
        made(np.full((2, 37), 256))
