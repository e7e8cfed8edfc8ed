"""Wrong repairs of the blocked GPTQ sweep; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _sweep(w, u, scale, bits, size, read="block", error="block", inside=True, beyond="all"):
    if size < 1:
        raise ValueError("block_size")
    top = 2 ** (bits - 1) - 1
    left, codes = w.copy(), np.zeros(w.shape, np.int8)
    for start in range(0, w.shape[1], size):
        stop = min(start + size, w.shape[1])
        block = left[:, start:stop].copy()
        source = {"block": block, "left": left[:, start:stop], "w": w[:, start:stop]}
        errors = np.zeros_like(block)
        for i in range(stop - start):
            j = start + i
            codes[:, j] = np.clip(np.rint(source[read][:, i] / scale), -top, top)
            errors[:, i] = (source[error][:, i] - scale * codes[:, j]) / u[j, j]
            if inside:
                block[:, i + 1 :] -= np.outer(errors[:, i], u[j, j + 1 : stop])
            if beyond == "twice":
                left[:, stop:] -= np.outer(errors[:, i], u[j, stop:])
        if beyond == "last":
            left[:, stop:] -= np.outer(errors[:, -1], u[stop - 1, stop:])
        elif beyond != "none":
            left[:, stop:] -= errors @ u[start:stop, stop:]
    return codes


def unrepaired(w, u, *, scale, bits=4, block_size=128):
    """the fault is still there"""
    return _sweep(w, u, scale, bits, block_size, read="left")


def made_consistent_the_wrong_way(w, u, *, scale, bits=4, block_size=128):
    """now both are stale
    Solver's mistake.
    """
    return _sweep(w, u, scale, bits, block_size, read="left", error="left")


def swapped_the_two(w, u, *, scale, bits=4, block_size=128):
    """the error is taken from the stale weights
    Solver's mistake.
    """
    return _sweep(w, u, scale, bits, block_size, error="left")


def error_from_the_original(w, u, *, scale, bits=4, block_size=128):
    """its error that of the original one"""
    return _sweep(w, u, scale, bits, block_size, error="w")


def rounds_the_original(w, u, *, scale, bits=4, block_size=128):
    """plain rounding of the original weights
    Solver's mistake.
    """
    return _sweep(w, u, scale, bits, block_size, read="w")


def carries_errors_at_once(w, u, *, scale, bits=4, block_size=128):
    """take each error twice
    Solver's mistake.
    """
    return _sweep(w, u, scale, bits, block_size, beyond="twice")


def last_error_only(w, u, *, scale, bits=4, block_size=128):
    """the errors of its last column only"""
    return _sweep(w, u, scale, bits, block_size, beyond="last")


def dropped_the_product(w, u, *, scale, bits=4, block_size=128):
    """take no errors any more"""
    return _sweep(w, u, scale, bits, block_size, beyond="none")


def works_in_place(w, u, *, scale, bits=4, block_size=128):
    """after the call, w is
    Solver's mistake.
    """
    if block_size < 1:
        raise ValueError("block_size")
    top = 2 ** (bits - 1) - 1
    codes = np.zeros(w.shape, np.int8)
    for j in range(w.shape[1]):
        codes[:, j] = np.clip(np.rint(w[:, j] / scale), -top, top)
        w[:, j + 1 :] -= np.outer((w[:, j] - scale * codes[:, j]) / u[j, j], u[j, j + 1 :])
    return codes


def lost_the_check(w, u, *, scale, bits=4, block_size=128):
    """block_size must be at least 1"""
    return _sweep(w, u, scale, bits, max(block_size, 1))
