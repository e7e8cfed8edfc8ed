"""Plausible wrong answers to huffman_encode_bits; the first line of each docstring is in the failure it gets."""

import numpy as np


def _words(symbols, lengths, key=lambda pair: pair):
    numbers = [int(n) for n in lengths]
    if any(n < 0 for n in numbers) or sum(2 ** (60 - n) for n in numbers if n) > 2**60:
        raise ValueError("lengths")
    words, code, before = {}, 0, 0
    for n, s in sorted(((n, s) for s, n in enumerate(numbers) if n), key=key):
        code <<= n - before
        words[s] = f"{code:0{n}b}"
        code, before = code + 1, n
    if any(int(s) not in words for s in symbols):
        raise ValueError("symbols")
    return words


def _pack(text, **options):
    return np.packbits(np.array([int(c) for c in text], np.uint8), **options), len(text)


def little_endian_bytes(symbols, lengths):
    """the least significant bit comes first within a byte
    Solver's mistake.
    """
    words = _words(symbols, lengths)
    return _pack("".join(words[int(s)] for s in symbols), bitorder="little")


def lost_leading_zeros(symbols, lengths):
    """the leading zeros \\(前导零\\) of the words are lost
    Solver's mistake.
    """
    words = _words(symbols, lengths)
    return _pack("".join(bin(int(words[int(s)], 2))[2:] for s in symbols))


def one_big_number(symbols, lengths):
    """the filling stands before the stream
    Solver's mistake.
    """
    words = _words(symbols, lengths)
    text = "".join(words[int(s)] for s in symbols)
    size = -(-len(text) // 8)
    return np.frombuffer(int(text or "0", 2).to_bytes(size, "big"), np.uint8), len(text)


def bits_with_filling(symbols, lengths):
    """bits counts the filling
    Solver's mistake.
    """
    words = _words(symbols, lengths)
    payload, _ = _pack("".join(words[int(s)] for s in symbols))
    return payload, 8 * payload.size


def whole_bytes_for_each_word(symbols, lengths):
    """each word fills whole bytes"""
    words = _words(symbols, lengths)
    text = "".join(words[int(s)].ljust(-(-len(words[int(s)]) // 8) * 8, "0") for s in symbols)
    return _pack(text)


def last_byte_missing(symbols, lengths):
    """the last byte, which is not full, is missing
    Solver's mistake.
    """
    words = _words(symbols, lengths)
    text = "".join(words[int(s)] for s in symbols)
    return _pack(text[: len(text) // 8 * 8])[0], len(text)


def larger_symbol_first(symbols, lengths):
    """of equal lengths the larger symbol comes first"""
    words = _words(symbols, lengths, key=lambda pair: (pair[0], -pair[1]))
    return _pack("".join(words[int(s)] for s in symbols))


def tree_with_ones_first(symbols, lengths):
    """zeros and ones are exchanged"""
    words = _words(symbols, lengths)
    text = "".join(words[int(s)] for s in symbols)
    return _pack(text.translate(str.maketrans("01", "10")))


def sorted_by_symbol_only(symbols, lengths):
    """the words were given out in the order of the symbols
    Solver's mistake.
    """
    words, begin = _words(symbols, lengths), 0
    for s in sorted(words):
        n = int(lengths[s])
        words[s] = f"{begin >> 60 - n:0{n}b}"
        begin += 1 << 60 - n
    return _pack("".join(words[int(s)] for s in symbols))


def negative_symbols_from_the_end(symbols, lengths):
    """symbol -\\d has no word
    Solver's mistake.
    """
    size = len(lengths)
    if any(not -size <= int(s) < size for s in symbols):
        raise ValueError("symbols")
    wrapped = [int(s) % size for s in symbols]
    words = _words(wrapped, lengths)
    return _pack("".join(words[s] for s in wrapped))


def no_check_of_kraft(symbols, lengths):
    """no prefix code has these lengths"""
    if (lengths < 0).any():
        raise ValueError("lengths")
    words, code, before = {}, 0, 0
    for n, s in sorted((int(n), s) for s, n in enumerate(lengths) if n):
        code <<= n - before
        words[s] = f"{code:0{n}b}"
        code, before = code + 1, n
    if any(int(s) not in words for s in symbols):
        raise ValueError("symbols")
    return _pack("".join(words[int(s)] for s in symbols))
