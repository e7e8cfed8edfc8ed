"""Models to compress: small classifiers and a decoder, trained by the project's own code, and BERT encoders."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from minicompress.models.bert import BertConfig, BertEncoder, find_pretrained
    from minicompress.models.classifier import ClassifierConfig, TextClassifier
    from minicompress.models.decoder import Decoder, DecoderConfig, KVCache, generate, load_pretrained_decoder
    from minicompress.models.decoder.perplexity import perplexity
    from minicompress.models.pretrained import load_classifier, load_pretrained_classifier
    from minicompress.models.text_cnn import TextCNN
    from minicompress.models.text_transformer import TextTransformer

__all__ = [
    "BertConfig",
    "BertEncoder",
    "ClassifierConfig",
    "Decoder",
    "DecoderConfig",
    "KVCache",
    "TextCNN",
    "TextClassifier",
    "TextTransformer",
    "find_pretrained",
    "generate",
    "load_classifier",
    "load_pretrained_classifier",
    "load_pretrained_decoder",
    "perplexity",
]

_MODULES = {
    "bert": ("BertConfig", "BertEncoder", "find_pretrained"),
    "classifier": ("ClassifierConfig",),
    "decoder": ("Decoder", "DecoderConfig", "KVCache", "generate", "load_pretrained_decoder", "perplexity"),
    "pretrained": ("TextClassifier", "load_classifier", "load_pretrained_classifier"),  # with all its kinds
    "text_cnn": ("TextCNN",),
    "text_transformer": ("TextTransformer",),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    # Loaded at first use: the encoder needs nothing of what trains the classifiers.
    if name in _HOME:
        return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
