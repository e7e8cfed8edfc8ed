"""Deep Compression (arXiv:1510.00149): count every byte (把每个字节都算上) of a pruned, shared and Huffman-coded layer.

Questions: M36, K13, M08, H08 | Difficulty: 4/5 | Minutes: 30 | Points: 40

A pruned layer with shared weights (剪枝 + 权重共享) is given by its codes (out, in), row by row: 0 is a removed weight,
1 .. k - 1 are the places of the others in the codebook. It is stored as a list of entries (gap, code) (相对索引):
``gap`` is the number of zeros between the entry and the one before (for the first entry: before it), kept in
``index_bits`` bits.

A gap can be at most M = 2**index_bits - 1. Where there are more zeros, filler entries (填充项) (M, 0) come first: each
stands for M zeros and the zero that it is itself, M + 1 places. They are added while the rest of the gap is above M.
Zeros after the last weight are not stored.

    index_bits 2 (M = 3), codes 0 0 5 0 0 0 0 0 7 0:  entries (2, 5), (3, 0), (1, 7)

Task (任务): return a dict of integers with exactly these keys:

entries   : number of entries, fillers included.
gaps      : bytes of the stream of gaps, Huffman-coded with a code of its own: ceil(bits / 8).
codes     : bytes of the stream of codes (fillers have code 0), Huffman-coded with another code: ceil(bits / 8).
tables    : one byte for the code length (码长) of each possible gap (M + 1) and of each possible code (k).
codebook  : 4 bytes (float32) for each of the values 1 .. k - 1; that of code 0 is not stored.
total     : the sum of the four byte counts above.

The bits of a Huffman-coded stream: each symbol has a word of whole bits, such that the sum is the least possible for a
prefix code (前缀码); a stream of one symbol only takes 1 bit each, an empty stream 0 bits.
Where every weight is removed: no entries, empty streams; tables and codebook count all the same.

codes : 2-D, any integer dtype; not to be changed.  k : 2 to 256.  index_bits : 1 to 8.
Raise ``ValueError`` where ``codes`` is not 2-D, a code is not in 0 .. k - 1, or k or index_bits is out of range.
"""

import numpy as np


def deep_compression_bytes(codes: np.ndarray, *, k: int, index_bits: int) -> dict[str, int]:
    """Return the bytes of each part of the stored layer, and their sum."""
    raise NotImplementedError
