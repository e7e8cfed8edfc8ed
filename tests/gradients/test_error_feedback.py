"""What all compressors promise: sums telescope, states are apart, bad input changes nothing, and training converges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.optimize import minimize

from minicompress.gradients import GradientCompressor, OneBitCompressor, TopKCompressor, all_reduce_mean

Make = Callable[..., GradientCompressor]
FIXED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
SHAPES = st.one_of(
    st.just(()), st.tuples(st.integers(1, 9)), st.tuples(st.integers(1, 9), st.integers(1, 9)), st.just((3, 4, 2))
)


@st.composite
def runs(draw: st.DrawFn) -> list[np.ndarray]:
    shape, count = draw(SHAPES), draw(st.integers(1, 6))
    scale = draw(st.sampled_from([1e-30, 1.0, 1e30]))
    return [draw(hnp.arrays(np.float64, shape, elements=st.floats(-9, 9))) * scale for _ in range(count)]


@pytest.mark.oracle("GradientCompressor", against="closed form: the sums telescope", tolerance="1e-13 of the terms")
@FIXED
@given(grads=runs(), kind=st.sampled_from([np.float32, np.float64]))
def test_what_is_sent_and_the_residual_add_up_to_the_gradients(make: Make, grads: list[np.ndarray], kind: Any) -> None:
    compressor = make(dtype=kind)
    sent, size = np.zeros(grads[0].shape), np.zeros(grads[0].shape)
    for g in grads:
        message = compressor.compress(g, name="w")
        sent += compressor.decompress(message)
        size += np.abs(g).max() + np.abs(compressor.decompress(message)).max()
    np.testing.assert_array_less(np.abs(sent + compressor.residual("w") - sum(grads)), 1e-13 * size + 1e-300)


@FIXED
@given(grads=runs())
def test_without_error_feedback_nothing_is_kept(make: Make, grads: list[np.ndarray]) -> None:
    """PowerSGD's warm start remains, so each of its messages is held only against its own gradient."""
    compressor = make(error_feedback=False)
    for g in grads:
        back = compressor.decompress(compressor.compress(g))
        assert not compressor.residual().any()
        assert np.linalg.norm(back - g) <= np.linalg.norm(g) * (1 + 1e-6) + 1e-300, "no projection is further than 0"


def test_the_message_counts_its_bytes_and_has_its_dtype() -> None:
    g = np.random.default_rng(0).standard_normal((20, 30))
    for kind in (np.float32, np.float64):
        size = np.dtype(kind).itemsize
        sparse = TopKCompressor(density=0.1, dtype=kind).compress(g)
        assert sparse.nbytes == 60 * (4 + size)
        signs = OneBitCompressor(dtype=kind).compress(g)
        assert signs.nbytes == 600 / 8 + 2 * 30 * size


@pytest.mark.parametrize(
    "bad",
    [np.array([np.nan, 1]), np.array([np.inf, 1]), np.zeros(0), np.array([1e39, 1]), np.array([1j, 0]), "text", None],
)
def test_bad_gradients_are_refused_and_leave_the_state(make: Make, bad: Any) -> None:
    compressor, twin = make(), make()
    first, second = np.array([1.0, -2.0]), np.array([0.5, 4.0])
    compressor.compress(first), twin.compress(first)
    with pytest.raises((ValueError, TypeError), match="grad"):
        compressor.compress(bad)
    np.testing.assert_array_equal(compressor.residual(), twin.residual())
    np.testing.assert_array_equal(
        compressor.decompress(compressor.compress(second)), twin.decompress(twin.compress(second))
    )


ANY = st.one_of(st.floats(-5, 5, width=32), st.sampled_from([0.0, -0.0, 1e-45, 1e38, -3e38, np.nan, np.inf]))


@st.composite
def gradients(draw: st.DrawFn) -> np.ndarray:
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=6))
    g = draw(hnp.arrays(np.float32, shape, elements=ANY if draw(st.booleans()) else st.floats(-5, 5, width=32)))
    kind = draw(st.sampled_from([np.float16, np.float32, np.float64, np.int32, np.bool_]))
    with np.errstate(over="ignore"):
        g = (np.nan_to_num(g, posinf=0, neginf=0) % 100 if np.dtype(kind).kind == "i" else g).astype(kind)
    return g[::-1] if g.ndim and draw(st.booleans()) else np.asfortranarray(g)


def explained(error: Exception) -> None:
    assert any(word in str(error) for word in ("grad", "message"))


@FIXED
@given(first=gradients(), second=gradients(), feedback=st.booleans())
def test_any_gradients_make_messages_or_a_clear_error(
    make: Make, first: np.ndarray, second: np.ndarray, feedback: bool
) -> None:
    kept = first.tobytes(), second.tobytes()
    compressor = make(error_feedback=feedback)
    for g in (first, second, first):
        try:
            message = compressor.compress(g)
        except (TypeError, ValueError) as error:
            explained(error)
        else:
            back, left = compressor.decompress(message), compressor.residual()
            assert isinstance(left, np.ndarray)
            assert back.shape == left.shape == g.shape
            assert np.isfinite(back).all()
            assert np.isfinite(left).all()
            assert message.nbytes > 0
    assert (first.tobytes(), second.tobytes()) == kept


def test_names_have_states_of_their_own_and_inputs_stay(make: Make) -> None:
    rng = np.random.default_rng(1)
    a, b = rng.standard_normal((6, 5)), rng.standard_normal(7)
    kept = a.tobytes(), b.tobytes()
    both, alone = make(), make()
    for _ in range(3):
        both.compress(a, name="a")
        both.compress(b, name="b")
        alone.compress(a, name="a")
    np.testing.assert_array_equal(both.residual("a"), alone.residual("a"))
    assert both.residual("b").shape == (7,)
    both.residual("a")[:] = 99
    np.testing.assert_array_equal(both.residual("a"), alone.residual("a"))
    assert (a.tobytes(), b.tobytes()) == kept
    with pytest.raises(ValueError, match=r"grad 'b' must have shape \(7,\) as before; got \(6, 5\)"):
        both.compress(a, name="b")
    with pytest.raises(ValueError, match=r"name must be that of a compressed tensor \('a', 'b'\); got 'c'"):
        both.residual("c")
    with pytest.raises(TypeError, match="name must be a str"):
        both.compress(a, name=3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="message must come from compress"):
        both.decompress(a)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="dtype must be one of"):
        make(dtype=np.int8)
    with pytest.raises(TypeError, match="error_feedback must be True or False"):
        make(error_feedback="no")


def test_a_sum_beyond_float32_is_refused() -> None:
    top = TopKCompressor(density=0.5)
    big = np.array([3e38, 3.1e38])
    top.compress(big)
    with pytest.raises(ValueError, match="and its residual are beyond float32"):
        top.compress(big)
    np.testing.assert_array_equal(top.residual(), [3e38, 3.1e38 - float(np.float32(3.1e38))])


def logistic(seed: int) -> tuple[np.ndarray, Callable[[np.ndarray], tuple[float, np.ndarray]]]:
    """Logistic regression of 6 classes on 30 correlated features, as a function of W (6, 30)."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((400, 30)) @ (rng.standard_normal((30, 30)) * np.exp(-np.arange(30) / 10))
    labels = np.argmax(x @ rng.standard_normal((30, 6)) + 2 * rng.standard_normal((400, 6)), axis=1)
    x /= np.linalg.norm(x, 2) / np.sqrt(400)

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        z = x @ w.T
        z -= z.max(axis=1, keepdims=True)
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        value = -np.mean(np.log(p[np.arange(400), labels])) + 0.01 * np.sum(w * w)
        p[np.arange(400), labels] -= 1
        return float(value), p.T @ x / 400 + 0.02 * w

    return np.zeros((6, 30)), loss


def descend(make: Make, *, error_feedback: bool, steps: int = 1500) -> float:
    w, loss = logistic(0)
    compressor = make(error_feedback=error_feedback, dtype=np.float64)
    for _ in range(steps):
        w = w - 0.3 * compressor.decompress(compressor.compress(loss(w)[1]))
    return loss(w)[0]


@pytest.fixture(scope="module")
def best() -> float:
    w, loss = logistic(0)
    found = minimize(
        lambda v: (lambda value, g: (value, g.ravel()))(*loss(v.reshape(w.shape))),
        w.ravel(),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": 5000, "ftol": 1e-16, "gtol": 1e-10},
    )
    return float(found.fun)


@pytest.mark.oracle(
    "GradientCompressor", against="scipy L-BFGS on the same logistic regression", tolerance="1e-9 of the loss"
)
def test_descent_reaches_the_optimum_with_error_feedback_and_not_without(make: Make, best: float) -> None:
    assert descend(make, error_feedback=True) - best == pytest.approx(0, abs=1e-9)
    assert descend(make, error_feedback=False) - best > 1e-6


@pytest.mark.oracle(
    "GradientCompressor", against="closed form: Beznosikov et al. 2020, arXiv:2002.12410, example 1", tolerance="1e-10"
)
def test_three_workers_diverge_without_error_feedback_and_converge_with_it() -> None:
    """f_i = <a_i, x>^2 + |x|^2 / 2: the mean is strongly convex, yet top-1 of each climbs from x = (1, 1, 1).

    At (t, t, t) each gradient is t / 2 times (-11, 9, 9) in some order; top-1 sends the entry that points uphill, so
    x grows by the factor 1 + 11 step / 6 each time.
    """
    slopes = np.full((3, 3), 2.0) - 5 * np.eye(3)
    step = 0.01
    grown = {}
    for feedback in (True, False):
        workers = [TopKCompressor(density=1 / 3, error_feedback=feedback, dtype=np.float64) for _ in slopes]
        x = np.ones(3)
        for _ in range(400):
            messages = [w.compress(2 * (a @ x) * a + x / 2) for w, a in zip(workers, slopes, strict=True)]
            x = x - step * all_reduce_mean(messages).to_dense()
        grown[feedback] = x
    np.testing.assert_allclose(grown[False], np.full(3, (1 + 11 * step / 6) ** 400), rtol=1e-10)
    assert np.abs(grown[True]).max() < 0.3
