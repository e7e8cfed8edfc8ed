"""What a grader holds in its hand: the value that one call of the learner's function returned."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from minicompress.workbook.compare import Rules, difference
from minicompress.workbook.outcome import GradeFailure, Kind
from minicompress.workbook.show import printable, show


@dataclass(frozen=True)
class Answer:
    """One returned value. Every method raises a `GradeFailure` for the learner, or returns the answer itself.

    ``call`` is the text of the call; ``count`` is called once per check, so that a test which checks nothing is found.
    """

    value: Any
    call: str
    count: Callable[[], None]
    name: str = ""

    def equals(
        self,
        expected: Any,
        *,
        dtype: Any = "kind",
        names: Sequence[str] | None = None,
        known: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Demand exactly ``expected``: type, shape and values.

        ``dtype="kind"`` asks for the same kind of number (integers, floats, booleans), ``"exact"`` for the same dtype
        as ``expected``, a dtype for that one, ``"any"`` for none. ``names`` name the items of a tuple. ``known`` maps
        a diagnosis ("the zero point was not clamped") to the value that this mistake returns, or to a function
        without arguments that computes it; for a named tuple a dict gives only the items that tell.
        """
        return self._hold(expected, Rules(dtype=dtype), names, known)

    def close_to(
        self,
        expected: Any,
        *,
        rtol: float = 1e-6,
        atol: float = 0.0,
        dtype: Any = "kind",
        names: Sequence[str] | None = None,
        known: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Demand ``|returned - expected| <= atol + rtol * |expected|``; integers and text exactly. See `equals`."""
        return self._hold(expected, Rules(rtol, atol, dtype), names, known)

    def has(self, *, shape: tuple[int, ...] | None = None, dtype: Any = None) -> Answer:
        """Demand an array (or a number, for ``shape=()``) of this shape and dtype, before a property is checked.

        ``dtype`` may also be a kind: ``"integer"``, ``"float"`` or ``"bool"``.
        """
        self.count()
        where = f"{self.name}: " if self.name else ""
        if not isinstance(self.value, np.ndarray | np.generic | int | float | bool):
            self.fail(Kind.WRONG_TYPE, f"{where}expected an array, returned {show(self.value)}")
        array = np.asarray(self.value)
        if shape is not None and array.shape != shape:
            self.fail(Kind.WRONG_SHAPE, f"{where}expected shape {shape}, returned shape {array.shape}")
        kinds = {"integer": "iu", "float": "f", "bool": "b"}
        fits = array.dtype.kind in kinds[dtype] if dtype in kinds else dtype is None or array.dtype == dtype
        if not fits:
            self.fail(Kind.WRONG_DTYPE, f"{where}expected dtype {dtype}, returned {array.dtype}")
        return self

    def check(self, condition: Any, message: str) -> Answer:
        """Demand that ``condition`` is true; ``message`` says what is wrong when it is not."""
        self.count()
        if not isinstance(condition, bool | np.bool_):
            raise TypeError(f"condition must be a bool; got {show(condition)}")
        if not condition:
            self.fail(Kind.WRONG_VALUE, message, shown=True)
        return self

    def part(self, index: Any, name: str) -> Answer:
        """Return item ``index`` of a tuple, list or dict as an answer of its own, called ``name`` in messages."""
        self.count()
        if not isinstance(self.value, tuple | list | dict):
            self.fail(Kind.WRONG_TYPE, f"expected a tuple or a dict with {name}, returned {show(self.value)}")
        try:
            value = self.value[index]
        except (LookupError, TypeError):
            self.fail(Kind.WRONG_SHAPE, f"{name} (item {index!r}) is missing from {show(self.value)}")
        return Answer(value, self.call, self.count, name)

    def fail(self, kind: Kind, text: str, *, shown: bool = False) -> None:
        """Raise the failure: what, the call, and the text below it."""
        lines = [f"{kind} from {self.call}", text]
        if shown:
            lines.append(f"returned: {show(self.value)}")
        raise GradeFailure(kind, printable("\n".join(lines)))

    def _hold(
        self, expected: Any, rules: Rules, names: Sequence[str] | None, known: Mapping[str, Any] | None
    ) -> Answer:
        self.count()
        _refuse_nan(expected)
        found = difference(expected, self.value, rules, names=names, where=self.name)
        if found is None:
            return self
        lines = [found.text]
        if found.kind in (Kind.WRONG_VALUE, Kind.WRONG_SHAPE):
            if not np.isscalar(expected):
                lines += [f"expected: {show(expected)}", f"returned: {show(self.value)}"]
            lines += [f"Looks like {text}." for text in self._diagnose(expected, rules, names, known or {})]
        self.fail(found.kind, "\n".join(lines))
        return self

    def _diagnose(
        self, expected: Any, rules: Rules, names: Sequence[str] | None, known: Mapping[str, Any]
    ) -> list[str]:
        """Return the first known mistake that the value matches, where that mistake would show at all here."""
        for text, wrong in known.items():
            value = wrong() if callable(wrong) else wrong
            if isinstance(value, dict) and names and isinstance(self.value, tuple):
                places = [i for i, name in enumerate(names) if name in value and i < len(self.value)]
                trios = [(value[names[i]], self.value[i], expected[i]) for i in places]
            else:
                trios = [(value, self.value, expected)]
            same = all(difference(wrong, returned, rules.loose) is None for wrong, returned, _ in trios)
            tells = any(difference(wrong, right, rules.loose) is not None for wrong, _, right in trios)
            if same and tells:
                return [text]
        return []


def _refuse_nan(expected: Any) -> None:
    """Refuse an expected value that holds a NaN: nothing compares equal to it, the grader would be a trap."""
    if isinstance(expected, tuple | list):
        for item in expected:
            _refuse_nan(item)
    elif isinstance(expected, dict):
        _refuse_nan(list(expected.values()))
    elif np.asarray(expected).dtype.kind in "fc" and np.isnan(expected).any():
        raise ValueError(f"expected holds a NaN, which nothing equals: {show(expected)}")
