"""The values of a GGUF file's metadata: numbers, truth, text, and lists of one of them.

type  0 u8  1 i8  2 u16  3 i16  4 u32  5 i32  6 f32  7 bool  8 string  9 list  10 u64  11 i64  12 f64
list  type u32 | length u64 | values
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

__all__ = ["Cursor", "packed_entry"]

_NUMBERS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 10: "<Q", 11: "<q", 12: "<d"}
_BOOL, _STRING, _LIST, _U32, _I64, _F32 = 7, 8, 9, 4, 11, 6
_DEEPEST = 4  # lists of lists: none are known, and a hostile file could nest without end


class Cursor:
    """A place in the bytes of a file; whatever would read beyond their end is a ``ValueError``.

    >>> Cursor(np.frombuffer(b"\\x02\\x00\\x00\\x00", np.uint8)).number("<I")
    2
    """

    def __init__(self, content: np.ndarray) -> None:
        self.content = content
        self.at = 0

    def take(self, size: int) -> bytes:
        """Return the next ``size`` bytes."""
        if self.at + size > len(self.content):
            raise ValueError(f"it ends at byte {len(self.content)}, where {size} more were to follow byte {self.at}")
        self.at += size
        return self.content[self.at - size : self.at].tobytes()

    def number(self, form: str) -> Any:
        """Return the next number of the form of :mod:`struct`."""
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def text(self) -> str:
        """Return the next string."""
        return self.take(self.number("<Q")).decode()

    def entry(self) -> tuple[str, Any]:
        """Return the next key and value."""
        return self.text(), self.value(self.number("<I"))

    def value(self, code: int, depth: int = 0) -> Any:
        """Return the next value of type ``code``."""
        if code in _NUMBERS:
            return self.number(_NUMBERS[code])
        if code == _BOOL:
            return bool(self.number("<B"))
        if code == _STRING:
            return self.text()
        if code != _LIST or depth == _DEEPEST:
            raise ValueError(f"its metadata has a value of the unknown type {code}")
        inner, length = self.number("<I"), self.number("<Q")
        if inner in _NUMBERS:
            form = np.dtype(_NUMBERS[inner])
            return np.frombuffer(self.take(length * form.itemsize), form).tolist()
        return [self.value(inner, depth + 1) for _ in range(length)]


def packed_entry(key: str, value: Any) -> bytes:
    """Return the bytes of one entry; what a file cannot hold is a ``TypeError``.

    >>> packed_entry("n", 3).hex(" ")
    '01 00 00 00 00 00 00 00 6e 04 00 00 00 03 00 00 00'
    """
    code = _type_of(key, value)
    return _text(key) + struct.pack("<I", code) + _packed(key, code, value)


def _type_of(key: str, value: Any) -> int:
    if isinstance(value, bool):
        return _BOOL
    if isinstance(value, int):
        return _U32 if 0 <= value < 1 << 32 else _I64
    for kind, code in ((float, _F32), (str, _STRING), (list, _LIST), (tuple, _LIST)):
        if isinstance(value, kind):
            return code
    raise TypeError(f"metadata {key!r} must be a bool, int, float, str or a list of one of them; got {value!r}")


def _packed(key: str, code: int, value: Any) -> bytes:
    if code == _STRING:
        return _text(value)
    if code == _BOOL:
        return struct.pack("<B", value)
    if code != _LIST:
        try:
            return struct.pack(_NUMBERS[code], value)
        except (struct.error, OverflowError) as error:
            raise ValueError(f"metadata {key!r} is too large: {value!r}") from error
    codes = sorted({_type_of(key, v) for v in value}) or [_U32]
    inner = _I64 if codes == [_U32, _I64] else codes[0]
    if inner == _LIST or (len(codes) > 1 and inner != _I64):
        raise TypeError(f"metadata {key!r} must be a list of values of one type; got {value!r}")
    return struct.pack("<IQ", inner, len(value)) + b"".join(_packed(key, inner, v) for v in value)


def _text(value: str) -> bytes:
    content = value.encode()
    return struct.pack("<Q", len(content)) + content
