"""Reference answer: canonical Huffman words and the packed stream."""

import numpy as np


def huffman_encode_bits(symbols: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, int]:
    """Return ``(payload, bits)``: the canonical words of ``symbols``, packed."""
    used = [int(n) for n in lengths if n != 0]
    # 2**(60 - n) of the 2**60 words of 60 bits begin with a word of n bits: Kraft's sum in whole numbers.
    if min(used, default=0) < 0 or sum(2 ** (60 - n) for n in used) > 2**60:
        raise ValueError("lengths must be those of a prefix code")

    # A word is a number with leading zeros. Going to longer words appends zeros to the number after the last word, so
    # no earlier word is a prefix of a later one.
    words: dict[int, str] = {}
    code, before = 0, 0
    for length, symbol in sorted((int(n), s) for s, n in enumerate(lengths) if n):
        code <<= length - before
        words[symbol] = f"{code:0{length}b}"
        code, before = code + 1, length

    if not all(int(s) in words for s in symbols):
        raise ValueError("every symbol must have a word")
    stream = "".join(words[int(s)] for s in symbols)
    # packbits fills from the top of a byte and pads the last one with zeros: the order that is asked for.
    return np.packbits(np.array(list(stream), np.uint8)), len(stream)
