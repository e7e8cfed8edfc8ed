"""Short, exact texts for values in messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from minicompress.workbook.codec import Odd

_LINE = 100


def printable(text: str) -> str:
    """Return ``text`` with lone surrogates escaped, so that every terminal and file can take it.

    >>> printable("量化 \\ud800")
    '量化 \\\\ud800'
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def number(value: Any) -> str:
    """Return a number as one would write it: ``0.1``, not ``np.float32(0.1)``.

    >>> number(np.float32(0.1))
    '0.1'
    """
    return str(value) if isinstance(value, np.generic) else repr(value)


def show(value: Any, *, limit: int = _LINE) -> str:
    """Return a text of at most about ``limit`` characters; arrays are abbreviated and say shape and dtype.

    >>> show((np.float32(0.5), 3))
    '(0.5, 3)'
    >>> show(np.zeros((2, 2), np.int8))
    '[[0, 0], [0, 0]] (shape (2, 2), int8)'
    """
    if isinstance(value, Odd):
        return f"{value.type_name}: {value.text}"
    if isinstance(value, np.ndarray):
        return _array(value, limit)
    if isinstance(value, np.generic):
        return number(value)
    if isinstance(value, np.random.Generator):
        return "np.random.Generator"
    if isinstance(value, list | tuple):
        return _sequence(value, limit)
    if isinstance(value, dict):
        items = ", ".join(f"{show(k)}: {show(v)}" for k, v in list(value.items())[:8])
        return "{" + items + (", ..." if len(value) > 8 else "") + "}"
    text = repr(value)
    return printable(text if len(text) <= limit else f"{text[: limit - 3]}...")


def _sequence(value: Sequence[Any], limit: int) -> str:
    left, right = "[]" if isinstance(value, list) else "()"
    kept = value if len(value) <= 10 else value[:8]
    texts = [show(item, limit=limit) for item in kept]
    if len(value) > 10:
        texts.append(f"... ({len(value)} items)")
    comma = "," if right == ")" and len(value) == 1 else ""
    return left + ", ".join(texts) + comma + right


def _array(value: np.ndarray, limit: int) -> str:
    about = f"(shape {value.shape}, {value.dtype})"
    for edge, threshold in ((3, 24), (2, 8), (1, 4)):
        with np.printoptions(precision=6, edgeitems=edge, threshold=threshold, linewidth=10**6, suppress=False):
            text = " ".join(np.array2string(value, separator=", ").split())
        if len(text) <= limit:
            break
    return f"{text} {about}"


def show_call(name: str, args: tuple[Any, ...], kwargs: dict[str, Any], parameters: Sequence[str] = ()) -> str:
    """Return the call as a learner would type it, with each array on a line of its own below.

    >>> print(show_call("absmax", (np.array([1, -2]),), {"bits": 8}, ["x"]))
    absmax(x, bits=8) where
      x = [ 1, -2] (shape (2,), int64)
    """
    labels, lines = [], []
    names = [parameters[i] if i < len(parameters) else f"argument_{i + 1}" for i in range(len(args))]
    keys = [*(None for _ in args), *kwargs]
    for key, label, value in zip(keys, [*names, *kwargs], [*args, *kwargs.values()], strict=True):
        text = show(value, limit=40)
        if isinstance(value, np.ndarray | list | dict) or len(text) > 40:
            lines.append(f"  {label} = {show(value)}")
            text = label
        labels.append(text if key is None else f"{key}={text}")
    call = f"{name}({', '.join(labels)})"
    return "\n".join([f"{call} where", *lines]) if lines else call
