"""Relative indices of Deep Compression (相对索引编码): how far is it to the next entry, in few bits?

Questions: B23, B16 | Difficulty: 2/5 | Minutes: 15 | Points: 20

A pruned vector is stored as its entries that are not 0 and, for each, the gap (间隔): the number of zeros between it
and the entry before (for the first: zeros before it). A gap has ``bits`` bits, so it is at most  most = 2**bits - 1.

Where more zeros follow, a filler (填充零) is inserted: an entry of value 0 with the gap ``most``. It stands on one of
the zeros, so it uses up most + 1 positions: ``most`` zeros and its own. Repeat until what is left fits.

    bits = 2 (most = 3):   0 0 0 0 0 7  ->  gaps 3, 1   values 0, 7        (zeros 0..2, filler at 3, one zero, the 7)
                           0 0 0 7      ->  gaps 3      values 7           (three zeros fit: no filler)
                           0 0 0 0 7    ->  gaps 3, 0   values 0, 7

Task (任务): return the tuple ``(gaps, values)``: gaps uint8 (entries,), values (entries,) in the dtype of ``w``,
fillers included. Zeros after the last entry are not coded: the decoder knows the length. Any vector of zeros gives two
empty arrays. Inverse (解码): positions = cumsum(gaps + 1) - 1 in a wide integer type.

w : float16, float32 or float64 (n,), n may be 0; do not change it. -0.0 counts as 0.  bits : 1 to 8. Graded exactly.
Raise ``ValueError`` where ``w`` is not 1-D or ``bits`` is not in 1 .. 8.
"""

import numpy as np


def relative_index_code(w: np.ndarray, *, bits: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(gaps, values)``, the entries of ``w`` with their relative indices, fillers included."""
    raise NotImplementedError
