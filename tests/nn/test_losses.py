"""The cross-entropy against its definition, finite differences and torch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from minicompress.nn import Tensor, check_gradients, cross_entropy, parameter

LOGITS = np.random.default_rng(0).standard_normal((2, 3, 5)) * 3
LABELS = np.array([[0, 4, 2], [1, 1, 3]])


@pytest.mark.oracle("cross_entropy", against="the definition in numpy", tolerance="1e-7 relative")
@pytest.mark.parametrize("smoothing", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("ignore", [None, 1])
def test_value_and_gradient(smoothing: float, ignore: int | None) -> None:
    x = parameter(LOGITS)
    loss = cross_entropy(x, LABELS, label_smoothing=smoothing, ignore=ignore)
    p = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=-1, keepdims=True)
    target = (1 - smoothing) * np.eye(5)[LABELS] + smoothing / 5
    each = -(target * np.log(p)).sum(axis=-1)
    np.testing.assert_allclose(loss.item(), each[ignore != LABELS].mean() if ignore is not None else each.mean())
    check_gradients(
        lambda: cross_entropy(x, LABELS, label_smoothing=smoothing, ignore=ignore), {"logits": x}, rtol=1e-4
    )


@pytest.mark.oracle(
    "cross_entropy", against="torch.nn.functional.cross_entropy: value and gradient", tolerance="1e-10 relative"
)
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_same_as_torch(smoothing: float) -> None:
    torch = pytest.importorskip("torch")
    x, there = parameter(LOGITS), torch.tensor(LOGITS, requires_grad=True)
    loss = cross_entropy(x, LABELS, label_smoothing=smoothing, ignore=1)
    wanted = torch.nn.functional.cross_entropy(
        there.reshape(-1, 5), torch.tensor(LABELS).reshape(-1), label_smoothing=smoothing, ignore_index=1
    )
    np.testing.assert_allclose(loss.item(), wanted.item(), rtol=1e-12)
    (loss * 2.5).backward()
    (wanted * 2.5).backward()
    np.testing.assert_allclose(x.grad, there.grad.numpy(), rtol=1e-10, atol=1e-12)


def test_float32_and_certain_predictions() -> None:
    x = parameter(np.array([[200.0, 0.0], [0.0, 200.0]], np.float32))
    loss = cross_entropy(x, [0, 0])
    assert loss.dtype == np.float32
    assert loss.item() == 100.0
    loss.backward()
    assert x.grad is not None
    assert x.grad.dtype == np.float32
    np.testing.assert_array_equal(x.grad, [[0, 0], [-0.5, 0.5]])


@pytest.mark.parametrize(
    ("labels", "options", "error", "words"),
    [
        ([0, 1], {}, ValueError, r"labels must have shape \(2, 3\) for logits \(2, 3, 5\); got .*\(2,\)"),
        (LABELS + 1, {}, ValueError, r"labels must lie in \[0, 4\]; got a maximum of 5"),
        (LABELS - 1, {}, ValueError, "got a minimum of -1"),
        (LABELS * 1.0, {}, TypeError, "labels must hold integers"),
        (LABELS * 0, {"ignore": 0}, ValueError, "at least one label that counts"),
        (LABELS, {"label_smoothing": 1.5}, ValueError, "label_smoothing"),
    ],
)
def test_errors_name_the_labels(labels: Any, options: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        cross_entropy(Tensor(LOGITS), labels, **options)
