"""Twin of :mod:`minicompress.reference.ranking`: selection by the bits of a float, not by comparing floats.

    float    [sign][exponent][fraction]     without its sign a float is ordered as its bits are; with it, negative
    key      unsigned, same order           numbers are turned over and the others put above them
    bin      the highest bits of the key    4096 bins: an exponent is 16 bins of magnitudes, or 8 of signed numbers

    1 count   every part counts the keys in each bin; the sums say which bin holds the drop-th smallest
    2 gather  the keys in that bin, a few in a hundred, are copied out, and the one at the rank left over is tau
    3 mask    key > tau; of those equal to tau, each part drops as many as are left after the parts before it

Three passes read the scores, one byte is written for each. Counting is the dearest: a load, a shift and a count in
memory for each score, in turn to four tables, so that equal bins in a row do not wait for each other. The other passes
are compares in vector registers. Rows of more than one dimension run the definition.
"""

from __future__ import annotations

import numba
import numpy as np

from minicompress.kernels.compiler import arguments, kernel, unpack
from minicompress.kernels.threads import launch, parts_for, share
from minicompress.reference import ranking as reference

__all__ = ["largest_mask"]

_LEAST = 30_000  # scores that are worth a part of their own
_FEW = 2_000  # below this the definition is as fast
_BINS = 4096
_LOW32, _TOP32 = np.uint32((1 << 31) - 1), np.uint32(1 << 31)
_LOW64, _TOP64 = np.uint64((1 << 63) - 1), np.uint64(1 << 63)
_COUNT = "{0}[::1], int64, int64, int32[:, :, ::1]"
_GATHER = "{0}[::1], int64, int64, int64, int64[::1], {0}[::1]"
_MARK = "{0}[::1], int64, {0}[::1], int64[::1], uint8[::1]"
_COUNT32, _GATHER32, _MARK32 = (arguments(kinds.format("uint32")) for kinds in (_COUNT, _GATHER, _MARK))
_COUNT64, _GATHER64, _MARK64 = (arguments(kinds.format("uint64")) for kinds in (_COUNT, _GATHER, _MARK))


@numba.njit(inline="always")
def _key(bits, magnitude, low, top):  # type: ignore[no-untyped-def]
    """The bits of a float as an unsigned number of the same order, -0 the same as 0; ``top`` is the sign's bit."""
    if magnitude:
        return bits & low
    if bits > top:
        return bits ^ top ^ low
    return bits | top


@numba.njit
def _count(bits, magnitude, low, top, shift, tables):  # type: ignore[no-untyped-def]
    for i in range(bits.size // 4):
        for t in range(4):
            tables[t, _key(bits[4 * i + t], magnitude, low, top) >> shift] += 1
    for i in range(bits.size // 4 * 4, bits.size):
        tables[0, _key(bits[i], magnitude, low, top) >> shift] += 1
    for b in range(tables.shape[1]):
        tables[0, b] += tables[1, b] + tables[2, b] + tables[3, b]


@numba.njit
def _gather(bits, magnitude, low, top, shift, wanted, found):  # type: ignore[no-untyped-def]
    """Copy the keys of bin ``wanted`` to ``found``, of which there are as many."""
    at = 0
    for i in range(bits.size):
        key = _key(bits[i], magnitude, low, top)
        if (key >> shift) == wanted:  # seldom
            found[at] = key
            at += 1


@numba.njit
def _mark(bits, magnitude, low, top, least, drop, mask):  # type: ignore[no-untyped-def]
    """Keep the keys from ``least`` on, but of those that are equal to it the first ``drop`` go."""
    if magnitude:  # by itself: a loop without a branch, in vector registers
        for i in range(bits.size):
            mask[i] = (bits[i] & low) >= least
    else:
        for i in range(bits.size):
            mask[i] = _key(bits[i], False, low, top) >= least
    i = 0
    while drop > 0:
        if _key(bits[i], magnitude, low, top) == least:
            mask[i] = False
            drop -= 1
        i += 1


@kernel(_COUNT32)
def _count32(table, part, parts):  # type: ignore[no-untyped-def]
    bits, magnitude, shift, tables = unpack(table, _COUNT32)
    first, last = share(bits.size, part, parts)
    _count(bits[first:last], magnitude, _LOW32, _TOP32, np.uint32(shift), tables[part])


@kernel(_GATHER32)
def _gather32(table, part, parts):  # type: ignore[no-untyped-def]
    bits, magnitude, shift, wanted, places, found = unpack(table, _GATHER32)
    first, last = share(bits.size, part, parts)
    run = found[places[part] : places[part + 1]]
    _gather(bits[first:last], magnitude, _LOW32, _TOP32, np.uint32(shift), np.uint32(wanted), run)


@kernel(_MARK32)
def _mark32(table, part, parts):  # type: ignore[no-untyped-def]
    bits, magnitude, least, drops, mask = unpack(table, _MARK32)
    first, last = share(bits.size, part, parts)
    _mark(bits[first:last], magnitude, _LOW32, _TOP32, least[part], drops[part], mask[first:last])


@kernel(_COUNT64)
def _count64(table, part, parts):  # type: ignore[no-untyped-def]
    bits, magnitude, shift, tables = unpack(table, _COUNT64)
    first, last = share(bits.size, part, parts)
    _count(bits[first:last], magnitude, _LOW64, _TOP64, np.uint64(shift), tables[part])


@kernel(_GATHER64)
def _gather64(table, part, parts):  # type: ignore[no-untyped-def]
    bits, magnitude, shift, wanted, places, found = unpack(table, _GATHER64)
    first, last = share(bits.size, part, parts)
    run = found[places[part] : places[part + 1]]
    _gather(bits[first:last], magnitude, _LOW64, _TOP64, np.uint64(shift), np.uint64(wanted), run)


@kernel(_MARK64)
def _mark64(table, part, parts):  # type: ignore[no-untyped-def]
    bits, magnitude, least, drops, mask = unpack(table, _MARK64)
    first, last = share(bits.size, part, parts)
    _mark(bits[first:last], magnitude, _LOW64, _TOP64, least[part], drops[part], mask[first:last])


def largest_mask(score: np.ndarray, drop: int, magnitude: bool) -> np.ndarray:
    """Mask, True = kept, of ``score`` (..., n), finite, without the ``drop`` smallest along the last axis."""
    if score.ndim != 1 or score.size < _FEW or drop == 0 or score.dtype not in (np.float32, np.float64):
        return reference.largest_mask(score, drop, magnitude)
    narrow = score.dtype == np.float32
    count, gather, mark = (_count32, _gather32, _mark32) if narrow else (_count64, _gather64, _mark64)
    bits = np.ascontiguousarray(score).view(np.uint32 if narrow else np.uint64)
    shift = (20 if narrow else 52) - magnitude  # without a sign there is one bit more to see
    parts = parts_for(bits.size, _LEAST)
    tables = np.zeros((parts, 4, _BINS), np.int32)
    launch(count, parts, bits, magnitude, shift, tables)
    below = np.cumsum(tables[:, 0].sum(axis=0, dtype=np.int64))
    wanted = int(np.searchsorted(below, drop, side="left"))  # the bin of the drop-th smallest
    places = np.concatenate([[0], np.cumsum(tables[:, 0, wanted], dtype=np.int64)])
    found = np.empty(places[-1], bits.dtype)
    launch(gather, parts, bits, magnitude, shift, wanted, places, found)
    rank = drop - 1 - int(below[wanted] - found.size)
    tau = np.partition(found, rank)[rank : rank + 1]
    # Of the keys equal to tau, the first go: how many of each part's.
    equal = np.add.reduceat(np.append(found == tau, False), places[:-1], dtype=np.int64) * (np.diff(places) > 0)
    before = np.concatenate([[0], np.cumsum(equal)[:-1]])
    drops = np.clip(rank + 1 - int((found < tau).sum()) - before, 0, equal)
    # Where all that are equal go, the next key is the least that stays.
    least = np.where((drops == equal) & (equal > 0), tau + tau.dtype.type(1), tau)
    drops[least > tau] = 0
    mask = np.empty(score.size, np.uint8)
    launch(mark, parts, bits, magnitude, least, drops, mask)
    return mask.view(bool)
