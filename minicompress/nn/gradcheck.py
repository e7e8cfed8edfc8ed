"""Hold the gradients of a function against finite differences."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from minicompress.nn.tape.node import no_grad
from minicompress.nn.tensor import Tensor


def numerical_gradient(function: Callable[[], float], values: np.ndarray, *, step: float = 1e-6) -> np.ndarray:
    """Return ``(f(v + h e_i) - f(v - h e_i)) / 2h`` for every value; ``values`` is changed meanwhile and restored.

    The error is about ``h**2 f''' / 6`` from the formula and ``1e-16 / h`` from rounding, so ``values`` must be
    float64.

    >>> v = np.array([3.0])
    >>> numerical_gradient(lambda: float(v[0] ** 2), v).round(6)
    array([6.])
    """
    if values.dtype != np.float64:
        raise TypeError(f"values must be float64, or rounding drowns the difference; got {values.dtype}")
    grad = np.zeros_like(values)
    for index in np.ndindex(values.shape):
        kept = values[index]
        values[index] = kept + step
        above = function()
        values[index] = kept - step
        below = function()
        values[index] = kept
        grad[index] = (above - below) / (2 * step)
    return grad


def check_gradients(
    function: Callable[[], Tensor],
    parameters: dict[str, Tensor],
    *,
    rtol: float = 1e-5,
    atol: float = 1e-7,
    step: float = 1e-6,
) -> None:
    """Raise AssertionError where the tape's gradient of ``function()`` differs from finite differences.

    The output, of any shape, is multiplied by fixed random numbers and summed: with all-one weights, mistakes that
    cancel in a sum (as in softmax, whose outputs sum to 1) would pass.

    >>> x = Tensor(np.array([0.3, 0.7]), requires_grad=True)
    >>> check_gradients(lambda: x.softmax(), {"x": x})
    """
    out = function()
    weights = np.random.default_rng(0).standard_normal(out.shape)
    for p in parameters.values():
        p.grad = None
    out.backward(weights)

    def value() -> float:
        with no_grad():
            return float((function().data * weights).sum())

    for name, p in parameters.items():
        wanted = numerical_gradient(value, p.data, step=step)
        got = np.zeros_like(wanted) if p.grad is None else p.grad
        np.testing.assert_allclose(got, wanted, rtol=rtol, atol=atol, err_msg=f"the gradient of {name} is wrong")
