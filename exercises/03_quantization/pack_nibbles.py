"""Two 4-bit codes in one byte (半字节打包 nibble packing).

Questions: B18 | Difficulty: 2/5 | Minutes: 8 | Points: 15

NumPy has no 4-bit type: an "int4" matrix of uint8 codes takes 8 bits per weight until two codes share a byte. A nibble
(半字节) is half of one: the low nibble (低半字节) is its bits 0 to 3, the high nibble (高半字节) its bits 4 to 7.

Task (任务): pack each row of ``codes`` by itself, neighbours together, the even column in the low nibble:

    packed[i, k] = codes[i, 2 k] + 16 * codes[i, 2 k + 1]

Where the number of columns is odd (奇数列), the high nibble of each row's last byte is 0 (补零).

codes : uint8 (rows, columns), each 0 to 15; rows or columns may be 0; any memory order. Do not change it.
Return a uint8 array of shape (rows, ceil(columns / 2)); the comparison is exact.
Raise ``ValueError`` where ``codes`` is not 2-D or holds a code above 15: it would spill into its neighbour (溢出).

By hand (手算): [[1, 2, 3]] gives [[0x21, 0x03]], that is [[33, 3]].
"""

import numpy as np


def pack_nibbles(codes: np.ndarray) -> np.ndarray:
    """Return (rows, ceil(columns / 2)) bytes, the even column in the low nibble."""
    raise NotImplementedError
