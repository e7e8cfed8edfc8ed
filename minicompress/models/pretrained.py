"""The classifiers that ship with the package, and how to load one from a file.

Each checkpoint stands beside the hash of its bytes and the command that rebuilds it (``checkpoints/index.json``).
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import numpy as np

from minicompress.checks import one_of
from minicompress.models.classifier import TextClassifier
from minicompress.storage import read_weights

__all__ = ["CHECKPOINTS", "load_classifier", "load_pretrained_classifier"]

CHECKPOINTS = Path(__file__).with_name("checkpoints")


def load_classifier(path: str | os.PathLike[str]) -> TextClassifier:
    """Read a classifier checkpoint, such as ``python -m minicompress.training langid`` writes.

    Raises
    ------
    ValueError
        If the file is no safetensors file, is truncated, holds a value that is not finite, or is no classifier.
    """
    source = Path(path)
    arrays, metadata = read_weights(source)
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise ValueError(f"{source}: weight {name!r} holds a value that is not finite")
    try:
        return TextClassifier.from_parts(arrays, metadata)
    except ValueError as error:
        raise ValueError(f"{source}: {error}") from error


def load_pretrained_classifier(name: str = "transformer") -> TextClassifier:
    """Return the shipped classifier ``transformer`` or ``cnn``, its checksum verified.

    >>> load_pretrained_classifier("transformer").predict(["Elfenbeinküste", "Norsunluurannikko"])
    ['de', 'fi']
    """
    index = json.loads((CHECKPOINTS / "index.json").read_text("utf-8"))
    entry = index[one_of(name, "name", tuple(TextClassifier.KINDS))]
    path = CHECKPOINTS / entry["file"]
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != entry["sha256"]:
        raise ValueError(f"{path.name} has sha256 {found}, not {entry['sha256']}: rebuild it with `{entry['command']}`")
    return load_classifier(path)
