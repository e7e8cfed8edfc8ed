"""Every loss on logits against torch (value and autograd), against a loop over its definition, and differences."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from minicompress.distillation import (
    distillation_loss,
    feature_loss,
    hard_label_loss,
    jsd_loss,
    logit_mse_loss,
    multi_teacher_loss,
    reverse_kl_loss,
    soft_target_loss,
    symmetric_kl_loss,
    top_k_logits,
    top_k_loss,
)

T = 3.0
LABELS = np.array([[1, 0, 5, 2], [6, 3, 1, -100], [2, 2, -100, -100]])
MASK = LABELS >= 0
SHAPE = (3, 4, 7)
#: Ten thousand times the rounding of a sum of some hundred terms of size 1 to 100.
TOL = {"rtol": 1e-10, "atol": 1e-12}

LOSSES: dict[str, Callable[..., Any]] = {
    "soft_target_loss": lambda z, t, mask: soft_target_loss(z, t, temperature=T, mask=mask),
    "reverse_kl_loss": lambda z, t, mask: reverse_kl_loss(z, t, temperature=T, mask=mask),
    "symmetric_kl_loss": lambda z, t, mask: symmetric_kl_loss(z, t, temperature=T, mask=mask),
    "jsd_loss": lambda z, t, mask: jsd_loss(z, t, beta=0.3, temperature=T, mask=mask),
    "logit_mse_loss": lambda z, t, mask: logit_mse_loss(z, t, mask=mask),
    "hard_label_loss": lambda z, t, mask: hard_label_loss(z, labels(mask), mask=mask),
    "distillation_loss": lambda z, t, mask: distillation_loss(
        z, t, labels=labels(mask), temperature=T, alpha=0.7, mask=mask
    ),
    "multi_teacher_loss": lambda z, t, mask: multi_teacher_loss(
        z, [t, -t / 2], weights=[3, 1], temperature=T, mask=mask
    ),
    "top_k_loss": lambda z, t, mask: top_k_loss(z, *top_k_logits(t, k=3), temperature=T, mask=mask),
}


def labels(mask: Any) -> np.ndarray:
    return np.where(LABELS < 0, 0, LABELS) if mask is None else LABELS


# ---- the oracle: torch.nn.functional, as its documentation says these losses are to be computed -------------------


def torch_loss(name: str, z: Any, t: Any, mask: Any) -> Any:
    torch = pytest.importorskip("torch")
    f = torch.nn.functional
    counted = torch.ones(SHAPE[:-1], dtype=bool) if mask is None else torch.tensor(mask)
    z, t, y = z[counted], t[counted], torch.tensor(labels(mask))[counted]
    log_q, log_p = f.log_softmax(z / T, -1), f.log_softmax(t / T, -1)

    def kl(log_to: Any, log_from: Any) -> Any:
        return T**2 * f.kl_div(log_to, log_from, reduction="batchmean", log_target=True)

    if name == "soft_target_loss":
        return kl(log_q, log_p)
    if name == "reverse_kl_loss":
        return kl(log_p, log_q)
    if name == "symmetric_kl_loss":
        return (kl(log_q, log_p) + kl(log_p, log_q)) / 2
    if name == "jsd_loss":
        log_m = torch.logsumexp(torch.stack([log_p + math.log(0.3), log_q + math.log(0.7)]), 0)
        return 0.3 * kl(log_m, log_p) + 0.7 * kl(log_m, log_q)
    if name == "logit_mse_loss":
        return f.mse_loss(z, t)
    if name == "hard_label_loss":
        return f.cross_entropy(z, y)
    if name == "distillation_loss":
        return 0.7 * kl(log_q, log_p) + 0.3 * f.cross_entropy(z, y)
    if name == "multi_teacher_loss":
        mean = 0.75 * f.softmax(t / T, -1) + 0.25 * f.softmax(-t / 2 / T, -1)
        return T**2 * f.kl_div(log_q, mean, reduction="batchmean")
    top, where = t.topk(3, dim=-1)
    return T**2 * f.kl_div(log_q.gather(-1, where), f.softmax(top / T, -1), reduction="batchmean")


ORACLE = "torch.nn.functional in float64: value and autograd"


@pytest.mark.parametrize("mask", [None, MASK], ids=["all", "masked"])
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(n, marks=pytest.mark.oracle(n, against=ORACLE, tolerance="1e-10 relative: rounding alone"))
        for n in LOSSES
    ],
)
def test_value_and_gradient_are_those_of_torch(name: str, mask: Any, data: Any, by_torch: Any) -> None:
    torch = pytest.importorskip("torch")
    z, t = data(SHAPE, 1), data(SHAPE, 2)
    loss, grad = LOSSES[name](z, t, mask)
    expected, (slope,) = by_torch(lambda leaf: torch_loss(name, leaf, torch.tensor(t), mask), z)
    np.testing.assert_allclose(loss, expected, **TOL)
    np.testing.assert_allclose(grad, slope, **TOL)


# ---- the definitions, one position and one class at a time ---------------------------------------------------------


def distribution(row: np.ndarray, temperature: float) -> list[float]:
    powers = [math.exp((v - max(row)) / temperature) for v in row]
    return [p / math.fsum(powers) for p in powers]


def divergence(p: list[float], q: list[float]) -> float:
    return math.fsum(a * math.log(a / b) for a, b in zip(p, q, strict=True) if a)


def position_loss(name: str, z: np.ndarray, t: np.ndarray, label: int) -> float:
    p, q, q1 = distribution(t, T), distribution(z, T), distribution(z, 1.0)
    if name == "soft_target_loss":
        return T * T * divergence(p, q)
    if name == "reverse_kl_loss":
        return T * T * divergence(q, p)
    if name == "symmetric_kl_loss":
        return T * T * (divergence(p, q) + divergence(q, p)) / 2
    if name == "jsd_loss":
        m = [0.3 * a + 0.7 * b for a, b in zip(p, q, strict=True)]
        return T * T * (0.3 * divergence(p, m) + 0.7 * divergence(q, m))
    if name == "logit_mse_loss":
        return math.fsum((a - b) ** 2 for a, b in zip(z, t, strict=True)) / len(z)
    if name == "hard_label_loss":
        return -math.log(q1[label])
    if name == "distillation_loss":
        return 0.7 * T * T * divergence(p, q) - 0.3 * math.log(q1[label])
    if name == "multi_teacher_loss":
        other = distribution(-t / 2, T)
        return T * T * divergence([0.75 * a + 0.25 * b for a, b in zip(p, other, strict=True)], q)
    keep = sorted(range(len(t)), key=lambda c: -t[c])[:3]
    return T * T * divergence(distribution(t[keep], T), [q[c] for c in keep])


@pytest.mark.parametrize("mask", [None, MASK], ids=["all", "masked"])
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            n,
            marks=pytest.mark.oracle(
                n, against="the definition, class by class, and central differences", tolerance="1e-10; gradient 1e-8"
            ),
        )
        for n in LOSSES
    ],
)
def test_value_is_the_definition_and_gradient_its_slope(name: str, mask: Any, data: Any, numeric: Any) -> None:
    z, t = data(SHAPE, 3), data(SHAPE, 4)
    counted = [i for i in np.ndindex(SHAPE[:-1]) if mask is None or mask[i]]

    def mean(logits: np.ndarray) -> float:
        return math.fsum(position_loss(name, logits[i], t[i], int(labels(mask)[i])) for i in counted) / len(counted)

    loss, grad = LOSSES[name](z, t, mask)
    np.testing.assert_allclose(loss, mean(z), rtol=1e-10)
    # h = 1e-3: the formula errs by h^4 times fifth derivatives, some 1e-10; a position costs the sum nothing else.
    np.testing.assert_allclose(grad, numeric(mean, z), atol=1e-8)
    if mask is not None:
        assert not grad[~mask].any()


# ---- what the numbers must do --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LOSSES)
def test_dtypes_shapes_and_inputs(name: str, data: Any) -> None:
    z, t = data(SHAPE, 5), data(SHAPE, 6)
    exact, slope = LOSSES[name](z, t, MASK)
    for given in (z.astype(np.float32), z.astype(np.float16), np.asfortranarray(z.astype(np.float32))):
        kept, teacher = given.copy(), t.copy()
        loss, grad = LOSSES[name](given, t, MASK)
        np.testing.assert_array_equal(given, kept)
        np.testing.assert_array_equal(t, teacher)
        assert isinstance(loss, float)
        assert grad.dtype == np.float32
        assert grad.shape == SHAPE
        np.testing.assert_allclose(loss, exact, rtol=2e-2 if given.dtype == np.float16 else 1e-5)
    assert slope.dtype == np.float64
    strided = np.repeat(z, 2, axis=1)[:, ::2]
    np.testing.assert_array_equal(LOSSES[name](strided, t, MASK)[1], slope)


@pytest.mark.parametrize("name", LOSSES)
def test_a_sample_alone_needs_no_batch_axis(name: str, data: Any) -> None:
    z, t = data((7,), 7), data((7,), 8)
    if name in ("hard_label_loss", "distillation_loss"):
        return
    loss, grad = LOSSES[name](z, t, None)
    batched, slope = LOSSES[name](z[None], t[None], None)
    assert loss == batched
    np.testing.assert_array_equal(grad, slope[0])


@pytest.mark.parametrize("name", [n for n in LOSSES if n not in ("hard_label_loss", "logit_mse_loss")])
def test_a_common_shift_of_the_logits_changes_nothing(name: str, data: Any) -> None:
    z, t = data(SHAPE, 9), data(SHAPE, 10)
    loss, grad = LOSSES[name](z, t, MASK)
    moved, slope = LOSSES[name](z + 100, t - (0 if name == "multi_teacher_loss" else 50), MASK)
    np.testing.assert_allclose(moved, loss, rtol=1e-10)
    np.testing.assert_allclose(slope, grad, atol=1e-12)
    np.testing.assert_allclose(grad.sum(axis=-1), 0, atol=1e-12)


@pytest.mark.parametrize("name", LOSSES)
def test_wrong_arguments_are_named(name: str, data: Any) -> None:
    z, t = data(SHAPE, 0), data(SHAPE, 0)
    loss = LOSSES[name]
    bad = z.copy()
    bad[0, 1, 2] = np.nan
    with pytest.raises(ValueError, match=r"student_logits has 1 value that is not finite.*\(0, 1, 2\)"):
        loss(bad, t, MASK)
    with pytest.raises(ValueError, match="student_logits has values beyond"):
        loss(z * 1e60, t, MASK)
    with pytest.raises(ValueError, match="mask must be True somewhere"):
        loss(z, t, np.zeros(SHAPE[:-1], bool))
    with pytest.raises(TypeError, match="mask must be boolean"):
        loss(z, t, MASK.astype(int))
    with pytest.raises(ValueError, match=r"mask must have shape \(3, 4\)"):
        loss(z, t, MASK[:, :2])
    with pytest.raises(ValueError, match="student_logits is empty"):
        loss(z[:0], t, None)
    with pytest.raises(TypeError, match="student_logits must hold real numbers"):
        loss(z.astype(complex), t, MASK)
    if name != "hard_label_loss":
        with pytest.raises(ValueError, match="logits.* must have shape"):
            loss(z, t[:1], MASK)


@pytest.mark.parametrize("temperature", [0.0, -1.0, np.inf, np.nan, 1e5])
@pytest.mark.parametrize("loss", [soft_target_loss, reverse_kl_loss, symmetric_kl_loss, jsd_loss])
def test_a_temperature_out_of_range_is_refused(loss: Any, temperature: float) -> None:
    with pytest.raises(ValueError, match="temperature must be a number in"):
        loss(np.zeros((1, 2)), np.zeros((1, 2)), temperature=temperature)


def test_the_rest_of_the_options_are_checked() -> None:
    z = np.zeros((2, 3))
    with pytest.raises(ValueError, match=r"alpha must be a number in \[0, 1\]"):
        distillation_loss(z, z, labels=[0, 1], alpha=1.5)
    for beta in (0.0, 1.0):
        with pytest.raises(ValueError, match="beta must be a number in"):
            jsd_loss(z, z, beta=beta)
    with pytest.raises(ValueError, match=r"labels must lie in \[0, 2\]"):
        hard_label_loss(z, [0, 3])
    with pytest.raises(TypeError, match="labels must hold integers"):
        hard_label_loss(z, [0.0, 1.0])
    with pytest.raises(ValueError, match=r"labels must have shape \(2,\)"):
        hard_label_loss(z, [[0], [1]])
    with pytest.raises(ValueError, match="k must be an integer from 1 to 3"):
        top_k_logits(z, k=4)
    with pytest.raises(ValueError, match="twice at one position"):
        top_k_loss(z, np.zeros((2, 2)), np.zeros((2, 2), int))
    with pytest.raises(ValueError, match=r"top_indices must lie in \[0, 2\]"):
        top_k_loss(z, np.zeros((2, 1)), np.full((2, 1), 3))
    with pytest.raises(ValueError, match="top_indices must have the shape"):
        top_k_loss(z, np.zeros((2, 1)), np.zeros((2, 2), int))
    with pytest.raises(ValueError, match="teacher_logits must hold at least one teacher"):
        multi_teacher_loss(z, [])
    for weights in ([1, -1], [0, 0], [1]):
        with pytest.raises(ValueError, match="weights must be 2 numbers >= 0"):
            multi_teacher_loss(z, [z, z], weights=weights)


@pytest.mark.oracle("top_k_logits", against="torch.topk on distinct logits", tolerance="equal, to the bit")
def test_top_k_logits_are_those_of_torch(data: Any) -> None:
    torch = pytest.importorskip("torch")
    t = data(SHAPE, 11).astype(np.float32)
    values, where = top_k_logits(t, k=4)
    top = torch.tensor(t).topk(4, dim=-1)
    np.testing.assert_array_equal(values, top.values.numpy())
    np.testing.assert_array_equal(where, top.indices.numpy())


def test_a_number_alone_is_no_logits() -> None:
    for loss in (
        lambda: soft_target_loss(1.0, 1.0),
        lambda: hard_label_loss(1.0, 0),
        lambda: top_k_loss(1.0, [1.0], [0]),
        lambda: top_k_logits(1.0, k=1),
        lambda: feature_loss(1.0, 1.0),
    ):
        with pytest.raises(ValueError, match=r"must have shape \(..., (classes|width)\)"):
            loss()


def test_a_gradient_beyond_float32_is_refused() -> None:
    large = np.full((1, 1), 3e38, np.float32)
    with pytest.raises(ValueError, match="gradient of student_logits is beyond float32"):
        logit_mse_loss(large, -large)
    assert logit_mse_loss(large.astype(np.float64), -large)[1][0, 0] > 1e39
