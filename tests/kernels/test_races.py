"""No part of a kernel may write, or read, what another part writes: then threads can meet in any order.

Found without luck: each part is run alone, from the memory as it stands before the kernel. What it changes must be what
the whole kernel leaves there, and no other part may change it too. (A product once wrote 0 and then the sum to a place
that other parts read: right on a quiet machine, wrong on a busy one.)
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

pytest.importorskip("numba")

from minicompress import ops
from minicompress.kernels import threads
from minicompress.kernels.compiler import Kernel, arguments, kernel, unpack
from tests.kernels.test_twins import CASES, TWINS

SERIAL = ("huffman", "rans", "kmeans1d", "panel_codes")  # never cut into parts, or no kernel of its own
launch, parts_for = threads.launch, threads.parts_for


class Checked:
    """Stands for ``threads.launch``: looks at every part, then leaves what the kernel leaves."""

    def __init__(self) -> None:
        self.parts: list[int] = []

    def __call__(self, run: Kernel, parts: int, *values: Any) -> None:
        self.parts.append(parts)
        written: list[np.ndarray] = []
        for a in values:  # views of one array count once
            if isinstance(a, np.ndarray) and a.flags.writeable and not any(np.may_share_memory(a, b) for b in written):
                written.append(a)
        before = [a.copy() for a in written]
        after = self._state(run, parts, values, written, before)
        self._mark(run, parts, values, written, before, after)
        owner = [np.full(a.shape, -1) for a in written]
        for part in range(parts):
            alone = self._state(run, parts, values, written, before, only=part)
            for mine, old, whole, owned in zip(alone, before, after, owner, strict=True):
                changed = ~_same(mine, old)
                assert (owned[changed] == -1).all(), f"{run.name}: part {part} writes what another part wrote"
                assert _same(mine, whole)[changed].all(), f"{run.name}: part {part} alone writes something else"
                owned[changed] = part
        for a, whole in zip(written, after, strict=True):
            a[...] = whole

    def _state(
        self, run: Kernel, parts: int, values: Any, written: list[Any], before: list[Any], only: int | None = None
    ) -> list[np.ndarray]:
        for a, old in zip(written, before, strict=True):
            a[...] = old
        table = run.table(values)
        for part in range(parts) if only is None else [only]:
            run.compile()(table.buffer_info()[0], part, parts)
        return [a.copy() for a in written]

    def _mark(self, run: Kernel, parts: int, values: Any, written: list[Any], before: list[Any], after: Any) -> None:
        """Fill the arrays that are only written with numbers that no result is, so that every write is seen."""
        for i, (old, whole) in enumerate(zip(list(before), after, strict=True)):
            if _same(old, whole).all():
                continue  # an input, or nothing to write
            before[i] = np.full_like(old, 1 if old.dtype.kind in "iub" else 123.25)  # ints may be indices: stay inside
            again = self._state(run, parts, values, written, before)
            if not all(_same(a, b).all() for a, b in zip(again, after, strict=True)):
                before[i] = old  # it is read as well, as what is changed in place


def _same(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a == b) | ((a != a) & (b != b))


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> Checked:
    """Work of any size is cut into parts, and every launch is looked at."""
    seen = Checked()
    monkeypatch.setenv("MINICOMPRESS_NUM_THREADS", "2")
    for name, module in list(sys.modules.items()):
        if name.startswith("minicompress.kernels."):
            if getattr(module, "parts_for", None) is parts_for:
                monkeypatch.setattr(module, "parts_for", lambda work, least: 5 if work >= 5 else 1)
            if getattr(module, "launch", None) is launch:
                monkeypatch.setattr(module, "launch", seen)
    return seen


def _size(case: dict[str, Any]) -> int:
    return sum(v.size for v in case.values() if isinstance(v, np.ndarray))


@pytest.mark.parametrize("name", TWINS)
def test_parts_keep_apart(name: str, checked: Checked) -> None:
    run, wanted = ops.operation(name, "numba"), ops.operation(name, "reference")
    for case in sorted(CASES.cases(name), key=_size)[-6:]:
        result, definition = run(**case), wanted(**case)
        pairs = zip(result, definition, strict=True) if isinstance(result, tuple) else [(result, definition)]
        for mine, theirs in pairs:  # the checks left the kernel's own results
            bound = 1e-3 * np.abs(theirs[np.isfinite(theirs)]).max(initial=0)
            np.testing.assert_allclose(mine, theirs, rtol=1e-3, atol=bound)
    assert name.startswith(SERIAL) or max(checked.parts) > 1


SHARED = arguments("int64[:, ::1], int64[::1], int64[::1]")


@kernel(SHARED)
def _rewrites(table, part, parts):
    """Every part writes the sums that all parts read."""
    x, sums, y = unpack(table, SHARED)
    for i in range(len(sums)):
        sums[i] = 0
        for j in range(x.shape[1]):
            sums[i] += x[i, j]
    for i in range(len(y) * part // parts, len(y) * (part + 1) // parts):
        y[i] = sums[i % len(sums)]


@kernel(SHARED)
def _looks_back(table, part, parts):
    """A part reads what the part before it has written."""
    x, sums, y = unpack(table, SHARED)
    for i in range(len(y) * part // parts, len(y) * (part + 1) // parts):
        y[i] = 2 + (y[i - 1] if i else 0)


def test_such_faults_are_seen() -> None:
    x, sums, y = np.ones((6, 2), np.int64), np.zeros(6, np.int64), np.zeros(9, np.int64)
    with pytest.raises(AssertionError, match="part 1 writes what another part wrote"):
        Checked()(_rewrites, 3, x, sums, y)
    with pytest.raises(AssertionError, match="part 1 alone writes something else"):
        Checked()(_looks_back, 3, x, sums, y)
