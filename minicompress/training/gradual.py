"""Gradual pruning: the sparsity follows a schedule, and the lowest scores go while the others go on learning.

    magnitude   S = |w| of now                                     (Zhu and Gupta 2017, arXiv:1710.01878)
    movement    S = - sum over steps of w dL/dw                    (Sanh et al. 2020, arXiv:2005.07683)

A weight that went stays away: its score stands still, while the paper's masked weights go on moving and may return.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from minicompress.checks import integer, one_of, real
from minicompress.nn import Optimizer
from minicompress.pruning import movement_score, unstructured_mask
from minicompress.training.sparse import SparseTraining

__all__ = ["GradualPruning", "gradual_pruning"]


def gradual_pruning(
    training: SparseTraining, *, sparsity: Callable[[int], float], every: int = 1, score: str = "magnitude"
) -> GradualPruning:
    """After every ``every`` steps prune each masked parameter to ``sparsity(step)``; a falling schedule regrows none.

    Parameters
    ----------
    sparsity : function from the optimizer's step (1 after the first) to the share of zeros
        Such as ``lambda step: cubic_sparsity(step, end=1000, final=0.9)``.
    every : int
    score : "magnitude" or "movement"

    Examples
    --------
    >>> from minicompress import nn
    >>> from minicompress.pruning import cubic_sparsity
    >>> from minicompress.training import random_masks, sparse_training
    >>> rng = np.random.default_rng(0)
    >>> layer = nn.Linear(10, 2, rng=rng)
    >>> adam = nn.Adam(layer.named_parameters())
    >>> training = sparse_training(layer, random_masks(layer, density=1, rng=rng), adam)
    >>> _ = gradual_pruning(training, sparsity=lambda step: cubic_sparsity(step, end=10, final=0.8))
    >>> x, labels = np.ones((3, 10), np.float32), np.array([0, 1, 1])
    >>> _ = nn.fit(layer, [(x, labels)], optimizer=adam, epochs=10, loss=nn.cross_entropy, progress=False)
    >>> int(np.count_nonzero(layer.weight.data))
    4
    """
    return GradualPruning(training, sparsity=sparsity, every=every, score=score)


class GradualPruning:
    """Prunes after the optimizer's steps; :meth:`remove` stops it."""

    def __init__(
        self, training: SparseTraining, *, sparsity: Callable[[int], float], every: int = 1, score: str = "magnitude"
    ) -> None:
        if not callable(sparsity):
            raise TypeError(f"sparsity must be a function from the step to a share; got {sparsity!r}")
        self.training, self.sparsity, self.every = training, sparsity, integer(every, "every", low=1)
        self.score = one_of(score, "score", ("magnitude", "movement"))
        self.scores: dict[str, np.ndarray] = {}
        # The step's gradient belongs to the weights before the step; the optimizer calls only after it.
        self._before = {name: w.data.copy() for name, w in training.weights.items()}
        training.optimizer.after_step.append(self._prune)

    def remove(self) -> None:
        """Prune no further; the masks stay."""
        optimizer = self.training.optimizer
        optimizer.after_step = [hook for hook in optimizer.after_step if hook != self._prune]

    def _prune(self, optimizer: Optimizer) -> None:
        if self.score == "movement":
            for name, w in self.training.weights.items():
                if w.grad is not None:
                    self.scores[name] = movement_score(self._before[name], w.grad, score=self.scores.get(name))
        if optimizer.steps % self.every == 0:
            share = real(self.sparsity(optimizer.steps), "sparsity(step)", low=0, high=1)
            masks = self.training.masks
            self.training.replace({name: self._mask(name, mask, share) for name, mask in masks.items()})
        if self.score == "movement":
            self._before = {name: w.data.copy() for name, w in self.training.weights.items()}

    def _mask(self, name: str, mask: np.ndarray, share: float) -> np.ndarray:
        w = self.training.weights[name].data
        score = np.abs(w.astype(np.float64)) if self.score == "magnitude" else self.scores.get(name, np.zeros(w.shape))
        ranks = np.empty(score.size)
        ranks[np.argsort(score, axis=None, kind="stable")] = np.arange(score.size)
        standing = np.where(mask, ranks.reshape(score.shape), -1.0)  # what went ranks below all that stand
        return unstructured_mask(w, sparsity=share, score=standing) & mask
