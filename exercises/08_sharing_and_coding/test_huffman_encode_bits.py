"""Grader of huffman_encode_bits. Oracles: the words of RFC 1951, section 3.2.2, and a closed form of canonical words.

In canonical order, the words are the binary fractions of the running Kraft sum: a symbol's word is the sum of
2**-length of all before it, written with as many digits as it is long.
"""

from fractions import Fraction

import numpy as np
import pytest

NAMES = ("payload", "bits")


def table(lengths, order=None):
    """The words as text, by the running Kraft sum."""
    found, begin = {}, Fraction(0)
    used = [s for s in range(len(lengths)) if lengths[s] > 0]
    for s in sorted(used, key=order or (lambda s: (lengths[s], s))):
        n = int(lengths[s])
        found[s] = format(int(begin * 2**n), f"0{n}b")
        begin += Fraction(1, 2**n)
    return found


def pack(text, reverse=False, fill="0", front=False):
    """Eight digits a byte."""
    rest = fill * (-len(text) % 8)
    text = rest + text if front else text + rest
    parts = [text[i : i + 8][:: -1 if reverse else 1] for i in range(0, len(text), 8)]
    return np.array([int(p, 2) for p in parts], np.uint8)


def exact(symbols, lengths):
    words = table(lengths)
    text = "".join(words[int(s)] for s in symbols)
    return pack(text), len(text)


def mistakes(symbols, lengths):
    """What the usual mistakes return."""
    lengths = [int(n) for n in lengths]
    symbols = [int(s) for s in symbols]
    words = table(lengths)
    text = "".join(words[s] for s in symbols)
    by_symbol = table(lengths, order=lambda s: (lengths[s], -s))
    unsorted = table(lengths, order=lambda s: s)
    flipped = "".join(words[s][::-1] for s in symbols)
    ones = "".join(words[s].translate(str.maketrans("01", "10")) for s in symbols)
    plain = "".join(format(int(words[s], 2), "b") for s in symbols)
    filled = "".join(words[s] + "0" * (-len(words[s]) % 8) for s in symbols)
    named = {
        "the least significant bit comes first within a byte (bitorder='little')": (
            pack(text, reverse=True),
            len(text),
        ),
        "the words are written with their last bit first": (pack(flipped), len(flipped)),
        "the filling stands before the stream; it belongs after it (补在末尾)": (pack(text, front=True), len(text)),
        "the last byte is filled with ones": (pack(text, fill="1"), len(text)),
        "bits counts the filling": (pack(text), len(text) + -len(text) % 8),
        "bits is the number of bytes": (pack(text), -(-len(text) // 8)),
        "each word fills whole bytes: they follow each other without gaps": (pack(filled), len(filled)),
        "the leading zeros (前导零) of the words are lost": (pack(plain), len(plain)),
        "zeros and ones are exchanged: the first word is all zeros": (pack(ones), len(ones)),
        "of equal lengths the larger symbol comes first; it is the smaller one": (
            pack("".join(by_symbol[s] for s in symbols)),
            len(text),
        ),
        "the words were given out in the order of the symbols: sort by length first (先按码长)": (
            pack("".join(unsorted[s] for s in symbols)),
            len(text),
        ),
        "the last byte, which is not full, is missing": (pack(text[: len(text) // 8 * 8]), len(text)),
        "the symbols come in reversed order": (pack("".join(words[s] for s in reversed(symbols))), len(text)),
    }
    return {name: dict(zip(NAMES, value, strict=True)) for name, value in named.items()}


def holds(exercise, symbols, lengths):
    symbols, lengths = np.asarray(symbols), np.asarray(lengths)
    answer = exercise(symbols, lengths)
    answer.equals(exact(symbols, lengths), names=NAMES, known=mistakes(symbols, lengths))
    answer.part(0, "payload").has(dtype=np.uint8)


def test_by_hand(exercise):
    """Words 10, 0, -, 110, 111: 10 0 110 111 0 is 1001 1011 10."""
    symbols, lengths = np.array([0, 1, 3, 4, 1]), np.array([2, 1, 0, 3, 3])
    expected = np.array([0b10011011, 0b10000000], np.uint8), 10
    answer = exercise(symbols, lengths)
    answer.equals(expected, dtype="kind", names=NAMES, known=mistakes(symbols, lengths))


RFC = ["010", "011", "100", "101", "110", "00", "1110", "1111"]  # RFC 1951, 3.2.2, lengths (3, 3, 3, 3, 3, 2, 4, 4)


@pytest.mark.parametrize("symbol", range(8))
def test_the_words_of_rfc_1951(exercise, symbol):
    lengths = np.array([3, 3, 3, 3, 3, 2, 4, 4])
    expected = pack(RFC[symbol] * 3), 3 * len(RFC[symbol])
    symbols = np.array([symbol] * 3)
    exercise(symbols, lengths).equals(expected, names=NAMES, known=mistakes(symbols, lengths))


CODES = [
    [1, 1],
    [1, 2, 2],
    [2, 1, 2],
    [3, 3, 2, 2, 2],
    [2, 0, 3, 0, 1, 3],
    [4, 4, 3, 2, 1],
    [0, 0, 5, 1, 5, 4, 3, 2],
    [2, 2, 2],
    [1, 3],
    [3, 5, 5],
]


@pytest.mark.parametrize("lengths", CODES)
def test_codes(exercise, lengths):
    used = [s for s, n in enumerate(lengths) if n]
    rng = np.random.default_rng(len(lengths))
    holds(exercise, used, lengths)
    holds(exercise, rng.choice(used, 50), lengths)
    holds(exercise, rng.choice(used, 51), lengths)


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 16])
def test_fillings(exercise, count):
    holds(exercise, np.ones(count, np.int64), [1, 1])
    holds(exercise, np.arange(count) % 2, [1, 1])


def test_one_symbol_alone(exercise):
    holds(exercise, [0, 0, 0], [1])
    holds(exercise, [2] * 9, [0, 0, 1])


def test_long_words(exercise):
    holds(exercise, [59, 0, 60, 30, 1], [*range(1, 61), 60])


def test_dtypes(exercise):
    lengths = np.full(256, 8, np.uint8)
    holds(exercise, np.array([255, 0, 128, 3], np.uint8), lengths)
    holds(exercise, np.array([255, 0, 128, 3], np.int16), lengths.astype(np.int8))


def test_types(exercise):
    answer = exercise(np.array([0, 1]), np.array([1, 1]))
    answer.part(1, "bits").has(shape=(), dtype="integer")


@pytest.mark.parametrize("lengths", [[1, 1, 1], [1, 2, 2, 2], [1, 1, 60], [2, 2, 2, 2, 3], [3] * 9])
def test_refuses_what_is_no_prefix_code(exercise, lengths):
    because = "the sum of 2**-length is above 1: no prefix code has these lengths"
    exercise.raises(ValueError, np.array([0]), np.array(lengths), because=because)


@pytest.mark.parametrize("lengths", [[-1, 1], [2, -3, 2]])
def test_refuses_negative_lengths(exercise, lengths):
    exercise.raises(ValueError, np.array([len(lengths) - 1]), np.array(lengths), because="a length is negative")


@pytest.mark.parametrize("symbol", [2, 4, 5, 100, -1, -2, -5, -6])
def test_refuses_symbols_without_a_word(exercise, symbol):
    because = f"symbol {symbol} has no word"
    exercise.raises(ValueError, np.array([0, symbol, 1]), np.array([2, 2, 0, 2, 0]), because=because)


def test_refuses_a_symbol_of_an_empty_table(exercise):
    exercise.raises(ValueError, np.array([0]), np.array([0, 0]), because="symbol 0 has no word")
