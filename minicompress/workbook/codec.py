"""How calls and results cross the pipe to the worker: JSON for the structure, npy for the arrays, never pickle.

A message is ``>QQ`` (length of the JSON, length of the blobs), the JSON, then the blobs end to end. The exact types
travel: ``int`` and ``np.int8`` stay apart, an array keeps its dtype and its Fortran order, a
``np.random.Generator`` its state. What cannot travel becomes an `Odd` that says what it was.
"""

from __future__ import annotations

import io
import json
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

HEADER = struct.Struct(">QQ")
MAX_BYTES = 512 * 2**20
MAX_NODES = 5_000_000
_MAX_DEPTH = 40
_BIT_GENERATORS = {"PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"}


class TooLarge(ValueError):
    """The value needs more than `MAX_BYTES` (or `MAX_NODES` elements) to travel."""


@dataclass(frozen=True)
class Odd:
    """Stands for a value that cannot travel: its type, and a short text."""

    type_name: str
    text: str


def short_text(value: object, limit: int = 200) -> str:
    """Return ``repr(value)``, cut to ``limit`` characters, whatever ``repr`` does."""
    try:
        text = repr(value)
    except Exception as error:  # a learner's __repr__ may do anything
        text = f"<repr raised {type(error).__name__}>"
    return text if len(text) <= limit else text[: limit - 3] + "..."


class _Encoder:
    def __init__(self, *, strict: bool) -> None:
        self.strict = strict
        self.blobs: list[bytes] = []
        self.end = 0
        self.size = 0
        self.nodes = 0

    def node(self, value: Any, depth: int = 0) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise TooLarge(f"more than {MAX_NODES} elements")
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, np.generic | np.ndarray):
            return self._array(value)
        if isinstance(value, int):
            # json refuses integers of more than 4300 digits; so does every reader of a message
            return int(value) if value.bit_length() < 14_000 else self._odd(value)
        if isinstance(value, float):
            return float(value)
        if isinstance(value, str):
            self._count(len(value))
            return str(value)
        if isinstance(value, bytes | bytearray):
            return {"t": "bytes", "at": self._blob(bytes(value))}
        if isinstance(value, np.random.Generator):
            return self._generator(value)
        if depth < _MAX_DEPTH and isinstance(value, list | tuple):
            kind = "list" if isinstance(value, list) else "tuple"
            return {"t": kind, "v": [self.node(item, depth + 1) for item in value]}
        if depth < _MAX_DEPTH and isinstance(value, dict):
            pairs = [[self.node(k, depth + 1), self.node(v, depth + 1)] for k, v in value.items()]
            return {"t": "dict", "v": pairs}
        return self._odd(value)

    def _array(self, value: Any) -> Any:
        if isinstance(value, np.str_):
            return str(value)
        if isinstance(value, np.bytes_):
            return {"t": "bytes", "at": self._blob(bytes(value))}
        if value.dtype.kind not in "biufcUS" or type(value).__module__.split(".")[0] != "numpy":
            return self._odd(value)
        if isinstance(value, np.ndarray) and type(value) is not np.ndarray:
            return self._odd(value)  # np.matrix and masked arrays compute by other rules
        self._count(value.nbytes)
        buffer = io.BytesIO()
        np.lib.format.write_array(buffer, np.asanyarray(value), allow_pickle=False)
        kind = "array" if isinstance(value, np.ndarray) else "scalar"
        return {"t": kind, "at": self._blob(buffer.getvalue(), counted=value.nbytes)}

    def _generator(self, rng: np.random.Generator) -> Any:
        name = type(rng.bit_generator).__name__
        if name not in _BIT_GENERATORS:
            return self._odd(rng)
        return {"t": "rng", "name": name, "v": self.node(dict(rng.bit_generator.state))}

    def _blob(self, data: bytes, counted: int = 0) -> list[int]:
        self._count(len(data) - counted)
        self.blobs.append(data)
        self.end += len(data)
        return [self.end - len(data), len(data)]

    def _count(self, size: int) -> None:
        self.size += size
        if self.size > MAX_BYTES:
            raise TooLarge(f"more than {MAX_BYTES // 2**20} MB")

    def _odd(self, value: object) -> Any:
        kind = type(value)
        name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
        if self.strict:
            raise TypeError(f"a value of type {name} cannot be passed to an exercise: {short_text(value)}")
        return {"t": "odd", "type": name, "text": short_text(value)}


def encode(value: Any, *, strict: bool = False) -> bytes:
    """Return ``value`` as one message; with ``strict`` a value that cannot travel is a ``TypeError``.

    >>> decode(encode({"w": np.ones(2, np.int8), "n": (1, None)}))
    {'w': array([1, 1], dtype=int8), 'n': (1, None)}
    """
    encoder = _Encoder(strict=strict)
    text = json.dumps(encoder.node(value), ensure_ascii=True).encode()
    return HEADER.pack(len(text), sum(map(len, encoder.blobs))) + text + b"".join(encoder.blobs)


def decode(message: bytes) -> Any:
    """Return the value of a message made by `encode`; arrays are fresh and writable.

    >>> decode(encode(object())).type_name
    'object'
    """
    text_length, _ = HEADER.unpack_from(message)
    start = HEADER.size + text_length
    return _value(json.loads(message[HEADER.size : start]), memoryview(message)[start:])


def _value(node: Any, blobs: memoryview) -> Any:
    if not isinstance(node, dict):
        return node
    kind = node["t"]
    if kind == "list":
        return [_value(item, blobs) for item in node["v"]]
    if kind == "tuple":
        return tuple(_value(item, blobs) for item in node["v"])
    if kind == "dict":
        return {_value(k, blobs): _value(v, blobs) for k, v in node["v"]}
    if kind == "odd":
        return Odd(node["type"], node["text"])
    if kind == "rng":
        bits = getattr(np.random, node["name"])()
        bits.state = _value(node["v"], blobs)
        return np.random.Generator(bits)
    start, length = node["at"]
    data = bytes(blobs[start : start + length])
    if kind == "bytes":
        return data
    array = np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)
    return array if kind == "array" else array[()]
