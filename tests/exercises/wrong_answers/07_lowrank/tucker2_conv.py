"""Plausible wrong answers to tucker2_conv; the first line of each docstring is found in its failure."""

import numpy as np


def _checked(w, rank_out, rank_in):
    if w.ndim != 4 or not 1 <= rank_out <= w.shape[0] or not 1 <= rank_in <= w.shape[1]:
        raise ValueError("w or ranks")
    return w.astype(np.float64)


def _leading(matrix, rank):
    return np.linalg.svd(matrix)[0][:, :rank]


def _unfold_in(w):
    return w.swapaxes(0, 1).reshape(w.shape[1], -1)


def _kernels(w, left, right):
    core = np.einsum("oiyx,oa,ib->abyx", w, left, right)
    return right.T[:, :, None, None], core, left[:, :, None, None]


def sequential(w, *, rank_out, rank_in):
    """R was taken from a kernel already projected
    Solver's mistake.
    """
    w = _checked(w, rank_out, rank_in)
    left = _leading(w.reshape(len(w), -1), rank_out)
    partial = np.einsum("oiyx,oa->aiyx", w, left)
    return _kernels(w, left, _leading(_unfold_in(partial), rank_in))


def inputs_first(w, *, rank_out, rank_in):
    """L was taken from a kernel already projected"""
    w = _checked(w, rank_out, rank_in)
    right = _leading(_unfold_in(w), rank_in)
    partial = np.einsum("oiyx,ib->obyx", w, right)
    return _kernels(w, _leading(partial.reshape(len(w), -1), rank_out), right)


def reshape_without_transpose(w, *, rank_out, rank_in):
    """w.reshape\\(in, -1\\) mixes inputs and outputs
    Solver's mistake.
    """
    w = _checked(w, rank_out, rank_in)
    left = _leading(w.reshape(len(w), -1), rank_out)
    return _kernels(w, left, _leading(w.reshape(w.shape[1], -1), rank_in))


def taps_summed(w, *, rank_out, rank_in):
    """the taps were summed before the SVD"""
    w = _checked(w, rank_out, rank_in)
    flat = w.sum(axis=(2, 3))
    return _kernels(w, _leading(flat, rank_out), _leading(flat.T, rank_in))


def smallest_vectors(w, *, rank_out, rank_in):
    """the last singular vectors were taken
    Solver's mistake.
    """
    w = _checked(w, rank_out, rank_in)  # the first vectors of eigh belong to the smallest values
    m_out, m_in = w.reshape(len(w), -1), _unfold_in(w)
    left, right = np.linalg.eigh(m_out @ m_out.T)[1], np.linalg.eigh(m_in @ m_in.T)[1]
    return _kernels(w, left[:, :rank_out], right[:, :rank_in])


def matrices(w, *, rank_out, rank_in):
    """first has shape \\(\\d, \\d\\); a kernel is
    Solver's mistake.
    """
    w = _checked(w, rank_out, rank_in)
    left, right = _leading(w.reshape(len(w), -1), rank_out), _leading(_unfold_in(w), rank_in)
    first, core, last = _kernels(w, left, right)
    return first[:, :, 0, 0], core, last[:, :, 0, 0]


def first_not_transposed(w, *, rank_out, rank_in):
    """first has shape \\(\\d, \\d, 1, 1\\); a kernel is
    Solver's mistake.
    """
    w = _checked(w, rank_out, rank_in)
    left, right = _leading(w.reshape(len(w), -1), rank_out), _leading(_unfold_in(w), rank_in)
    first, core, last = _kernels(w, left, right)
    return first.swapaxes(0, 1), core, last


def too_few_vectors(w, *, rank_out, rank_in):
    """core has shape|last has shape \\(5, 2, 1, 1\\)
    Solver's mistake.
    """
    w = _checked(w, rank_out, rank_in)  # the thin SVD has no more vectors than the shorter side
    left = np.linalg.svd(w.reshape(len(w), -1), full_matrices=False)[0][:, :rank_out]
    right = np.linalg.svd(_unfold_in(w), full_matrices=False)[0][:, :rank_in]
    return _kernels(w, left, right)


def values_in_the_factor(w, *, rank_out, rank_in):
    """last.T @ last: .* values differ
    Solver's mistake.
    """
    w = _checked(w, rank_out, rank_in)
    u, s, _ = np.linalg.svd(w.reshape(len(w), -1))
    s = np.pad(s, (0, len(u) - len(s)))[:rank_out]
    left, right = u[:, :rank_out], _leading(_unfold_in(w), rank_in)
    core = np.einsum("oiyx,oa,ib->abyx", w, left / np.where(s > 0, s, 1), right)
    return right.T[:, :, None, None], core, (left * s)[:, :, None, None]


def only_rank_out_checked(w, *, rank_out, rank_in):
    """rank_out must be in 1 .. out = 4 and rank_in in 1 .. in = 3"""
    if w.ndim != 4 or not 1 <= rank_out <= w.shape[0]:
        raise ValueError("w or rank_out")
    w = w.astype(np.float64)
    return _kernels(w, _leading(w.reshape(len(w), -1), rank_out), _leading(_unfold_in(w), rank_in))
