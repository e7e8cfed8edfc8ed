"""PowerSGD: a gradient as a product of two thin matrices, found by one step of subspace iteration from the last one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from minicompress import checks
from minicompress.gradients.base import GradientCompressor
from minicompress.gradients.messages import DenseMessage, LowRankMessage, Message, columns_of

__all__ = ["PowerSGD", "compress_shared"]


class PowerSGD(GradientCompressor):
    """Send P, Q of rank r for M = gradient + residual, seen as a matrix (rows, columns):

        P = orthonormal basis of M Q_before,   Q = M^T P,   P Q^T = P P^T M

    Q stays as the start of the next step (warm start), so that repeated steps on gradients that change slowly come
    to the best approximation of rank r. A tensor whose factors would not be smaller, such as a vector, is sent whole.
    Source: Vogels et al. 2019, arXiv:1905.13727, algorithms 1 and 2.

    Parameters
    ----------
    rank : int
    rng : numpy.random.Generator
        For each tensor's first Q. Workers that work together need generators of the same seed.
    warm_start : bool
        False draws a new Q at each step.
    error_feedback, dtype
        See :class:`GradientCompressor`.

    Examples
    --------
    >>> power = PowerSGD(rank=1, rng=np.random.default_rng(0))
    >>> grad = np.outer(np.arange(4.0), np.ones(5))
    >>> sent = power.compress(grad)
    >>> np.allclose(power.decompress(sent), grad, atol=1e-6), sent.nbytes, grad.astype(np.float32).nbytes
    (True, 36, 80)
    """

    def __init__(
        self,
        *,
        rank: int,
        rng: np.random.Generator,
        warm_start: bool = True,
        error_feedback: bool = True,
        dtype: Any = np.float32,
    ) -> None:
        super().__init__(error_feedback=error_feedback, dtype=dtype)
        self.rank = checks.integer(rank, "rank", low=1)
        self.warm_start = bool(warm_start)
        self._rng = checks.generator(rng)
        self._starts: dict[str, np.ndarray] = {}

    def _encode(self, wanted: np.ndarray, name: str) -> Message:
        rows, columns = columns_of(wanted.shape)
        if self.rank * (rows + columns) >= rows * columns:
            return DenseMessage(wanted.shape, self._cast(wanted))
        matrix = wanted.reshape(rows, columns)
        message = self._project(matrix @ self._start(columns, name), matrix, wanted.shape)
        self._starts[name] = message.q.astype(np.float64)
        return message

    def _start(self, columns: int, name: str) -> np.ndarray:
        if name not in self._starts or not self.warm_start:
            self._starts[name] = self._rng.standard_normal((columns, self.rank))
        return self._starts[name]

    def _project(self, image: np.ndarray, matrix: np.ndarray, shape: tuple[int, ...]) -> LowRankMessage:
        p = self._cast(np.linalg.qr(image)[0])
        return LowRankMessage(shape, p, self._cast(matrix.T @ p.astype(np.float64)))


def compress_shared(workers: Sequence[PowerSGD], grads: Sequence[Any], *, name: str = "") -> list[LowRankMessage]:
    """Compress one gradient a worker with a P that all share: two all-reduces of thin matrices, no decoding between.

    P and Q are linear in M: mean_w(M_w Q) = mean_w(M_w) Q, and mean_w(M_w^T P) = mean_w(M_w)^T P. So P is orthonormal
    for the mean's image, and the mean of the messages (``all_reduce_mean``) is what one worker that held the mean
    gradient would have sent. The mean Q is every worker's next start.

    >>> a, b = (PowerSGD(rank=1, rng=np.random.default_rng(0)) for _ in range(2))
    >>> first, second = compress_shared([a, b], [np.eye(4), 3 * np.eye(4)])
    >>> np.array_equal(first.p, second.p), np.allclose(3 * first.q, second.q)
    (True, True)
    """
    if not workers or len(workers) != len(grads):
        raise ValueError(f"grads must hold one gradient a worker; got {len(grads)} for {len(workers)} workers")
    for w in workers:
        if not isinstance(w, PowerSGD):
            raise TypeError(f"workers must be PowerSGD compressors; got {checks.describe(w)}")
    if len({(w.rank, w.dtype, w.warm_start) for w in workers}) > 1:
        raise ValueError("workers must have one rank, dtype and warm_start")
    wanted = [w._with_residual(w._checked(g, name), name) for w, g in zip(workers, grads, strict=True)]
    shapes = {m.shape for m in wanted}
    rows, columns = columns_of(wanted[0].shape)
    if len(shapes) > 1 or workers[0].rank * (rows + columns) >= rows * columns:
        raise ValueError(f"grads must be of one shape that rank {workers[0].rank} makes smaller; got {shapes}")
    starts = [w._start(columns, name) for w in workers]
    if any(not np.array_equal(starts[0], s) for s in starts):
        raise ValueError(
            "workers must start from the same Q: give them generators of the same seed, and equal histories"
        )
    matrices = [m.reshape(rows, columns) for m in wanted]
    image = np.mean([m @ starts[0] for m in matrices], axis=0)  # the first all-reduce
    messages = [w._project(image, m, wanted[0].shape) for w, m in zip(workers, matrices, strict=True)]
    mean = np.asarray(np.mean([m.q for m in messages], axis=0, dtype=np.float64))  # the second
    for w, m, message in zip(workers, wanted, messages, strict=True):
        w._keep(m, message, name)
        w._starts[name] = mean
    return messages
