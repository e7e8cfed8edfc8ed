"""Two 4-bit codes out of each byte (半字节解包), the way back from pack_nibbles.

Questions: B18 | Difficulty: 2/5 | Minutes: 6 | Points: 15

A row of ``columns`` codes of 4 bits is stored in ceil(columns / 2) bytes, neighbours together, the even column in the
low nibble (低半字节, bits 0 to 3), the odd one in the high nibble (高半字节, bits 4 to 7):

    codes[i, 2 k] = packed[i, k] mod 16             codes[i, 2 k + 1] = floor(packed[i, k] / 16)

Task (任务): return the codes, a uint8 array of shape (rows, columns), each 0 to 15; the comparison is exact.

Where ``columns`` is odd (奇数列), the high nibble of each row's last byte is padding (填充): ignore it; it need not be
0.

packed : uint8 (rows, bytes), in any memory order; rows may be 0, and bytes may be 0 (with columns=0). Do not change it.
Raise ``ValueError`` where ``packed`` is not 2-D, where ``columns`` is negative, or where ``columns`` codes do not take
exactly that many bytes per row: bytes must equal ceil(columns / 2).

By hand (手算): [[0x21, 0x03]] with columns=3 gives [[1, 2, 3]], and with columns=4 [[1, 2, 3, 0]].
"""

import numpy as np


def unpack_nibbles(packed: np.ndarray, *, columns: int) -> np.ndarray:
    """Return the (rows, columns) uint8 codes, low nibble first."""
    raise NotImplementedError
