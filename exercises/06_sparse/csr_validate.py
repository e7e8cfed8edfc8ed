"""What is wrong with this CSR matrix? Check the structure of a file that anyone may have written (不可信输入).

Questions: B23, M23 | Difficulty: 3/5 | Minutes: 20 | Points: 30

A compiled product reads x[indices[p]] for p = indptr[i] .. indptr[i + 1] - 1 and checks nothing: a wrong structure
reads foreign memory (越界读取). So it is checked once, when the file is loaded.

Task (任务): return the code (a str) of the FIRST fault (第一个错误) in this order, or "ok":

    "lengths"       data and indices differ in length, or indptr is empty
    "start"         indptr[0] is not 0
    "falls"         indptr falls somewhere: indptr[i + 1] < indptr[i]
    "end"           indptr[-1] is not nnz = len(data)
    "range"         some index is not in 0 .. columns - 1
    "duplicate"     within one row, two neighbouring indices are equal
    "order"         within one row, an index is smaller than the one before it
    "not finite"    data holds NaN or infinity

Each check relies on those before it: no row may be cut out before "end" has passed. "Duplicate" is asked of the whole
matrix before "order" is: [3, 1, 1] has the code "duplicate". The first index of a row may follow anything, also where
empty rows (空行) lie between; rows never share a neighbourhood.

data : float32 or float64, 1-D.  indices : 1-D, of any integer dtype.  indptr : 1-D, of any integer dtype.
columns : int >= 0. No error is raised, whatever the arrays hold; nothing is changed.
Beware of unsigned integers (无符号整数): 3 - 5 in uint16 is 65534, so a difference is never below 0. Compare neighbours
instead.
"""

import numpy as np


def csr_validate(data: np.ndarray, indices: np.ndarray, indptr: np.ndarray, *, columns: int) -> str:
    """Return the code of the first fault of a CSR structure, or ``"ok"``."""
    raise NotImplementedError
