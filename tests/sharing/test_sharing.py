"""HashedNets, tied parameters and product quantization."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from minicompress.sharing import (
    find_tied,
    hash_weights,
    hashed_gradient,
    product_quantize,
    share_layers,
    sum_tied_gradients,
)
from minicompress.tensors import HashedTensor


def mix(h: int) -> int:
    """The finaliser of MurmurHash3, in Python integers."""
    h = (h ^ (h >> 16)) * 0x85EBCA6B % 2**32
    h = (h ^ (h >> 13)) * 0xC2B2AE35 % 2**32
    return h ^ (h >> 16)


def test_the_mix_is_murmurs() -> None:
    # fmix32 of MurmurHash3, from its published test: the hash of an empty input with seed 1 is fmix32(1).
    assert mix(1) == 0x514E28B7


@pytest.mark.oracle("hash_weights", against="least squares on the hash by Python integers", tolerance="1e-6")
def test_hashed_weights_are_the_nearest() -> None:
    w, k, seed = np.random.default_rng(0).standard_normal((7, 9)), 5, 12
    design = np.zeros((63, k))  # w = design @ values
    for place in range(63):
        h = mix(place ^ mix(seed))
        design[place, h % k] = -1 if mix(h) >> 31 else 1
    values = np.linalg.lstsq(design, w.reshape(-1), rcond=None)[0]
    tensor = hash_weights(w, n_values=k, seed=seed)
    np.testing.assert_allclose(tensor.values, values, atol=1e-6)
    np.testing.assert_allclose(tensor.to_dense(), (design @ values).reshape(7, 9), atol=1e-6)
    assert tensor.nbytes == 4 * k


@pytest.mark.oracle("hashed_gradient", against="finite differences of a network's loss", tolerance="1e-4 relative")
def test_hashed_gradient() -> None:
    rng = np.random.default_rng(1)
    tensor = hash_weights(rng.standard_normal((4, 6)), n_values=5, seed=3)
    x, target = rng.standard_normal((6, 8)), rng.standard_normal((4, 8))

    def loss(values: np.ndarray) -> float:
        w = HashedTensor(values.astype(np.float32), 4, 6, 3).to_dense().astype(np.float64)
        return float(((w @ x - target) ** 2).sum())

    slope = 2 * (tensor.to_dense().astype(np.float64) @ x - target) @ x.T
    step = np.float32(2.0**-8)
    differences = [
        (loss(tensor.values + e) - loss(tensor.values - e)) / (2 * float(step)) for e in step * np.eye(5, dtype="f4")
    ]
    np.testing.assert_allclose(hashed_gradient(slope, tensor), differences, rtol=1e-4, atol=1e-3)


def test_the_hash_scatters() -> None:
    """Values are used evenly and signs are balanced: chi-square of 64 bins below 110 (p = 0.0002)."""
    index, sign = HashedTensor(np.zeros(64, np.float32), 200, 320, 5).places()
    counts = np.bincount(index.reshape(-1), minlength=64)
    assert ((counts - 1000) ** 2 / 1000).sum() < 110
    assert abs(sign.mean()) < 4 / np.sqrt(sign.size)
    other, _ = HashedTensor(np.zeros(64, np.float32), 200, 320, 6).places()
    assert abs((index == other).mean() - 1 / 64) < 4 * np.sqrt(1 / 64 / sign.size)


def test_a_large_virtual_matrix_wraps_and_rows_are_reached_alone() -> None:
    tensor = HashedTensor(np.float32([1, 2, 3]), 2**31 - 1, 5, 0)
    row = tensor.take_rows([2**31 - 2])[0]
    for j in range(5):
        h = mix(((2**31 - 2) * 5 + j) % 2**32 ^ mix(0))
        assert row[j] == (-1) ** (mix(h) >> 31) * (1 + h % 3)


@pytest.mark.oracle("find_tied", against="identity of bytes, by hand", tolerance="equal")
def test_tied_arrays_are_found() -> None:
    a, b = np.ones((2, 2), np.float32), np.ones((2, 2), np.float32)
    found = find_tied({"a": a, "b": b, "c": a.astype(np.float64), "d": a.reshape(4), "e": -a * 0, "f": a * 0})
    assert found == {"a": "a", "b": "a", "c": "c", "d": "d", "e": "e", "f": "f"}  # -0 and 0 are other bytes


@pytest.mark.oracle("sum_tied_gradients", against="torch: autograd with a tied parameter", tolerance="1e-12")
def test_tied_gradients_add_up() -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(2)
    w, x = rng.standard_normal((3, 3)), rng.standard_normal(3)
    tied = torch.tensor(w, requires_grad=True)
    (tied @ torch.tanh(tied @ torch.from_numpy(x))).sum().backward()
    first, second = (torch.tensor(w, requires_grad=True) for _ in range(2))
    (second @ torch.tanh(first @ torch.from_numpy(x))).sum().backward()
    grads = {"first": first.grad.numpy(), "second": second.grad.numpy()}
    before = {k: v.copy() for k, v in grads.items()}
    total = sum_tied_gradients(grads, find_tied({"first": w, "second": w}))
    np.testing.assert_allclose(total["first"], tied.grad.numpy(), rtol=1e-12)
    assert list(total) == ["first"]
    for name in grads:
        np.testing.assert_array_equal(grads[name], before[name])


@pytest.mark.oracle("share_layers", against="ALBERT's count of parameters", tolerance="equal")
def test_layers_are_shared() -> None:
    weights = {f"layer.{i}.{part}": np.full((2, 3), i) for i in range(6) for part in ("w", "v")} | {"embed": np.eye(2)}
    shared = share_layers(weights, template="layer.{}.", n_layers=6, every=6)
    assert len({id(v) for v in shared.values()}) == 2 + 1
    assert shared["layer.5.w"] is weights["layer.0.w"]
    assert shared["embed"] is weights["embed"]
    pairs = share_layers(weights, template="layer.{}.", n_layers=6, every=2)
    assert [int(pairs[f"layer.{i}.v"][0, 0]) for i in range(6)] == [0, 0, 2, 2, 4, 4]
    assert [int(weights[f"layer.{i}.v"][0, 0]) for i in range(6)] == list(range(6)), "not in place"
    np.testing.assert_equal(find_tied(pairs)["layer.3.v"], find_tied(pairs)["layer.2.v"])


@pytest.mark.oracle("product_quantize", against="scikit-learn KMeans, best of 5", tolerance="within 5 % of its inertia")
def test_product_quantization_by_scikit_learn(deviation: Any) -> None:
    cluster = pytest.importorskip("sklearn.cluster")
    rng = np.random.default_rng(3)
    centres = rng.standard_normal((6, 8)) * 3
    w = (centres[rng.integers(0, 6, 200)] + 0.3 * rng.standard_normal((200, 8))).astype(np.float32)
    best = min(
        float(((product_quantize(w, n_pieces=2, bits=3, rng=np.random.default_rng(s)).to_dense() - w) ** 2).sum())
        for s in range(5)
    )
    theirs = sum(
        cluster.KMeans(8, n_init=5, random_state=0).fit(w[:, part]).inertia_ for part in (slice(0, 4), slice(4, 8))
    )
    deviation(best, theirs, 0.05 * theirs)
    assert best >= 0.999 * theirs


def test_product_quantization_by_faiss() -> None:
    faiss = pytest.importorskip("faiss")
    w = np.random.default_rng(4).standard_normal((700, 8)).astype(np.float32)
    theirs = faiss.ProductQuantizer(8, 4, 4)
    theirs.train(w)
    lost = float(((theirs.decode(theirs.compute_codes(w)) - w) ** 2).sum())
    ours = product_quantize(w, n_pieces=4, bits=4, rng=np.random.default_rng(0))
    # Two local minima from other starts: neither may be far above the other.
    assert abs(float(((ours.to_dense() - w) ** 2).sum()) / lost - 1) < 0.05
    assert ours.nbytes == 700 * 2 + 4 * 16 * 2 * 4


@pytest.mark.oracle("product_quantize", against="faiss ProductQuantizer.compute_codes", tolerance="distance 1e-5")
def test_codes_by_faiss(deviation: Any) -> None:
    """faiss searches our codebook: as near everywhere, and another vector only where float32 sees no difference."""
    faiss = pytest.importorskip("faiss")
    w = np.random.default_rng(6).standard_normal((2000, 24)).astype(np.float32)
    tensor = product_quantize(w, n_pieces=6, bits=8, n_iter=2, rng=np.random.default_rng(0))
    theirs = faiss.ProductQuantizer(24, 6, 8)
    faiss.copy_array_to_vector(tensor.codebook.ravel(), theirs.centroids)
    codes = theirs.compute_codes(w)
    parts = w.reshape(2000, 6, 4).astype(np.float64)
    ours, faiss_s = (((parts - tensor.codebook[np.arange(6), c]) ** 2).sum(axis=2) for c in (tensor.codes, codes))
    deviation(ours, faiss_s, 1e-5)
    assert (ours <= faiss_s).all()
    assert np.mean(tensor.codes != codes) < 1e-3


def test_every_piece_has_its_nearest_vector() -> None:
    w = np.random.default_rng(5).standard_normal((60, 6)).astype(np.float32)
    tensor = product_quantize(w, n_pieces=3, bits=2, rng=np.random.default_rng(0))
    parts = w.reshape(60, 3, 1, 2).astype(np.float64) - tensor.codebook[None]
    distance = (parts**2).sum(axis=3)  # (row, piece, k)
    chosen = np.take_along_axis(distance, tensor.codes[:, :, None].astype(int), axis=2)[:, :, 0]
    np.testing.assert_allclose(chosen, distance.min(axis=2), rtol=1e-12)
    few = product_quantize(w[:3], n_pieces=2, bits=8, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(few.to_dense(), w[:3])
    assert few.codebook.shape == (2, 3, 3)


def test_arguments_are_named() -> None:
    w, rng = np.ones((4, 6)), np.random.default_rng(0)
    with pytest.raises(ValueError, match="n_pieces must divide in_features = 6; got 4"):
        product_quantize(w, n_pieces=4, rng=rng)
    with pytest.raises(TypeError, match="rng must be a numpy.random.Generator"):
        product_quantize(w, n_pieces=2, rng=0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="n_values must be an integer from 1"):
        hash_weights(w, n_values=0)
    with pytest.raises(ValueError, match="seed must be an integer from 0"):
        hash_weights(w, n_values=1, seed=-1)
    with pytest.raises(TypeError, match="tensor must be a HashedTensor"):
        hashed_gradient(w, w)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"gradient must have shape \(4, 6\)"):
        hashed_gradient(w.T, hash_weights(w, n_values=2))
    with pytest.raises(ValueError, match="template must be text with one {}"):
        share_layers({}, template="layer.", n_layers=1, every=1)
    with pytest.raises(ValueError, match="weights has no name that starts with 'layer.0.'"):
        share_layers({"a": w}, template="layer.{}.", n_layers=1, every=1)
    with pytest.raises(ValueError, match=r"'layer.0.w' must have the shape of 'layer.1.w'"):
        share_layers({"layer.0.w": w, "layer.1.w": w.T}, template="layer.{}.", n_layers=2, every=2)
    with pytest.raises(ValueError, match="owner must say whose array 'b' is"):
        sum_tied_gradients({"b": w}, {"a": "a"})
    with pytest.raises(ValueError, match="gradients of 'b' and 'a' must have one shape"):
        sum_tied_gradients({"a": w, "b": w.T}, {"a": "a", "b": "a"})
