"""Store a 2:4 sparse matrix: two values of every four, and two bits for the place of each (2:4 结构化稀疏的打包).

Questions: M24, B23 | Difficulty: 2/5 | Minutes: 15 | Points: 20

In 2:4 sparsity every group (组) of four neighbours in a row holds at most two entries that are not 0. Stored are
exactly two values a group, and their places 0 .. 3 in it, two bits each: 16-bit values take 2 * 16 + 4 = 36 bits where
dense ones take 64, which is 9/16 and not one half.

Task (任务): return the tuple ``(values, meta)`` of w (out, in), in a multiple of 4.

1. Places first < second in each group (升序). A group with fewer than two entries that are not 0 is filled up with its
   first free places (最前的空位), lowest first, whose value is 0; then sort. [0, 0, 7, 0] has places 0, 2 and values
   0, 7; [0, 0, 0, 0] has places 0, 1.
2. values : (out, in / 2), dtype of w: group after group, in the order of the places.
3. meta : uint8 (out, ceil(in / 8)). A group is the nibble (半字节)  first | second << 2. Two groups share a byte: the
   group with the even number takes the low four bits (低四位), the next one the high four bits. Where the number of
   groups in a row is odd, the high half of the row's last byte is 0: every row begins with a byte of its own.

w : float16 or float32; do not change it. -0.0 counts as 0 (a filled-up value is +0.0 or -0.0, both pass). Graded
exactly.
Raise ``ValueError`` where ``w`` is not 2-D, its number of columns is not a multiple of 4, or a group holds more than
two entries that are not 0.
"""

import numpy as np


def pack_2_4(w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(values, meta)``, the two stored values of each group of four and their packed places."""
    raise NotImplementedError
