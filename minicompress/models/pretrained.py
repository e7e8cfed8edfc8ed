"""The classifiers that ship with the package, how to load one from a file, and how any shipped model is read.

Each checkpoint stands beside the hash of its bytes and the command that rebuilds it (``checkpoints/index.json``).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

from minicompress.checks import one_of
from minicompress.models import text_cnn, text_transformer  # noqa: F401  (each enters itself in TextClassifier.KINDS)
from minicompress.models.classifier import TextClassifier
from minicompress.storage import read_weights

__all__ = ["CHECKPOINTS", "load_classifier", "load_pretrained_classifier"]

CHECKPOINTS = Path(__file__).with_name("checkpoints")
M = TypeVar("M")


def load_classifier(path: str | os.PathLike[str]) -> TextClassifier:
    """Read a classifier checkpoint, such as ``python -m minicompress.training langid`` writes.

    Raises
    ------
    ValueError
        If the file is no safetensors file, is truncated, holds a value that is not finite, or is no classifier.
    """
    return read_model(path, TextClassifier.from_parts)


def load_pretrained_classifier(name: str = "transformer") -> TextClassifier:
    """Return the shipped classifier ``transformer`` or ``cnn``, its checksum verified.

    >>> load_pretrained_classifier("transformer").predict(["Elfenbeinküste", "Norsunluurannikko"])
    ['de', 'fi']
    """
    return load_classifier(shipped_path(one_of(name, "name", tuple(TextClassifier.KINDS))))


def read_model(path: str | os.PathLike[str], build: Callable[[dict[str, np.ndarray], dict[str, str]], M]) -> M:
    """Return ``build(arrays, metadata)`` of a checkpoint, all of whose weights are finite; errors name the file."""
    source = Path(path)
    arrays, metadata = read_weights(source)
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise ValueError(f"{source}: weight {name!r} holds a value that is not finite")
    try:
        return build(arrays, metadata)
    except ValueError as error:
        raise ValueError(f"{source}: {error}") from error


def shipped_path(key: str) -> Path:
    """Return the file that ``checkpoints/index.json`` lists under ``key``, its checksum verified."""
    entry = json.loads((CHECKPOINTS / "index.json").read_text("utf-8"))[key]
    path = CHECKPOINTS / entry["file"]
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != entry["sha256"]:
        raise ValueError(f"{path.name} has sha256 {found}, not {entry['sha256']}: rebuild it with `{entry['command']}`")
    return path
