"""The walk back: order, sums, release, what is not recorded."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import numpy as np
import pytest

from minicompress.nn import Tensor, as_tensor, check_gradients, is_recording, no_grad, numerical_gradient, parameter


def test_a_node_waits_for_all_its_users() -> None:
    x = parameter(np.array([2.0]))
    y = x * 3  # used by both z and the sum: its gradient must be complete before it is passed on
    z = y * y
    (z * y + y).backward()
    np.testing.assert_allclose(x.grad, 3 * (3 * 6.0**2 + 1))  # d(y**3 + y)/dx, y = 3x


def test_gradients_add_up_over_calls_and_are_not_shared() -> None:
    a, b = parameter(np.ones(2)), parameter(np.ones(2))
    (a + b).backward(np.array([1.0, 2.0]))
    (a + b).backward(np.array([1.0, 2.0]))
    np.testing.assert_array_equal(a.grad, [2.0, 4.0])
    assert not np.shares_memory(a.grad, b.grad)
    a.grad *= 0
    np.testing.assert_array_equal(b.grad, [2.0, 4.0])


def test_a_gradient_can_always_be_written_to() -> None:
    x = parameter(np.ones((2, 3)))
    x.sum().backward()
    assert x.grad is not None
    assert x.grad.flags.writeable


def test_a_long_chain_needs_no_recursion() -> None:
    x = parameter(np.array([1.0]))
    y = x * 1
    for _ in range(5000):
        y = y + 1
    y.backward()
    np.testing.assert_array_equal(x.grad, [1.0])


def test_nothing_is_recorded_inside_no_grad() -> None:
    x = parameter(np.ones(2))
    with no_grad():
        assert not is_recording()
        with no_grad():
            pass
        assert not is_recording()
        y = x * 2
    assert is_recording()
    assert not y.requires_grad
    assert y._edges == ()


def test_no_grad_ends_with_an_error_too() -> None:
    with pytest.raises(KeyError), no_grad():
        raise KeyError
    assert is_recording()


def test_constants_are_left_out_of_the_graph() -> None:
    x = Tensor(np.ones(2))
    assert not (x * 2 + x).requires_grad
    w = parameter(np.ones(2))
    (w * x).sum().backward()
    assert x.grad is None


def test_keep_grad_shows_the_gradient_of_a_result() -> None:
    x = parameter(np.array([3.0]))
    y = x * 2
    y.keep_grad = True
    (y * y).backward()
    np.testing.assert_array_equal(y.grad, [12.0])
    np.testing.assert_array_equal(x.grad, [24.0])


def test_detach_cuts() -> None:
    x = parameter(np.array([3.0]))
    (x.detach() * x).backward()
    np.testing.assert_array_equal(x.grad, [3.0])


def test_the_graph_is_freed_on_the_way() -> None:
    x = parameter(np.ones(3))
    middle = x * 2
    seen = weakref.ref(middle)
    loss = (middle * middle).sum()
    del middle
    assert seen() is not None
    loss.backward()
    gc.collect()
    assert seen() is None


def test_own_operations_are_one_call() -> None:
    """What quantization-aware training does: round on the way there, pass the gradient through on the way back."""
    x = parameter(np.array([0.4, 1.6]))
    y = Tensor.record(np.rint(x.data), (x, lambda g: g))
    (y * y).sum().backward()
    np.testing.assert_array_equal(x.grad, [0.0, 4.0])


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        ([1, 2], np.float32),
        (3.5, np.float32),
        (np.arange(3), np.float32),
        (np.ones(2, np.float16), np.float32),
        (np.ones(2, np.float32), np.float32),
        (np.ones(2), np.float64),
        (np.float64(2), np.float64),
    ],
)
def test_dtype_of_a_new_tensor(value: Any, dtype: Any) -> None:
    assert Tensor(value).dtype == dtype


def test_arrays_are_wrapped_without_a_copy_and_parameters_with_one() -> None:
    a = np.ones(3, np.float32)
    assert Tensor(a).data is a
    assert not np.shares_memory(parameter(a).data, a)
    t = Tensor(a)
    assert as_tensor(t) is t
    assert len(t) == 3
    assert repr(t).startswith("Tensor(array([1., 1., 1.]")


def test_errors_of_the_walk() -> None:
    x = parameter(np.ones(3))
    with pytest.raises(ValueError, match=r"single number; got shape \(3,\)"):
        (x * 2).backward()
    with pytest.raises(ValueError, match=r"grad must have shape \(3,\); got an array of shape \(2,\)"):
        (x * 2).backward(np.ones(2))
    with pytest.raises(ValueError, match="requires_grad=True"):
        Tensor(np.ones(1)).backward()
    loss = (x * 2).sum()
    loss.backward()
    with pytest.raises(ValueError, match="already went through"):
        loss.backward()
    with pytest.raises(ValueError, match=r"rule returned an array of shape \(1, 3\).*\(3,\)"):
        Tensor.record(x.data, (x, lambda g: g[None])).backward(np.ones(3))
    with pytest.raises(TypeError, match="already on the tape"):
        Tensor(x)
    with pytest.raises(TypeError, match="data must hold real numbers"):
        Tensor(np.array(["a"]))


def test_the_check_itself_sees_a_wrong_rule() -> None:
    x = parameter(np.array([0.5, 0.7]))
    wrong = [lambda g: g * 2.001, lambda g: -g, lambda g: g[::-1].copy(), lambda g: g * 0]
    for rule in wrong:
        with pytest.raises(AssertionError, match="gradient of x is wrong"):
            check_gradients(lambda r=rule: Tensor.record(x.data * 2, (x, r)), {"x": x})
    with pytest.raises(AssertionError, match="gradient of x is wrong"):
        check_gradients(lambda: x.detach() * x, {"x": x})
    with pytest.raises(TypeError, match="float64"):
        numerical_gradient(lambda: 0.0, np.ones(2, np.float32))
