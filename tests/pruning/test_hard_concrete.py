"""Hard concrete gates: gradients by differences and by autograd, and the expectation by sampling."""

from __future__ import annotations

import numpy as np
import pytest

from minicompress.pruning import expected_l0, sample_gates, settled_gates

LOGITS = np.linspace(-6, 6, 41)


def draw(logits: np.ndarray, seed: int = 3, temperature: float = 2 / 3) -> np.ndarray:
    return sample_gates(logits, rng=np.random.default_rng(seed), temperature=temperature)[0]


@pytest.mark.oracle(
    "sample_gates",
    against="numpy.clip of the published formula with u of the same draw; central differences; torch autograd",
    tolerance="1e-12 for gates, 1e-7 for differences of step 1e-6, 1e-12 for autograd",
)
@pytest.mark.parametrize("temperature", [0.3, 2 / 3, 1.0])
def test_gates_and_gradient(temperature: float) -> None:
    torch = pytest.importorskip("torch")
    grad = np.random.default_rng(1).standard_normal(41)
    z, backward = sample_gates(LOGITS, rng=np.random.default_rng(3), temperature=temperature)
    noise = np.random.default_rng(3).logistic(size=41)
    u = torch.sigmoid(torch.tensor(noise))
    logits = torch.tensor(LOGITS, requires_grad=True)
    s = torch.sigmoid((torch.log(u) - torch.log(1 - u) + logits) / temperature)
    theirs = torch.clamp(s * (1.1 - -0.1) + -0.1, 0, 1)
    theirs.backward(torch.tensor(grad))
    np.testing.assert_allclose(z, theirs.detach().numpy(), atol=1e-12)
    np.testing.assert_allclose(backward(grad), logits.grad.numpy(), atol=1e-12)
    h = 1e-6
    slope = (draw(LOGITS + h, temperature=temperature) - draw(LOGITS - h, temperature=temperature)) / (2 * h)
    np.testing.assert_allclose(backward(np.ones(41)), slope, atol=1e-7)
    assert (z == 0).any()
    assert (z == 1).any()
    assert ((z > 0) & (z < 1)).any()


@pytest.mark.oracle(
    "expected_l0",
    against="the share of 20000 sampled gates that are not 0; central differences; torch autograd",
    tolerance="5 standard errors of the sample; 1e-8; 1e-12",
)
@pytest.mark.parametrize("temperature", [0.4, 2 / 3])
def test_expectation(temperature: float) -> None:
    torch = pytest.importorskip("torch")
    logits = np.array([-4.0, -1.6, 0.0, 1.0])
    value, grad = expected_l0(logits, temperature=temperature)
    z = draw(np.tile(logits, (20000, 1)), seed=5, temperature=temperature)
    share = (z > 0).mean(axis=0)
    error = np.sqrt(share * (1 - share) / 20000) + 1e-4
    each = np.array([expected_l0(one, temperature=temperature)[0] for one in logits])
    assert (np.abs(share - each) < 5 * error).all()
    assert value == pytest.approx(each.sum())
    h = 1e-6
    for i in range(4):
        step = h * (np.arange(4) == i)
        ends = [expected_l0(logits + sign * step, temperature=temperature)[0] for sign in (1, -1)]
        assert grad[i] == pytest.approx((ends[0] - ends[1]) / (2 * h), abs=1e-8)
    theirs = torch.tensor(logits, requires_grad=True)
    torch.sigmoid(theirs - temperature * np.log(0.1 / 1.1)).sum().backward()
    np.testing.assert_allclose(grad, theirs.grad.numpy(), atol=1e-12)


@pytest.mark.oracle("settled_gates", against="closed form", tolerance="1e-15 absolute")
def test_settled() -> None:
    z = settled_gates(LOGITS)
    np.testing.assert_allclose(z, np.clip(1.2 / (1 + np.exp(-LOGITS)) - 0.1, 0, 1), atol=1e-15)
    assert (np.diff(z) >= 0).all()
    assert z[0] == 0
    assert z[-1] == 1
    # A gate closes for good at log_alpha = log(0.1 / 1.1).
    edge = np.log(0.1 / 1.1)
    assert settled_gates(edge - 1e-9) == 0
    assert settled_gates(edge + 1e-9) > 0


def test_extremes_and_refusals() -> None:
    z, backward = sample_gates([1e308, -1e308, 0.0], rng=np.random.default_rng(0), temperature=1e-3)
    assert z[:2].tolist() == [1, 0]
    assert np.isfinite(backward(np.ones(3))).all()
    assert expected_l0([1e308, -1e308])[0] == 1
    with pytest.raises(ValueError, match="temperature must be a number in"):
        sample_gates([0.0], rng=np.random.default_rng(0), temperature=0)
    with pytest.raises(TypeError, match=r"rng must be a numpy\.random\.Generator"):
        sample_gates([0.0], rng=0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"grad must have shape \(3,?\)"):
        backward([1.0])
