"""Hold a returned value against the expected one: type, then shape, then dtype, then values.

A NaN in the returned value never counts as equal. Floats are compared with the stated tolerance,
``|returned - expected| <= atol + rtol * |expected|``; integers, booleans and text exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from minicompress.workbook.codec import Odd
from minicompress.workbook.outcome import Kind
from minicompress.workbook.show import number, show

_KIND_NAMES = {"b": "booleans", "i": "integers", "u": "integers", "f": "floats", "c": "complex numbers"}


@dataclass(frozen=True)
class Rules:
    """How strict a comparison is: ``dtype`` is ``"kind"``, ``"exact"``, ``"any"`` or a NumPy dtype."""

    rtol: float = 0.0
    atol: float = 0.0
    dtype: Any = "kind"

    @property
    def loose(self) -> Rules:
        """The rules by which a known mistake is recognised: any dtype, and room for float32 arithmetic."""
        return replace(self, rtol=max(self.rtol, 1e-6), dtype="any")


@dataclass(frozen=True)
class Difference:
    """What is wrong with a returned value, in words."""

    kind: Kind
    text: str


def difference(
    expected: Any, returned: Any, rules: Rules, *, names: Sequence[str] | None = None, where: str = ""
) -> Difference | None:
    """Return the first difference, or ``None`` where the returned value is right.

    >>> difference((0.5, 3), (0.5, 4), Rules(), names=("scale", "zero_point")).text
    'zero_point: expected 3, returned 4'
    """
    if isinstance(expected, tuple | list):
        return _sequences(expected, returned, rules, names, where)
    if isinstance(expected, dict):
        return _mappings(expected, returned, rules, where)
    if expected is None or isinstance(expected, str | bytes):
        if type(expected) is not type(returned):
            return _wrong_type(_text(expected), returned, where)
        if expected != returned:
            return _wrong(where, show(expected), show(returned))
        return None
    return _numbers(expected, returned, rules, where)


def _at(where: str) -> str:
    return f"{where}: " if where else ""


def _wrong(where: str, expected: str, returned: str, tail: str = "") -> Difference:
    return Difference(Kind.WRONG_VALUE, f"{_at(where)}expected {expected}, returned {returned}{tail}")


def _text(value: Any) -> str:
    """Name the type of ``value`` with its article."""
    if isinstance(value, Odd):
        return f"a {value.type_name} ({value.text})"
    if value is None:
        return "None"
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an array of shape {value.shape}"
    if isinstance(value, bool | np.bool_):
        return f"the boolean {value}"
    if isinstance(value, int | float | np.number):
        return f"the number {number(value)}"
    if isinstance(value, list | tuple):
        return f"a {type(value).__name__} of {len(value)}"
    return f"a {type(value).__name__}"


def _wrong_type(expected: str, returned: Any, where: str) -> Difference:
    text = f"{_at(where)}expected {expected}, returned {_text(returned)}"
    if returned is None:
        text += "; is a `return` missing?"
    return Difference(Kind.WRONG_TYPE, text)


def _sequences(
    expected: Sequence[Any], returned: Any, rules: Rules, names: Sequence[str] | None, where: str
) -> Difference | None:
    kind = tuple if isinstance(expected, tuple) else list
    of = f" ({', '.join(names)})" if names else ""
    if not isinstance(returned, kind):
        return _wrong_type(f"a {kind.__name__} of {len(expected)}{of}", returned, where)
    if len(returned) != len(expected):
        text = f"{_at(where)}expected {len(expected)} items{of}, returned {len(returned)}"
        return Difference(Kind.WRONG_SHAPE, text)
    labels = names or [f"item {i}" for i in range(len(expected))]
    for label, e, r in zip(labels, expected, returned, strict=True):
        found = difference(e, r, rules, where=f"{where}, {label}" if where else label)
        if found:
            return found
    return None


def _mappings(expected: dict[Any, Any], returned: Any, rules: Rules, where: str) -> Difference | None:
    if not isinstance(returned, dict):
        return _wrong_type(f"a dict with the keys {show(list(expected))}", returned, where)
    missing = [k for k in expected if k not in returned]
    extra = [k for k in returned if k not in expected]
    if missing or extra:
        texts = [f"missing {show(missing)}"] * bool(missing) + [f"not wanted {show(extra)}"] * bool(extra)
        return Difference(Kind.WRONG_SHAPE, f"{_at(where)}the keys of the dict are wrong: {'; '.join(texts)}")
    for key, value in expected.items():
        label = f"[{show(key)}]"
        found = difference(value, returned[key], rules, where=f"{where}{label}" if where else label)
        if found:
            return found
    return None


def _numbers(expected: Any, returned: Any, rules: Rules, where: str) -> Difference | None:
    if not isinstance(returned, bool | int | float | complex | np.generic | np.ndarray):
        return _wrong_type(_text(expected), returned, where)
    if isinstance(expected, int) and isinstance(returned, int) and max(abs(expected), abs(returned)) >= 2**63:
        return None if expected == returned else _wrong(where, repr(expected), repr(returned))
    e, r = np.asarray(expected), np.asarray(returned)
    if e.shape != r.shape:
        what = "a single number" if e.shape == () else f"shape {e.shape}"
        got = "a single number" if r.shape == () else f"shape {r.shape}"
        return Difference(Kind.WRONG_SHAPE, f"{_at(where)}expected {what}, returned {got}")
    return _dtypes(e, r, rules.dtype, where) or _values(e, r, rules, where)


def _dtypes(e: np.ndarray, r: np.ndarray, rule: Any, where: str) -> Difference | None:
    if isinstance(rule, str) and rule == "any":
        return None
    if isinstance(rule, str) and rule == "kind":
        wanted, got = (_KIND_NAMES.get(a.dtype.kind, str(a.dtype)) for a in (e, r))
        if wanted == got:
            return None
        return Difference(Kind.WRONG_DTYPE, f"{_at(where)}expected {wanted}, returned {got} ({r.dtype})")
    dtype = e.dtype if isinstance(rule, str) and rule == "exact" else np.dtype(rule)
    if r.dtype == dtype:
        return None
    return Difference(Kind.WRONG_DTYPE, f"{_at(where)}expected dtype {dtype}, returned {r.dtype}")


def unequal(e: np.ndarray, r: np.ndarray, rules: Rules) -> np.ndarray:
    """Return where ``r`` differs from ``e``, elementwise."""
    if e.dtype.kind in "fc" or r.dtype.kind in "fc":
        with np.errstate(all="ignore"):
            # equal infinities pass by ==; their difference is a NaN, which fails
            near = np.abs(r.astype(np.result_type(r, np.float64)) - e) <= rules.atol + rules.rtol * np.abs(e)
            near &= np.isfinite(r) & np.isfinite(e)
            return ~((e == r) | near)
    return np.asarray(e != r)


def _values(e: np.ndarray, r: np.ndarray, rules: Rules, where: str) -> Difference | None:
    bad = unequal(e, r, rules)
    count = int(np.count_nonzero(bad))
    if count == 0:
        return None
    index = tuple(int(i) for i in np.argwhere(bad)[0])
    one, other = e[index], r[index]
    tail = ""
    if e.dtype.kind == "f" and r.dtype.kind in "fiub" and np.isfinite(other) and np.isfinite(one):
        tail = f" (off by {abs(float(other) - float(one)):.3g}"
        tail += f"; allowed {rules.atol + rules.rtol * abs(float(one)):.3g})" if rules.rtol or rules.atol else ")"
    if e.ndim == 0:
        return _wrong(where, number(one), number(other), tail)
    place = "[" + ", ".join(map(str, index)) + "]"
    text = (
        f"{_at(where)}{count} of {e.size} values differ; the first is at {place}: "
        f"expected {number(one)}, returned {number(other)}{tail}"
    )
    return Difference(Kind.WRONG_VALUE, text)
