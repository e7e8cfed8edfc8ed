"""k-means on a line: the exact optimum by brute force, Lloyd by scikit-learn, and the gradient of shared values."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from minicompress.sharing import kmeans_1d, optimal_kmeans_1d, shared_centroid_gradient


def inertia(values: np.ndarray, centroids: np.ndarray) -> float:
    distance = np.abs(values.astype(np.float64).reshape(-1, 1) - centroids)
    return float((distance.min(axis=1) ** 2).sum())


def brute_force(values: np.ndarray, k: int) -> float:
    """Least inertia over all ways to cut the sorted values into at most ``k`` runs."""
    ordered = np.sort(values.astype(np.float64))
    cuts = itertools.combinations(range(1, ordered.size), min(k, ordered.size) - 1)
    return min(sum(float(((run - run.mean()) ** 2).sum()) for run in np.split(ordered, cut)) for cut in cuts)


@pytest.mark.oracle(
    "optimal_kmeans_1d", against="brute force over all cuts of up to 9 values", tolerance="1e-9 of the spread squared"
)
@given(
    values=hnp.arrays(np.float64, st.integers(1, 9), elements=st.floats(-100, 100, width=32)),
    k=st.integers(1, 4),
)
def test_optimum_by_brute_force(values: np.ndarray, k: int) -> None:
    found = optimal_kmeans_1d(values, k=k)
    assert found.shape == (k,)
    assert (np.diff(found) >= 0).all()
    room = 1e-9 * values.size * (values.max() - values.min() + 1e-300) ** 2
    np.testing.assert_allclose(inertia(values, found), brute_force(values, k), rtol=0, atol=room)


@pytest.mark.oracle("optimal_kmeans_1d", against="scikit-learn: best of 20 starts", tolerance="never above; 1e-9")
def test_optimum_by_scikit_learn() -> None:
    cluster = pytest.importorskip("sklearn.cluster")
    values = np.random.default_rng(1).standard_t(3, 120)
    for k in (2, 5):
        theirs = cluster.KMeans(k, n_init=20, random_state=0, tol=0).fit(values[:, None]).inertia_
        np.testing.assert_allclose(inertia(values, optimal_kmeans_1d(values, k=k)), theirs, rtol=1e-9)


@pytest.mark.oracle("optimal_kmeans_1d", against="kmeans_1d, three starts", tolerance="never above: 1e-9")
@pytest.mark.parametrize("init", ["linear", "density", "kmeans++"])
def test_the_optimum_is_never_above_lloyd(init: str) -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        values = np.round(rng.standard_t(2, 150), seed % 3)  # many equal values in two cases of three
        k = int(rng.integers(1, 9))
        lloyd = inertia(values, kmeans_1d(values, k=k, init=init, rng=rng))
        assert inertia(values, optimal_kmeans_1d(values, k=k)) <= lloyd * (1 + 1e-9) + 1e-9


@pytest.mark.oracle("kmeans_1d", against="scikit-learn KMeans from the same start", tolerance="inertia 1e-9 relative")
@pytest.mark.parametrize(("init", "k"), [("linear", 4), ("density", 8), ("kmeans++", 6)])
def test_lloyd_by_scikit_learn(init: str, k: int) -> None:
    cluster = pytest.importorskip("sklearn.cluster")
    values = np.random.default_rng(2).standard_normal(500)
    start = kmeans_1d(values, k=k, init=init, n_iter=0, rng=np.random.default_rng(3))
    ours = kmeans_1d(values, k=k, init=init, n_iter=300, rng=np.random.default_rng(3))
    theirs = cluster.KMeans(k, init=start[:, None], n_init=1, tol=0).fit(values[:, None])
    np.testing.assert_allclose(inertia(values, ours), theirs.inertia_, rtol=1e-9)
    np.testing.assert_allclose(ours, np.sort(theirs.cluster_centers_[:, 0]), rtol=1e-9)


@pytest.mark.parametrize("init", ["linear", "density", "kmeans++"])
def test_no_step_of_lloyd_climbs(init: str) -> None:
    values = np.random.default_rng(4).standard_t(2, 300)
    errors = [
        inertia(values, kmeans_1d(values, k=7, init=init, n_iter=n, rng=np.random.default_rng(5))) for n in range(12)
    ]
    assert all(b <= a * (1 + 1e-12) for a, b in itertools.pairwise(errors))
    done = kmeans_1d(values, k=7, init=init, n_iter=1000, rng=np.random.default_rng(5))
    ordered = np.sort(values)
    runs = np.split(ordered, np.searchsorted(ordered, (done[1:] + done[:-1]) / 2, side="right"))
    np.testing.assert_allclose([run.mean() for run in runs if run.size], done[[r.size > 0 for r in runs]], rtol=1e-12)


def test_starts_by_hand() -> None:
    values = np.array([0.0, 1, 2, 3, 4, 5, 6, 7, 8, 40])
    assert kmeans_1d(values, k=3, init="linear", n_iter=0).tolist() == [0, 20, 40]
    assert kmeans_1d(values, k=3, init="density", n_iter=0).tolist() == [0, 4.5, 40]
    drawn = kmeans_1d(values, k=10, init="kmeans++", n_iter=0, rng=np.random.default_rng(0))
    assert drawn.tolist() == values.tolist(), "with as many centroids as values each is drawn once"
    assert kmeans_1d(values, k=1, init="density", n_iter=0).tolist() == [4.5]


def test_kmeans_plus_plus_draws_by_squared_distance() -> None:
    """After 0 (two of three values): 3 with probability 1. After 3: 0 for certain. Among 0, 1, 3: by 1 to 9."""
    values = np.array([0.0, 1, 3])
    rng = np.random.default_rng(6)
    drawn = [tuple(kmeans_1d(values, k=2, init="kmeans++", n_iter=0, rng=rng)) for _ in range(3000)]
    # P(0 and 3) = (9/10 + 9/13) / 3: first 0 then 3, or first 3 then 0; the standard deviation is 0.0091.
    assert abs(drawn.count((0, 3)) / 3000 - (9 / 10 + 9 / 13) / 3) < 0.035


def test_an_empty_centroid_stays_and_a_tie_goes_down() -> None:
    assert kmeans_1d([0.0, 1, 2, 9], k=3, n_iter=1).tolist() == [1, 4.5, 9]
    assert kmeans_1d([0.0, 1, 2], k=2, n_iter=1).tolist() == [0.5, 2]  # 1 is half way between 0 and 2


@pytest.mark.oracle("shared_centroid_gradient", against="finite differences of a quadratic", tolerance="1e-6")
@pytest.mark.oracle("shared_centroid_gradient", against="torch: autograd through codebook[codes]", tolerance="1e-12")
def test_shared_gradient() -> None:
    rng = np.random.default_rng(7)
    codes, target, centroids = rng.integers(0, 5, (6, 4)), rng.standard_normal((6, 4)), rng.standard_normal(6)

    def loss(c: np.ndarray) -> float:
        return float(((c[codes] - target) ** 2).sum())

    found = shared_centroid_gradient(2 * (centroids[codes] - target), codes, k=6)
    differences = [(loss(centroids + e) - loss(centroids - e)) / 2e-4 for e in 1e-4 * np.eye(6)]
    np.testing.assert_allclose(found, differences, atol=1e-6)
    assert found[5] == 0, "a value that no weight uses"
    torch = pytest.importorskip("torch")
    book = torch.tensor(centroids, requires_grad=True)
    ((book[torch.from_numpy(codes)] - torch.from_numpy(target)) ** 2).sum().backward()
    np.testing.assert_allclose(found, book.grad.numpy(), rtol=1e-12)


def test_arguments_are_named() -> None:
    with pytest.raises(ValueError, match="k must be an integer of at least 1"):
        kmeans_1d([1.0], k=0)
    with pytest.raises(ValueError, match="values is empty"):
        optimal_kmeans_1d([], k=1)
    with pytest.raises(TypeError, match="rng must be a numpy.random.Generator"):
        kmeans_1d([1.0], k=1, init="kmeans++")
    with pytest.raises(ValueError, match="values must be below 1e150"):
        kmeans_1d([1e200], k=1)
    with pytest.raises(ValueError, match=r"codes must have the shape of gradient, \(2,\)"):
        shared_centroid_gradient([1.0, 2.0], [[0, 1]], k=2)
    with pytest.raises(ValueError, match=r"codes must lie in \[0, 1\]"):
        shared_centroid_gradient([1.0], [2], k=2)
    with pytest.raises(ValueError, match="a sum of gradients overflows float32"):
        shared_centroid_gradient(np.float32([3e38, 3e38]), [0, 0], k=1)
