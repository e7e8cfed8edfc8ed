"""STE, LSQ and PACT: values and gradients against torch, closed forms, and the definition written out."""

from __future__ import annotations

import numpy as np
import pytest

from minicompress.quantization import (
    PerAxis,
    choose_qparams,
    fake_quantize,
    initial_step,
    learned_clip,
    learned_step,
    qparams_from_range,
    straight_through,
)


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


# ---- straight-through ----------------------------------------------------------------------------------------------


@pytest.mark.oracle(
    "straight_through",
    against="torch.fake_quantize_per_tensor_affine and its backward",
    tolerance="gradient bit-equal; values to one step where x / s and x * (1 / s) round apart",
)
@pytest.mark.parametrize("symmetric", [False, True])
def test_the_gradient_is_torchs(symmetric: bool) -> None:
    torch = pytest.importorskip("torch")
    x, g = normal(40, 50), normal(40, 50, seed=1)
    p = qparams_from_range(-1.1, 1.7, bits=4, symmetric=symmetric)  # much of x lies outside
    t = torch.tensor(x, requires_grad=True)
    y = torch.fake_quantize_per_tensor_affine(t, float(p.scale), int(p.zero_point), p.qmin, p.qmax)
    y.backward(torch.tensor(g))
    ours, backward = straight_through(x, p)
    np.testing.assert_array_equal(backward(g), t.grad.numpy())
    apart = np.abs(ours - y.detach().numpy())
    assert apart.max() <= float(p.scale) * 1.001
    assert (apart > 1e-6).mean() < 0.001
    assert 0 < (backward(g) == 0).mean() < 1


@pytest.mark.oracle(
    "straight_through", against="torch.fake_quantize_per_channel_affine, backward", tolerance="bit-equal"
)
def test_the_gradient_per_channel_is_torchs() -> None:
    torch = pytest.importorskip("torch")
    x, g = normal(6, 50), normal(6, 50, seed=1)
    p = choose_qparams(x * 0.5, bits=3, granularity=PerAxis(0))
    t = torch.tensor(x, requires_grad=True)
    zero = torch.zeros(6, dtype=torch.int32)
    torch.fake_quantize_per_channel_affine(t, torch.tensor(p.scale), zero, 0, p.qmin, p.qmax).backward(torch.tensor(g))
    ours, backward = straight_through(x, p)
    np.testing.assert_array_equal(ours, fake_quantize(x, p))
    np.testing.assert_array_equal(backward(g), t.grad.numpy())


def test_half_a_step_beyond_the_grid_still_passes() -> None:
    """torch masks by the rounded code, so x up to half a step outside still learns: the rule that is followed."""
    p = qparams_from_range(-1.0, 1.0, symmetric=True, bits=2)  # step 1
    assert straight_through([1.4, 1.6, -1.4, -1.6], p)[1](np.ones(4)).tolist() == [1, 0, 1, 0]


# ---- LSQ -----------------------------------------------------------------------------------------------------------


@pytest.mark.oracle(
    "learned_step",
    against="torch._fake_quantize_learnable_per_tensor_affine, forward and backward",
    tolerance="1e-4 relative on the step's gradient: float32 sums of 4000 terms",
)
@pytest.mark.parametrize(("low", "high"), [(-4, 3), (0, 7), (-127, 127)])
def test_values_and_gradients_are_torchs(low: int, high: int) -> None:
    torch = pytest.importorskip("torch")
    x, g = normal(40, 100), normal(40, 100, seed=1)
    step = 0.25 if high < 100 else 0.03125  # powers of two: x / s and x * (1 / s) are the same
    s, t = torch.tensor([step], requires_grad=True), torch.tensor(x, requires_grad=True)
    factor = 1 / np.sqrt(x.size * high)
    y = torch._fake_quantize_learnable_per_tensor_affine(t, s, torch.zeros(1), low, high, factor)
    y.backward(torch.tensor(g))
    ours, backward = learned_step(x, step, qmin=low, qmax=high)
    by_x, by_step = backward(g)
    np.testing.assert_array_equal(ours, y.detach().numpy())
    assert by_step.shape == ()
    # torch keeps the gradient of codes that round back into the grid; the paper's v < qmax does not.
    v = x / step
    same = (v <= low - 0.5) | (v >= high + 0.5) | ((v > low) & (v < high))
    assert same.mean() > 0.7
    np.testing.assert_array_equal(by_x[same], t.grad.numpy()[same])
    band = ~same
    exact = np.where(v <= low, low, np.where(v >= high, high, np.rint(v) - v)).astype(np.float64)
    np.testing.assert_allclose(by_step, (g * exact).sum() * factor, rtol=1e-4, atol=1e-5)
    theirs = np.where(band, np.rint(v) - v, exact)
    np.testing.assert_allclose(s.grad.numpy()[0], (g * theirs).sum() * factor, rtol=1e-4, atol=1e-5)


@pytest.mark.oracle(
    "learned_step",
    against="finite differences of s * (code at the start) + s * (rint(v0) - v0), v / s free",
    tolerance="1e-6, double precision",
)
def test_the_steps_gradient_is_that_of_the_surrogate() -> None:
    """With rint(v) = v + constant inside, and a constant code outside, y is smooth in s: differentiate that."""
    x, g = normal(8, 16).astype(np.float64), normal(8, 16, seed=1).astype(np.float64)
    s0, low, high = 0.4, -3, 3
    v0 = x / s0
    inside = (v0 > low) & (v0 < high)
    shift = np.rint(v0) - v0

    def loss(s: float) -> float:
        return float((g * s * np.where(inside, x / s + shift, np.clip(v0, low, high))).sum())

    _, backward = learned_step(x, s0, qmin=low, qmax=high)
    slope = (loss(s0 + 1e-5) - loss(s0 - 1e-5)) / 2e-5
    np.testing.assert_allclose(backward(g)[1], slope / np.sqrt(x.size * high), rtol=1e-6)


def test_a_step_for_each_row_is_each_row_alone() -> None:
    x, g = normal(5, 30), normal(5, 30, seed=1)
    steps = np.float32([[0.1], [0.2], [0.3], [0.4], [0.5]])
    y, backward = learned_step(x, steps, qmin=-4, qmax=3)
    by_x, by_step = backward(g)
    assert by_step.shape == (5, 1)
    for row in range(5):
        alone, rule = learned_step(x[row], steps[row, 0], qmin=-4, qmax=3)
        np.testing.assert_array_equal(y[row], alone)
        np.testing.assert_array_equal(by_x[row], rule(g[row])[0])
        np.testing.assert_allclose(by_step[row, 0], rule(g[row])[1], rtol=1e-5, atol=1e-7)


def test_descending_the_step_finds_a_good_one() -> None:
    x = normal(4000).astype(np.float64)
    step = initial_step(x, qmax=3)
    for _ in range(200):
        y, backward = learned_step(x, step, qmin=-4, qmax=3)
        step -= 0.05 * float(backward(2 * (y - x) / x.size * np.sqrt(x.size * 3))[1])
    errors = [((x - learned_step(x, s, qmin=-4, qmax=3)[0]) ** 2).mean() for s in np.linspace(0.3, 1, 100)]
    assert ((x - learned_step(x, step, qmin=-4, qmax=3)[0]) ** 2).mean() < 1.02 * min(errors)


@pytest.mark.oracle(
    "initial_step", against="2 E|x| / sqrt(qmax) with E|x| = sqrt(2 / pi) of a normal", tolerance="1 %: 100,000 draws"
)
def test_the_first_step() -> None:
    x = np.random.default_rng(0).standard_normal(100_000)
    np.testing.assert_allclose(initial_step(x, qmax=7), 2 * np.sqrt(2 / np.pi) / np.sqrt(7), rtol=0.01)
    assert initial_step(np.zeros(3), qmax=7) == 1.0


# ---- PACT ----------------------------------------------------------------------------------------------------------


@pytest.mark.oracle(
    "learned_clip",
    against="torch autograd of 0.5 (|x| - |x - alpha| + alpha), the paper's equation 1",
    tolerance="1e-5 relative: float32 sums",
)
def test_the_gradients_are_those_of_the_papers_clip() -> None:
    torch = pytest.importorskip("torch")
    x, g = normal(40, 50), normal(40, 50, seed=1)
    t, a = torch.tensor(x, requires_grad=True), torch.tensor(0.8, requires_grad=True)
    clipped = 0.5 * (t.abs() - (t - a).abs() + a)
    clipped.backward(torch.tensor(g))
    y, backward = learned_clip(x, 0.8, bits=8)
    by_x, by_level = backward(g)
    np.testing.assert_array_equal(by_x, t.grad.numpy())
    np.testing.assert_allclose(by_level, a.grad.item(), rtol=1e-4)
    assert np.abs(y - clipped.detach().numpy()).max() <= 0.8 / 255 / 2 * 1.001


@pytest.mark.oracle("learned_clip", against="all 2^b levels by hand", tolerance="1e-7: one float32 product")
@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_the_levels(bits: int) -> None:
    top = 2**bits - 1
    x = np.linspace(-1, 4, 3001).astype(np.float32)
    y, _ = learned_clip(x, 3.0, bits=bits)
    levels = np.arange(top + 1) * 3.0 / top
    assert np.unique(y).size == top + 1
    np.testing.assert_allclose(np.unique(y), levels, rtol=2e-7)
    nearest = np.abs(np.clip(x, 0, 3)[:, None] - levels).min(axis=1)
    np.testing.assert_allclose(np.abs(y - np.clip(x, 0, 3)), nearest, atol=1e-6)


def test_at_the_ends_the_papers_rule() -> None:
    _, backward = learned_clip(np.array([0.0, 1.0, 3.0]), 3.0, bits=4)
    by_x, by_level = backward(np.array([1.0, 10.0, 100.0]))
    assert by_x.tolist() == [0, 10, 0]
    assert by_level == 100.0


# ---- arguments -----------------------------------------------------------------------------------------------------


def test_arguments_are_named() -> None:
    x = normal(3, 4)
    p = choose_qparams(x)
    with pytest.raises(ValueError, match=r"grad must have shape \(3, 4\)"):
        straight_through(x, p)[1](np.ones(4))
    with pytest.raises(TypeError, match="qparams must come from"):
        straight_through(x, 0.1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="scale must be positive"):
        learned_step(x, 0.0, qmin=0, qmax=3)
    with pytest.raises(ValueError, match=r"scale of shape \(2, 1\) must broadcast"):
        learned_step(x, np.ones((2, 1)), qmin=0, qmax=3)
    with pytest.raises(ValueError, match=r"scale of shape \(1, 3, 4\) must broadcast"):
        learned_step(x, np.ones((1, 3, 4)), qmin=0, qmax=3)
    with pytest.raises(ValueError, match="qmin must be"):
        learned_step(x, 1.0, qmin=1, qmax=3)
    with pytest.raises(ValueError, match="qmax must be"):
        initial_step(x, qmax=0)
    with pytest.raises(ValueError, match="alpha must be"):
        learned_clip(x, -1.0, bits=4)
    with pytest.raises(ValueError, match="alpha must be a positive number"):
        learned_clip(x, 0.0, bits=4)
    with pytest.raises(ValueError, match=r"grad must have shape \(3, 4\)"):
        learned_clip(x, 1.0, bits=4)[1](np.ones(3))
