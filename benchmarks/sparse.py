"""Rows of the sparse products."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.peers import THREADS, Function, library, mkl_sparse
from benchmarks.rows import Row, family
from minicompress import ops
from minicompress.pruning import block_mask, nm_mask
from minicompress.tensors import BSRMatrix, NMSparseMatrix


@family("csr")
def csr(quick: bool, rng: np.random.Generator) -> Iterator[Row]:
    """CSR x dense and CSR x vector, 70 to 98 % zeros."""
    import scipy.sparse

    shapes = [(384, 1536)] if quick else [(1024, 1024), (4096, 4096), (1536, 384), (384, 1536), (1000, 777)]
    for rows, columns in shapes:
        for zeros in (0.9,) if quick else (0.7, 0.8, 0.9, 0.95, 0.98):
            w = rng.standard_normal((rows, columns)).astype(np.float32)
            w[rng.random(w.shape) < zeros] = 0
            data, indices, indptr = ops.csr_from_dense(w)
            narrow = indices.astype(np.uint16)
            matrix = scipy.sparse.csr_matrix((data, indices, indptr.astype(np.int32)), w.shape)
            for k in (1, 32) if quick else (1, 8, 32, 128):
                x = rng.standard_normal((columns, k)).astype(np.float32)
                found: dict[str, Function | None] = {
                    "MKL": mkl_sparse(matrix, x),
                    "torch.sparse": _torch(matrix, x),
                    "scipy": lambda matrix=matrix, x=x: matrix @ x,
                    "float32 BLAS": lambda w=w, x=x: w @ x,
                }
                args = (data, narrow, indptr, x)
                yield Row(
                    "CSR x vector" if k == 1 else "CSR x dense",
                    f"{rows}x{columns} . {k}, {zeros:.0%} zeros",
                    lambda args=args: ops.csr_matmul(*args),
                    {name: f for name, f in found.items() if f is not None},
                    w.astype(np.float64) @ x,
                    1e-4,
                    2.0 * data.size * k,
                    float(data.nbytes + narrow.nbytes + x.nbytes),
                    absent=[name for name, f in found.items() if f is None],
                )


@family("pattern")
def pattern(quick: bool, rng: np.random.Generator) -> Iterator[Row]:
    """2:4 and 16 x 16 blocks, 80 % zeros, x dense."""
    for rows, columns in ((384, 1536),) if quick else ((1024, 1024), (4096, 4096), (384, 1536), (1536, 384)):
        w = rng.standard_normal((rows, columns)).astype(np.float32)
        for name, stored in (
            ("2:4", NMSparseMatrix.from_dense(w, nm_mask(w, n=2, m=4), n=2, m=4)),
            ("16x16 blocks", BSRMatrix.from_dense(w, block_mask(w, sparsity=0.8, block=(16, 16)), block=(16, 16))),
        ):
            dense = stored.prepare().to_dense()
            for k in (32,) if quick else (8, 32, 128):
                x = rng.standard_normal((columns, k)).astype(np.float32)
                yield Row(
                    f"{name} x dense",
                    f"{rows}x{columns} . {k}",
                    lambda stored=stored, x=x: stored @ x,
                    {"float32 BLAS": lambda dense=dense, x=x: dense @ x},
                    dense.astype(np.float64) @ x,
                    1e-4,
                    2.0 * stored.nnz * k,
                )


def _torch(matrix: object, x: np.ndarray) -> Function | None:
    torch = library("torch")
    if torch is None:
        return None
    import warnings

    torch.set_num_threads(THREADS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "sparse CSR support is in beta"
        parts = (torch.from_numpy(a.astype(np.int64)) for a in (matrix.indptr, matrix.indices))  # type: ignore[attr-defined]
        sparse = torch.sparse_csr_tensor(*parts, torch.from_numpy(matrix.data), size=matrix.shape)  # type: ignore[attr-defined]
    dense = torch.from_numpy(x)
    return lambda: (sparse @ dense).numpy()
