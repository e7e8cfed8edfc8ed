"""How our own container names what it holds: the half of the format that every reader needs.

    tensors    "<name>/<field>"        the stored arrays of each format ("<name>/buffer" of a buffer of integers)
    metadata   minicompress.model      JSON: {"info": ..., "tensors": {name: {"meta": ..., "record": ...}}}

:mod:`minicompress.files.container` writes it and reads it whole; a model that reads its own folder needs no report.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

__all__ = ["BUFFER", "MODEL", "field_key", "fields_by_tensor", "is_compressed"]

MODEL = "minicompress.model"
BUFFER = "buffer"
_Stored = TypeVar("_Stored")  # arrays, or where they lie in a file


def is_compressed(metadata: Mapping[str, str]) -> bool:
    """Say whether a safetensors file's metadata are those of our own container.

    >>> is_compressed({"format": "pt"})
    False
    """
    return MODEL in metadata


def field_key(name: str, field: str) -> str:
    """Return the name under which the file holds one stored array of a tensor."""
    return f"{name}/{field}"


def fields_by_tensor(arrays: Mapping[str, _Stored]) -> dict[str, dict[str, _Stored]]:
    """Put the arrays of a file together by the tensor they belong to: {name: {field: array}}.

    >>> import numpy as np
    >>> fields_by_tensor({"layer/w/codes": np.zeros(2), "layer/w/scale": np.ones(1)}).keys()
    dict_keys(['layer/w'])
    """
    groups: dict[str, dict[str, _Stored]] = {}
    for key, array in arrays.items():
        name, _, field = key.rpartition("/")
        groups.setdefault(name, {})[field] = array
    return groups
