"""Grader of huffman_decode_bits. Oracles: the words of RFC 1951, section 3.2.2; streams written here as text.

In canonical order, the words are the binary fractions of the running Kraft sum: that is how the grader makes them.
"""

from fractions import Fraction

import numpy as np
import pytest


def table(lengths):
    """The words as text, by the running Kraft sum."""
    found, begin = {}, Fraction(0)
    for n, s in sorted((int(n), s) for s, n in enumerate(lengths) if n):
        found[s] = format(int(begin * 2**n), f"0{n}b")
        begin += Fraction(1, 2**n)
    return found


def pack(text, fill="0"):
    text += fill * (-len(text) % 8)
    return np.array([int(text[i : i + 8], 2) for i in range(0, len(text), 8)], np.uint8)


def read(bits, words, count):
    """Read greedily; None where the bits run out."""
    back, found, word = {w: s for s, w in words.items()}, [], ""
    for bit in bits:
        if len(found) == count:
            break
        word += bit
        if word in back:
            found.append(back[word])
            word = ""
    return np.array(found, np.int64) if len(found) == count else None


def mistakes(payload, lengths, count, symbols):
    """What the usual mistakes return, where they return something."""
    big = "".join(format(int(b), "08b") for b in payload)
    little = "".join(format(int(b), "08b")[::-1] for b in payload)
    words = table(lengths)
    used = sorted(words, key=lambda s: (lengths[s], s))
    mirrored = dict(zip(used, [words[s][::-1] for s in used], strict=True))
    late = sorted(used, key=lambda s: (lengths[s], -s))
    exchanged = {s: w.translate(str.maketrans("01", "10")) for s, w in words.items()}
    rank = {s: r for r, s in enumerate(used)}
    found = {
        "the bits of a byte were read from the least significant one": read(little, words, count),
        "the words were read with their last bit first": read(big, mirrored, count),
        "of equal lengths the larger symbol was put first; it is the smaller one": read(
            big, dict(zip(late, [words[s] for s in used], strict=True)), count
        ),
        "zeros and ones are exchanged: the first word is all zeros": read(big, exchanged, count),
        "the ranks in canonical order were returned, not the symbols": np.array([rank[s] for s in symbols], np.int64),
        "the filling (补位) was read as symbols: stop after count": greedy(big, words),
        "the words were looked up by their number alone: 0, 00 and 000 are different words": by_number(
            big, words, count
        ),
        "the last symbol is missing": np.array(symbols[:-1], np.int64),
        "the symbols come in reversed order": np.array(symbols[::-1], np.int64),
    }
    return {text: value for text, value in found.items() if value is not None}


def by_number(bits, words, count):
    """As `read`, but a word is known by its number only; of equal numbers the first in canonical order."""
    numbers = {}
    for s, word in words.items():
        numbers.setdefault(int(word, 2), s)
    found, number = [], 0
    for bit in bits:
        if len(found) == count:
            break
        number = 2 * number + int(bit)
        if number in numbers:
            found.append(numbers[number])
            number = 0
    return np.array(found, np.int64) if len(found) == count else None


def greedy(bits, words):
    back, found, word = {w: s for s, w in words.items()}, [], ""
    for bit in bits:
        word += bit
        if word in back:
            found.append(back[word])
            word = ""
    return np.array(found, np.int64)


def holds(exercise, symbols, lengths, fill="0", after=()):
    symbols, lengths = [int(s) for s in symbols], np.asarray(lengths)
    words = table(lengths)
    payload = np.concatenate([pack("".join(words[s] for s in symbols), fill), np.array(after, np.uint8)])
    payload = payload.astype(np.uint8)
    answer = exercise(payload, lengths, count=len(symbols))
    known = mistakes(payload, lengths, len(symbols), symbols)
    answer.equals(np.array(symbols, np.int64), dtype=np.int64, known=known)


def test_by_hand(exercise):
    """1001 1011 10 is 10 0 110 111 0: symbols 0, 1, 3, 4, 1; six zeros of filling follow, each of them a word."""
    payload, lengths = np.array([0b10011011, 0b10000000], np.uint8), np.array([2, 1, 0, 3, 3])
    answer = exercise(payload, lengths, count=5)
    known = mistakes(payload, lengths, 5, [0, 1, 3, 4, 1])
    answer.equals(np.array([0, 1, 3, 4, 1]), dtype=np.int64, known=known)


RFC = ["010", "011", "100", "101", "110", "00", "1110", "1111"]  # RFC 1951, 3.2.2, lengths (3, 3, 3, 3, 3, 2, 4, 4)


@pytest.mark.parametrize("symbol", range(8))
def test_the_words_of_rfc_1951(exercise, symbol):
    lengths = np.array([3, 3, 3, 3, 3, 2, 4, 4])
    payload = pack(RFC[symbol] * 5)
    known = mistakes(payload, lengths, 5, [symbol] * 5)
    exercise(payload, lengths, count=5).equals(np.full(5, symbol), dtype=np.int64, known=known)


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
def test_what_follows_is_not_read(exercise, count):
    holds(exercise, np.arange(count) % 2, [1, 1])
    holds(exercise, np.arange(count) % 2, [1, 1], fill="1", after=[0, 255, 7])
    holds(exercise, np.zeros(count), [1], fill="1", after=[255])


def test_one_symbol_alone(exercise):
    holds(exercise, [0, 0, 0], [1])
    holds(exercise, [2] * 9, [0, 0, 1])
    holds(exercise, [1] * 3, [0, 4])


def test_long_words(exercise):
    holds(exercise, [39, 0, 40, 20, 1], [*range(1, 41), 40])
    holds(exercise, [1, 0, 1], [1, 40])


def test_many_symbols(exercise):
    lengths = np.array([8] * 255 + [9, 9], np.uint8)
    holds(exercise, np.random.default_rng(0).integers(0, 257, 2000), lengths)


def test_nothing_at_all(exercise):
    none = np.zeros(0, np.uint8)
    exercise(none, np.array([1, 1]), count=0).equals(np.zeros(0, np.int64), dtype=np.int64)
    exercise(none, np.zeros(0, np.int64), count=0).equals(np.zeros(0, np.int64), dtype=np.int64)


@pytest.mark.parametrize("count", [1, 8, 9, 17, 100])
def test_refuses_a_stream_that_ends(exercise, count):
    payload = np.zeros((count - 1) // 8, np.uint8)  # room for fewer than count words of one bit
    because = "the stream ends before count words are complete"
    exercise.raises(ValueError, payload, np.array([1, 1]), count=count, because=because)


def test_refuses_a_word_that_is_cut(exercise):
    """Eight bits hold two words of three; the last two bits begin a third one."""
    lengths = np.array([3] * 8)
    exercise(pack("10101101"), lengths, count=2).equals(np.array([5, 3]))
    exercise.raises(ValueError, pack("10101101"), lengths, count=3, because="the third word is cut off")


@pytest.mark.parametrize("text", ["1", "01", "00000001", "0000000000000100"])
def test_refuses_damage(exercise, text):
    payload = pack(text)
    count = text.index("1") + 1
    because = "the only word is 0, and there is a 1 among the bits to be read (数据损坏)"
    exercise.raises(ValueError, payload, np.array([0, 1]), count=count, because=because)


def test_refuses_damage_in_a_code_that_is_not_full(exercise):
    because = "11 is no word of the lengths [2, 2, 2]"
    exercise.raises(ValueError, pack("00110100"), np.array([2, 2, 2]), count=2, because=because)
    exercise.raises(ValueError, pack("1111000000000000"), np.array([2, 2, 2]), count=3, because=because)


def test_refuses_an_empty_table(exercise):
    exercise.raises(ValueError, pack("0000"), np.array([0, 0]), count=1, because="no symbol has a word")


@pytest.mark.parametrize("count", [-1, -8])
def test_refuses_count(exercise, count):
    exercise.raises(ValueError, pack("0101"), np.array([1, 1]), count=count, because="count is negative")
