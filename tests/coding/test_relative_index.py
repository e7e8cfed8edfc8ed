"""Relative indices against the paper's figure and a loop, and Deep Compression as a whole."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minicompress.coding import deep_compress, entropy, relative_index_decode, relative_index_encode
from minicompress.quantization import quantize_kmeans
from minicompress.tensors import EntropyCodedTensor, RelativeSparseTensor


@pytest.mark.oracle("relative_index_encode", against="figure 2 of Han et al. 2016", tolerance="equal")
def test_the_papers_figure() -> None:
    """Kept 1, 4 and 15, 3 bits: differences 1, 3, 8 (a filler), 3; ours are one less."""
    gaps, is_filler = relative_index_encode(np.isin(np.arange(16), [1, 4, 15]), bits=3)
    np.testing.assert_equal((gaps + 1).tolist(), [2, 3, 8, 3], "the first difference is counted from -1, not from 0")
    np.testing.assert_equal(is_filler.tolist(), [False, False, True, False])
    np.testing.assert_equal(relative_index_decode(gaps).tolist(), [1, 4, 12, 15])


def by_a_loop(mask: np.ndarray, bits: int) -> tuple[list[int], list[bool]]:
    gaps, fillers, run = [], [], 0
    for kept in mask.reshape(-1).tolist():
        if kept or run == 2**bits - 1:
            gaps.append(run)
            fillers.append(not kept)
            run = 0
        else:
            run += 1
    while fillers and fillers[-1]:  # nothing needs a filler after the last kept place
        gaps.pop()
        fillers.pop()
    return gaps, fillers


@pytest.mark.oracle("relative_index_encode", against="a loop over all places", tolerance="equal")
@pytest.mark.oracle("relative_index_decode", against="the places themselves", tolerance="equal")
@given(seed=st.integers(0, 10**6), bits=st.integers(1, 8), n=st.integers(0, 900), density=st.floats(0, 1))
def test_by_a_loop(seed: int, bits: int, n: int, density: float) -> None:
    mask = np.random.default_rng(seed).random(n) < density**3
    before = mask.copy()
    gaps, is_filler = relative_index_encode(mask, bits=bits)
    np.testing.assert_array_equal(mask, before)
    assert (gaps.tolist(), is_filler.tolist()) == by_a_loop(mask, bits)
    np.testing.assert_array_equal(relative_index_decode(gaps)[~is_filler], np.flatnonzero(mask))


def test_the_share_of_fillers() -> None:
    """At density p an entry needs more than (2^b - 1) zeros with probability (1 - p)^(2^b)."""
    mask = np.random.default_rng(0).random(400_000) < 0.1
    _, is_filler = relative_index_encode(mask, bits=4)
    expected = 0.9**16 / (1 - 0.9**16)  # fillers for each kept place: a geometric number of them
    np.testing.assert_allclose(is_filler.sum() / mask.sum(), expected, rtol=0.05)  # four standard deviations


def layer() -> tuple[np.ndarray, np.ndarray]:
    """A layer of correlated weights with heavy tails, a tenth kept."""
    rng = np.random.default_rng(1)
    w = (rng.standard_normal((128, 24)) @ rng.standard_normal((24, 256)) + 3 * rng.standard_t(4, (128, 256))) / 8
    mask = np.abs(w) > np.quantile(np.abs(w), 0.9)
    return w.astype(np.float32), mask


@pytest.mark.oracle(
    "deep_compress",
    against="the three steps taken one by one, and the bytes of each by entropy and table",
    tolerance="weights equal; bytes within 3 % of the entropies of both streams, codebook and tables added",
)
@pytest.mark.parametrize("coder", ["huffman", "rans"])
def test_deep_compression(coder: str) -> None:
    w, mask = layer()
    tensor = deep_compress(w, mask, bits=5, index_bits=5, coder=coder)
    dense = tensor.to_dense()
    assert not dense[~mask].any()
    # The kept values, shared by k-means among 31 centroids: what quantize_kmeans would do but for its 32nd.
    inner = tensor.decode()
    assert isinstance(inner, RelativeSparseTensor)
    assert inner.codebook[0] == 0
    kept = w[mask].astype(np.float64)
    np.testing.assert_array_equal(
        np.abs(dense[mask] - kept), np.abs(kept[:, None] - inner.codebook[1:].astype(np.float64)).min(axis=1)
    )
    more = quantize_kmeans(w[mask][None], bits=5).to_dense()[0]
    assert ((dense[mask] - kept) ** 2).sum() < 1.3 * ((more - kept) ** 2).sum()
    # Every byte, from the definition of the streams.
    gaps, is_filler = relative_index_encode(mask, bits=5)
    codes = np.zeros(gaps.size, int)
    codes[~is_filler] = 1 + np.abs(kept[:, None] - inner.codebook[1:]).argmin(axis=1)
    streams = gaps.size * (entropy(gaps) + entropy(codes)) / 8
    tables = 2 * 32 * (1 if coder == "huffman" else 2)
    assert streams + 4 * 32 <= tensor.nbytes <= (1.03 if coder == "huffman" else 1.005) * streams + 4 * 32 + tables + 32
    assert w.nbytes / tensor.nbytes > 25


def test_every_step_makes_it_smaller() -> None:
    w, mask = layer()
    coded = deep_compress(w, mask, bits=4, index_bits=4)
    inner = coded.decode()
    assert coded.nbytes < inner.nbytes < quantize_kmeans(w, bits=4).nbytes < w.nbytes
    assert inner.nbytes == -(-inner.entries // 2) * 2 + 4 * 16
    assert {row[0]: row[3] for row in json.loads(coded.layout)["arrays"]} == {
        "gaps": "huffman",
        "packed": "huffman",
        "codebook": "raw",
    }


def test_borders_of_deep_compression() -> None:
    w = np.random.default_rng(2).standard_normal((6, 50)).astype(np.float32)
    none = deep_compress(w, np.zeros((6, 50), bool))
    assert not none.to_dense().any()
    assert (none @ np.ones(50)).tolist() == [0] * 6
    all_kept = deep_compress(w, np.ones((6, 50), bool), bits=8)
    assert np.abs(all_kept.to_dense() - w).max() < 0.05
    last = np.zeros((6, 50), bool)
    last[5, 49] = True
    one = deep_compress(w, last, bits=1, index_bits=2)
    assert one.to_dense()[5, 49] == w[5, 49]
    assert np.count_nonzero(one.to_dense()) == 1
    assert one.decode().entries == 75  # type: ignore[attr-defined]
    zeros = deep_compress(np.zeros((2, 3)), np.ones((2, 3), bool))
    assert zeros.to_dense().tolist() == [[0] * 3] * 2


def test_entropy_coding_composes_with_any_format() -> None:
    w = np.random.default_rng(3).standard_t(3, (64, 200)).astype(np.float32)
    inner = quantize_kmeans(w, bits=4)
    for coder in ("huffman", "rans"):
        coded = EntropyCodedTensor.encode(inner, coder=coder)
        assert coded.decode().arrays().keys() == inner.arrays().keys()
        for name, array in inner.arrays().items():
            np.testing.assert_array_equal(coded.decode().arrays()[name], array)
        assert inner.codes.size * entropy(inner.codes) / 8 < coded.nbytes < 0.8 * inner.nbytes
    twice = EntropyCodedTensor.encode(EntropyCodedTensor.encode(inner))
    np.testing.assert_array_equal(twice.to_dense(), inner.to_dense())


def test_arguments_are_named() -> None:
    w, mask = np.ones((2, 3)), np.ones((2, 3), bool)
    with pytest.raises(TypeError, match="mask must be a boolean array, True = kept"):
        relative_index_encode(np.ones(3), bits=3)
    with pytest.raises(ValueError, match="bits must be an integer from 1 to 8"):
        relative_index_encode(mask, bits=9)
    with pytest.raises(ValueError, match=r"gaps must lie in \[0, 255\]"):
        relative_index_decode([256])
    with pytest.raises(ValueError, match=r"mask must be a boolean array of shape \(2, 3\)"):
        deep_compress(w, mask.T)
    with pytest.raises(ValueError, match="coder must be one of 'huffman', 'rans'"):
        deep_compress(w, mask, coder="lzma")
    with pytest.raises(ValueError, match="index_bits must be an integer from 1 to 8"):
        deep_compress(w, mask, index_bits=0)
    with pytest.raises(TypeError, match="rng must be a numpy.random.Generator"):
        deep_compress(w, mask, init="kmeans++")
    with pytest.raises(TypeError, match="tensor must be a stored tensor"):
        EntropyCodedTensor.encode(w)  # type: ignore[arg-type]
