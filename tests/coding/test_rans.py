"""rANS: within half a percent of the entropy, bit by bit what the definition in big integers says, and lossless."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minicompress import ops
from minicompress.coding import entropy, huffman_encode, rans_decode, rans_encode


def skewed(n: int, k: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.choice(k, n, p=rng.dirichlet(np.full(k, 0.4)))


@pytest.mark.oracle("rans_encode", against="Shannon's bound", tolerance="within 0.5 % of the entropy")
@pytest.mark.parametrize("k", [2, 8, 16, 32, 256])
def test_within_half_a_percent_of_the_entropy(k: int, deviation: Any) -> None:
    symbols = skewed(60_000, k, k)
    words, _ = rans_encode(symbols)
    bits = 32 * words.size / symbols.size
    deviation(bits, entropy(symbols), 0.005 * entropy(symbols))
    assert bits >= entropy(symbols)


def test_huffman_sits_above_where_rans_does_not() -> None:
    """Weights of a normal distribution on a 3-bit grid: whole bits cost a few percent."""
    w = np.random.default_rng(0).standard_normal(60_000)
    symbols = np.clip(np.rint(w / np.abs(w).max() * 3), -3, 3).astype(int) + 3
    h = entropy(symbols)
    _, lengths = huffman_encode(symbols)
    huffman = float(lengths[symbols].mean(dtype=np.float64))
    words, _ = rans_encode(symbols)
    assert huffman > 1.02 * h
    assert 32 * words.size / symbols.size < 1.005 * h


@pytest.mark.oracle("rans_encode", against="the definition in Python's big integers, unrenormalized", tolerance="equal")
def test_a_short_message_is_one_big_integer() -> None:
    """Until the state fills its 63 bits, no word is written, and the state is the number that the definition gives."""
    symbols = [0, 2, 1, 0, 0, 3]
    words, frequencies = rans_encode(symbols, scale_bits=8)
    f = frequencies.tolist()
    starts = np.cumsum([0, *f]).tolist()
    state = 2**31
    for s in reversed(symbols):
        state = (state // f[s]) * 256 + starts[s] + state % f[s]
    assert state < 2**63
    np.testing.assert_equal(words.tolist(), [state % 2**32, state >> 32])


@pytest.mark.oracle("rans_decode", against="the definition in Python integers, symbol by symbol", tolerance="equal")
@pytest.mark.parametrize("lanes", [1, 3, 8])
def test_decoding_step_by_step(lanes: int) -> None:
    symbols = skewed(700, 12, lanes)
    words, frequencies = rans_encode(symbols, scale_bits=12, lanes=lanes)
    f, w = frequencies.tolist(), words.tolist()
    starts = np.cumsum([0, *f]).tolist()
    states = [w[2 * i] | w[2 * i + 1] << 32 for i in range(lanes)]
    rest, found = w[2 * lanes :], []
    for i in range(700):
        slot = states[i % lanes] % 4096
        s = next(s for s in range(12) if starts[s] <= slot < starts[s + 1])
        x = f[s] * (states[i % lanes] // 4096) + slot - starts[s]
        states[i % lanes] = x if x >= 2**31 else x << 32 | rest.pop(0)
        found.append(s)
    np.testing.assert_equal(found, symbols.tolist())
    np.testing.assert_equal(rest, [])
    np.testing.assert_equal(states, [2**31] * lanes)


def test_bits_by_constriction() -> None:
    stream = pytest.importorskip("constriction").stream
    symbols = skewed(50_000, 16, 2).astype(np.int32)
    p = np.bincount(symbols) / symbols.size
    coder = stream.stack.AnsCoder()
    coder.encode_reverse(symbols, stream.model.Categorical(p, perfect=False))
    words, _ = rans_encode(symbols)
    np.testing.assert_allclose(words.size, coder.get_compressed().size, rtol=2e-3)


@given(
    seed=st.integers(0, 10**6),
    k=st.integers(1, 250),
    n=st.integers(1, 1500),
    lanes=st.integers(1, 9),
    scale_bits=st.integers(8, 16),
)
def test_nothing_is_lost(seed: int, k: int, n: int, lanes: int, scale_bits: int) -> None:
    symbols = skewed(n, k, seed)
    before = symbols.copy()
    words, frequencies = rans_encode(symbols, scale_bits=scale_bits, lanes=lanes)
    np.testing.assert_array_equal(symbols, before)
    assert frequencies.sum() == 2**scale_bits
    assert ((frequencies > 0) == (np.bincount(symbols) > 0)).all()
    np.testing.assert_array_equal(rans_decode(words, frequencies, count=n, lanes=lanes), symbols)
    # Exact cost of these frequencies, the states, and at most a word a lane that the last state did not need.
    cost = -np.log2(frequencies[symbols] / 2.0**scale_bits).sum()
    assert 32 * words.size <= 1.001 * cost + 64 * lanes + 1


def test_one_symbol_costs_nothing() -> None:
    words, frequencies = rans_encode([5] * 10_000)
    assert words.nbytes == 8
    assert rans_decode(words, frequencies, count=10_000).tolist() == [5] * 10_000


@pytest.mark.parametrize("counts", [[1, 1, 1], [10**6, 1, 1, 1], [5, 0, 3], [3, 3, 3, 1], list(range(1, 200))])
def test_frequencies_are_the_best_that_sum_up(counts: list[int]) -> None:
    """No move of one unit from a symbol to another makes the message shorter."""
    n = np.array(counts)
    f = ops.rans_frequencies(n, 8).astype(np.int64)
    assert f.sum() == 256
    assert ((f > 0) == (n > 0)).all()

    def cost(g: np.ndarray) -> float:
        return float(-(n[n > 0] * np.log2(g[n > 0])).sum())

    for a in np.flatnonzero(f > 1)[:40]:
        for b in np.flatnonzero(n)[:40]:
            if a != b:
                moved = f.copy()
                moved[a] -= 1
                moved[b] += 1
                assert cost(moved) >= cost(f) - 1e-9 * n.sum()


def test_damage_is_noticed() -> None:
    symbols = skewed(3000, 20, 6)
    words, frequencies = rans_encode(symbols, lanes=4)
    rng = np.random.default_rng(7)
    for _ in range(60):
        damaged = words.copy()
        damaged[rng.integers(words.size)] ^= np.uint32(1) << np.uint32(rng.integers(32))
        with pytest.raises(ValueError, match="words are not a message of 3000 symbols"):
            rans_decode(damaged, frequencies, count=3000, lanes=4)
    for count in (2999, 3001, 10**5):
        with pytest.raises(ValueError, match="words are not a message"):
            rans_decode(words, frequencies, count=count, lanes=4)
    with pytest.raises(ValueError, match="words are not a message"):
        rans_decode(words[:-1], frequencies, count=3000, lanes=4)
    with pytest.raises(ValueError, match="words are not a message"):
        rans_decode(words, frequencies, count=3000, lanes=2)


def test_arguments_are_named() -> None:
    words, frequencies = rans_encode([0, 1, 1])
    with pytest.raises(ValueError, match="symbols is empty"):
        rans_encode([])
    with pytest.raises(ValueError, match="scale_bits must be an integer from 8 to 16"):
        rans_encode([1], scale_bits=17)
    with pytest.raises(ValueError, match=r"symbols must lie in \[0, 255\]"):
        rans_encode([256], scale_bits=8)
    with pytest.raises(ValueError, match="frequencies must sum to a power of two"):
        rans_decode(words, frequencies[:1], count=3)
    with pytest.raises(ValueError, match="words must hold at least 4"):
        rans_decode(words, frequencies, count=3, lanes=2)
    with pytest.raises(TypeError, match="words must hold integers"):
        rans_decode([0.5], frequencies, count=3)
