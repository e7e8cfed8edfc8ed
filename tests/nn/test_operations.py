"""Every operation of the tape: value and gradient against finite differences, and against torch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minicompress.nn import Tensor, check_gradients, concatenate, parameter

# name: (shapes of the inputs, the operation here, the same in torch). Inputs are positive and away from kinks and ties
# where the operation has some. An entry is all that a new operation needs to be tested.
OPERATIONS: dict[str, tuple[list[tuple[int, ...]], Callable[..., Any], Callable[..., Any]]] = {
    "add": ([(3, 4), (4,)], lambda a, b: a + b, lambda a, b: a + b),
    "add_number": ([(3,)], lambda a: 2.5 + a, lambda a: 2.5 + a),
    "sub": ([(3, 1), (1, 4)], lambda a, b: a - b, lambda a, b: a - b),
    "sub_from_number": ([(3,)], lambda a: 2.5 - a, lambda a: 2.5 - a),
    "mul": ([(2, 3, 4), (3, 1)], lambda a, b: a * b, lambda a, b: a * b),
    "mul_itself": ([(3,)], lambda a: a * a * a, lambda a: a * a * a),
    "div": ([(3, 4), (3, 1)], lambda a, b: a / b, lambda a, b: a / b),
    "div_number": ([(3,)], lambda a: 2.5 / a, lambda a: 2.5 / a),
    "pow": ([(3, 4)], lambda a: a**3, lambda a: a**3),
    "pow_fraction": ([(3, 4)], lambda a: a**-0.5, lambda a: a**-0.5),
    "pow_zero": ([(3, 4)], lambda a: a**0 * a, lambda a: a**0 * a),
    "neg": ([(3,)], lambda a: -a, lambda a: -a),
    "matmul": ([(3, 4), (4, 2)], lambda a, b: a @ b, lambda a, b: a @ b),
    "matmul_batched": ([(2, 1, 3, 4), (5, 4, 2)], lambda a, b: a @ b, lambda a, b: a @ b),
    "sum": ([(3, 4)], lambda a: a.sum(), lambda a: a.sum()),
    "sum_axis": ([(3, 4, 2)], lambda a: a.sum(axis=1), lambda a: a.sum(dim=1)),
    "sum_axes": ([(3, 4, 2)], lambda a: a.sum(axis=(0, -1)), lambda a: a.sum(dim=(0, -1))),
    "sum_keep": ([(3, 4)], lambda a: a.sum(axis=0, keepdims=True), lambda a: a.sum(dim=0, keepdim=True)),
    "mean": ([(3, 4)], lambda a: a.mean(), lambda a: a.mean()),
    "mean_axis": ([(3, 4)], lambda a: a.mean(axis=-1), lambda a: a.mean(dim=-1)),
    "max": ([(3, 4)], lambda a: a.max(), lambda a: a.amax()),
    "max_axis": ([(3, 4)], lambda a: a.max(axis=1), lambda a: a.amax(dim=1)),
    "max_keep": ([(3, 4)], lambda a: a.max(axis=0, keepdims=True), lambda a: a.amax(dim=0, keepdim=True)),
    "reshape": ([(3, 4)], lambda a: a.reshape(2, -1), lambda a: a.reshape(2, -1)),
    "transpose": ([(2, 3, 4)], lambda a: a.transpose(2, 0, -2), lambda a: a.permute(2, 0, -2)),
    "reversed": ([(2, 3)], lambda a: a.T, lambda a: a.T),
    "swapaxes": ([(2, 3, 4)], lambda a: a.swapaxes(0, -1), lambda a: a.swapaxes(0, -1)),
    "slice": ([(5, 4)], lambda a: a[1:4, ::2], lambda a: a[1:4, ::2]),
    "pick": ([(5, 4)], lambda a: a[2], lambda a: a[2]),
    "gather_twice": ([(5, 4)], lambda a: a[[1, 1, 3], [0, 0, 2]], lambda a: a[[1, 1, 3], [0, 0, 2]]),
    "exp": ([(3, 4)], lambda a: a.exp(), lambda a: a.exp()),
    "log": ([(3, 4)], lambda a: a.log(), lambda a: a.log()),
    "sqrt": ([(3, 4)], lambda a: a.sqrt(), lambda a: a.sqrt()),
    "tanh": ([(3, 4)], lambda a: (a - 1).tanh(), lambda a: (a - 1).tanh()),
    "sigmoid": ([(3, 4)], lambda a: (a - 1).sigmoid(), lambda a: (a - 1).sigmoid()),
    "relu": ([(3, 4)], lambda a: (a - 1).relu(), lambda a: (a - 1).relu()),
    "gelu": ([(3, 4)], lambda a: (a - 1).gelu(), lambda a: _torch().nn.functional.gelu(a - 1)),
    "gelu_tanh": (
        [(3, 4)],
        lambda a: (a - 1).gelu(approximate=True),
        lambda a: _torch().nn.functional.gelu(a - 1, approximate="tanh"),
    ),
    "softmax": ([(3, 4)], lambda a: (a * 3).softmax(), lambda a: (a * 3).softmax(-1)),
    "softmax_axis": ([(3, 4)], lambda a: (a * 3).softmax(0), lambda a: (a * 3).softmax(0)),
    "log_softmax": ([(3, 4)], lambda a: (a * 3).log_softmax(), lambda a: (a * 3).log_softmax(-1)),
    "log_softmax_axis": ([(3, 4)], lambda a: (a * 3).log_softmax(0), lambda a: (a * 3).log_softmax(0)),
    "concatenate": ([(3, 2), (3, 4)], lambda a, b: concatenate([a, b]), lambda a, b: _torch().cat([a, b], -1)),
    "concatenate_axis": (
        [(1, 2, 2), (1, 3, 2)],
        lambda a, b: concatenate([a, b], axis=1),
        lambda a, b: _torch().cat([a, b], 1),
    ),
}


def _torch() -> Any:
    return pytest.importorskip("torch")


def _inputs(shapes: list[tuple[int, ...]], dtype: Any = np.float64) -> list[np.ndarray]:
    """Positive values, no two of an array equal and none near 1 (the kink of the shifted relu)."""
    rng = np.random.default_rng(7)
    arrays = []
    for shape in shapes:
        n = int(np.prod(shape))
        grid = 0.3 + 1.5 * (np.arange(n) + 0.3) / n
        arrays.append(rng.permutation(np.where(abs(grid - 1) < 0.01, 1.02, grid)).reshape(shape).astype(dtype))
    return arrays


@pytest.mark.parametrize("name", OPERATIONS)
def test_gradient_is_that_of_finite_differences(name: str) -> None:
    shapes, operation, _ = OPERATIONS[name]
    tensors = {f"input {i}": parameter(a) for i, a in enumerate(_inputs(shapes))}
    check_gradients(lambda: operation(*tensors.values()), tensors)


@pytest.mark.oracle(
    "Tensor", against="torch's autograd in float64: each operation, value and gradient", tolerance="1e-11 relative"
)
@pytest.mark.parametrize("name", OPERATIONS)
def test_value_and_gradient_are_those_of_torch(name: str) -> None:
    torch = _torch()
    shapes, operation, same = OPERATIONS[name]
    arrays = _inputs(shapes)
    here = [parameter(a) for a in arrays]
    there = [torch.tensor(a, requires_grad=True) for a in arrays]
    y, wanted = operation(*here), same(*there)
    np.testing.assert_allclose(y.data, wanted.detach().numpy(), rtol=1e-12, atol=1e-12, strict=True)
    seed = np.random.default_rng(1).standard_normal(y.shape)
    y.backward(seed)
    wanted.backward(torch.tensor(seed))
    for a, b in zip(here, there, strict=True):
        np.testing.assert_allclose(a.grad, b.grad.numpy(), rtol=1e-11, atol=1e-12, strict=True)


@pytest.mark.parametrize("name", OPERATIONS)
def test_float32_stays_float32(name: str) -> None:
    shapes, operation, _ = OPERATIONS[name]
    tensors = [parameter(a) for a in _inputs(shapes, np.float32)]
    doubles = [parameter(a.data.astype(np.float64)) for a in tensors]
    y, wanted = operation(*tensors), operation(*doubles)
    assert y.dtype == np.float32
    np.testing.assert_allclose(y.data, wanted.data, rtol=2e-5, atol=2e-6)
    y.backward(np.ones(y.shape))
    wanted.backward(np.ones(y.shape))
    for a, b in zip(tensors, doubles, strict=True):
        assert a.grad is not None
        assert b.grad is not None
        assert a.grad.dtype == np.float32
        np.testing.assert_allclose(a.grad, b.grad, rtol=2e-4, atol=2e-6)


@st.composite
def broadcastable(draw: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Two shapes that broadcast, of different ranks, with lengths of 1 in either."""
    full = draw(st.lists(st.integers(1, 4), max_size=4))
    shapes = []
    for _ in range(2):
        keep = draw(st.integers(0, len(full)))
        tail = full[len(full) - keep :]
        shapes.append(tuple(1 if draw(st.booleans()) else n for n in tail))
    return shapes[0], shapes[1]


@settings(max_examples=60, deadline=None)
@given(broadcastable(), st.sampled_from(["add", "sub", "mul", "div"]))
def test_broadcasting_sums_the_gradient_over_repeated_places(shapes: Any, name: str) -> None:
    operation = OPERATIONS[name][1]
    a, b = (parameter(x) for x in _inputs(list(shapes)))
    y = operation(a, b)
    seed = np.random.default_rng(2).standard_normal(y.shape)
    y.backward(seed)
    # The same without broadcasting: spell the repetition out, then add up what each original value got.
    long_a, long_b = (parameter(np.broadcast_to(x.data, y.shape)) for x in (a, b))
    operation(long_a, long_b).backward(seed)
    for short, long in ((a, long_a), (b, long_b)):
        wanted = np.zeros(short.shape)
        place = np.broadcast_to(np.arange(short.size).reshape(short.shape), y.shape)
        np.add.at(wanted.reshape(-1), place, long.grad)
        np.testing.assert_allclose(short.grad, wanted, rtol=1e-12, atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(broadcastable(), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3))
def test_batched_matmul_gradient(shapes: Any, m: int, k: int, n: int) -> None:
    a, b = (parameter(x) for x in _inputs([(*shapes[0], m, k), (*shapes[1], k, n)]))
    check_gradients(lambda: a @ b, {"a": a, "b": b}, rtol=1e-4, atol=1e-6)


def test_array_on_the_left_meets_the_tape() -> None:
    w = parameter(np.array([[1.0, 2.0], [3.0, 4.0]]))
    left = np.array([[1.0, -1.0]])
    for y in (left + w, left - w, left * w, left / w, left @ w):
        assert isinstance(y, Tensor)
        assert y.requires_grad
    check_gradients(lambda: left @ w, {"w": w})
    check_gradients(lambda: left / w, {"w": w})
    batch = np.arange(24.0).reshape(4, 3, 2)
    check_gradients(lambda: batch @ w, {"w": w})


def test_equal_maxima_share_the_gradient() -> None:
    x = parameter(np.array([[1.0, 2.0, 2.0]]))
    x.max(axis=1).sum().backward()
    np.testing.assert_array_equal(x.grad, [[0.0, 0.5, 0.5]])


def test_relu_has_no_slope_at_zero() -> None:
    x = parameter(np.array([-1.0, 0.0, 1.0]))
    x.relu().sum().backward()
    np.testing.assert_array_equal(x.grad, [0.0, 0.0, 1.0])


def test_power_zero_at_zero() -> None:
    x = parameter(np.array([0.0, 1.0]))
    (x**0).sum().backward()
    np.testing.assert_array_equal(x.grad, [0.0, 0.0])


def test_extreme_scores_neither_overflow_nor_vanish() -> None:
    scores = Tensor(np.array([[1e4, 0.0, -1e4]], np.float32))
    np.testing.assert_array_equal(scores.softmax().data, [[1.0, 0.0, 0.0]])
    np.testing.assert_array_equal(scores.log_softmax().data, [[0.0, -1e4, -2e4]])
    np.testing.assert_array_equal(scores.sigmoid().data, [[1.0, 0.5, 0.0]])


def test_fast_error_function_keeps_its_stated_error() -> None:
    from scipy import special

    from minicompress.nn.tape.error_function import erf

    x = np.linspace(-6, 6, 200_001, dtype=np.float32)
    assert erf(x).dtype == np.float32
    assert np.abs(erf(x) - special.erf(x.astype(np.float64))).max() < 1e-6
    np.testing.assert_array_equal(erf(x[::-1].reshape(3, -1)), -erf(x.reshape(3, -1)))


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda x: x + Tensor(np.ones(3, np.float32)), TypeError, "float64 and float32"),
        (lambda x: x * "two", TypeError, "tensor, an array or a number"),
        (lambda x: x @ Tensor(np.ones((4, 2))), ValueError, r"\(2, 3\) and \(4, 2\)"),
        (lambda x: x @ np.ones(3), ValueError, r"\(2, 3\) and \(3,\)"),
        (lambda x: x**x, TypeError, "exponent"),
        (lambda x: concatenate([]), ValueError, "one or more"),
        (lambda x: concatenate([x, Tensor(np.ones((2, 3), np.float32))]), ValueError, "one dtype"),
        (lambda x: x.item(), ValueError, r"shape \(2, 3\)"),
    ],
)
def test_errors_say_what_came(make: Callable[[Tensor], Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        make(Tensor(np.ones((2, 3))))
