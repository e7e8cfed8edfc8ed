"""Tickets, SET, RigL and sparse initialisation: exact counts, the right ones, and variances that keep signals alive."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from minicompress.pruning import (
    erdos_renyi_density,
    erdos_renyi_kernel_density,
    magnitude_mask,
    random_mask,
    rewind,
    rigl_step,
    set_step,
    sparse_normal,
    survivor_mask,
    uniform_density,
)

VALUES = hnp.arrays(np.float32, 12, elements=st.sampled_from([0.0, -0.0, 1.0, -1.0, 2.0, -3.0]))
MASKS = hnp.arrays(bool, 12)


def places(mask: np.ndarray) -> set[int]:
    return set(np.flatnonzero(mask).tolist())


@pytest.mark.oracle(
    "survivor_mask", against="sorting the survivors by size and place in Python", tolerance="equal: boolean"
)
@given(w=VALUES, mask=MASKS, share=st.floats(0, 1))
def test_survivors(w: np.ndarray, mask: np.ndarray, share: float) -> None:
    before = mask.copy()
    after = survivor_mask(w, mask, sparsity=share)
    alive = sorted(places(mask), key=lambda i: (abs(float(w[i])), i))
    np.testing.assert_equal(places(after), set(alive[round(len(alive) * share) :]))
    np.testing.assert_array_equal(mask, before)


@pytest.mark.oracle(
    "survivor_mask",
    against="torch.nn.utils.prune.l1_unstructured applied round after round",
    tolerance="equal: boolean",
)
def test_rounds_as_torch() -> None:
    torch = pytest.importorskip("torch")
    from torch.nn.utils import prune

    w = np.random.default_rng(0).standard_normal((9, 11)).astype(np.float32)
    layer = torch.nn.Linear(11, 9)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(w))
    mask = np.ones(w.shape, bool)
    for _ in range(4):
        prune.l1_unstructured(layer, "weight", amount=0.2)
        mask = survivor_mask(w, mask, sparsity=0.2)
        np.testing.assert_array_equal(mask, layer.weight_mask.numpy().astype(bool))


@pytest.mark.oracle("rewind", against="closed form", tolerance="equal")
def test_rewinding() -> None:
    start = {"w": np.random.default_rng(0).standard_normal((4, 6)).astype(np.float32), "b": np.ones(4)}
    trained = start["w"] + np.random.default_rng(1).standard_normal((4, 6))
    mask = magnitude_mask(trained, sparsity=0.5)
    back = rewind(start, {"w": mask})
    np.testing.assert_array_equal(back["w"], np.where(mask, start["w"], 0))
    np.testing.assert_array_equal(back["b"], start["b"])
    assert back["w"].dtype == np.float32
    back["b"][0] = 7
    back["w"][...] = 7
    assert start["b"][0] == 1
    assert not (start["w"] == 7).any()
    with pytest.raises(ValueError, match="masks names 'x', which is no tensor"):
        rewind(start, {"x": mask})
    with pytest.raises(ValueError, match=r"masks\['w'\] must be a boolean array"):
        rewind(start, {"w": mask.astype(float)})
    with pytest.raises(TypeError, match="must be mappings"):
        rewind(start, mask)  # type: ignore[arg-type]


@pytest.mark.oracle(
    "rigl_step", against="dropping and growing one place at a time in Python", tolerance="equal: boolean"
)
@given(w=VALUES, mask=MASKS, grad=VALUES, fraction=st.floats(0, 1))
def test_rigl(w: np.ndarray, mask: np.ndarray, grad: np.ndarray, fraction: float) -> None:
    after = rigl_step(w, mask, grad, fraction=fraction)
    k = round(int(mask.sum()) * fraction)
    weakest = sorted(places(mask), key=lambda i: (abs(float(w[i])), i))[:k]
    stays = places(mask) - set(weakest)
    strongest = sorted(set(range(12)) - stays, key=lambda i: (-abs(float(grad[i])), -i))[:k]
    np.testing.assert_equal(places(after), stays | set(strongest))
    np.testing.assert_equal(after.sum(), mask.sum())


@pytest.mark.oracle(
    "set_step", against="counts, the survivors by magnitude, and uniformity by chi-square", tolerance="p > 1e-4"
)
@given(w=VALUES, mask=MASKS, fraction=st.floats(0, 1), seed=st.integers(0, 99))
def test_set(w: np.ndarray, mask: np.ndarray, fraction: float, seed: int) -> None:
    after = set_step(w, mask, fraction=fraction, rng=np.random.default_rng(seed))
    np.testing.assert_equal(after.sum(), mask.sum())
    stays = survivor_mask(w, mask, sparsity=fraction)
    assert places(stays) <= places(after)
    np.testing.assert_equal(len(places(after) - places(stays)), round(int(mask.sum()) * fraction))


def test_set_grows_anywhere_alike() -> None:
    stats = pytest.importorskip("scipy.stats")
    rng, counts = np.random.default_rng(0), np.zeros(10)
    mask = np.arange(10) < 4
    for _ in range(4000):
        counts += set_step(np.arange(10, 0, -1.0), mask, fraction=0.5, rng=rng)
    assert (counts[:2] == 4000).all(), "the two strongest stay"
    assert stats.chisquare(counts[2:]).pvalue > 1e-4, "the two that fell may come back, as any empty place"


@pytest.mark.oracle("random_mask", against="counts, and uniformity by chi-square", tolerance="count equal; p > 1e-4")
def test_random_masks() -> None:
    stats = pytest.importorskip("scipy.stats")
    rng, counts = np.random.default_rng(0), np.zeros((4, 5))
    for _ in range(4000):
        mask = random_mask((4, 5), density=0.3, rng=rng)
        np.testing.assert_equal(mask.sum(), 6)
        counts += mask
    assert stats.chisquare(counts.reshape(-1)).pvalue > 1e-4


SHAPES = {"a": (784, 300), "b": (300, 100), "c": (10, 100), "conv": (64, 32, 3, 3)}


@pytest.mark.oracle("uniform_density", against="closed form", tolerance="equal")
@pytest.mark.oracle(
    "erdos_renyi_density", against="bisection on eps of sum min(1, eps raw) n = density N", tolerance="1e-9 relative"
)
@pytest.mark.oracle(
    "erdos_renyi_kernel_density",
    against="bisection on eps of sum min(1, eps raw) n = density N",
    tolerance="1e-9 relative",
)
@pytest.mark.parametrize("density", [0.0, 0.01, 0.1, 0.5, 0.95, 1.0])
@pytest.mark.parametrize("kernel", [False, True])
def test_densities(density: float, kernel: bool) -> None:
    sizes = {name: math.prod(s) for name, s in SHAPES.items()}
    raw = {n: sum(s if kernel else s[:2]) / math.prod(s if kernel else s[:2]) for n, s in SHAPES.items()}
    low, high = 0.0, 1e9
    for _ in range(200):
        eps = (low + high) / 2
        kept = sum(min(1.0, eps * raw[n]) * sizes[n] for n in SHAPES)
        low, high = (eps, high) if kept < density * sum(sizes.values()) else (low, eps)
    found = (erdos_renyi_kernel_density if kernel else erdos_renyi_density)(SHAPES, density=density)
    assert list(found) == list(SHAPES)
    for name in SHAPES:
        assert found[name] == pytest.approx(min(1.0, low * raw[name]), rel=1e-9, abs=1e-12)
    assert sum(found[n] * sizes[n] for n in SHAPES) == pytest.approx(density * sum(sizes.values()), rel=1e-9)
    assert uniform_density(SHAPES, density=density) == dict.fromkeys(SHAPES, density)


@pytest.mark.oracle(
    "sparse_normal",
    against="the variance of outputs that He's initialisation promises",
    tolerance="5 % of 40000 outputs",
)
@pytest.mark.parametrize("density", [0.05, 0.3, 1.0])
def test_outputs_keep_their_variance(density: float) -> None:
    rng = np.random.default_rng(0)
    mask = random_mask((200, 400), density=density, rng=rng)
    w = sparse_normal(mask, rng=rng)
    assert w.dtype == np.float32
    assert not w[~mask].any()
    assert (w[mask] != 0).all()
    x = np.maximum(rng.standard_normal((400, 200)), 0)  # E x^2 = 1/2: a rectified layer before
    assert (w @ x).var() + (w @ x).mean() ** 2 == pytest.approx(1, rel=0.05)
    # A row that keeps nothing is zeros, not a division by zero.
    empty = np.zeros((2, 3, 3), bool)
    empty[0, 0, 0] = True
    assert not sparse_normal(empty, rng=rng)[1].any()


@pytest.mark.parametrize(
    ("error", "call", "message"),
    [
        (ValueError, lambda: erdos_renyi_density({}, density=0.1), "shapes must be a non-empty mapping"),
        (ValueError, lambda: erdos_renyi_density({"a": (3,)}, density=0.1), r"shapes\['a'\] must be \(out, in"),
        (ValueError, lambda: erdos_renyi_density({"a": (3, 0)}, density=0.1), r"shapes\['a'\]\[1\] must be an integer"),
        (TypeError, lambda: erdos_renyi_density({"a": 3}, density=0.1), r"shapes\['a'\] must be a tuple"),
        (ValueError, lambda: erdos_renyi_density(SHAPES, density=1.1), "density must be a number in"),
        (ValueError, lambda: random_mask((2, 2), density=-1, rng=np.random.default_rng(0)), "density must be"),
        (TypeError, lambda: random_mask((2, 2), density=0.5, rng=0), "rng must be"),
        (ValueError, lambda: sparse_normal(np.ones(3, bool), rng=np.random.default_rng(0)), "mask must have shape"),
        (ValueError, lambda: sparse_normal(np.ones((3, 3)), rng=np.random.default_rng(0)), "mask must be a boolean"),
        (ValueError, lambda: survivor_mask([1.0], np.ones(2, bool), sparsity=0.5), "mask must be a boolean"),
        (ValueError, lambda: rigl_step([1.0], np.ones(1, bool), [1.0, 2.0], fraction=0.5), "grad must have shape"),
        (ValueError, lambda: rigl_step([1.0], np.ones(1, bool), [1.0], fraction=2), "fraction must be a number"),
    ],
)
def test_what_does_not_fit_is_named(error: type[Exception], call: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        call()
