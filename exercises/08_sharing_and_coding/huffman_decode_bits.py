"""Decode a canonical Huffman code (范式霍夫曼解码), bit by bit and without guessing.

Questions: B02, H07 | Difficulty: 3/5 | Minutes: 20 | Points: 30

The decoder has the code lengths only (码长). Both sides agree on the canonical words (RFC 1951): sort the symbols that
have a word (lengths[s] > 0) by length, equal ones by symbol. The first word is all zeros; each next one is
(the word before + 1) << (its length - the length before). Lengths [2, 1, 0, 3, 3] give 1: 0, 0: 10, 3: 110, 4: 111.

Task (任务): read ``count`` words from ``payload`` and return their symbols, int64 of shape (count,). The stream begins
at the most significant bit of the first byte (高位在前). What follows after the last word (the filling 补位, further
bytes) is not looked at, whatever it is: without ``count`` the filling would be read as symbols.

payload : 1-D uint8.  lengths : 1-D integers, 0 to 40, those of a prefix code (sum of 2**-length at most 1).
count : int >= 0. Change neither array.
Raise ``ValueError`` where the stream ends before ``count`` words are complete, where its bits are no word (the code
need not be full: with lengths [1] the only word is 0, and a bit 1 means damage 数据损坏), and where ``count`` is
negative.

Up to 2000 symbols in a call: a look-up for every bit is fast enough; a table of 2**40 entries is not.
"""

import numpy as np


def huffman_decode_bits(payload: np.ndarray, lengths: np.ndarray, *, count: int) -> np.ndarray:
    """Return the first ``count`` symbols of the stream, int64."""
    raise NotImplementedError
