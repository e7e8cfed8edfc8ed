"""Activation-aware SVD: the optimum by other roads, the loss it predicts, and the order that papers report."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from minicompress.lowrank import activation_aware_svd, factorize_embedding, svd_factorize, whitened_weights


def output_error(w: np.ndarray, back: np.ndarray, x: np.ndarray) -> float:
    """Root of the mean squared error of the layer's outputs, relative to the outputs."""
    x = x.astype(np.float64)
    return float(np.linalg.norm(x @ (w - back).T) / np.linalg.norm(x @ w.T))


@pytest.mark.oracle(
    "activation_aware_svd", against="the paper's form with S^-1, and the SVD of W X^T", tolerance="1e-4 relative"
)
@pytest.mark.parametrize("rank", [2, 5, 9])
def test_it_is_the_best_of_its_rank_on_the_calibration_inputs(rank: int, weights: Any, activations: Any) -> None:
    w, x = weights(24, 32, 0), activations(200, 32, 1)
    ours = activation_aware_svd(w, x, rank=rank).to_dense()
    exact = x.astype(np.float64)
    # No matrix of the rank has outputs closer to X W^T than its own truncated SVD: a bound, and it is reached.
    s = np.linalg.svd(exact @ w.T, compute_uv=False)
    best = np.sqrt(np.sum(s[rank:] ** 2)) / np.linalg.norm(s)
    np.testing.assert_allclose(output_error(w, ours, x), best, rtol=1e-4)
    # The form of SVD-LLM, inverse and all.
    c = exact.T @ exact / len(x)
    factor = np.linalg.cholesky(c + 1e-6 * np.trace(c) / len(c) * np.eye(len(c)))
    u, t, vt = np.linalg.svd(w @ factor, full_matrices=False)
    by_paper = (u[:, :rank] * t[:rank]) @ np.linalg.solve(factor.T, vt[:rank].T).T
    np.testing.assert_allclose(ours, by_paper, atol=1e-5 * np.linalg.norm(w))


@pytest.mark.oracle("whitened_weights", against="the layer's output energy, component by component", tolerance="1e-5")
def test_the_singular_values_are_what_each_component_costs(weights: Any, activations: Any) -> None:
    w, x = weights(20, 16, 2), activations(300, 16, 3)
    s = np.linalg.svd(whitened_weights(w, x, damping=1e-10), compute_uv=False)
    for rank in (1, 4, 8):
        back = activation_aware_svd(w, x, rank=rank, damping=1e-10).to_dense()
        loss = np.mean(np.sum((x.astype(np.float64) @ (w - back).T) ** 2, axis=1))
        np.testing.assert_allclose(loss, np.sum(s[rank:] ** 2), rtol=1e-4)
    # W S S^T W^T = W C W^T whatever the factor S is.
    exact = x.astype(np.float64)
    ws = whitened_weights(w, x, damping=1e-10)
    np.testing.assert_allclose(ws @ ws.T, w @ (exact.T @ exact / len(x)) @ w.T, rtol=1e-5)


def test_white_inputs_give_the_plain_svd(weights: Any) -> None:
    w = weights(18, 12, 4)
    x = np.linalg.qr(np.random.default_rng(0).standard_normal((64, 12)))[0]
    aware = activation_aware_svd(w, x, rank=5).to_dense()
    np.testing.assert_allclose(aware, svd_factorize(w, rank=5).to_dense(), atol=1e-5)
    silent = activation_aware_svd(w, np.zeros((3, 12)), rank=5).to_dense()
    np.testing.assert_allclose(silent, svd_factorize(w, rank=5).to_dense(), atol=1e-6)


def test_fewer_samples_than_inputs_and_dead_inputs_are_no_obstacle(weights: Any, activations: Any) -> None:
    w, x = weights(20, 24, 5), activations(6, 24, 6)
    x[:, 7] = 0
    made = activation_aware_svd(w, x, rank=6)
    assert output_error(w, made.to_dense(), x) < 1e-2, "six samples span six outputs"
    scaled = activation_aware_svd(w, x * np.float32(1e25), rank=6)
    np.testing.assert_allclose(scaled.to_dense(), made.to_dense(), atol=1e-4)


@pytest.mark.parametrize("rank", [4, 8, 12])
def test_on_held_out_inputs_it_beats_the_plain_svd(rank: int, activations: Any) -> None:
    """A hundred random layers: fewer output errors in total, and in nearly every one, on inputs not calibrated on."""
    wins, totals = 0, np.zeros(2)
    for seed in range(100):
        w = np.random.default_rng(seed).standard_normal((32, 32)) / np.sqrt(32)
        x, held_out = activations(256, 32, 1000 + seed), activations(256, 32, 2000 + seed)
        aware = output_error(w, activation_aware_svd(w, x, rank=rank).to_dense(), held_out)
        plain = output_error(w, svd_factorize(w, rank=rank).to_dense(), held_out)
        totals += aware, plain
        wins += aware < plain
    assert totals[0] < 0.7 * totals[1]
    assert wins >= 95


def test_on_the_trained_transformer_it_beats_the_plain_svd() -> None:
    """Every linear layer of the last block, at half the bytes, calibrated on training names, measured on test names."""
    pytest.importorskip("babel")
    from minicompress.data import load_language_names
    from minicompress.models import load_pretrained_classifier
    from minicompress.nn import Linear

    model, names = load_pretrained_classifier("transformer"), load_language_names()
    layers = {name: m for name, m in model.named_modules() if isinstance(m, Linear) and name.startswith("blocks.1")}
    seen: dict[str, list[np.ndarray]] = {name: [] for name in layers}
    for name, layer in layers.items():
        layer.add_hook(lambda _, args, name=name: seen[name].append(np.asarray(args[0].data)) and None)

    def inputs_of(split: Any, seed: int) -> dict[str, np.ndarray]:
        rng = np.random.default_rng(seed)
        for found in seen.values():
            found.clear()
        model.predict_logits([split.texts[i] for i in rng.permutation(len(split))[:200]])
        rows = {name: np.concatenate([x.reshape(-1, x.shape[-1]) for x in found]) for name, found in seen.items()}
        return {name: rng.permutation(x)[:2000] for name, x in rows.items()}

    calibration, test = inputs_of(names.train, 0), inputs_of(names.test, 1)
    gains = []
    for name, layer in layers.items():
        w = layer.weight.data.astype(np.float64)
        rank = max(1, w.size // (2 * sum(w.shape)))
        aware = output_error(w, activation_aware_svd(w, calibration[name], rank=rank).to_dense(), test[name])
        plain = output_error(w, svd_factorize(w, rank=rank).to_dense(), test[name])
        gains.append(aware / plain)
    assert len(gains) == 6
    assert max(gains) < 1, gains
    assert np.mean(gains) < 0.8


@pytest.mark.oracle("factorize_embedding", against="weighted alternating least squares", tolerance="1e-5 relative")
def test_an_embedding_is_closest_where_tokens_are_frequent(weights: Any, best_by_turns: Any) -> None:
    table = weights(60, 16, 7, decay=0.8)
    counts = np.floor(1000 / np.arange(1, 61))  # Zipf
    made = factorize_embedding(table, rank=5, counts=counts)

    def loss(back: np.ndarray) -> float:
        return float(np.sqrt(np.sum(counts[:, None] * (table - back) ** 2)))

    # A full-rank diagonal weight may be moved into the matrix: the same search, on the weighted table.
    np.testing.assert_allclose(loss(made.to_dense()), best_by_turns(np.sqrt(counts)[:, None] * table, 5), rtol=1e-5)
    plain = factorize_embedding(table, rank=5)
    assert loss(made.to_dense()) < loss(plain.to_dense())
    np.testing.assert_allclose(plain.to_dense(), svd_factorize(table, rank=5).to_dense(), atol=1e-6)
    rows = made.take_rows([[3, 59], [0, 3]])
    assert rows.shape == (2, 2, 16)
    np.testing.assert_array_equal(rows, made.to_dense()[[[3, 59], [0, 3]]])
    assert made.nbytes == 4 * 5 * (60 + 16)


def test_arguments_are_checked(weights: Any, activations: Any) -> None:
    w, x = weights(12, 20, 8), activations(9, 20, 9)
    with pytest.raises(ValueError, match=r"x must have shape \(any, 20\)"):
        activation_aware_svd(w, x[:, :5], rank=2)
    with pytest.raises(ValueError, match="rank must be at most 7"):
        activation_aware_svd(w, x, rank=8)
    with pytest.raises(ValueError, match="damping must be a number in"):
        activation_aware_svd(w, x, rank=2, damping=0.0)
    with pytest.raises(ValueError, match=r"counts must have shape \(12,\)"):
        factorize_embedding(w, rank=2, counts=[1.0])
    for bad in (np.zeros(12), -np.ones(12)):
        with pytest.raises(ValueError, match="counts must be at least 0 and not all 0"):
            factorize_embedding(w, rank=2, counts=bad)
