"""Plausible wrong answers to pack_2_4; the first line of each docstring is found in its failure."""

import numpy as np


def _groups(w):
    if w.ndim != 2 or w.shape[1] % 4:
        raise ValueError("shape")
    groups = w.reshape(len(w), -1, 4) if w.size else np.zeros((len(w), w.shape[1] // 4, 4), w.dtype)
    if ((groups != 0).sum(axis=2) > 2).any():
        raise ValueError("three")
    return groups


def _places(groups):
    return np.sort(np.argsort(groups == 0, axis=2, kind="stable")[:, :, :2], axis=2)


def _values(groups, places):
    return np.take_along_axis(groups, places, axis=2).reshape(len(groups), 2 * groups.shape[1])


def _bytes(nibbles):
    nibbles = np.pad(nibbles, ((0, 0), (0, nibbles.shape[1] % 2))).astype(np.uint8)
    return nibbles[:, ::2] | nibbles[:, 1::2] << 4


def places_exchanged(w):
    """the first one takes the low two bits
    Solver's mistake.
    """
    groups = _groups(w)
    places = _places(groups)
    return _values(groups, places), _bytes(places[..., 0] << 2 | places[..., 1])


def groups_exchanged(w):
    """the even one takes the low four bits
    Solver's mistake.
    """
    groups = _groups(w)
    places = _places(groups)
    meta = _bytes(places[..., 0] | places[..., 1] << 2)
    return _values(groups, places), meta >> 4 | meta << 4


def one_group_a_byte(w):
    """two groups share a byte
    Solver's mistake.
    """
    groups = _groups(w)
    places = _places(groups)
    return _values(groups, places), (places[..., 0] | places[..., 1] << 2).astype(np.uint8)


def last_free_places(w):
    """with its last free places
    Solver's mistake.
    """
    groups = _groups(w)
    places = np.sort(3 - np.argsort(groups[..., ::-1] == 0, axis=2, kind="stable")[:, :, :2], axis=2)
    return _values(groups, places), _bytes(places[..., 0] | places[..., 1] << 2)


def largest_two(w):
    """values: .* values differ|did not raise
    Solver's mistake.
    """
    if w.ndim != 2 or w.shape[1] % 4:
        raise ValueError("shape")
    groups = w.reshape(len(w), w.shape[1] // 4, 4)  # prunes in place of refusing
    places = np.sort(np.argsort(-np.abs(groups), axis=2, kind="stable")[:, :, :2], axis=2)
    return _values(groups, places), _bytes(places[..., 0] | places[..., 1] << 2)


def places_unsorted(w):
    """values: .* values differ|meta: .* values differ"""
    groups = _groups(w)
    places = np.argsort(groups == 0, axis=2, kind="stable")[:, :, :2]
    return _values(groups, places), _bytes(places[..., 0] | places[..., 1] << 2)


def differences(w):
    """stored as b - a"""
    groups = _groups(w)
    places = _places(groups)
    return _values(groups, places), _bytes(places[..., 0] | (places[..., 1] - places[..., 0]) << 2)


def rows_run_on(w):
    """meta: expected shape"""
    groups = _groups(w)
    places = _places(groups)
    nibbles = (places[..., 0] | places[..., 1] << 2).reshape(1, -1)
    return _values(groups, places), _bytes(nibbles).reshape(-1) if len(w) > 1 else _bytes(nibbles)


def wide_meta(w):
    """meta: expected dtype uint8, returned int64
    Solver's mistake.
    """
    groups = _groups(w)
    places = _places(groups)
    return _values(groups, places), _bytes(places[..., 0] | places[..., 1] << 2).astype(np.int64)


def three_pass(w):
    """prune it first"""
    if w.ndim != 2 or w.shape[1] % 4:
        raise ValueError("shape")
    groups = w.reshape(len(w), w.shape[1] // 4, 4)
    places = _places(groups)
    return _values(groups, places), _bytes(places[..., 0] | places[..., 1] << 2)
