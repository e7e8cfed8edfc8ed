"""What the text classifiers share: characters in, logits out, and a checkpoint that carries all it needs."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np
from safetensors.numpy import save

from minicompress import checks
from minicompress.data.tokens import PAD, CharVocabulary
from minicompress.nn import Module, Tensor, no_grad

__all__ = ["ClassifierConfig", "TextClassifier"]

_CHUNK = 256  # rows in one call: large enough for the matrix products, small enough for the caches


@dataclasses.dataclass(frozen=True)
class ClassifierConfig:
    """Sizes of a classifier.

    Parameters
    ----------
    vocabulary, classes : int
        Character ids (padding and unknown included); labels.
    width : int
        Features of a position.
    hidden, layers, heads : int
        Of the feed-forward block; number of blocks; attention heads (the CNN has none).
    max_length : int
        Characters read; a longer name is cut.
    dropout : float
        Share dropped in training.
    """

    vocabulary: int
    classes: int
    width: int = 128
    hidden: int = 512
    layers: int = 2
    heads: int = 4
    max_length: int = 48
    dropout: float = 0.1


class TextClassifier(Module):
    """A classifier of short texts; subclasses write ``forward(ids) -> logits`` and set :attr:`kind`.

    Parameters
    ----------
    config : ClassifierConfig
    vocabulary : CharVocabulary
    label_names : sequence of str
    rng : numpy.random.Generator
        Draws the initial weights and the dropout.
    """

    kind: ClassVar[str] = ""
    KINDS: ClassVar[dict[str, type[TextClassifier]]] = {}

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        TextClassifier.KINDS[cls.kind] = cls

    def __init__(
        self,
        config: ClassifierConfig,
        vocabulary: CharVocabulary,
        label_names: Sequence[str],
        *,
        rng: np.random.Generator,
    ) -> None:
        if config.vocabulary != len(vocabulary) or config.classes != len(label_names):
            raise ValueError(
                f"config says {config.vocabulary} characters and {config.classes} classes; "
                f"the vocabulary has {len(vocabulary)} and label_names {len(label_names)}"
            )
        self.config = config
        self.vocabulary = vocabulary
        self.label_names = tuple(label_names)
        self.info: dict[str, Any] = {}  # how it was trained, and what it scored then
        self.build(config, checks.generator(rng))

    def build(self, config: ClassifierConfig, rng: np.random.Generator) -> None:
        """Create the layers; subclasses write this."""
        raise NotImplementedError(f"{type(self).__name__} has no build()")

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Return the ids (n, max_length) of texts, int32, 0 where there is no character."""
        return self.vocabulary.encode(texts, max_length=self.config.max_length)[0]

    def predict_logits(self, inputs: Sequence[str] | np.ndarray) -> np.ndarray:
        """Return logits (n, classes) of texts or of their ids, without a tape, in chunks cut to their longest text."""
        ids = inputs if isinstance(inputs, np.ndarray) else self.encode(inputs)
        if ids.ndim != 2:
            raise ValueError(f"inputs must be texts or ids (n, length); got {checks.describe(ids)}")
        if self.training:
            self.eval()
        parts = []
        with no_grad():
            for start in range(0, len(ids), _CHUNK):
                chunk = ids[start : start + _CHUNK]
                longest = max(1, int((chunk != PAD).any(axis=0).sum()))
                parts.append(self(np.ascontiguousarray(chunk[:, :longest])).data)
        return np.concatenate(parts) if parts else np.zeros((0, self.config.classes), np.float32)

    def predict(self, texts: Sequence[str]) -> list[str]:
        """Return the most likely label of each text."""
        return [self.label_names[i] for i in self.predict_logits(texts).argmax(axis=1)]

    # ---- checkpoints -------------------------------------------------------------------------------------------

    def to_bytes(self, *, dtype: Any = np.float16) -> bytes:
        """Return the checkpoint as safetensors bytes; float16 halves it, and the model is what comes back."""
        arrays = {name: np.ascontiguousarray(array, dtype) for name, array in self.state_dict().items()}
        about = {
            "kind": self.kind,
            "config": dataclasses.asdict(self.config),
            "label_names": self.label_names,
            "info": self.info,
            "vocabulary": self.vocabulary.characters,
        }
        # One entry only: safetensors writes several in an order that changes from run to run, and with it the hash.
        return save(arrays, metadata={"classifier": json.dumps(about, sort_keys=True, ensure_ascii=False)})

    @classmethod
    def from_parts(cls, arrays: dict[str, np.ndarray], metadata: dict[str, str]) -> TextClassifier:
        """Rebuild a classifier from a checkpoint's arrays and metadata; what does not fit is a ``ValueError``."""
        try:
            about = json.loads(metadata["classifier"])
            kind = TextClassifier.KINDS[about["kind"]]
            config = ClassifierConfig(**about["config"])
            vocabulary = CharVocabulary(tuple(about["vocabulary"]))
            model = kind(config, vocabulary, about["label_names"], rng=np.random.default_rng(0))
            model.info = dict(about["info"])
        except (KeyError, TypeError, json.JSONDecodeError) as error:
            raise ValueError(f"this is no classifier checkpoint: {type(error).__name__} {error}") from error
        model.load_state_dict({name: array.astype(np.float32) for name, array in arrays.items()})
        return model.eval()

    def copy(self) -> Self:
        """Return an independent model with the same weights."""
        state = self.state_dict()
        other = type(self)(self.config, self.vocabulary, self.label_names, rng=np.random.default_rng(0))
        other.info = dict(self.info)
        return other.load_state_dict(state).eval()


def masked_mean(x: Tensor, mask: np.ndarray) -> Tensor:
    """Mean over the real positions: (batch, length, width) and (batch, length) to (batch, width)."""
    share = mask / np.maximum(1, mask.sum(axis=1, keepdims=True))
    return (x * share.astype(x.dtype)[:, :, None]).sum(axis=1)
