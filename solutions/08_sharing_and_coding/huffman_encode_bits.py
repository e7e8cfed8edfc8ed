"""Reference answer: canonical Huffman words and the packed stream."""

import numpy as np


def huffman_encode_bits(symbols: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, int]:
    """Return ``(payload, bits)``: the canonical words of ``symbols``, packed."""
    if (lengths < 0).any():
        raise ValueError("a length is at least 0")

    # Level by level through the tree: one bit more doubles the number, each word of this length takes the next number.
    # So no earlier word is a prefix of a later one, and a word is a number with leading zeros.
    words: dict[int, str] = {}
    code = 0
    for length in range(1, 61):
        code *= 2
        for symbol in np.flatnonzero(lengths == length):
            words[symbol] = f"{code:0{length}b}"
            code += 1
    # Every word of length n has taken 2**(60 - n) of the numbers of 60 bits: this is Kraft's sum.
    if code > 1 << 60:
        raise ValueError("no prefix code has these lengths")

    if not words.keys() >= set(symbols):
        raise ValueError("every symbol must have a word")
    stream = "".join(words[s] for s in symbols)
    # packbits fills from the top of a byte and pads the last one with zeros: the order that is asked for.
    return np.packbits(np.array([bit == "1" for bit in stream], bool)), len(stream)
