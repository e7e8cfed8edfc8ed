"""The decoders that ship with the package, and how to load one from a file."""

from __future__ import annotations

import os

from minicompress.checks import one_of
from minicompress.models.decoder.model import Decoder
from minicompress.models.pretrained import read_model, shipped_path

__all__ = ["load_decoder", "load_pretrained_decoder"]


def load_decoder(path: str | os.PathLike[str]) -> Decoder:
    """Read a decoder checkpoint, such as ``python -m minicompress.training lm`` writes.

    Raises
    ------
    ValueError
        If the file is no safetensors file, is truncated, holds a value that is not finite, or is no decoder.
    """
    return read_model(path, Decoder.from_parts)


def load_pretrained_decoder(name: str = "teacher") -> Decoder:
    """Return the shipped decoder ``teacher`` or ``student``, its checksum verified; it carries its ``tokenizer``.

    >>> model = load_pretrained_decoder("student")
    >>> model.tokenizer.decode(model.tokenizer.encode("Return the path."))
    'Return the path.'
    """
    return load_decoder(shipped_path(f"decoder_{one_of(name, 'name', ('teacher', 'student'))}"))
