"""How far a test's values are from its oracle's: every comparison that an oracle test makes is measured as it is made.

``numpy.testing.assert_*`` and ``pytest.approx`` are wrapped while such a test runs; a plain ``assert a <= b`` shows no
values to measure, so a test that needs one calls the fixture ``deviation(got, want)``.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import numpy as np
import pytest


@dataclasses.dataclass
class Deviation:
    """The worst that the comparisons of one test (or of one row of the table) came to."""

    #: Numbers compared; 0 means that nothing was measured.
    compared: int = 0
    #: max |got - want|.
    absolute: float = 0.0
    #: max |got - want| / max |want|, one comparison at a time.
    relative: float = 0.0
    #: max of |got - want| / (what the comparison allows); 1 would be the limit. 0 where it must be equal.
    used: float = 0.0

    def add(self, got: Any, want: Any, room: Any = 0.0) -> float:
        """Record one comparison; ``room`` is what it allows, element by element. Returns max |got - want|."""
        try:
            a, b = np.broadcast_arrays(_numbers(got), _numbers(want))
        except (TypeError, ValueError):  # names, ragged lists, shapes that the assertion itself will refuse
            return math.nan
        same = (a == b) | (np.isnan(a) & np.isnan(b))
        with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
            distance = np.where(same, 0.0, np.abs(a - b))
            share = np.where(distance > 0, distance / np.broadcast_to(room, distance.shape), 0.0)
        worst, size = float(distance.max(initial=0)), float(np.abs(b[np.isfinite(b)]).max(initial=0))
        relative = worst / size if size else (math.inf if worst else 0.0)
        self.merge(Deviation(a.size, worst, relative, float(share.max(initial=0))))
        return worst

    def merge(self, other: Deviation) -> None:
        self.compared += other.compared
        for name in ("absolute", "relative", "used"):
            a, b = getattr(self, name), getattr(other, name)
            setattr(self, name, math.nan if math.isnan(a) or math.isnan(b) else max(a, b))


def _numbers(values: Any) -> np.ndarray:
    if isinstance(values, bytes | str):
        values = list(values if isinstance(values, bytes) else map(ord, values))
    array = np.asarray(sorted(values) if isinstance(values, set | frozenset) else values)
    if array.dtype.kind not in "biufOV":  # V: the small floats of ml_dtypes
        raise TypeError(f"no numbers: {array.dtype}")
    if array.dtype.kind == "O" and any(value is None for value in array.flat):
        raise TypeError("None is no number")
    return array.astype(np.float64)


class _Approx:
    """``pytest.approx`` that records what it is compared with."""

    __array_ufunc__ = None
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, inner: Any, want: Any, rel: float | None, abs: float | None, record: Deviation) -> None:
        self.inner, self.want, self.rel, self.abs, self.record = inner, want, rel, abs, record

    def __eq__(self, got: object) -> bool:
        with contextlib.suppress(TypeError, ValueError):
            relative = (0.0 if self.abs is not None else 1e-6) if self.rel is None else self.rel
            room = np.maximum(relative * np.abs(_numbers(self.want)), 1e-12 if self.abs is None else self.abs)
            self.record.add(got, self.want, room)
        return bool(self.inner == got)

    def __repr__(self) -> str:
        return repr(self.inner)


@contextlib.contextmanager
def measuring(record: Deviation) -> Iterator[None]:
    """While this lasts, comparisons through ``numpy.testing`` and ``pytest.approx`` are added to ``record``."""
    approx, allclose = pytest.approx, np.testing.assert_allclose

    def measured_approx(expected: Any, rel: Any = None, abs: Any = None, nan_ok: bool = False) -> Any:
        return _Approx(approx(expected, rel=rel, abs=abs, nan_ok=nan_ok), expected, rel, abs, record)

    def measured_allclose(
        actual: Any, desired: Any, rtol: float = 1e-7, atol: float = 0, *rest: Any, **named: Any
    ) -> None:
        with contextlib.suppress(TypeError, ValueError):
            record.add(actual, desired, atol + rtol * np.abs(_numbers(desired)))
        allclose(actual, desired, rtol, atol, *rest, **named)

    def equal(check: Callable[..., Any]) -> Callable[..., Any]:
        def measured(actual: Any, desired: Any, *rest: Any, **named: Any) -> Any:
            record.add(actual, desired)
            return check(actual, desired, *rest, **named)

        return measured

    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.object(pytest, "approx", measured_approx))
        stack.enter_context(mock.patch.object(np.testing, "assert_allclose", measured_allclose))
        for name in ("assert_array_equal", "assert_equal", "assert_array_max_ulp", "assert_array_almost_equal_nulp"):
            stack.enter_context(mock.patch.object(np.testing, name, equal(getattr(np.testing, name))))
        yield
