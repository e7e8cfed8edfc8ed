"""Plausible wrong answers to relative_index_code; the first line of each docstring is found in its failure."""

import numpy as np


def _zeros(w, bits):
    if not 1 <= bits <= 8 or w.ndim != 1:
        raise ValueError("bits or w")
    places = np.flatnonzero(w)
    return np.diff(places, prepend=-1) - 1, w[places]


def _coded(zeros, values, span, most, dtype):
    gaps, out = [], []
    for z, v in zip(zeros.tolist(), values.tolist(), strict=True):
        fillers, gap = divmod(z, span)
        gaps += [most] * fillers + [gap]
        out += [0.0] * fillers + [v]
    return np.array(gaps, np.int64).astype(np.uint8), np.array(out, dtype)


def filler_takes_no_place(w, *, bits=4):
    """a filler was not counted as a position
    Solver's mistake.
    """
    zeros, values = _zeros(w, bits)
    most = 2**bits - 1
    return _coded(zeros, values, most, most, w.dtype)


def no_fillers(w, *, bits=4):
    """no filler|stored modulo
    Solver's mistake.
    """
    zeros, values = _zeros(w, bits)
    return (zeros % 256).astype(np.uint8), values


def clipped(w, *, bits=4):
    """were clipped
    Solver's mistake.
    """
    zeros, values = _zeros(w, bits)
    return np.minimum(zeros, 2**bits - 1).astype(np.uint8), values


def masked(w, *, bits=4):
    """modulo 2\\*\\*bits"""
    zeros, values = _zeros(w, bits)
    return (zeros % 2**bits).astype(np.uint8), values


def one_filler(w, *, bits=4):
    """at most one filler
    Solver's mistake.
    """
    zeros, values = _zeros(w, bits)
    most, gaps, out = 2**bits - 1, [], []
    for z, v in zip(zeros.tolist(), values.tolist(), strict=True):
        gaps += [most, z - most - 1] if z > most else [z]
        out += [0.0, v] if z > most else [v]
    return (np.array(gaps, np.int64) % 256).astype(np.uint8), np.array(out, w.dtype)


def distances(w, *, bits=4):
    """count the zeros between
    Solver's mistake.
    """
    zeros, values = _zeros(w, bits)
    return ((zeros + 1) % 256).astype(np.uint8), values


def positions(w, *, bits=4):
    """absolute positions
    Solver's mistake.
    """
    _, values = _zeros(w, bits)
    return (np.flatnonzero(w) % 256).astype(np.uint8), values


def filler_too_late(w, *, bits=4):
    """a filler came one zero too late"""
    zeros, values = _zeros(w, bits)
    return _coded(zeros, values, 2**bits + 1, 2**bits, w.dtype)


def codes_the_end(w, *, bits=4):
    """the zeros behind the last entry|expected shape
    Solver's mistake.
    """
    zeros, values = _zeros(w, bits)
    gaps, out = _coded(zeros, values, 2**bits, 2**bits - 1, w.dtype)
    tail = len(w) - int(np.flatnonzero(w)[-1:].sum()) - 1
    return (
        (np.append(gaps, tail % 256).astype(np.uint8), np.append(out, out[:0].dtype.type(0)))
        if tail > 0
        else (gaps, out)
    )


def wide_gaps(w, *, bits=4):
    """gaps: expected dtype uint8, returned int64
    Solver's mistake.
    """
    zeros, values = _zeros(w, bits)
    gaps, out = _coded(zeros, values, 2**bits, 2**bits - 1, w.dtype)
    return gaps.astype(np.int64), out
