"""Sparse training: what the masks drop stays exactly 0, in the weights and in what the optimizer remembers.

After each step ``w <- w * mask`` and, for each array of the optimizer's state, ``m <- m * mask``: momentum neither
moves a dropped weight nor waits to move it once it grows again. The gradients stay dense, which RigL needs; so a
joint ``max_norm`` counts those of dropped weights too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from minicompress.checks import generator, one_of
from minicompress.nn import Module, Optimizer
from minicompress.pruning import erdos_renyi_kernel_density, random_mask, uniform_density
from minicompress.training.shared import checked_masks, matching_weights, optimizer_names

__all__ = ["SparseTraining", "random_masks", "sparse_training"]


def sparse_training(model: Module, masks: Mapping[str, Any], optimizer: Optimizer) -> SparseTraining:
    """Set to 0 what ``masks`` drop, and keep it there after each step of ``optimizer``.

    Parameters
    ----------
    masks : mapping of parameter names to boolean arrays of their shape, True = kept
        From ``pruning.magnitude_mask`` and the like, or :func:`random_masks`.

    Raises
    ------
    ValueError
        For an unknown name, another shape, or a parameter that ``optimizer`` does not hold.

    Examples
    --------
    >>> from minicompress import nn
    >>> layer = nn.Linear(4, 2, rng=np.random.default_rng(0))
    >>> adam = nn.Adam(layer.named_parameters())
    >>> sparse = sparse_training(layer, {"weight": np.eye(2, 4, dtype=bool)}, adam)
    >>> x, labels = np.ones((3, 4), np.float32), np.array([0, 1, 1])
    >>> _ = nn.fit(layer, [(x, labels)], optimizer=adam, epochs=5, loss=nn.cross_entropy, progress=False)
    >>> int(np.count_nonzero(layer.weight.data)), sparse.density
    (2, 0.25)
    """
    return SparseTraining(model, masks, optimizer)


class SparseTraining:
    """Masks on a model and its optimizer; other rules (pruning, regrowth) change them by :meth:`replace`."""

    def __init__(self, model: Module, masks: Mapping[str, Any], optimizer: Optimizer) -> None:
        self._masks = checked_masks(model, masks)
        self.model, self.optimizer = model, optimizer
        known = model.named_parameters()
        self.weights = {name: known[name] for name in self._masks}
        self._names = optimizer_names(optimizer, self.weights)
        self._apply(optimizer)
        optimizer.after_step.append(self._apply)

    @property
    def masks(self) -> dict[str, np.ndarray]:
        """Copies of the masks of now, by parameter name."""
        return {name: mask.copy() for name, mask in self._masks.items()}

    @property
    def density(self) -> float:
        """Share of the masked parameters' places that are kept."""
        return sum(int(m.sum()) for m in self._masks.values()) / sum(m.size for m in self._masks.values())

    def replace(self, masks: Mapping[str, Any]) -> None:
        """Take other masks for some or all of the parameters, at once; what they newly keep starts from 0."""
        stray = [name for name in masks if name not in self._masks]
        if stray:
            raise ValueError(
                f"masks names {stray[0]!r}, which has no mask; those that have are {', '.join(self._masks)}"
            )
        self._masks |= checked_masks(self.model, masks)
        self._apply(self.optimizer)

    def remove(self) -> dict[str, np.ndarray]:
        """Stop keeping the zeros, and return the masks; rules that were added go on to call :meth:`replace`."""
        self.optimizer.after_step = [hook for hook in self.optimizer.after_step if hook != self._apply]
        return self.masks

    def _apply(self, optimizer: Optimizer) -> None:
        for name, mask in self._masks.items():
            self.weights[name].data[~mask] = 0
            for array in optimizer.state[self._names[name]].values():
                if array.shape == mask.shape:  # the count of steps has another
                    array[~mask] = 0


def random_masks(
    model: Module,
    *,
    density: float,
    rng: np.random.Generator,
    distribution: str = "erdos_renyi",
    patterns: Sequence[str] = ("*",),
) -> dict[str, np.ndarray]:
    """Return random masks for the matching weights that together keep about ``density`` of them.

    ``distribution`` is "erdos_renyi" (with kernel sides, ERK: large layers are sparser) or "uniform". ``density=1``
    keeps everything, as gradual pruning starts.

    >>> from minicompress import nn
    >>> masks = random_masks(nn.Linear(8, 4, rng=np.random.default_rng(0)), density=0.25, rng=np.random.default_rng(1))
    >>> int(masks["weight"].sum())
    8
    """
    generator(rng)
    one_of(distribution, "distribution", ("erdos_renyi", "uniform"))
    shapes = {w.name: w.value.shape for w in matching_weights(model, patterns)}
    densities = (erdos_renyi_kernel_density if distribution == "erdos_renyi" else uniform_density)(
        shapes, density=density
    )
    return {name: random_mask(shape, density=densities[name], rng=rng) for name, shape in shapes.items()}
