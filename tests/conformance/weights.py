"""Awkward weights that the conformance suites run over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def normal(rows: int, columns: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((rows, columns)).astype(np.float32)


def changed(w: np.ndarray, where: Any, value: float) -> np.ndarray:
    w[where] = value
    return w


#: Each is built afresh, so that no test sees what another did. Shapes cross the 16 rows of a panel on purpose.
WEIGHTS: dict[str, Callable[[], np.ndarray]] = {
    "normal": lambda: normal(20, 24),
    "zero row": lambda: changed(normal(5, 16), 2, 0.0),
    "all zero": lambda: np.zeros((3, 8), np.float32),
    "one by one": lambda: np.float32([[-0.75]]),
    "single column": lambda: normal(18, 1),
    "single row": lambda: normal(1, 40),
    "odd sizes": lambda: normal(17, 37),
    "outlier": lambda: changed(normal(6, 16), (3, 5), 1e4),
    "Fortran order": lambda: np.asfortranarray(normal(7, 12)),
    "float64": lambda: np.random.default_rng(1).standard_normal((6, 12)),
    "slice": lambda: normal(12, 40)[::2, 3:35],
    "reversed": lambda: normal(6, 12)[::-1, ::-1],
    "float16": lambda: normal(6, 12).astype(np.float16),
    "negative zeros": lambda: changed(normal(4, 8), (slice(None), slice(0, 4)), -0.0),
    "ties": lambda: np.tile(np.float32([1, -1, 1, -1]), (4, 3)),
    "tiny": lambda: normal(5, 8) * np.float32(1e-30),
    "subnormal": lambda: normal(5, 8) * np.float32(1e-41),
    "large": lambda: normal(5, 8) * np.float32(1e30),
    "read-only": lambda: locked(normal(4, 8)),
}


FEW = ("zero row", "one by one", "single column", "odd sizes", "outlier", "large", "subnormal")


def locked(w: np.ndarray) -> np.ndarray:
    w.flags.writeable = False
    return w


def group(columns: int, wanted: int) -> int | None:
    return wanted if columns % wanted == 0 else None
