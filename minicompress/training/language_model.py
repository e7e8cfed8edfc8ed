"""Train a small decoder on the docstrings of the standard library: AdamW, cosine schedule, the best epoch is kept.

The settings were chosen on the validation split; the test split was used to report, never to choose.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from minicompress import checks, nn
from minicompress.data.bpe import ByteBPE
from minicompress.data.docstrings import DocstringCorpus
from minicompress.models.decoder import Decoder, DecoderConfig, LanguageScore, perplexity

__all__ = ["RECIPES", "SIZES", "LanguageTokens", "LmRecipe", "encode_corpus", "train_language_model", "windows"]

#: ``loss(logits, labels, ids)``: what is minimized. The ids are there for a teacher to read.
LmLoss = Callable[[nn.Tensor, np.ndarray, np.ndarray], nn.Tensor]

SIZES: dict[str, dict[str, Any]] = {
    "teacher": {"width": 128, "layers": 5, "heads": 4, "kv_heads": 2, "hidden": 384, "context": 256, "dropout": 0.1},
    "student": {"width": 64, "layers": 3, "heads": 4, "kv_heads": 2, "hidden": 192, "context": 256},
}
BALANCE = 0.01  # weight of the load-balance loss of a mixture of experts (arXiv:2101.03961, section 2.2)


@dataclass(frozen=True)
class LmRecipe:
    """How one size is trained: epochs, highest learning rate, windows in a batch, decay of the matrices."""

    epochs: int
    peak: float
    batch_size: int = 4
    weight_decay: float = 0.1


RECIPES = {
    "teacher": LmRecipe(epochs=11, peak=2e-3),
    "student": LmRecipe(epochs=14, peak=4e-3),
}


@dataclass(frozen=True, eq=False)
class LanguageTokens:
    """The splits as ids in a row, each text closed by ``tokenizer.end``; ``provenance`` is the corpus's."""

    tokenizer: ByteBPE
    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    provenance: dict[str, str]


def encode_corpus(
    corpus: DocstringCorpus, *, vocabulary: int = 1024, tokenizer: ByteBPE | None = None
) -> LanguageTokens:
    """Return the corpus as ids; without a tokenizer one is learned from the training texts."""
    texts = [[d.text for d in split] for split in (corpus.train, corpus.validation, corpus.test)]
    bpe = ByteBPE.train(texts[0], vocabulary=vocabulary) if tokenizer is None else tokenizer
    train, validation, test = (bpe.encode_all(part) for part in texts)
    return LanguageTokens(bpe, train, validation, test, corpus.provenance)


def windows(ids: np.ndarray, *, context: int, batch_size: int, rng: np.random.Generator) -> list[tuple[Any, Any]]:
    """Return one epoch's batches ``(ids, (labels, ids))``, each (batch, context); labels are one token ahead.

    The cut between windows is moved by a random offset and their order shuffled, so no two epochs are alike.

    >>> ((x, (y, _)),) = windows(np.arange(9), context=4, batch_size=8, rng=np.random.default_rng(1))
    >>> (y - x).tolist()
    [[1, 1, 1, 1]]
    """
    size = checks.integer(context, "context", low=1)
    if len(ids) < 2 * size + 1:
        raise ValueError(f"ids must hold at least 2 context + 1 = {2 * size + 1} tokens; got {len(ids)}")
    starts = np.arange(int(rng.integers(size)), len(ids) - size, size)
    rng.shuffle(starts)
    batches = []
    for i in range(0, len(starts), checks.integer(batch_size, "batch_size", low=1)):
        places = starts[i : i + batch_size, None] + np.arange(size)
        batches.append((ids[places], (ids[places + 1], ids[places])))
    return batches


def train_language_model(
    tokens: LanguageTokens,
    *,
    size: str = "student",
    seed: int = 0,
    epochs: int | None = None,
    peak: float | None = None,
    loss: LmLoss | None = None,
    model: Decoder | None = None,
    progress: bool = True,
    on_epoch: Callable[[int, LanguageScore], None] | None = None,
    **sizes: Any,
) -> Decoder:
    """Train on ``tokens.train`` and return the model of the epoch with the best perplexity on ``tokens.validation``.

    Parameters
    ----------
    loss : callable, optional
        ``loss(logits, labels, ids)`` with shapes (batch, length, vocabulary), (batch, length) and the same; the
        cross-entropy by default. Distillation runs its teacher on ``ids``.
    model : Decoder, optional
        Trained further in place; a new one of ``size`` by default.
    epochs, peak, sizes
        Override :data:`RECIPES` and :data:`SIZES`.

    Notes
    -----
    The same seed gives the same weights on the same machine with the same number of BLAS threads; another machine may
    sum in another order.
    """
    recipe = RECIPES[checks.one_of(size, "size", tuple(RECIPES))]
    epochs, peak = recipe.epochs if epochs is None else epochs, recipe.peak if peak is None else peak
    rng = np.random.default_rng(seed)
    if model is None:
        config = DecoderConfig(len(tokens.tokenizer), **(SIZES[size] | sizes))
        model = _scaled(Decoder(config, tokenizer=tokens.tokenizer, rng=rng))
    elif sizes:
        raise ValueError(f"sizes are those of the model that is given; got {', '.join(sizes)}")
    trained, best = model, _Best(model, tokens.validation, on_epoch)

    def batches(epoch: int) -> list[tuple[Any, Any]]:
        return windows(tokens.train, context=trained.config.context, batch_size=recipe.batch_size, rng=rng)

    steps = epochs * (len(tokens.train) // (trained.config.context * recipe.batch_size) + 1)
    nn.fit(
        trained,
        batches,
        optimizer=nn.Adam(
            trained.named_parameters(),
            lr=peak,
            betas=(0.9, 0.95),
            weight_decay=recipe.weight_decay,
            decays=lambda name, p: p.ndim >= 2 and not name.startswith("embedding"),
        ),
        epochs=epochs,
        loss=_with_balance(trained, loss or _cross_entropy),
        schedule=nn.cosine_schedule(peak=peak, steps=steps, warmup=min(100, steps - 1)),
        max_norm=1.0,
        on_epoch=best.update,
        progress=progress,
    )
    return trained.load_state_dict(best.state).eval()


class _Best:
    """Keeps the weights of the best epoch."""

    def __init__(self, model: Decoder, ids: np.ndarray, report: Callable[[int, LanguageScore], None] | None) -> None:
        self.model, self.ids, self.report = model, ids, report
        self.nats = np.inf
        self.state: dict[str, np.ndarray] = {}

    def update(self, epoch: int) -> dict[str, float]:
        score = perplexity(self.model, self.ids)
        if score.nats < self.nats:
            self.nats, self.state = score.nats, self.model.state_dict()
        if self.report is not None:
            self.report(epoch, score)
        return {"validation": score.nats}


def _cross_entropy(logits: nn.Tensor, labels: np.ndarray, ids: np.ndarray) -> nn.Tensor:
    return nn.cross_entropy(logits, labels)


def _with_balance(model: Decoder, loss: LmLoss) -> Callable[[nn.Tensor, tuple[np.ndarray, np.ndarray]], nn.Tensor]:
    """Adapt ``loss`` to the training loop and add the load-balance loss where there are experts."""

    def total(logits: nn.Tensor, pair: tuple[np.ndarray, np.ndarray]) -> nn.Tensor:
        value = loss(logits, *pair)
        return value + model.balance_loss() * BALANCE if model.config.experts else value

    return total


def _scaled(model: Decoder) -> Decoder:
    """Divide what each block adds by sqrt(2 layers), so that the stream starts at one scale whatever the depth.

    Source: Radford et al., "Language models are unsupervised multitask learners" (2019), section 2.3.
    """
    for name, p in model.named_parameters().items():
        if name.endswith(("attention.output.weight", "down.weight")):
            p.data *= np.float32((2 * model.config.layers) ** -0.5)
    return model
