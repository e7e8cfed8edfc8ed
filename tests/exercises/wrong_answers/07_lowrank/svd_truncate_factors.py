"""Plausible wrong answers to svd_truncate_factors; the first line of each docstring is found in its failure."""

import numpy as np


def _svd(w, rank):
    if w.ndim != 2 or not 1 <= rank <= min(w.shape):
        raise ValueError("rank")
    return np.linalg.svd(w.astype(np.float64), full_matrices=False)


def all_of_s_in_left(w, *, rank):
    """S went into left alone
    Solver's mistake.
    """
    u, s, vt = _svd(w, rank)
    return u[:, :rank] * s[:rank], vt[:rank]


def all_of_s_in_right(w, *, rank):
    """S went into right alone
    Solver's mistake.
    """
    u, s, vt = _svd(w, rank)
    return u[:, :rank], s[:rank, None] * vt[:rank]


def s_in_both(w, *, rank):
    """the product holds S\\^2"""
    u, s, vt = _svd(w, rank)
    return u[:, :rank] * s[:rank], s[:rank, None] * vt[:rank]


def no_s(w, *, rank):
    """S was left out"""
    u, _, vt = _svd(w, rank)
    return u[:, :rank], vt[:rank]


def smallest_kept(w, *, rank):
    """the smallest components were kept
    Solver's mistake.
    """
    u, s, vt = _svd(w, rank)  # as if s were sorted like the values of np.linalg.eigh
    root = np.sqrt(s[-rank:])
    return u[:, -rank:] * root, root[:, None] * vt[-rank:]


def not_truncated(w, *, rank):
    """left: expected shape \\(4, 1\\), returned shape \\(4, 3\\)|expected shape \\(4, 1\\)
    Solver's mistake.
    """
    u, s, vt = _svd(w, rank)
    root = np.sqrt(s)
    return u * root, root[:, None] * vt


def transposed_right(w, *, rank):
    """expected shape \\(1, 3\\), returned shape \\(3, 1\\)
    Solver's mistake.
    """
    u, s, vt = _svd(w, rank)
    root = np.sqrt(s[:rank])
    return u[:, :rank] * root, (root[:, None] * vt[:rank]).T


def stays_in_the_precision_of_w(w, *, rank):
    """TypeError.*float16|array type float16 is unsupported
    Solver's mistake.
    """
    if w.ndim != 2 or not 1 <= rank <= min(w.shape):
        raise ValueError("rank")
    u, s, vt = np.linalg.svd(w, full_matrices=False)
    root = np.sqrt(s[:rank])
    return u[:, :rank] * root, root[:, None] * vt[:rank]


def rank_may_be_too_large(w, *, rank):
    """rank must be in 1 .. min\\(m, n\\)"""
    if w.ndim != 2 or rank < 1:
        raise ValueError("rank")
    u, s, vt = np.linalg.svd(w.astype(np.float64), full_matrices=False)
    root = np.sqrt(s[:rank])
    return u[:, :rank] * root, root[:, None] * vt[:rank]
