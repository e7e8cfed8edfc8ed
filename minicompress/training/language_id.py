"""Train a classifier that tells the language of a name: Adam, cosine schedule, the epoch that validates best.

The settings were chosen on the validation split; the test split was used to report, never to choose.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from minicompress import nn
from minicompress.data import PAD, UNKNOWN, CharVocabulary, LanguageNames, batches
from minicompress.models import ClassifierConfig, TextClassifier, TextCNN, TextTransformer

__all__ = ["RECIPES", "SIZES", "TrainingRecipe", "train_classifier"]

KINDS: dict[str, type[TextClassifier]] = {"transformer": TextTransformer, "cnn": TextCNN}
SIZES: dict[str, dict[str, Any]] = {
    "transformer": {"width": 128, "hidden": 512, "layers": 2, "heads": 4, "dropout": 0.1},
    "cnn": {"width": 64, "hidden": 192, "layers": 2, "heads": 1, "dropout": 0.3},
}


@dataclass(frozen=True)
class TrainingRecipe:
    """How one kind is trained: epochs, highest learning rate, label smoothing, share of characters made unknown."""

    epochs: int
    peak: float
    label_smoothing: float = 0.0
    unknown: float = 0.0


RECIPES = {
    "transformer": TrainingRecipe(epochs=10, peak=1e-3),
    "cnn": TrainingRecipe(epochs=15, peak=2e-3, label_smoothing=0.1, unknown=0.05),
}


def train_classifier(
    names: LanguageNames,
    *,
    kind: str = "transformer",
    seed: int = 0,
    epochs: int | None = None,
    batch_size: int = 64,
    peak: float | None = None,
    progress: bool = True,
    on_epoch: Callable[[int, float], None] | None = None,
    **sizes: Any,
) -> TextClassifier:
    """Train on ``names.train`` and return the model of the epoch with the best accuracy on ``names.validation``.

    The same seed gives the same weights on the same machine with the same number of BLAS threads; another machine may
    sum in another order. ``epochs``, ``peak`` and ``sizes`` override :data:`RECIPES` and :data:`SIZES`.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}; got {kind!r}")
    recipe = RECIPES[kind]
    epochs, peak = recipe.epochs if epochs is None else epochs, recipe.peak if peak is None else peak
    rng = np.random.default_rng(seed)
    vocabulary = CharVocabulary.build(names.train.texts)
    config = ClassifierConfig(len(vocabulary), len(names.label_names), **(SIZES[kind] | sizes))
    model = KINDS[kind](config, vocabulary, names.label_names, rng=rng)
    ids, held_out = model.encode(names.train.texts), model.encode(names.validation.texts)
    best: tuple[float, dict[str, np.ndarray]] = (-1.0, {})

    def validate(epoch: int) -> dict[str, float]:
        nonlocal best
        right = float((model.predict_logits(held_out).argmax(axis=1) == names.validation.labels).mean())
        if right > best[0]:
            best = (right, model.state_dict())
        if on_epoch is not None:
            on_epoch(epoch, right)
        return {"validation": right}

    steps = epochs * -(-len(ids) // batch_size)
    nn.fit(
        model,
        lambda epoch: _epoch(ids, names.train.labels, batch_size=batch_size, unknown=recipe.unknown, rng=rng),
        optimizer=nn.Adam(model.named_parameters(), lr=peak, weight_decay=0.01),
        epochs=epochs,
        loss=lambda logits, labels: nn.cross_entropy(logits, labels, label_smoothing=recipe.label_smoothing),
        schedule=nn.cosine_schedule(peak=peak, steps=steps, warmup=min(200, steps - 1)),
        max_norm=1.0,
        on_epoch=validate,
        progress=progress,
    )
    model.load_state_dict(best[1])
    return model.eval()


def _epoch(
    ids: np.ndarray, labels: np.ndarray, *, batch_size: int, unknown: float, rng: np.random.Generator
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return one epoch's batches; a share of the characters becomes unknown, so that id 1 learns what it means."""
    if unknown:
        ids = np.where((ids != PAD) & (rng.random(ids.shape) < unknown), UNKNOWN, ids).astype(np.int32)
    return list(batches(ids, labels, batch_size=batch_size, rng=rng, bucket=True))
