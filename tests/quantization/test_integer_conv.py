"""Integer convolution: every window by hand, onnxruntime's ConvInteger to the bit, and its QLinearConv to one code."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from minicompress.quantization import IntegerConv, IntegerLinear, QParams, dequantize, qparams_from_range, quantize

X_GRID, Y_GRID = qparams_from_range(-1.7, 2.3), qparams_from_range(-9.0, 11.0)
CASES: list[tuple[tuple[int, ...], tuple[int, ...], dict[str, Any]]] = [
    ((2, 3, 11), (4, 3, 3), {}),
    ((1, 1, 5), (2, 1, 5), {"stride": 2}),
    ((2, 2, 9), (3, 2, 4), {"stride": 3, "padding": 2}),
    ((1, 3, 7, 6), (4, 3, 3, 2), {"padding": 1}),
    ((2, 2, 8, 9), (3, 2, 3, 3), {"stride": (2, 1), "padding": (0, 2)}),
    ((1, 2, 4, 4, 4), (2, 2, 2, 2, 2), {"stride": 2, "padding": 1}),
]


def made(w_shape: tuple[int, ...], options: dict[str, Any], x: QParams = X_GRID, y: QParams = Y_GRID) -> IntegerConv:
    rng = np.random.default_rng(len(w_shape))
    w, b = rng.standard_normal(w_shape).astype(np.float32), rng.standard_normal(w_shape[0]).astype(np.float32)
    return IntegerConv.from_float(w, b, x_qparams=x, y_qparams=y, **options)


def codes(shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)


def each(options: dict[str, Any], name: str, axes: int, default: int) -> tuple[int, ...]:
    value = options.get(name, default)
    return value if isinstance(value, tuple) else (value,) * axes


def by_hand(q: np.ndarray, conv: IntegerConv, w_shape: tuple[int, ...], options: dict[str, Any]) -> np.ndarray:
    """The sums of every window in Python integers; what lies outside adds nothing."""
    axes, zero = len(w_shape) - 2, int(conv.linear.x_qparams.zero_point)
    stride, padding = each(options, "stride", axes, 1), each(options, "padding", axes, 0)
    weights = conv.linear.codes.reshape(w_shape)
    sizes = [(n + 2 * p - k) // s + 1 for n, p, k, s in zip(q.shape[2:], padding, w_shape[2:], stride, strict=True)]
    out = np.zeros((q.shape[0], w_shape[0], *sizes), np.int64)
    for n, o in np.ndindex(q.shape[0], w_shape[0]):
        for window in np.ndindex(*sizes):
            total = int(conv.linear.bias[o])
            for tap in itertools.product(range(w_shape[1]), *(range(k) for k in w_shape[2:])):
                at = [i * s + t - p for i, s, t, p in zip(window, stride, tap[1:], padding, strict=True)]
                if all(0 <= a < size for a, size in zip(at, q.shape[2:], strict=True)):
                    total += (int(q[(n, tap[0], *at)]) - zero) * int(weights[(o, *tap)])
            out[(n, o, *window)] = total
    return out


@pytest.mark.oracle("IntegerConv", against="every window summed in Python integers", tolerance="bit-equal")
@pytest.mark.parametrize(("x_shape", "w_shape", "options"), CASES)
def test_sums_by_hand(x_shape: tuple[int, ...], w_shape: tuple[int, ...], options: dict[str, Any]) -> None:
    conv, q = made(w_shape, options), codes(x_shape)
    sums = conv.accumulate(q)
    assert sums.dtype == np.int32
    np.testing.assert_array_equal(sums, by_hand(q, conv, w_shape, options))


def model(op: str, inputs: dict[str, Any], attributes: dict[str, Any], output_type: int) -> Any:
    onnx = pytest.importorskip("onnx")
    kinds = {"uint8": onnx.TensorProto.UINT8, "int8": onnx.TensorProto.INT8, "int32": onnx.TensorProto.INT32}
    kinds["float32"] = onnx.TensorProto.FLOAT
    node = onnx.helper.make_node(op, list(inputs), ["y"], **attributes)
    infos = [onnx.helper.make_tensor_value_info(n, kinds[str(a.dtype)], a.shape) for n, a in inputs.items()]
    graph = onnx.helper.make_graph([node], "g", infos, [onnx.helper.make_tensor_value_info("y", output_type, None)])
    made_model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 13)], ir_version=8)
    runtime = pytest.importorskip("onnxruntime")
    return runtime.InferenceSession(made_model.SerializeToString(), providers=["CPUExecutionProvider"]).run(
        None, inputs
    )[0]


def attributes(w_shape: tuple[int, ...], options: dict[str, Any]) -> dict[str, Any]:
    axes = len(w_shape) - 2
    pads = each(options, "padding", axes, 0)
    return {"kernel_shape": w_shape[2:], "strides": each(options, "stride", axes, 1), "pads": pads * 2}


@pytest.mark.oracle("IntegerConv", against="onnxruntime ConvInteger", tolerance="bit-equal")
@pytest.mark.parametrize(("x_shape", "w_shape", "options"), CASES[:5])
def test_sums_are_onnxruntimes(x_shape: tuple[int, ...], w_shape: tuple[int, ...], options: dict[str, Any]) -> None:
    conv, q = made(w_shape, options), codes(x_shape)
    weights = conv.linear.codes.reshape(w_shape).astype(np.int16) + 128  # ConvInteger on CPU wants uint8 weights
    inputs = {"x": q, "w": weights.astype(np.uint8), "zx": np.uint8(X_GRID.zero_point), "zw": np.uint8(128)}
    inputs = {name: np.asarray(value) for name, value in inputs.items()}
    theirs = model("ConvInteger", inputs, attributes(w_shape, options), 6)
    bias = conv.linear.bias.reshape(-1, *[1] * (len(w_shape) - 2))
    np.testing.assert_array_equal(conv.accumulate(q), theirs + bias)


@pytest.mark.oracle(
    "IntegerConv",
    against="onnxruntime QLinearConv",
    tolerance="one code on at most 1 % of outputs: it requantizes in float32, this in fixed point",
)
@pytest.mark.parametrize(("x_shape", "w_shape", "options"), CASES[3:5])
def test_codes_are_onnxruntimes(
    x_shape: tuple[int, ...], w_shape: tuple[int, ...], options: dict[str, Any], deviation: Any
) -> None:
    rng = np.random.default_rng(len(w_shape))
    w = rng.standard_normal(w_shape).astype(np.float32)
    conv, q = made(w_shape, options), codes((8, *x_shape[1:]))
    inputs = {
        "x": q,
        "sx": X_GRID.scale,
        "zx": X_GRID.zero_point.astype(np.uint8),
        "w": conv.linear.codes.reshape(w_shape),
        "sw": np.float32(np.abs(w.reshape(len(w), -1)).max(axis=1).astype(np.float64) / 127),
        "zw": np.zeros(len(w), np.int8),
        "sy": Y_GRID.scale,
        "zy": Y_GRID.zero_point.astype(np.uint8),
        "b": conv.linear.bias,
    }
    theirs = model("QLinearConv", inputs, attributes(w_shape, options), 2).astype(int)
    apart = np.abs(conv(q).astype(int) - theirs)
    deviation(conv(q), theirs, 1)
    assert (apart > 0).mean() <= 0.01


@pytest.mark.oracle(
    "IntegerConv", against="torch conv2d in float", tolerance="two output steps: rounding of x, w and y"
)
def test_the_float_convolution_is_approximated(deviation: Any) -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(4)
    w, b = rng.standard_normal((4, 3, 3, 3)).astype(np.float32) / 3, rng.standard_normal(4).astype(np.float32)
    x = rng.uniform(-1.7, 2.3, (2, 3, 9, 9)).astype(np.float32)
    exact = torch.nn.functional.conv2d(torch.tensor(x), torch.tensor(w), torch.tensor(b), stride=2, padding=1).numpy()
    grid = qparams_from_range(exact.min(), exact.max())
    conv = IntegerConv.from_float(w, b, x_qparams=X_GRID, y_qparams=grid, stride=2, padding=1)
    y = conv(quantize(x, X_GRID))
    assert y.dtype == np.uint8
    deviation(dequantize(y, grid), exact, 2 * float(grid.scale))


def test_a_kernel_of_one_is_the_linear_layer() -> None:
    rng = np.random.default_rng(5)
    w, q = rng.standard_normal((4, 6)).astype(np.float32), codes((3, 6, 5))
    conv = IntegerConv.from_float(w[:, :, None], None, x_qparams=X_GRID, y_qparams=Y_GRID)
    linear = IntegerLinear.from_float(w, None, x_qparams=X_GRID, y_qparams=Y_GRID)
    for t in range(5):
        np.testing.assert_array_equal(conv(q)[:, :, t], linear(q[:, :, t]))


def test_arguments_are_named() -> None:
    conv = made((4, 3, 3), {})
    with pytest.raises(ValueError, match="q must have 3 channels"):
        conv(codes((2, 2, 9)))
    with pytest.raises(ValueError, match="must hold the kernel"):
        conv(codes((2, 3, 2)))
    with pytest.raises(TypeError, match="q must hold integers"):
        conv(np.zeros((2, 3, 9)))
    with pytest.raises(ValueError, match="q must lie in"):
        conv(np.full((1, 3, 9), 256))
    with pytest.raises(ValueError, match="q must have 3 dimension"):
        conv(codes((2, 3, 9, 9)))
    with pytest.raises(ValueError, match="stride must be an integer of at least 1"):
        made((4, 3, 3), {"stride": 0})
    with pytest.raises(ValueError, match="padding must be an integer or 2 of them"):
        made((4, 3, 3, 3), {"padding": (1, 1, 1)})
    with pytest.raises(ValueError, match="w must have shape"):
        made((4, 3), {})
    assert conv(codes((0, 3, 9))).shape == (0, 4, 7)
