"""From packed 2:4 sparsity back to the dense matrix (2:4 结构化稀疏的解包).

Questions: M24, B23 | Difficulty: 2/5 | Minutes: 12 | Points: 20

A 2:4 sparse matrix (out, in) is stored as two values for each group (组) of four neighbours in a row, with their
places:

    values  (out, in / 2), group after group: the two values of group g are values[i, 2 g] and values[i, 2 g + 1]
    meta    uint8 (out, ceil(in / 8)): a group is the nibble (半字节)  first | second << 2, 0 <= first < second <= 3.
            Group g of a row is in byte g // 2: in its low four bits (低四位) for an even g, in its high four for an odd

Task (任务): return the dense matrix (out, in), in = 2 * (columns of ``values``), in the dtype of ``values``: value 2 g
of row i at column 4 g + first, value 2 g + 1 at column 4 g + second, zeros elsewhere.

The file may come from anyone (不可信输入). Raise ``ValueError`` where

1. ``values`` or ``meta`` is not 2-D, ``values`` has an odd number of columns, ``meta`` is not uint8, or its shape does
   not fit ``values``;
2. the two places of some group do not rise (first >= second): 5 = 1 | 1 << 2 puts two values into one place.

Where the number of groups is odd, the high half of a row's last byte is padding (填充): it may hold anything, and is
ignored.

values : float16 or float32. out may be 0. Do not change the arrays. Graded exactly.
"""

import numpy as np


def unpack_2_4(values: np.ndarray, meta: np.ndarray) -> np.ndarray:
    """Return the dense matrix of a packed 2:4 sparse one."""
    raise NotImplementedError
