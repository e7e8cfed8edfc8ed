"""Each compressor against torch, the truncated SVD, closed forms, and brute force."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from minicompress.gradients import (
    DenseMessage,
    LowRankMessage,
    OneBitCompressor,
    PowerSGD,
    SparseMessage,
    TopKCompressor,
    all_reduce_mean,
    compress_shared,
)


def power(rank: int, seed: int = 0, **options: object) -> PowerSGD:
    return PowerSGD(rank=rank, rng=np.random.default_rng(seed), dtype=np.float64, **options)  # type: ignore[arg-type]


@pytest.mark.oracle("TopKCompressor", against="torch.topk", tolerance="equal")
@pytest.mark.parametrize("density", [0.01, 0.2, 1.0])
def test_top_k_is_that_of_torch(density: float) -> None:
    torch = pytest.importorskip("torch")
    g = np.random.default_rng(0).standard_normal((13, 17)).astype(np.float32)
    sent = TopKCompressor(density=density).compress(g)
    k = int(np.ceil(density * g.size))
    places = torch.topk(torch.from_numpy(g).abs().ravel(), k).indices.sort().values.numpy()
    np.testing.assert_array_equal(sent.indices, places)
    np.testing.assert_array_equal(sent.values, g.ravel()[places])
    assert sent.nbytes == 8 * k


@pytest.mark.oracle("TopKCompressor", against="brute force over all sets of k", tolerance="1e-12")
@given(g=hnp.arrays(np.float64, st.integers(1, 7), elements=st.integers(-4, 4)), density=st.floats(0.05, 1))
def test_no_other_k_entries_are_closer(g: np.ndarray, density: float) -> None:
    sent = TopKCompressor(density=density).compress(g)
    k = int(np.ceil(density * g.size))
    assert sent.indices.size == k
    assert (np.diff(sent.indices) > 0).all()
    error = np.sum((sent.to_dense() - g) ** 2)
    best = min(np.sum(g[list(left)] ** 2) for left in itertools.combinations(range(g.size), g.size - k))
    assert error == pytest.approx(best, abs=1e-12)
    assert error <= (1 - k / g.size) * np.sum(g**2) + 1e-12, "the contraction that convergence proofs use"


def test_top_k_is_biased_at_each_step() -> None:
    """Noise of mean 0 does not help: the small entry is never sent, so the mean message is not the mean gradient."""
    rng = np.random.default_rng(0)
    mean = np.array([3.0, -2.0, 0.1, 1.0])
    grads = mean + 0.1 * rng.standard_normal((500, 4))
    without = TopKCompressor(density=0.5, error_feedback=False)
    sent = np.mean([without.compress(g).to_dense() for g in grads], axis=0)
    assert sent[2] == 0.0
    assert abs(sent[2] - mean[2]) > 20 * 0.1 / np.sqrt(500)
    feedback = TopKCompressor(density=0.5)
    sent = np.mean([feedback.compress(g).to_dense() for g in grads], axis=0)
    np.testing.assert_allclose(sent, grads.mean(axis=0) - feedback.residual() / 500, atol=1e-12)
    assert abs(sent[2] - mean[2]) < 0.05


@pytest.mark.oracle("TopKCompressor", against="torch.optim.SGD(momentum)", tolerance="1e-12")
def test_momentum_with_all_entries_sent_is_momentum_sgd() -> None:
    torch = pytest.importorskip("torch")
    grads = np.random.default_rng(2).standard_normal((6, 5))
    top = TopKCompressor(density=1.0, momentum=0.9, factor_masking=False, dtype=np.float64)
    parameter = torch.nn.Parameter(torch.zeros(5, dtype=torch.float64))
    theirs = torch.optim.SGD([parameter], lr=1.0, momentum=0.9)
    ours = np.zeros(5)
    for g in grads:
        ours -= top.compress(g).to_dense()
        parameter.grad = torch.from_numpy(g)
        theirs.step()
        np.testing.assert_allclose(ours, parameter.detach().numpy(), atol=1e-12)


def test_momentum_correction_by_its_equations() -> None:
    """u = m u + g, v = v + u, both cleared where sent: written out entry by entry."""
    grads = np.random.default_rng(3).standard_normal((12, 6))
    top = TopKCompressor(density=1 / 3, momentum=0.5, dtype=np.float64)
    u, v = [0.0] * 6, [0.0] * 6
    for g in grads:
        sent = top.compress(g)
        for i in range(6):
            u[i] = 0.5 * u[i] + g[i]
            v[i] += u[i]
        places = sorted(range(6), key=lambda i: -abs(v[i]))[:2]
        assert sorted(places) == sent.indices.tolist()
        np.testing.assert_allclose(sent.values, [v[i] for i in sorted(places)], atol=1e-14)
        for i in places:
            u[i] = v[i] = 0.0
        np.testing.assert_allclose(top.residual(), v, atol=1e-14)
    with pytest.raises(ValueError, match="momentum must be a number"):
        TopKCompressor(momentum=1.0)
    with pytest.raises(ValueError, match="density must be a number"):
        TopKCompressor(density=0)


@pytest.mark.oracle(
    "OneBitCompressor", against="least squares over two values a column (numpy.linalg.lstsq)", tolerance="1e-12"
)
@given(g=hnp.arrays(np.float64, st.tuples(st.integers(1, 6), st.integers(1, 5)), elements=st.floats(-5, 5)))
def test_one_bit_sends_the_best_two_values_for_the_signs(g: np.ndarray) -> None:
    sent = OneBitCompressor(dtype=np.float64).compress(g)
    back = sent.to_dense()
    for column, decoded in zip(g.T, back.T, strict=True):
        design = np.stack([column >= 0, column < 0], axis=1).astype(float)
        best = design @ np.linalg.lstsq(design, column, rcond=None)[0]
        np.testing.assert_allclose(decoded, best, atol=1e-12)
    np.testing.assert_allclose(back.sum(axis=0), g.sum(axis=0), atol=1e-12)
    assert sent.nbytes == -(-g.size // 8) + 16 * g.shape[1]


@pytest.mark.oracle("PowerSGD", against="torch.linalg.qr, the steps of torch's powerSGD_hook", tolerance="1e-10")
def test_power_sgd_step_by_step_as_the_hook_of_torch_does_it() -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(4)
    ours = power(3, seed=7)
    q = torch.from_numpy(np.random.default_rng(7).standard_normal((8, 3)))
    error = torch.zeros(12, 8, dtype=torch.float64)
    for _ in range(5):
        g = rng.standard_normal((12, 8))
        m = torch.from_numpy(g) + error
        p = torch.linalg.qr(m @ q).Q
        q = m.T @ p
        error = m - p @ q.T
        np.testing.assert_allclose(ours.compress(g).to_dense(), (p @ q.T).numpy(), atol=1e-10)
        np.testing.assert_allclose(ours.residual(), error.numpy(), atol=1e-10)


@pytest.mark.oracle("PowerSGD", against="numpy's SVD: the best of the rank", tolerance="1e-8")
def test_warm_start_comes_to_the_best_rank_r() -> None:
    rng = np.random.default_rng(5)
    u, v = (np.linalg.qr(rng.standard_normal((n, 6)))[0] for n in (20, 15))
    s = 0.5 ** np.arange(6)
    g = (u * s) @ v.T
    best = (u[:, :2] * s[:2]) @ v[:, :2].T
    warm, cold = power(2, error_feedback=False), power(2, error_feedback=False, warm_start=False)
    for _ in range(40):
        near, far = warm.compress(g).to_dense(), cold.compress(g).to_dense()
    np.testing.assert_allclose(near, best, atol=1e-8)
    assert np.linalg.norm(far - g) > 1.01 * np.linalg.norm(best - g)


@given(seed=st.integers(0, 99), rank=st.integers(1, 3))
def test_a_gradient_that_has_the_rank_is_sent_exactly(seed: int, rank: int) -> None:
    rng = np.random.default_rng(seed)
    g = rng.standard_normal((9, rank)) @ rng.standard_normal((rank, 10))
    compressor = power(3, seed=seed + 1000)
    sent = compressor.compress(g)
    assert isinstance(sent, LowRankMessage)
    np.testing.assert_allclose(sent.to_dense(), g, atol=1e-9)
    np.testing.assert_allclose(sent.p.T @ sent.p, np.eye(3), atol=1e-12)
    compressor.compress(np.zeros((9, 10)))  # a start that is zero must not stay so
    for _ in range(3):
        sent = compressor.compress(g)
    np.testing.assert_allclose(sent.to_dense(), g, atol=1e-8)


def test_what_would_not_shrink_is_sent_whole() -> None:
    compressor = power(2)
    for shape in ((5,), (3, 4), (1, 9), ()):
        g = np.ones(shape)
        sent = compressor.compress(g, name=str(shape))
        assert isinstance(sent, DenseMessage)
        np.testing.assert_array_equal(sent.to_dense(), g)
        assert sent.nbytes == g.nbytes
    kernel = np.random.default_rng(0).standard_normal((8, 4, 3))
    sent = compressor.compress(kernel, name="kernel")
    assert isinstance(sent, LowRankMessage)
    assert (sent.p.shape, sent.q.shape, sent.to_dense().shape) == ((8, 2), (12, 2), (8, 4, 3))


@pytest.mark.oracle("compress_shared", against="one worker that holds the mean gradient", tolerance="1e-10")
def test_the_mean_of_factors_is_the_factor_of_the_mean() -> None:
    rng = np.random.default_rng(6)
    workers = [power(2, seed=3) for _ in range(4)]
    alone = power(2, seed=3)
    for _ in range(4):
        grads = [rng.standard_normal((10, 7)) for _ in workers]
        messages = compress_shared(workers, grads, name="w")
        mean = all_reduce_mean(messages)
        one = alone.compress(np.mean(grads, axis=0), name="w")
        np.testing.assert_allclose(mean.to_dense(), one.to_dense(), atol=1e-10)
        np.testing.assert_allclose(mean.to_dense(), np.mean([m.to_dense() for m in messages], axis=0), atol=1e-12)
        residuals = np.mean([w.residual("w") for w in workers], axis=0)
        np.testing.assert_allclose(residuals, alone.residual("w"), atol=1e-10)
        assert mean.nbytes == messages[0].nbytes, "it does not grow with the workers"


def test_shared_compression_checks_its_workers() -> None:
    g = np.ones((6, 6))
    with pytest.raises(ValueError, match="generators of the same seed"):
        compress_shared([power(1, seed=0), power(1, seed=1)], [g, g])
    with pytest.raises(ValueError, match="one gradient a worker; got 1 for 2 workers"):
        compress_shared([power(1), power(1)], [g])
    with pytest.raises(ValueError, match="one rank, dtype and warm_start"):
        compress_shared([power(1), power(2)], [g, g])
    with pytest.raises(ValueError, match="of one shape that rank 1 makes smaller"):
        compress_shared([power(1), power(1)], [g, np.ones((6, 5))])
    with pytest.raises(TypeError, match="workers must be PowerSGD"):
        compress_shared([OneBitCompressor()], [g])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="must share one P"):
        all_reduce_mean([power(1, seed=0).compress(g + np.eye(6)), power(1, seed=1).compress(np.eye(6))])


@pytest.mark.oracle("all_reduce_mean", against="the mean of the dense gradients", tolerance="1e-14")
@given(
    grads=st.lists(hnp.arrays(np.float64, (3, 4), elements=st.floats(-9, 9)), min_size=1, max_size=4),
    density=st.floats(0.1, 1),
)
def test_sparse_messages_unite(grads: list[np.ndarray], density: float) -> None:
    messages = [TopKCompressor(density=density, dtype=np.float64).compress(g) for g in grads]
    mean = all_reduce_mean(messages)
    assert isinstance(mean, SparseMessage)
    np.testing.assert_allclose(mean.to_dense(), np.mean([m.to_dense() for m in messages], axis=0), atol=1e-14)
    assert set(mean.indices.tolist()) == set().union(*(m.indices.tolist() for m in messages))
    assert max(m.nbytes for m in messages) <= mean.nbytes <= sum(m.nbytes for m in messages)
    signs = [OneBitCompressor(dtype=np.float64).compress(g) for g in grads]
    whole = all_reduce_mean(signs)
    assert isinstance(whole, DenseMessage)
    np.testing.assert_allclose(whole.to_dense(), np.mean([m.to_dense() for m in signs], axis=0), atol=1e-14)


def test_messages_that_cannot_be_averaged() -> None:
    g = np.ones((4, 4))
    with pytest.raises(ValueError, match="messages is empty"):
        all_reduce_mean([])
    with pytest.raises(TypeError, match="messages must come from compress"):
        all_reduce_mean([g])  # type: ignore[list-item]
    with pytest.raises(ValueError, match=r"one kind and shape; got SignMessage \(4, 4\), SparseMessage \(4, 4\)"):
        all_reduce_mean([TopKCompressor().compress(g), OneBitCompressor().compress(g)])
