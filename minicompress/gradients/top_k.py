"""Top-k: send the few largest entries, keep the rest for later; with momentum correction it is DGC."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minicompress import checks
from minicompress.gradients.base import GradientCompressor
from minicompress.gradients.messages import Message, SparseMessage

__all__ = ["TopKCompressor"]


class TopKCompressor(GradientCompressor):
    """Send the ceil(density * size) entries of the largest magnitude; of equal ones, those that come first.

    With ``momentum`` m it accumulates velocities instead of gradients, so that a late entry has the weight that
    momentum SGD would have given it:

        u = m u + g,   v = v + u,   send top-k of v,   v = 0 (and with masking u = 0) where it was sent

    ``residual`` is then v, and what telescopes is the sum of u. Masking stops a stale direction from carrying on.
    Source: Lin et al. 2018 (DGC), arXiv:1712.01887, section 3; without its clipping and warm-up.

    Parameters
    ----------
    density : float in (0, 1]
        Share of the entries to send.
    momentum : float in [0, 1)
        0 for plain top-k.
    factor_masking : bool
        Whether sending an entry also clears its velocity.
    error_feedback, dtype
        See :class:`GradientCompressor`.

    Examples
    --------
    >>> top = TopKCompressor(density=0.25)
    >>> sent = top.compress(np.array([3.0, -4.0, 1.0, 2.0]))
    >>> top.decompress(sent), top.residual(), sent.nbytes
    (array([ 0., -4.,  0.,  0.]), array([3., 0., 1., 2.]), 8)
    >>> top.decompress(top.compress(np.zeros(4)))
    array([3., 0., 0., 0.])
    """

    def __init__(
        self,
        *,
        density: float = 0.01,
        momentum: float = 0.0,
        factor_masking: bool = True,
        error_feedback: bool = True,
        dtype: Any = np.float32,
    ) -> None:
        super().__init__(error_feedback=error_feedback, dtype=dtype)
        self.density = checks.real(density, "density", low=0, high=1, open_low=True)
        self.momentum = checks.real(momentum, "momentum", low=0, high=math.nextafter(1, 0))
        self.factor_masking = bool(factor_masking)
        self._velocities: dict[str, np.ndarray] = {}

    def compress(self, grad: Any, *, name: str = "") -> Message:
        """Return the largest entries of the gradient (or velocity) and what waited; see the base."""
        gradient = self._checked(grad, name)
        velocity = gradient
        if self.momentum and name in self._velocities and np.abs(gradient).max() <= np.finfo(np.float32).max:
            velocity = self.momentum * self._velocities[name] + gradient
        wanted = self._with_residual(velocity, name)
        message = self._encode(wanted, name)
        self._keep(wanted, message, name)
        if self.momentum:
            kept = velocity.copy()
            if self.factor_masking:
                kept.reshape(-1)[message.indices] = 0.0
            self._velocities[name] = kept
        return message

    def _encode(self, wanted: np.ndarray, name: str) -> SparseMessage:
        flat = wanted.reshape(-1)
        places = largest(np.abs(flat), max(1, math.ceil(self.density * flat.size)))
        kind = np.int32 if flat.size <= np.iinfo(np.int32).max else np.int64
        return SparseMessage(wanted.shape, places.astype(kind), self._cast(flat[places]))


def largest(magnitudes: np.ndarray, k: int) -> np.ndarray:
    """Return the rising indices of the ``k`` largest of ``magnitudes`` (n,), of equal ones the first: O(n).

    >>> largest(np.array([1.0, 3.0, 2.0, 3.0, 2.0]), 3)
    array([1, 2, 3])
    """
    threshold = np.partition(magnitudes, magnitudes.size - k)[magnitudes.size - k]
    above = np.flatnonzero(magnitudes > threshold)
    ties = np.flatnonzero(magnitudes == threshold)[: k - above.size]
    return np.sort(np.concatenate([above, ties]))
