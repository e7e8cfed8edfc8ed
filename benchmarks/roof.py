"""The machine's roof, measured by kernels that do nothing else: arithmetic on registers, and reading of arrays.

    seconds >= max(operations / peak(unit), bytes / bandwidth(bytes))

Source: Williams, Waterman and Patterson 2009, doi:10.1145/1498765.1498785.

The peak is that of float32 multiply-adds, or of 8-bit dot products; the bandwidth depends on where as many bytes stay
between calls: in a cache or in memory. A row's share of the roof is that least time over the measured one.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from benchmarks.rows import Row
from benchmarks.timing import best_times
from minicompress.kernels import tile, vector
from minicompress.kernels.compiler import arguments, kernel, unpack
from minicompress.kernels.threads import launch, share, thread_limit

__all__ = ["Roof", "measure_roof"]

ROWS, COLUMNS, STEPS = (0,) * 8, (0,) * 2, 16
_PRODUCTS = arguments("float32[::1], uint8[::1], float32[::1], int8[::1], float32[:, ::1], int64")
_READING = arguments("float32[::1], float32[:, ::1], int64")


@kernel(_PRODUCTS)
def _multiply_add(table, part, parts):  # type: ignore[no-untyped-def]
    """16 registers of sums; what is multiplied stays in the first cache."""
    w, _, x, _, y, times = unpack(table, _PRODUCTS)
    total = tile.zeros(COLUMNS, ROWS)
    for _ in range(times):
        for v in range(STEPS):
            total = tile.fma(total, tile.load_f32(w, 32 * v, 16, COLUMNS), x, v, STEPS)
    tile.store(total, y, part * 8 * 32, 32, 32)


@kernel(_PRODUCTS)
def _dot_products(table, part, parts):  # type: ignore[no-untyped-def]
    """The same with 8-bit numbers: each register takes 4 products a lane."""
    scale, w, _, q, y, times = unpack(table, _PRODUCTS)
    ones = tile.load_f32(scale, 0, 16, COLUMNS)
    sums = np.zeros(8, np.int32)
    total = tile.start(ones, sums, 0, 1, ROWS)
    for _ in range(times):
        for v in range(STEPS):
            total = tile.dot(total, tile.load_u8(w, 128 * v, 64, COLUMNS), q, 4 * v, 4 * STEPS)
    tile.store(tile.add_scaled(tile.zeros(COLUMNS, ROWS), total, ones), y, part * 8 * 32, 32, 32)


@kernel(_READING)
def _read(table, part, parts):  # type: ignore[no-untyped-def]
    """Add up an array, four registers at a time."""
    x, y, times = unpack(table, _READING)
    first, last = share(len(x) // 64, part, parts)
    a = b = c = d = vector.splat(np.float32(0))
    for _ in range(times):
        for i in range(first, last):
            a = vector.add(a, vector.load_f32(x, 64 * i))
            b = vector.add(b, vector.load_f32(x, 64 * i + 16))
            c = vector.add(c, vector.load_f32(x, 64 * i + 32))
            d = vector.add(d, vector.load_f32(x, 64 * i + 48))
    vector.store_f32(y, 64 * part, vector.add(vector.add(a, b), vector.add(c, d)))


@dataclasses.dataclass(frozen=True)
class Roof:
    """Operations a second by unit ("float32", "int8"), and bytes a second by the size of what is read."""

    peaks: dict[str, float]
    sizes: tuple[int, ...]
    bandwidths: tuple[float, ...]

    def bandwidth(self, nbytes: float) -> float:
        """Bytes a second when ``nbytes`` are read again and again."""
        return float(np.interp(np.log(max(nbytes, 1.0)), np.log(self.sizes), self.bandwidths))

    def seconds(self, row: Row) -> float:
        """The least time of a row; 0 where it says neither operations nor bytes."""
        reading = row.bytes / self.bandwidth(row.bytes) if row.bytes else 0.0
        return max(row.operations / self.peaks[row.unit], reading)

    def to_json(self) -> dict[str, Any]:
        """All of it as plain numbers."""
        return dataclasses.asdict(self)


def measure_roof(*, rounds: int = 4, burst: float = 0.03) -> Roof:
    """Measure on as many threads as the kernels use."""
    threads = thread_limit()
    w, x = np.ones(32 * STEPS, np.float32), np.ones(8 * STEPS, np.float32)
    codes, q = np.ones(128 * STEPS, np.uint8), np.ones(32 * STEPS, np.int8)
    y = np.empty((threads, 256), np.float32)
    times = 4000
    work = 2.0 * threads * times * STEPS * len(ROWS) * len(COLUMNS) * 16
    runs = [lambda k=k: launch(k, threads, w, codes, x, q, y, times) for k in (_multiply_add, _dot_products)]
    float32, int8 = best_times(runs, rounds=rounds, burst=burst)
    peaks = {"float32": work / float32, "int8": 4 * work / int8}
    sizes = tuple(4**k * 16_384 for k in range(8))  # 16 kB to 268 MB
    return Roof(peaks, sizes, tuple(_bandwidth(n, threads, rounds, burst) for n in sizes))


def _bandwidth(nbytes: int, threads: int, rounds: int, burst: float) -> float:
    x, y = np.ones(nbytes // 4, np.float32), np.empty((threads, 64), np.float32)
    times = max(1, 10**7 // nbytes)  # so that starting the threads takes no share of it
    (seconds,) = best_times([lambda: launch(_read, threads, x, y, times)], rounds=rounds, burst=burst)
    return nbytes * times / seconds
