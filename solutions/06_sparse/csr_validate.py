"""Reference answer: the first fault of an untrusted CSR structure."""

import numpy as np


def csr_validate(data: np.ndarray, indices: np.ndarray, indptr: np.ndarray, *, columns: int) -> str:
    """Return the code of the first fault of a CSR structure, or ``"ok"``."""
    if len(data) != len(indices) or len(indptr) == 0:
        return "lengths"
    if indptr[0] != 0:
        return "start"
    # Neighbours are compared, not subtracted: a difference of unsigned integers is never negative.
    if (indptr[1:] < indptr[:-1]).any():
        return "falls"
    if indptr[-1] != len(data):
        return "end"
    if ((indices < 0) | (indices >= columns)).any():
        return "range"

    # From here on indptr can be trusted. Entries are neighbours within a row where their row numbers agree; this is
    # right for any number of empty rows.
    row = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr).astype(int))
    same = row[1:] == row[:-1]
    if (same & (indices[1:] == indices[:-1])).any():
        return "duplicate"
    if (same & (indices[1:] < indices[:-1])).any():
        return "order"
    return "ok" if np.isfinite(data).all() else "not finite"
