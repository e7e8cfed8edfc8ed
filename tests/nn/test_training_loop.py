"""Training: it learns, it repeats itself by seed, it says when it cannot."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from minicompress.nn import (
    GRU,
    SGD,
    Adam,
    Conv1d,
    Dropout,
    Embedding,
    History,
    LayerNorm,
    Linear,
    Module,
    MultiHeadAttention,
    Tensor,
    cosine_schedule,
    cross_entropy,
    fit,
    is_recording,
    no_grad,
)


def _strings(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Padded strings of 4 to 10 tokens; the label is the token (0, 1 or 2) that follows the only marker (3)."""
    ids = rng.integers(4, 12, (n, 10))
    lengths = rng.integers(4, 11, n)
    mask = np.arange(10) < lengths[:, None]
    place, labels = rng.integers(0, lengths - 1), rng.integers(0, 3, n)
    rows = np.arange(n)
    ids[rows, place], ids[rows, place + 1] = 3, labels
    noise = rng.integers(0, 3, n)  # one of the labels' tokens elsewhere: which one follows the marker matters
    free = np.where(place >= 2, 0, lengths - 1)
    usable = (place >= 2) | (place + 1 < lengths - 1)
    ids[rows[usable], free[usable]] = noise[usable]
    return np.where(mask, ids, 12), mask, labels


class Reader(Module):
    """Tokens to classes by way of one kind of layer."""

    def __init__(self, kind: str, rng: np.random.Generator) -> None:
        self.kind, dim = kind, 24
        self.embed, self.place = Embedding(13, dim, rng=rng), Embedding(10, dim, rng=rng)
        self.mix: Any = {
            "attention": MultiHeadAttention(dim, 2, rng=rng),
            "gru": GRU(dim, dim, rng=rng),
            "conv": Conv1d(dim, dim, 3, rng=rng, padding=1),
        }[kind]
        self.norm, self.drop = LayerNorm(dim), Dropout(0.1, rng=rng)
        self.up, self.head = Linear(dim, 48, rng=rng), Linear(48, 3, rng=rng)

    def forward(self, ids: np.ndarray, mask: np.ndarray) -> Tensor:
        x = self.embed(ids) + self.place(np.arange(ids.shape[1]))
        x = x + self.mix(x.swapaxes(1, 2)).swapaxes(1, 2) if self.kind == "conv" else x + self.mix(x, mask=mask)
        x = self.up(self.drop(self.norm(x))).gelu()
        return self.head((x + np.where(mask, 0, -1e9)[:, :, None]).max(axis=1))


def _train(kind: str, *, epochs: int, seed: int = 0) -> tuple[Reader, History]:
    rng = np.random.default_rng(seed)
    ids, mask, labels = _strings(1024, rng)
    batches = [(ids[i : i + 32], mask[i : i + 32], labels[i : i + 32]) for i in range(0, 1024, 32)]
    model = Reader(kind, rng)
    steps = epochs * len(batches)
    history = fit(
        model,
        batches,
        optimizer=Adam(model.named_parameters(), lr=1.0, weight_decay=0.01),
        epochs=epochs,
        loss=cross_entropy,
        schedule=cosine_schedule(peak=1e-2, steps=steps, warmup=steps // 10),
        max_norm=1.0,
        progress=False,
    )
    return model, history


@pytest.mark.parametrize("kind", ["attention", "gru", "conv"])
def test_each_kind_of_model_learns(kind: str) -> None:
    model, history = _train(kind, epochs=12)
    ids, mask, labels = _strings(500, np.random.default_rng(99))
    with no_grad():
        accuracy = float((model(ids, mask).data.argmax(axis=1) == labels).mean())
    assert accuracy > 0.9  # a guess is right in a third of the cases
    losses = history.column("loss")
    assert losses[-1] < 0.3 * losses[0]
    assert len(history.steps) == 12 * 32
    assert not model.training


def test_one_seed_one_result() -> None:
    (a, first), (b, second), (_, third) = (_train("gru", epochs=1, seed=seed) for seed in (5, 5, 6))
    assert first.steps == second.steps
    assert first.steps != third.steps
    for name, value in a.state_dict().items():
        np.testing.assert_array_equal(value, b.state_dict()[name])


def _small() -> tuple[Linear, SGD, tuple[np.ndarray, np.ndarray]]:
    model = Linear(2, 2, rng=np.random.default_rng(0))
    return model, SGD(model.named_parameters(), lr=0.1), (np.eye(2, dtype=np.float32), np.array([0, 1]))


def test_one_step_is_the_update_by_hand() -> None:
    model, optimizer, (x, labels) = _small()
    state = model.state_dict()
    z = x @ state["weight"].T + state["bias"]
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    g = (p - np.eye(2)[labels]) / 2
    history = fit(model, [(x, labels)], optimizer=optimizer, epochs=1, loss=cross_entropy, progress=False)
    np.testing.assert_allclose(history.steps[0], -np.log(p[[0, 1], labels]).mean(), rtol=1e-6)
    np.testing.assert_allclose(model.state_dict()["weight"], state["weight"] - 0.1 * g.T @ x, rtol=1e-5)
    np.testing.assert_allclose(model.state_dict()["bias"], state["bias"] - 0.1 * g.sum(axis=0), rtol=1e-5)


def test_callbacks_batches_by_function_and_schedule() -> None:
    model, optimizer, batch = _small()
    asked: list[int] = []
    modes: list[tuple[bool, bool]] = []

    def batches(epoch: int) -> list[Any]:
        asked.append(epoch)
        modes.append((model.training, is_recording()))
        return [batch] * (epoch + 1)

    def on_epoch(epoch: int) -> dict[str, float]:
        modes.append((model.training, is_recording()))
        return {"score": 10.0 * epoch}

    rates: list[float] = []
    optimizer.after_step.append(lambda done: rates.append(done.lr))
    history = fit(
        model,
        batches,
        optimizer=optimizer,
        epochs=2,
        loss=cross_entropy,
        schedule=lambda step: 0.5 / (step + 1),
        on_epoch=on_epoch,
        progress=False,
    )
    assert asked == [0, 1]
    assert modes[1] == modes[3] == (False, False)
    assert rates == [0.5, 0.25, 0.5 / 3]
    assert history.column("score") == [0.0, 10.0]
    assert history.column("lr") == [0.5, 0.5 / 3]
    np.testing.assert_allclose(history.epochs[1]["loss"], np.mean(history.steps[1:]))


def test_the_bar_shows_and_silence_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    model, optimizer, batch = _small()
    fit(model, [batch], optimizer=optimizer, epochs=1, loss=cross_entropy, progress=False)
    assert capsys.readouterr() == ("", "")
    fit(model, [batch], optimizer=optimizer, epochs=2, loss=cross_entropy)
    shown = capsys.readouterr().out
    assert "epoch 2/2" in shown
    assert "loss 0." in shown


def test_errors_say_what_went_wrong() -> None:
    model, optimizer, (x, labels) = _small()
    options: dict[str, Any] = {"optimizer": optimizer, "loss": cross_entropy, "progress": False}
    with pytest.raises(ValueError, match="which an iterator cannot"):
        fit(model, iter([(x, labels)]), epochs=2, **options)
    with pytest.raises(ValueError, match="got none in epoch 0"):
        fit(model, [], epochs=1, **options)
    with pytest.raises(TypeError, match=r"batch must be a tuple \(\*inputs, labels\)"):
        fit(model, [x], epochs=1, **options)
    with pytest.raises(ValueError, match="loss is nan at step 0"):
        fit(model, [(x * np.nan, labels)], epochs=1, **options)
    with pytest.raises(ValueError, match="epochs"):
        fit(model, [(x, labels)], epochs=0, **options)
