"""The decoders that ship with the package, and how to load one from a file."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import numpy as np

from minicompress.checks import one_of
from minicompress.models import pretrained
from minicompress.models.decoder.model import Decoder
from minicompress.storage import read_weights

__all__ = ["load_decoder", "load_pretrained_decoder"]


def load_decoder(path: str | os.PathLike[str]) -> Decoder:
    """Read a decoder checkpoint, such as ``python -m minicompress.training lm`` writes.

    Raises
    ------
    ValueError
        If the file is no safetensors file, is truncated, holds a value that is not finite, or is no decoder.
    """
    source = Path(path)
    arrays, metadata = read_weights(source)
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise ValueError(f"{source}: weight {name!r} holds a value that is not finite")
    try:
        return Decoder.from_parts(arrays, metadata)
    except ValueError as error:
        raise ValueError(f"{source}: {error}") from error


def load_pretrained_decoder(name: str = "teacher") -> Decoder:
    """Return the shipped decoder ``teacher`` or ``student``, its checksum verified; it carries its ``tokenizer``.

    >>> model = load_pretrained_decoder("student")
    >>> model.tokenizer.decode(model.tokenizer.encode("Return the path."))
    'Return the path.'
    """
    folder = pretrained.CHECKPOINTS
    index = json.loads((folder / "index.json").read_text("utf-8"))
    entry = index[f"decoder_{one_of(name, 'name', ('teacher', 'student'))}"]
    path = folder / entry["file"]
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != entry["sha256"]:
        raise ValueError(f"{path.name} has sha256 {found}, not {entry['sha256']}: rebuild it with `{entry['command']}`")
    return load_decoder(path)
