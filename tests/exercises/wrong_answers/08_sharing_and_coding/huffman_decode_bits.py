"""Plausible wrong answers to huffman_decode_bits; the first line of each docstring is in the failure it gets."""

import numpy as np


def _table(lengths, key=lambda pair: pair):
    found, code, before = {}, 0, 0
    for n, s in sorted(((int(n), s) for s, n in enumerate(lengths) if n), key=key):
        code <<= n - before
        found[f"{code:0{n}b}"] = s
        code, before = code + 1, n
    return found


def _read(bits, table, count):
    if count < 0:
        raise ValueError("count")
    symbols, word = [], ""
    for bit in bits:
        if len(symbols) == count:
            break
        word += str(bit)
        if word in table:
            symbols.append(table[word])
            word = ""
    if len(symbols) < count:
        raise ValueError("too short")
    return np.array(symbols, np.int64)


def least_significant_bit_first(payload, lengths, *, count):
    """read from the least significant one
    Solver's mistake.
    """
    return _read(np.unpackbits(payload, bitorder="little"), _table(lengths), count)


def reads_the_filling(payload, lengths, *, count):
    """the filling \\(补位\\) was read as symbols
    Solver's mistake.
    """
    table, symbols, word = _table(lengths), [], ""
    if count < 0:
        raise ValueError("count")
    for bit in np.unpackbits(payload):
        word += str(bit)
        if word in table:
            symbols.append(table[word])
            word = ""
    if len(symbols) < count:
        raise ValueError("too short")
    return np.array(symbols, np.int64)


def numbers_without_lengths(payload, lengths, *, count):
    """the words were looked up by their number alone
    Solver's mistake.
    """
    if count < 0:
        raise ValueError("count")
    table = {}
    for word, s in _table(lengths).items():
        table.setdefault(int(word, 2), s)
    symbols, number = [], 0
    for bit in np.unpackbits(payload).tolist():
        if len(symbols) == count:
            break
        number = 2 * number + bit
        if number in table:
            symbols.append(table[number])
            number = 0
    if len(symbols) < count:
        raise ValueError("too short")
    return np.array(symbols, np.int64)


def short_stream_accepted(payload, lengths, *, count):
    """the stream ends before count words are complete
    Solver's mistake.
    """
    table, symbols, word = _table(lengths), [], ""
    if count < 0:
        raise ValueError("count")
    for bit in np.unpackbits(payload):
        word += str(bit)
        if word in table and len(symbols) < count:
            symbols.append(table[word])
            word = ""
    return np.array(symbols, np.int64)


def index_error_at_the_end(payload, lengths, *, count):
    """expected ValueError; .*raised instead:
    Solver's mistake.
    """
    if count < 0:
        raise ValueError("count")
    table, bits, at, symbols = _table(lengths), np.unpackbits(payload), 0, []
    for _ in range(count):
        word = ""
        while word not in table:
            word += str(bits[at])
            at += 1
        symbols.append(table[word])
    return np.array(symbols, np.int64)


def larger_symbol_first(payload, lengths, *, count):
    """of equal lengths the larger symbol was put first"""
    table = _table(lengths, key=lambda pair: (pair[0], -pair[1]))
    return _read(np.unpackbits(payload), table, count)


def ranks_for_symbols(payload, lengths, *, count):
    """the ranks in canonical order were returned
    Solver's mistake.
    """
    table = {word: rank for rank, word in enumerate(_table(lengths))}
    return _read(np.unpackbits(payload), table, count)


def ones_first(payload, lengths, *, count):
    """zeros and ones are exchanged"""
    return _read(1 - np.unpackbits(payload), _table(lengths), count)


def leftover_bits_are_damage(payload, lengths, *, count):
    """ValueError: left over"""
    if count < 0:
        raise ValueError("count")
    table, symbols, word = _table(lengths), [], ""
    for bit in np.unpackbits(payload):
        word += str(bit)
        if word in table:
            symbols.append(table[word])
            word = ""
        elif len(word) > 40:
            raise ValueError("no word")
    if len(symbols) < count or word:
        raise ValueError("left over")
    return np.array(symbols[:count], np.int64)


def damage_skipped(payload, lengths, *, count):
    """11 is no word|there is a 1 among the bits
    Solver's mistake.
    """
    if count < 0:
        raise ValueError("count")
    table, symbols, word = _table(lengths), [], ""
    longest = max((int(n) for n in lengths), default=0)
    for bit in np.unpackbits(payload):
        if len(symbols) == count:
            break
        word += str(bit)
        if word in table:
            symbols.append(table[word])
            word = ""
        elif len(word) >= longest:
            word = ""
    if len(symbols) < count:
        raise ValueError("too short")
    return np.array(symbols, np.int64)


def python_list(payload, lengths, *, count):
    """returned a list of
    Solver's mistake.
    """
    return _read(np.unpackbits(payload), _table(lengths), count).tolist()
