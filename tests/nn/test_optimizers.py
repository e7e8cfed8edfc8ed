"""Each optimizer against torch's, step by step; clipping and schedules against their formulas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from minicompress.nn import SGD, Adam, Optimizer, Tensor, clip_gradients, cosine_schedule, parameter

CASES: dict[str, tuple[Callable[..., Optimizer], str, dict[str, Any]]] = {
    "sgd": (SGD, "SGD", {"lr": 0.1}),
    "sgd_momentum": (SGD, "SGD", {"lr": 0.1, "momentum": 0.9}),
    "sgd_decay": (SGD, "SGD", {"lr": 0.1, "momentum": 0.5, "weight_decay": 0.2}),
    "adam": (lambda p, **o: Adam(p, decoupled=False, **o), "Adam", {"lr": 0.05}),
    "adam_decay": (lambda p, **o: Adam(p, decoupled=False, **o), "Adam", {"lr": 0.05, "weight_decay": 0.2}),
    "adamw": (Adam, "AdamW", {"lr": 0.05, "weight_decay": 0.2}),
    "adamw_options": (Adam, "AdamW", {"lr": 0.05, "betas": (0.7, 0.9), "eps": 1e-3, "weight_decay": 0.0}),
}


def _start() -> dict[str, Tensor]:
    rng = np.random.default_rng(0)
    return {"w": parameter(rng.standard_normal((3, 2))), "b": parameter(rng.standard_normal(2))}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            n,
            marks=pytest.mark.oracle(
                "SGD" if n.startswith("sgd") else "Adam", against="torch.optim, ten steps", tolerance="1e-10 relative"
            ),
        )
        for n in CASES
    ],
)
def test_ten_steps_are_those_of_torch(name: str) -> None:
    torch = pytest.importorskip("torch")
    make, theirs, options = CASES[name]
    params = _start()
    there = {key: torch.tensor(p.data.copy(), requires_grad=True) for key, p in params.items()}
    ours, other = make(params, **options), getattr(torch.optim, theirs)(there.values(), **options)
    rng = np.random.default_rng(1)
    for step in range(10):
        ours.lr = other.param_groups[0]["lr"] = options["lr"] / (step + 1)
        for key, p in params.items():
            p.grad = rng.standard_normal(p.shape)
            there[key].grad = torch.tensor(p.grad)
        if step == 4:  # a parameter that this step did not use
            params["b"].grad = there["b"].grad = None
        ours.step()
        other.step()
        for key, p in params.items():
            np.testing.assert_allclose(p.data, there[key].detach().numpy(), rtol=1e-10, atol=1e-13)


def test_adam_by_hand() -> None:
    """The first step of Adam is lr * sign(g), whatever the size of g; the decay acts on the value before it."""
    p = parameter(np.array([1.0, -2.0]))
    p.grad = np.array([1e-3, -1e3])
    Adam({"p": p}, lr=0.1, weight_decay=0.5, eps=0.0).step()
    np.testing.assert_allclose(p.data, [1.0 * 0.95 - 0.1, -2.0 * 0.95 + 0.1], rtol=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_float32_stays_and_gradients_are_left_alone(name: str) -> None:
    make, _, options = CASES[name]
    p = parameter(np.ones(3, np.float32))
    data, optimizer = p.data, make({"p": p}, **options)
    p.grad = grad = np.array([1.0, 2.0, 3.0], np.float32)
    optimizer.step()
    optimizer.step()
    assert p.data is data
    assert p.dtype == np.float32
    assert all(a.dtype == np.float32 for key, a in optimizer.state["p"].items() if key != "steps")
    np.testing.assert_array_equal(grad, [1, 2, 3])
    optimizer.zero_grad()
    assert p.grad is None


def test_decay_can_spare_some_parameters() -> None:
    params = _start()
    before = {key: p.data.copy() for key, p in params.items()}
    optimizer = SGD(params, lr=0.1, weight_decay=1.0, decays=lambda name, p: p.ndim > 1)
    for p in params.values():
        p.grad = np.zeros_like(p.data)
    optimizer.step()
    np.testing.assert_allclose(params["w"].data, before["w"] * 0.9)
    np.testing.assert_array_equal(params["b"].data, before["b"])


def test_hooks_after_a_step_keep_a_mask() -> None:
    p = parameter(np.ones(4, np.float32))
    optimizer = SGD({"p": p}, lr=0.1, momentum=0.9)
    mask = np.array([True, False, True, False])

    def keep(done: Optimizer) -> None:
        assert done is optimizer
        for array in (p.data, *done.state["p"].values()):
            array *= mask

    optimizer.after_step.append(keep)
    for _ in range(3):
        p.grad = np.ones(4, np.float32)
        optimizer.step()
    assert optimizer.steps == 3
    np.testing.assert_array_equal(p.data[~mask], 0)
    assert (p.data[mask] < 1).all()


def test_frozen_parameters_are_not_touched() -> None:
    p, frozen = parameter(np.ones(2)), Tensor(np.ones(2))
    optimizer = SGD({"p": p, "frozen": frozen}, lr=0.1, weight_decay=1.0)
    assert list(optimizer.parameters) == ["p"]


@pytest.mark.oracle(
    "clip_gradients",
    against="torch.nn.utils.clip_grad_norm_",
    tolerance="norm 1e-12; gradients 1e-5: torch adds 1e-6 to the norm",
)
def test_clipping() -> None:
    torch = pytest.importorskip("torch")
    params = _start()
    there = [torch.tensor(p.data.copy(), requires_grad=True) for p in params.values()]
    for max_norm in (0.5, 100.0):
        for p, q in zip(params.values(), there, strict=True):
            p.grad = np.arange(1.0, p.size + 1).reshape(p.shape)
            q.grad = torch.tensor(p.grad)
        norm = clip_gradients(params.values(), max_norm=max_norm)
        np.testing.assert_allclose(norm, torch.nn.utils.clip_grad_norm_(there, max_norm).item(), rtol=1e-12)
        for p, q in zip(params.values(), there, strict=True):
            np.testing.assert_allclose(p.grad, q.grad.numpy(), rtol=1e-5)  # torch adds 1e-6 to the norm
    with pytest.raises(ValueError, match="max_norm"):
        clip_gradients(params.values(), max_norm=0)


@pytest.mark.oracle("cosine_schedule", against="closed form", tolerance="1e-7 relative")
def test_cosine_schedule() -> None:
    lr = cosine_schedule(peak=2.0, steps=110, warmup=10, floor=0.5)
    np.testing.assert_allclose([lr(s) for s in range(10)], 0.2 * np.arange(1, 11))
    wanted = 0.5 + 1.5 * (1 + np.cos(np.pi * np.arange(101) / 100)) / 2
    np.testing.assert_allclose([lr(s) for s in range(10, 111)], wanted)
    assert lr(500) == 0.5
    with pytest.raises(ValueError, match="warmup must be an integer from 0 to 9; got 10"):
        cosine_schedule(peak=1.0, steps=10, warmup=10)


def test_errors_name_the_argument() -> None:
    with pytest.raises(TypeError, match="parameters must be a non-empty dict"):
        SGD([parameter(np.ones(1))], lr=0.1)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="parameters must be a non-empty dict"):
        SGD({}, lr=0.1)
    with pytest.raises(ValueError, match="lr must be"):
        SGD(_start(), lr=-1.0)
    with pytest.raises(ValueError, match="momentum must be"):
        SGD(_start(), lr=0.1, momentum=1.5)
    with pytest.raises(ValueError, match=r"betas\[1\] must be"):
        Adam(_start(), betas=(0.9, 1.5))
