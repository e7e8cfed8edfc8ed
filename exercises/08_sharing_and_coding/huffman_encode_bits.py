"""Canonical Huffman code (范式霍夫曼编码): from code lengths to words, and from symbols to packed bits.

Questions: B02, H07 | Difficulty: 3/5 | Minutes: 20 | Points: 30

If both sides agree how the words follow from the lengths, only the lengths need to be stored. The canonical rule
(RFC 1951):

1. Sort the symbols that have a word (lengths[s] > 0) by length, equal ones by symbol (先按码长，再按符号).
2. The first word is all zeros. Each next word is (the word before + 1) << (its length - the length before).

With lengths [2, 1, 0, 3, 3]: symbol 1 has 0, symbol 0 has 10, symbol 3 has 110, symbol 4 has 111, symbol 2 has none.

Task (任务): encode ``symbols`` one after the other, without gaps. Return the tuple ``(payload, bits)``:

payload : uint8, ceil(bits / 8) bytes. Most significant bit first (高位在前), both within a word and within a byte;
    what is left of the last byte is filled with zeros (补零).
bits : int, the number of bits without the filling. No symbols: an empty payload and 0.

symbols : 1-D integers of any integer dtype.  lengths : 1-D integers of any integer dtype, 0 to 60; change neither.
The code need not be full: the lengths [1] (one symbol, word 0) or [2, 2, 2] are allowed.
Raise ``ValueError`` where the lengths are no prefix code (the sum of 2**-length over the words is above 1), where a
length is negative, or where a symbol has no word: it is negative, beyond the table, or its length is 0.
"""

import numpy as np


def huffman_encode_bits(symbols: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, int]:
    """Return ``(payload, bits)``: the canonical words of ``symbols``, packed."""
    raise NotImplementedError
