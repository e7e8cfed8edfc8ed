"""Reference answer: decoding a canonical Huffman code."""

import numpy as np


def huffman_decode_bits(payload: np.ndarray, lengths: np.ndarray, *, count: int) -> np.ndarray:
    """Return the first ``count`` symbols of the stream, int64."""
    if count < 0:
        raise ValueError(f"count must be at least 0; got {count}")
    # The words as (length, number): the number alone is not enough, since 0 and 00 are the same one.
    table: dict[tuple[int, int], int] = {}
    code, before = 0, 0
    for length, symbol in sorted((int(n), s) for s, n in enumerate(lengths) if n):
        code <<= length - before
        table[length, code] = symbol
        code, before = code + 1, length

    symbols: list[int] = []
    number, length = 0, 0
    for bit in np.unpackbits(payload).tolist():
        if len(symbols) == count:  # the rest is filling: not to be read, nor to be complained about
            break
        number, length = 2 * number + bit, length + 1
        if (length, number) in table:  # no word begins another one, so the first hit is the word
            symbols.append(table[length, number])
            number, length = 0, 0

    # Damage needs no check of its own: bits that are no word stay unmatched to the end of the stream.
    if len(symbols) < count:
        raise ValueError(f"the stream holds {len(symbols)} complete words; {count} are asked for")
    return np.array(symbols, np.int64)
