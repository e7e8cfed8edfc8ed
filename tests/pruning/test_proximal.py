"""The proximal step: the minimiser it claims to be, torch's softshrink, and scikit-learn's Lasso at its fixed point."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minicompress.pruning import proximal_step, soft_threshold

NUMBERS = st.floats(-1e6, 1e6)


@pytest.mark.oracle(
    "soft_threshold",
    against="brute force: (z - w)^2 / 2 + t |z| at and around the answer",
    tolerance="1e-9 of its terms",
)
@given(w=NUMBERS, t=st.floats(0, 1e6))
def test_is_the_minimiser(w: float, t: float) -> None:
    z = float(soft_threshold([w], t)[0])

    def cost(at: float) -> float:
        return (at - w) ** 2 / 2 + t * abs(at)

    room = 1e-9 * (w * w + t * abs(w)) + 1e-300
    for other in (z + 1e-3, z - 1e-3, 0.0, w, z / 2, 2 * z):
        assert cost(z) <= cost(other) + room
    assert z == 0 or (z > 0) == (w > 0)


@pytest.mark.oracle(
    "soft_threshold", against="torch.nn.functional.softshrink", tolerance="equal: one float32 subtraction"
)
def test_as_torch() -> None:
    torch = pytest.importorskip("torch")
    w = np.random.default_rng(0).standard_normal((20, 30)).astype(np.float32)
    theirs = torch.nn.functional.softshrink(torch.tensor(w), 0.5).numpy()
    np.testing.assert_array_equal(soft_threshold(w, 0.5), theirs)
    assert soft_threshold(w, 0.5).dtype == np.float32


@pytest.mark.oracle(
    "proximal_step",
    against="sklearn.linear_model.Lasso",
    tolerance="1e-6 absolute: both iterate to 1e-9 of the objective",
)
def test_converges_to_the_lasso() -> None:
    linear = pytest.importorskip("sklearn.linear_model")
    rng = np.random.default_rng(1)
    x, true = rng.standard_normal((60, 10)), np.where(np.arange(10) < 3, 2.0, 0.0)
    y, w = x @ true + 0.1 * rng.standard_normal(60), np.zeros(10)
    lr, objective = 60 / np.linalg.norm(x, 2) ** 2, []
    for _ in range(600):
        objective.append(((x @ w - y) ** 2).sum() / 120 + 0.2 * np.abs(w).sum())
        w = proximal_step(w, x.T @ (x @ w - y) / 60, lr=lr, strength=0.2)
    theirs = linear.Lasso(alpha=0.2, fit_intercept=False, tol=1e-12, max_iter=100000).fit(x, y).coef_
    np.testing.assert_allclose(w, theirs, atol=1e-6)
    assert ((w == 0) == (theirs == 0)).all()
    assert (np.diff(objective) <= 1e-12).all(), "with a step of 1 / L the objective never rises"


def test_dtype_and_refusals() -> None:
    assert proximal_step(np.float32([1]), np.float64([1]), lr=0.1, strength=0.1).dtype == np.float32
    with pytest.raises(ValueError, match="threshold must be a number in"):
        soft_threshold([1.0], -1.0)
    with pytest.raises(ValueError, match=r"lr must be a number in \(0"):
        proximal_step([1.0], [1.0], lr=0, strength=1)
    with pytest.raises(ValueError, match="strength must be a number in"):
        proximal_step([1.0], [1.0], lr=1, strength=-1)
    with pytest.raises(ValueError, match=r"grad must have shape \(1,?\)"):
        proximal_step([1.0], [1.0, 2.0], lr=1, strength=1)
    with pytest.raises(ValueError, match="w - lr grad has 1 value that is not finite"):
        proximal_step(np.float32([3e38]), np.float32([-3e38]), lr=1, strength=1)
