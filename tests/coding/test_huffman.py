"""Huffman codes: optimal by brute force, canonical, within [H, H + 1), and lossless."""

from __future__ import annotations

import contextlib
import heapq
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minicompress.coding import entropy, huffman_decode, huffman_encode


def skewed(n: int, k: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.choice(k, n, p=rng.dirichlet(np.full(k, 0.4)))


def bits_of(symbols: np.ndarray) -> int:
    _, lengths = huffman_encode(symbols)
    return int(lengths[symbols].sum(dtype=np.int64))


@pytest.mark.oracle("entropy", against="scipy.stats.entropy in base 2", tolerance="1e-12 absolute")
def test_entropy_by_scipy() -> None:
    from scipy import stats

    for seed in range(5):
        symbols = skewed(500, 20, seed)
        want = stats.entropy(np.unique(symbols, return_counts=True)[1], base=2)
        np.testing.assert_allclose(entropy(symbols), want, rtol=0, atol=1e-12)
    assert entropy([7, 7, 7]) == 0
    assert entropy(np.arange(-128, 128).reshape(16, 16)) == 8


@pytest.mark.oracle(
    "huffman_encode", against="brute force over all lengths with Kraft sum <= 1, up to 5 symbols", tolerance="equal"
)
@given(counts=st.lists(st.integers(1, 30), min_size=2, max_size=5))
def test_lengths_are_optimal(counts: list[int]) -> None:
    symbols = np.repeat(np.arange(len(counts)), counts)
    _, lengths = huffman_encode(symbols)
    best = min(
        sum(c * n for c, n in zip(counts, trial, strict=True))
        for trial in itertools.product(range(1, len(counts)), repeat=len(counts))
        if sum(2.0**-n for n in trial) <= 1
    )
    np.testing.assert_equal(int((lengths * counts).sum()), best)


@pytest.mark.oracle("huffman_encode", against="the sum of all joins of a heap of bare counts", tolerance="bits equal")
def test_bits_are_the_sum_of_the_joins() -> None:
    for seed in range(10):
        symbols = skewed(3000, 60, seed)
        heap = np.unique(symbols, return_counts=True)[1].tolist()
        heapq.heapify(heap)
        total = 0
        while len(heap) > 1:
            joined = heapq.heappop(heap) + heapq.heappop(heap)
            total += joined
            heapq.heappush(heap, joined)
        np.testing.assert_equal(bits_of(symbols), total)


def test_bits_by_constriction() -> None:
    huffman = pytest.importorskip("constriction").symbol
    _, symbols = np.unique(skewed(2000, 30, 1), return_inverse=True)  # it gives words to symbols that do not occur
    probabilities = np.bincount(symbols).astype(np.float32)
    tree, coder = huffman.huffman.EncoderHuffmanTree(probabilities), huffman.QueueEncoder()
    for symbol in symbols.tolist():
        coder.encode_symbol(symbol, tree)
    assert bits_of(symbols) == coder.get_compressed()[1]


@pytest.mark.oracle(
    "huffman_encode",
    against="Shannon: H <= mean length < H + 1, and Kraft's sum",
    tolerance="1e-9 bits; sum equal to 1",
)
@given(seed=st.integers(0, 10**6), k=st.integers(2, 300), n=st.integers(2, 2000))
def test_theory(seed: int, k: int, n: int) -> None:
    """H <= mean length < H + 1, Kraft sum 1, words of a prefix code in canonical order; nothing is lost."""
    symbols = skewed(n, k, seed)
    symbols[:2] = [0, 1]
    before = symbols.copy()
    payload, lengths = huffman_encode(symbols)
    np.testing.assert_array_equal(symbols, before)
    h, mean = entropy(symbols), float(lengths[symbols].mean(dtype=np.float64))
    assert h - 1e-9 <= mean < h + 1
    assert (2.0 ** -lengths[lengths > 0].astype(np.float64)).sum() == 1
    assert payload.size == -(-int(lengths[symbols].sum(dtype=np.int64)) // 8)
    assert ((lengths > 0) == (np.bincount(symbols) > 0)).all()
    np.testing.assert_array_equal(huffman_decode(payload, lengths, count=n), symbols)


@pytest.mark.oracle("huffman_decode", against="a dictionary of words, bit by bit, words by RFC 1951", tolerance="equal")
def test_words_are_canonical() -> None:
    """The construction of RFC 1951, section 3.2.2, as a table; then decoding by looking one bit further each time."""
    symbols = skewed(400, 25, 3)
    payload, lengths = huffman_encode(symbols)
    code, next_code = 0, {}
    for bits in range(1, int(lengths.max()) + 1):
        code = (code + int((lengths == bits - 1).sum() if bits > 1 else 0)) << 1
        next_code[bits] = code
    words = {}
    for symbol, n in enumerate(lengths.tolist()):
        if n:
            words[n, next_code[n]] = symbol
            next_code[n] += 1
    stream, found, n, word = np.unpackbits(payload).tolist(), [], 0, 0
    for bit in stream:
        n, word = n + 1, 2 * word + bit
        if (n, word) in words:
            found.append(words[n, word])
            n = word = 0
    np.testing.assert_equal(found[:400], symbols.tolist())
    # The example of RFC 1951: lengths (3, 3, 3, 3, 3, 2, 4, 4) for ABCDEFGH give F = 00, A = 010, G = 1110.
    example = np.uint8([3, 3, 3, 3, 3, 2, 4, 4])
    np.testing.assert_equal(
        huffman_decode(np.packbits([0, 0, 0, 1, 0, 1, 1, 1, 0]), example, count=3).tolist(), [5, 0, 6]
    )


def test_one_symbol_is_a_case_of_its_own() -> None:
    payload, lengths = huffman_encode([3] * 17)
    assert lengths.tolist() == [0, 0, 0, 1]
    assert payload.size == 3, "one bit each, though the entropy is 0"
    assert huffman_decode(payload, lengths, count=17).tolist() == [3] * 17
    assert huffman_decode([], [1], count=0).size == 0


def test_very_unequal_counts_make_long_words() -> None:
    fibonacci = [1, 1]
    while len(fibonacci) < 22:
        fibonacci.append(fibonacci[-1] + fibonacci[-2])
    symbols = np.repeat(np.arange(22), fibonacci)
    payload, lengths = huffman_encode(symbols)
    assert lengths.max() == 21
    np.testing.assert_array_equal(huffman_decode(payload, lengths, count=symbols.size), symbols)


def test_large_symbols_and_shapes() -> None:
    symbols = np.array([[65535, 0], [65535, 7]])
    payload, lengths = huffman_encode(symbols)
    assert huffman_decode(payload, lengths, count=4).tolist() == [65535, 0, 65535, 7]


def test_damage_is_an_error_or_another_message_but_never_a_crash() -> None:
    payload, lengths = huffman_encode(skewed(300, 9, 4))
    with pytest.raises(ValueError, match="ends before 300 symbols"):
        huffman_decode(payload[:-2], lengths, count=300)
    with pytest.raises(ValueError, match="ends before 5000 symbols"):
        huffman_decode(payload, lengths, count=5000)
    with pytest.raises(ValueError, match="lengths must be those of a prefix code"):
        huffman_decode(payload, np.append(lengths, 1), count=300)
    with pytest.raises(ValueError, match="lengths must be those of a prefix code"):
        huffman_decode(payload, [1, 2], count=3)
    with pytest.raises(ValueError, match="or holds a word that is none"):
        huffman_decode([0xFF], [1], count=8)
    rng = np.random.default_rng(5)
    for _ in range(50):
        damaged = payload.copy()
        damaged[rng.integers(damaged.size)] ^= 1 << rng.integers(8)
        with contextlib.suppress(ValueError):
            assert huffman_decode(damaged, lengths, count=300).shape == (300,)


def test_arguments_are_named() -> None:
    with pytest.raises(ValueError, match="symbols is empty"):
        huffman_encode([])
    with pytest.raises(ValueError, match="symbols is empty"):
        entropy([])
    with pytest.raises(TypeError, match="symbols must hold integers"):
        huffman_encode([0.5])
    with pytest.raises(ValueError, match=r"symbols must lie in \[0, 65535\]"):
        huffman_encode([-1])
    with pytest.raises(ValueError, match="payload must lie in"):
        huffman_decode([256], [1], count=1)
    with pytest.raises(ValueError, match="count must be an integer of at least 0"):
        huffman_decode([0], [1], count=-1)
