"""Rows of the algorithms that compress: selecting weights, k-means on a line, GPTQ."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.peers import THREADS, Function, library
from benchmarks.rows import Row, family
from minicompress import ops
from minicompress.pruning import magnitude_mask
from minicompress.quantization import quantize_gptq


def _row(
    operation: str, shape: str, ours: Function, found: dict[str, Function | None], wanted: np.ndarray, tolerance: float
) -> Row:
    peers = {name: f for name, f in found.items() if f is not None}
    return Row(
        operation, shape, ours, peers, wanted, tolerance, absent=[name for name, f in found.items() if f is None]
    )


@family("selection")
def selection(quick: bool, rng: np.random.Generator) -> Iterator[Row]:
    """The mask of the larger half of 16M magnitudes that all differ."""
    n = 2**20 if quick else 2**24
    w = (rng.permutation(n) + 1).astype(np.float32) * rng.choice(np.float32([-1, 1]), n)  # exact in float32
    drop, torch = n // 2, library("torch")
    wanted = np.abs(w) > drop

    def partition() -> np.ndarray:
        size = np.abs(w)
        return size > np.partition(size, drop - 1)[drop - 1]

    def torch_mask(kth: bool) -> Function | None:
        if torch is None:
            return None
        torch.set_num_threads(THREADS)
        weights = torch.from_numpy(w)

        def run() -> np.ndarray:
            size = weights.abs()
            if kth:
                return (size > torch.kthvalue(size, drop).values).numpy()
            mask = torch.zeros(n, dtype=torch.bool)
            mask[torch.topk(size, n - drop, sorted=False).indices] = True
            return mask.numpy()

        return run

    found = {"numpy.partition": partition, "torch.kthvalue": torch_mask(True), "torch.topk": torch_mask(False)}
    yield _row("magnitude mask", f"{n} weights", lambda: ops.largest_mask(w, drop, True), found, wanted, 0.0)
    ours: Function = lambda: magnitude_mask(w, sparsity=0.5)  # noqa: E731
    yield _row("magnitude mask, checked", f"{n} weights", ours, found, wanted, 0.0)


@family("kmeans")
def kmeans(quick: bool, rng: np.random.Generator) -> Iterator[Row]:
    """256 centroids on a line, five steps from the same start; and the exact solution for 16."""
    cluster, n, steps = library("sklearn.cluster"), 2**16 if quick else 2**22, 5
    values = rng.standard_normal(n).astype(np.float32)
    start = ops.kmeans1d_start(values, 256, "density", None)
    wanted = ops.operation("kmeans1d_lloyd", "reference")(values, start, steps)

    def sklearn() -> np.ndarray:
        from threadpoolctl import threadpool_limits

        made = cluster.KMeans(256, init=start[:, None].astype(np.float32), n_init=1, max_iter=steps, tol=0)
        with threadpool_limits(THREADS):
            return np.sort(made.fit(values[:, None]).cluster_centers_[:, 0])

    found: dict[str, Function | None] = {"scikit-learn KMeans": None if cluster is None else sklearn}
    ours: Function = lambda: ops.kmeans1d_lloyd(values, start, steps)  # noqa: E731
    yield _row("k-means on a line, 5 steps", f"{n} values, 256 centroids", ours, found, wanted, 1e-3)
    few = rng.standard_normal(2_000 if quick else 100_000)
    exact: Function = lambda: ops.kmeans1d_optimal(few, 16)  # noqa: E731
    wanted = ops.operation("kmeans1d_optimal", "reference")(few, 16) if quick else exact()
    yield _row("exact k-means on a line", f"{few.size} values, 16 centroids", exact, {}, wanted, 1e-6)


@family("gptq")
def gptq(quick: bool, rng: np.random.Generator) -> Iterator[Row]:
    """GPTQ, 4 bits, groups of 128 in blocks of 128 columns. The result is the mean error of a weight."""
    side = 256 if quick else 2048
    w = rng.standard_normal((side, side)).astype(np.float32)
    x = rng.standard_normal((2 * side, side)) @ (np.eye(side) + 0.3 * rng.standard_normal((side, side)) / side**0.5)
    hessian = x.T @ x / len(x)

    def ours() -> np.ndarray:
        return _error(w, quantize_gptq(w, hessian, bits=4, group_size=128, narrow_range=False).to_dense())

    torch = library("torch")
    peer = None if torch is None else _torch_gptq(torch, w, hessian)
    yield _row("GPTQ", f"{side}x{side}, 4 bits", ours, {"torch": peer}, ours(), 0.02)


def _error(w: np.ndarray, back: np.ndarray) -> np.ndarray:
    return np.abs(w - back).mean(keepdims=True)


def _torch_gptq(torch, weights: np.ndarray, matrix: np.ndarray) -> Function:  # type: ignore[no-untyped-def]
    """The same blocked algorithm in torch, float32, one column of all rows at a time."""
    torch.set_num_threads(THREADS)
    hessian = torch.from_numpy(matrix.astype(np.float32))
    side = len(hessian)

    def run() -> np.ndarray:
        w, back = torch.from_numpy(weights.copy()), torch.empty(weights.shape)
        damped = hessian + 0.01 * hessian.diagonal().mean() * torch.eye(side)
        inverse = torch.cholesky_inverse(torch.linalg.cholesky(damped))
        upper = torch.linalg.cholesky(inverse, upper=True)
        for first in range(0, side, 128):
            last = first + 128
            block, factor = w[:, first:last].clone(), upper[first:last, first:last]
            scale = block.abs().amax(dim=1) / 7.5
            errors = torch.zeros_like(block)
            for j in range(128):
                column = block[:, j]
                rounded = scale * (torch.clamp(torch.round(column / scale) + 8, 0, 15) - 8)
                back[:, first + j] = rounded
                error = (column - rounded) / factor[j, j]
                block[:, j:] -= error[:, None] * factor[j, j:][None]
                errors[:, j] = error
            w[:, last:] -= errors @ upper[first:last, last:]
        return _error(weights, back.numpy())

    return run
