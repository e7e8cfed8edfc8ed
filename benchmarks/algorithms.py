"""Rows of the algorithms that compress: selecting weights, k-means on a line, product quantization, SVD, GPTQ."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from benchmarks.peers import THREADS, Function, library
from benchmarks.rows import Row, family
from minicompress import ops
from minicompress.lowrank import randomized_svd
from minicompress.pruning import magnitude_mask
from minicompress.quantization import quantize_gptq


def _row(
    operation: str,
    shape: str,
    ours: Function,
    found: dict[str, Any],
    wanted: np.ndarray,
    tolerance: float,
    reading: Callable[[Any], np.ndarray] = np.asarray,
) -> Row:
    peers = {name: f for name, f in found.items() if f is not None}
    absent = [name for name, f in found.items() if f is None]
    return Row(operation, shape, ours, peers, wanted, tolerance, absent=absent, reading=reading)


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


@family("product")
def product(quick: bool, rng: np.random.Generator) -> Iterator[Row]:
    """Codes of rows as wide as a small encoder's embedding. What is compared is how far each row is from its codes."""
    faiss = library("faiss")
    for n, d in ((500, 4), (500, 8)) if quick else ((1_000, 4), (1_000, 8), (30_000, 4), (30_000, 8), (100_000, 4)):
        m, some = 384 // d, slice(None, None, max(n // 500, 1))
        x = rng.standard_normal((n, m * d), np.float32)
        codebook = rng.standard_normal((m, 256, d), np.float32)

        def lost(codes: np.ndarray, x=x[some], codebook=codebook, some=some) -> np.ndarray:  # type: ignore[no-untyped-def]
            codes = codes[some] if len(codes) > len(x) else codes
            return ((x - codebook[np.arange(len(codebook)), codes].reshape(x.shape)) ** 2).sum(axis=1)

        wanted = lost(ops.operation("product_encode", "reference")(x[some], codebook)).astype(np.float64)
        ours: Function = lambda x=x, codebook=codebook: ops.product_encode(x, codebook)  # type: ignore[misc] # noqa: E731
        peer = None
        if faiss is not None:
            faiss.omp_set_num_threads(THREADS)
            made = faiss.ProductQuantizer(m * d, m, 8)
            faiss.copy_array_to_vector(codebook.ravel(), made.centroids)
            peer = lambda x=x, made=made: made.compute_codes(x)  # noqa: E731
        row = _row("product codes", f"{n}x{m * d}, pieces of {d}", ours, {"faiss": peer}, wanted, 1e-5)
        row.operations, row.reading = 2.0 * x.size * 256, lost
        yield row


@family("svd")
def svd(quick: bool, rng: np.random.Generator) -> Iterator[Row]:
    """Singular triples at an equal error: of noise, the hardest to tell apart, and of a spectrum that falls.

    Ours takes the fewest iterations with which its error is at most 1.001 times the peer's.
    """
    extmath, sparse = library("sklearn.utils.extmath"), library("scipy.sparse.linalg")
    side, rank = (512, 16) if quick else (4096, 64)
    noise = rng.standard_normal((side, side), np.float32)
    falls = np.arange(1, side + 1, dtype=np.float32) ** np.float32(-0.5)
    falling = (noise * falls) @ rng.standard_normal((side, side), np.float32) / side
    found: dict[str, Callable[[np.ndarray], Any]] = {}
    if extmath is not None:
        found["scikit-learn, 4 iterations"] = lambda a: extmath.randomized_svd(a, rank, n_iter=4, random_state=0)
        found["scikit-learn, as it comes"] = lambda a: extmath.randomized_svd(a, rank, random_state=0)
    if sparse is not None:
        found["scipy svds"] = lambda a: sparse.svds(a, rank, rng=np.random.default_rng(0))
    for label, a in (("noise", noise), ("falling", falling)):
        for name, peer in found.items():
            yield _svd_row(f"{side}x{side} {label}, rank {rank}", a, rank, name, functools.partial(peer, a))


def _svd_row(shape: str, a: np.ndarray, rank: int, name: str, peer: Callable[[], Any]) -> Row:
    whole = float(np.linalg.norm(a))

    def error(triple: Any) -> np.ndarray:
        u, s, vt = (part.astype(np.float32) for part in triple)
        return np.linalg.norm(a - (u * s) @ vt, keepdims=True)[0] / whole

    def ours(n_iter: int) -> Callable[[], Any]:
        return lambda: randomized_svd(a, rank=rank, n_iter=n_iter, rng=np.random.default_rng(1))

    wanted = error(peer()).astype(np.float64)
    enough = (i for i in (0, 1, 2, 3, 4, 6, 8, 12) if error(ours(i)())[0] <= 1.001 * wanted[0])
    n_iter = next(enough, None)
    if n_iter is None:  # no number of iterations worth taking comes near
        return _row("SVD", shape, ours(12), {name: None}, error(ours(12)()).astype(np.float64), 1e-3, error)
    row = _row("SVD", f"{shape}, {n_iter} iterations", ours(n_iter), {name: peer}, wanted, 1e-3)
    row.reading = lambda triple: np.maximum(error(triple), wanted)  # a lesser error is as good
    return row


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
