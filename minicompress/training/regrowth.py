"""SET and RigL while training: every so often weak weights move to other places; the number kept never changes.

SET moves a constant share to random places, RigL a share that falls along a half cosine to where the gradient is
largest. Here the gradient is that of the step just made; the paper skips the weight update of such a step. What grows
starts at 0; a place that goes and grows at once is as if it had stayed.
Sources: Mocanu et al. 2018, arXiv:1707.04780; Evci et al. 2019, arXiv:1911.11134.
"""

from __future__ import annotations

import numpy as np

from minicompress.checks import generator, integer, one_of, real
from minicompress.nn import Optimizer
from minicompress.pruning import cosine_fraction, rigl_step, set_step
from minicompress.training.sparse import SparseTraining

__all__ = ["Regrowth", "regrowth"]


def regrowth(
    training: SparseTraining,
    *,
    every: int,
    end: int,
    method: str = "rigl",
    fraction: float = 0.3,
    rng: np.random.Generator | None = None,
) -> Regrowth:
    """Move the weakest weights of each masked parameter every ``every`` steps, up to but without step ``end``.

    Parameters
    ----------
    method : "rigl" or "set"
        "set" needs ``rng``.
    fraction : float in [0, 1]
        Share of the kept weights that moves, for "rigl" that at the start.

    Examples
    --------
    >>> from minicompress import nn
    >>> from minicompress.training import random_masks, sparse_training
    >>> rng = np.random.default_rng(0)
    >>> layer = nn.Linear(10, 2, rng=rng)
    >>> adam = nn.Adam(layer.named_parameters())
    >>> training = sparse_training(layer, random_masks(layer, density=0.3, rng=rng), adam)
    >>> _ = regrowth(training, every=2, end=10)
    >>> before, x = training.masks["weight"], np.eye(10, dtype=np.float32)
    >>> batch = (x, np.arange(10) % 2)
    >>> _ = nn.fit(layer, [batch], optimizer=adam, epochs=10, loss=nn.cross_entropy, progress=False)
    >>> bool((training.masks["weight"] != before).any()), training.density
    (True, 0.3)
    """
    return Regrowth(training, every=every, end=end, method=method, fraction=fraction, rng=rng)


class Regrowth:
    """Moves weights after the optimizer's steps; :meth:`remove` stops it."""

    def __init__(
        self,
        training: SparseTraining,
        *,
        every: int,
        end: int,
        method: str = "rigl",
        fraction: float = 0.3,
        rng: np.random.Generator | None = None,
    ) -> None:
        self.training, self.every, self.end = training, integer(every, "every", low=1), integer(end, "end", low=1)
        self.method = one_of(method, "method", ("rigl", "set"))
        self.fraction = real(fraction, "fraction", low=0, high=1)
        self.rng = generator(rng) if method == "set" else rng
        training.optimizer.after_step.append(self._move)

    def remove(self) -> None:
        """Move nothing any more; the masks stay."""
        optimizer = self.training.optimizer
        optimizer.after_step = [hook for hook in optimizer.after_step if hook != self._move]

    def _move(self, optimizer: Optimizer) -> None:
        if optimizer.steps % self.every or optimizer.steps >= self.end:
            return
        moved = {}
        for name, mask in self.training.masks.items():
            w = self.training.weights[name]
            if self.rng is not None and self.method == "set":
                moved[name] = set_step(w.data, mask, fraction=self.fraction, rng=self.rng)
            elif w.grad is not None:
                share = cosine_fraction(optimizer.steps, end=self.end, initial=self.fraction)
                moved[name] = rigl_step(w.data, mask, w.grad, fraction=share)
        self.training.replace(moved)
