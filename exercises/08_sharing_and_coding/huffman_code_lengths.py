"""Huffman's algorithm (霍夫曼编码): the code lengths (码长) of the best prefix code (前缀码) for given counts.

Questions: B02, H07 | Difficulty: 3/5 | Minutes: 15 | Points: 25

Symbol s occurs counts[s] times. A prefix code gives it a word of n[s] bits, such that no word begins another one.
For whole numbers n[s] above 0, such words exist exactly where Kraft's inequality (克拉夫特不等式) holds:

    sum over s of 2**-n[s] <= 1

Task (任务): return the lengths n of a code with the smallest total

    total = sum over s of counts[s] * n[s]            bits

1. A symbol that does not occur (count 0) has length 0: no word, and no part in Kraft's sum.
2. A single symbol that occurs has length 1: a word of 0 bits could not be counted in a stream.
3. Otherwise there are several best answers (equal counts may be joined in any order). Every one is accepted.

counts : 1-D, any integer dtype, all >= 0; do not change it. The counts may be uint8: the sum of two of them can exceed
255, so add them as Python integers. Their sum is below 2**62. Up to 300 symbols; words can be longer than 32 bits.
Return a 1-D integer array of the length of ``counts``.
Raise ``ValueError`` where ``counts`` is not 1-D, has a negative element, or no element above 0
(also where it is empty).
"""

import numpy as np


def huffman_code_lengths(counts: np.ndarray) -> np.ndarray:
    """Return the bits of each symbol's word in a best prefix code, 0 where the symbol does not occur."""
    raise NotImplementedError
