"""RKD against the definition, tuple by tuple, against torch after the authors' code, and against differences."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pytest

from minicompress.distillation import rkd_angle_loss, rkd_distance_loss

LOSSES = {"rkd_distance_loss": rkd_distance_loss, "rkd_angle_loss": rkd_angle_loss}


def huber(e: float) -> float:
    return e * e / 2 if abs(e) <= 1 else abs(e) - 0.5


def loop_distance(s: np.ndarray, t: np.ndarray) -> float:
    pairs = list(permutations(range(len(s)), 2))
    means = [np.mean([np.linalg.norm(x[i] - x[j]) for i, j in pairs]) for x in (s, t)]
    gaps = [[np.linalg.norm(x[i] - x[j]) / m for i, j in pairs] for x, m in zip((s, t), means, strict=True)]
    return float(np.mean([huber(a - b) for a, b in zip(*gaps, strict=True)]))


def loop_angle(s: np.ndarray, t: np.ndarray) -> float:
    def cosine(x: np.ndarray, i: int, j: int, k: int) -> float:
        a, b = x[i] - x[j], x[k] - x[j]
        return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))

    triples = list(permutations(range(len(s)), 3))
    return float(np.mean([huber(cosine(s, *q) - cosine(t, *q)) for q in triples]))


@pytest.mark.parametrize(
    ("name", "loop"),
    [
        pytest.param(
            name, loop, marks=pytest.mark.oracle(name, against="the definition, tuple by tuple", tolerance="1e-12")
        )
        for name, loop in (("rkd_distance_loss", loop_distance), ("rkd_angle_loss", loop_angle))
    ],
)
def test_value_is_the_definition_and_gradient_its_slope(name: str, loop: Any, data: Any, numeric: Any) -> None:
    s, t = data((6, 3), 0), data((6, 5), 1)
    s[0] *= 8  # far enough out for the linear branch of the Huber distance
    loss, grad = LOSSES[name](s, t)
    np.testing.assert_allclose(loss, loop(s, t), rtol=1e-12)
    np.testing.assert_allclose(grad, numeric(lambda x: loop(x, t), s, 1e-4), atol=1e-8)


def torch_rkd(name: str, s: Any, t: Any) -> Any:
    """The authors' form: the mean is over all n^2 or n^3 tuples, the degenerate ones included."""
    torch = pytest.importorskip("torch")
    n = len(s)

    def distances(x: Any) -> Any:
        square = (x[:, None] - x[None]).square().sum(-1)
        off = ~torch.eye(n, dtype=bool)
        d = torch.zeros_like(square)
        d[off] = square[off].sqrt()
        return d / d[off].mean()

    def angles(x: Any) -> Any:
        e = torch.nn.functional.normalize(x[None] - x[:, None], dim=2)
        return torch.bmm(e, e.transpose(1, 2))

    view = distances if name == "rkd_distance_loss" else angles
    return torch.nn.functional.smooth_l1_loss(view(s), view(t))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(n, marks=pytest.mark.oracle(n, against="torch after the authors' code", tolerance="1e-10"))
        for n in LOSSES
    ],
)
def test_the_authors_code_averages_over_degenerate_tuples_too(name: str, data: Any, by_torch: Any) -> None:
    """Same loss, other divisor: n (n - 1) pairs of n^2, n (n - 1) (n - 2) triples of n^3. The paper's is ours."""
    torch = pytest.importorskip("torch")
    n = 7
    s, t = data((n, 3), 2), data((n, 4), 3)
    expected, (slope,) = by_torch(lambda x: torch_rkd(name, x, torch.tensor(t)), s)
    # c_iji = 1 for teacher and student alike: no degenerate tuple adds anything.
    share = (n - 1) / n if name == "rkd_distance_loss" else (n - 1) * (n - 2) / n**2
    loss, grad = LOSSES[name](s, t)
    np.testing.assert_allclose(loss * share, expected, rtol=1e-10)
    np.testing.assert_allclose(grad * share, slope, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("loss", LOSSES.values())
def test_scale_place_and_rotation_are_free(loss: Any, data: Any) -> None:
    s, t = data((6, 4), 4), data((6, 4), 5)
    turn = np.linalg.qr(np.random.default_rng(0).standard_normal((4, 4)))[0]
    moved = 3 * s @ turn + 11
    np.testing.assert_allclose(loss(moved, t)[0], loss(s, t)[0], rtol=1e-10)
    assert loss(moved, s)[0] < 1e-25
    assert np.abs(loss(s, t)[1].sum(axis=0)).max() < 1e-13, "no force on the centre"
    assert abs(np.sum(loss(s, t)[1] * s)) < 1e-12, "nor on the scale"


@pytest.mark.parametrize("loss", LOSSES.values())
def test_coinciding_samples_and_types(loss: Any, data: Any) -> None:
    s, t = data((5, 3), 6), data((5, 2), 7)
    s[3] = s[1]
    value, grad = loss(s, t)
    assert np.isfinite(value)
    assert np.isfinite(grad).all()
    kept = s.copy()
    small, slope = loss(s.astype(np.float32), t)
    assert slope.dtype == np.float32
    np.testing.assert_allclose(small, value, rtol=1e-4)
    np.testing.assert_array_equal(s, kept)
    with pytest.raises(ValueError, match="student must hold at least"):
        loss(s[:1], t[:1])
    with pytest.raises(ValueError, match="teacher must have shape"):
        loss(s, t[:2])


def test_a_cloud_without_extent_has_no_distances() -> None:
    with pytest.raises(ValueError, match="student holds samples that all coincide"):
        rkd_distance_loss(np.ones((4, 2)), np.eye(4))
    with pytest.raises(ValueError, match="teacher holds samples that all coincide"):
        rkd_distance_loss(np.eye(4), np.ones((4, 2)))
