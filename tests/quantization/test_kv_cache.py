"""The quantized KV cache: the grids of KIVI, tokens that wait, and the error that attention sees."""

from __future__ import annotations

import numpy as np
import pytest

from minicompress.quantization import QuantizedCache, quantize_keys, quantize_values


def keys_and_values(tokens: int, d: int = 32, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Keys with two large channels, as the paper finds them; values without."""
    rng = np.random.default_rng(seed)
    keys = rng.standard_normal((tokens, d))
    keys[:, [3, 20]] = keys[:, [3, 20]] * 2 + [14, -11]
    return keys.astype(np.float32), rng.standard_normal((tokens, d)).astype(np.float32)


def attention(q: np.ndarray, k: np.ndarray, v: np.ndarray) -> np.ndarray:
    logits = q.astype(np.float64) @ k.T / np.sqrt(k.shape[1])
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True) @ v.astype(np.float64)


def by_definition(columns: np.ndarray, bits: int) -> np.ndarray:
    """Asymmetric rounding of each column by its own smallest and largest value (0 included), in double precision."""
    back = np.empty(columns.shape)
    for j, column in enumerate(columns.T.astype(np.float64)):
        low, high = min(column.min(), 0), max(column.max(), 0)
        step = (high - low) / (2**bits - 1)
        zero = np.rint(-low / step)
        back[:, j] = (np.clip(np.rint(column / step) + zero, 0, 2**bits - 1) - zero) * step
    return back


@pytest.mark.oracle(
    "quantize_keys", against="each channel's groups of tokens rounded one by one", tolerance="1e-6: float32 steps"
)
def test_keys_are_rounded_channel_by_channel() -> None:
    k, _ = keys_and_values(16)
    back = quantize_keys(k, bits=4, group_size=8).to_dense().T
    expected = np.concatenate([by_definition(part, 4) for part in np.split(k, 2)])
    np.testing.assert_allclose(back, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.oracle(
    "quantize_values", against="each token's groups of channels rounded one by one", tolerance="1e-6: float32 steps"
)
def test_values_are_rounded_token_by_token() -> None:
    _, v = keys_and_values(16)
    back = quantize_values(v, bits=2, group_size=8).to_dense()
    expected = np.concatenate([by_definition(part.T, 2).T for part in np.split(v, 4, axis=1)], axis=1)
    np.testing.assert_allclose(back, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.oracle(
    "QuantizedCache", against="attention over the float cache, in double precision", tolerance="stated a case"
)
def test_attention_sees_less_error_with_keys_per_channel() -> None:
    k, v = keys_and_values(256)
    q = np.random.default_rng(5).standard_normal((40, 32)).astype(np.float32)
    exact = attention(q, k, v)

    def error(keys: np.ndarray, values: np.ndarray) -> float:
        return float(np.linalg.norm(attention(q, keys, values) - exact) / np.linalg.norm(exact))

    per_channel = quantize_keys(k, bits=4, group_size=32).to_dense().T
    per_token = quantize_values(k, bits=4, group_size=32).to_dense()
    assert error(per_channel, v) < 0.5 * error(per_token, v)
    cache = QuantizedCache(32, bits=8, group_size=32)
    cache.append(k, v)
    assert np.linalg.norm(cache.attend(q) - exact) < 0.02 * np.linalg.norm(exact)
    smaller = QuantizedCache(32, bits=4, group_size=32)
    smaller.append(k, v)
    assert smaller.nbytes < 0.25 * (k.nbytes + v.nbytes)


def test_the_cache_does_not_depend_on_how_tokens_come() -> None:
    k, v = keys_and_values(41)
    whole, single, mixed = (QuantizedCache(32, group_size=8) for _ in range(3))
    whole.append(k, v)
    for t in range(41):
        single.append(k[t : t + 1], v[t : t + 1])
    for run in (slice(0, 3), slice(3, 3), slice(3, 30), slice(30, 41)):
        mixed.append(k[run], v[run])
    for cache in (single, mixed):
        assert (len(cache), cache.waiting, cache.nbytes) == (41, 1, whole.nbytes)
        np.testing.assert_array_equal(cache.keys(), whole.keys())
        np.testing.assert_array_equal(cache.values(), whole.values())
    np.testing.assert_array_equal(whole.keys()[40:], k[40:])
    np.testing.assert_array_equal(whole.keys()[8:16], quantize_keys(k[8:16], bits=4).to_dense().T)
    np.testing.assert_array_equal(whole.values()[8:16], quantize_values(v[8:16], bits=4).to_dense())


@pytest.mark.oracle(
    "QuantizedCache", against="softmax attention over what it stores", tolerance="1e-6: one float32 rounding"
)
def test_attend() -> None:
    k, v = keys_and_values(20)
    cache = QuantizedCache(32, group_size=8)
    cache.append(k, v)
    q = np.random.default_rng(1).standard_normal((5, 32)) * 300  # logits that would overflow exp
    np.testing.assert_allclose(
        cache.attend(q), attention(q.astype(np.float32), cache.keys(), cache.values()), atol=1e-6
    )


def test_the_cache_keeps_copies_and_counts_bytes() -> None:
    k, v = keys_and_values(3)
    cache = QuantizedCache(32, bits=2, group_size=2)
    cache.append(k, v)
    stored = cache.keys()
    k[...] = v[...] = 7
    np.testing.assert_array_equal(cache.keys(), stored)
    # Two tokens: 32 channels of 2 x 2 bits (a byte), scale 4, zero point 1; 2 tokens of 8 bytes, 4 and 1. One waits.
    assert cache.nbytes == 32 * (1 + 4 + 1) + 2 * (8 + 4 + 1) + 2 * 32 * 4


def test_arguments_are_named() -> None:
    cache = QuantizedCache(4)
    with pytest.raises(ValueError, match="the cache is empty"):
        cache.attend(np.zeros((1, 4)))
    with pytest.raises(ValueError, match=r"keys must have shape \(any, 4\)"):
        cache.append(np.zeros((2, 3)), np.zeros((2, 3)))
    with pytest.raises(ValueError, match=r"values must have shape \(2, 4\)"):
        cache.append(np.zeros((2, 4)), np.zeros((3, 4)))
    with pytest.raises(ValueError, match="keys has 8 values"):
        cache.append(np.full((2, 4), np.nan), np.zeros((2, 4)))
    assert len(cache) == 0, "what was refused left nothing behind"
    with pytest.raises(ValueError, match="group_size must be"):
        QuantizedCache(4, group_size=0)
    with pytest.raises(ValueError, match="keys must have 2"):
        quantize_keys(np.zeros(4))
