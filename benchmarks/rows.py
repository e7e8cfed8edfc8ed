"""What a benchmark row is, and the registry of the functions that make them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

__all__ = ["FAMILIES", "Row", "Rows", "family", "validate"]


@dataclass
class Row:
    """One operation on one shape: ours, its peers, and the right answer."""

    operation: str
    shape: str
    ours: Callable[[], Any]
    peers: dict[str, Callable[[], Any]]
    wanted: np.ndarray
    #: Allowed difference from ``wanted``, relative to its largest magnitude.
    tolerance: float = 1e-4
    #: What one call computes and what it must at least move, for GFLOP/s and GB/s.
    operations: float = 0.0
    bytes: float = 0.0
    #: Which arithmetic bounds it: "float32" multiply-adds or "int8" dot products.
    unit: str = "float32"
    #: Peers that this machine lacks, or that cannot do this row.
    absent: list[str] = field(default_factory=list)
    #: What of a result is held against ``wanted``; not timed.
    reading: Callable[[Any], np.ndarray] = np.asarray


Rows = Callable[[bool, np.random.Generator], Iterator[Row]]
FAMILIES: dict[str, Rows] = {}


def family(name: str) -> Callable[[Rows], Rows]:
    """Register a function ``(quick, rng)`` that yields the rows of one operation family."""

    def register(make: Rows) -> Rows:
        FAMILIES[name] = make
        return make

    return register


def validate(row: Row) -> None:
    """Check ours and every peer against the right answer: what is wrong is not timed.

    Raises
    ------
    AssertionError
        If a result is further from the answer than the row allows.
    """
    limit = row.tolerance * float(np.abs(row.wanted).max(initial=1e-30))
    for name, function in {"ours": row.ours, **row.peers}.items():
        error = float(np.abs(row.reading(function()).astype(np.float64) - row.wanted).max(initial=0))
        assert error <= limit, f"{row.operation} {row.shape}: {name} is off by {error:.3g}, {limit:.3g} is allowed"
