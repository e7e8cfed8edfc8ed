"""Structured removal that really shrinks: one unit, cut out of every tensor that it runs through.

A hidden neuron of a two-layer network is a row of W1, an entry of b1 and a column of W2: zero one and it still costs
the others. A dependency group says which (tensor, axis) pairs are cut together:

    neuron   ("w1", 0) ("b1", 0) ("w2", 1)                     units = hidden size
    head     ("wq", 0) ("wk", 0) ("wv", 0) ("wo", 1)           units = heads, each a run of size / heads slices
    fused    ("wqkv", 0, 3) ("wo", 1)                          three copies of the heads, one after the other

Source: Fang et al. 2023 (DepGraph), arXiv:2301.12900; here the group is declared, not traced.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from minicompress import checks

__all__ = ["DependencyGroup"]


@dataclasses.dataclass(frozen=True)
class DependencyGroup:
    """Axes that are cut together, each made of the same number of units.

    Parameters
    ----------
    units : int
        Neurons, channels or heads.
    members : tuple of (tensor, axis) or (tensor, axis, copies)
        Along its axis a tensor holds ``copies`` (1) times ``units`` runs of slices of equal length.

    Examples
    --------
    >>> ffn = DependencyGroup(3, (("w1", 0), ("b1", 0), ("w2", 1)))
    >>> weights = {"w1": np.eye(3), "b1": np.arange(3.0), "w2": np.float32([[5, 6, 7]])}
    >>> smaller = ffn.cut(weights, np.array([True, False, True]))
    >>> smaller["w1"].shape, smaller["b1"], smaller["w2"]
    ((2, 3), array([0., 2.]), array([[5., 7.]], dtype=float32))
    """

    units: int
    members: tuple[tuple[Any, ...], ...]

    def __post_init__(self) -> None:
        checks.integer(self.units, "units", low=1)
        if not isinstance(self.members, tuple) or not self.members:
            raise TypeError(f"members must be a tuple of (tensor, axis); got {checks.describe(self.members)}")
        for member in self.members:
            if not isinstance(member, tuple) or len(member) not in (2, 3) or not isinstance(member[0], str):
                raise TypeError(f"a member must be (tensor, axis) or (tensor, axis, copies); got {member!r}")
            checks.integer(member[1], f"axis of {member[0]!r}")
            checks.integer(self._copies(member), f"copies of {member[0]!r}", low=1)
        places = [member[:2] for member in self.members]
        if len(set(places)) != len(places):
            raise ValueError(f"members must not name an axis twice; got {places}")

    def cut(self, weights: Mapping[str, Any], keep: Any) -> dict[str, np.ndarray]:
        """Return all ``weights``, the members of this group without the units that ``keep`` (units,) drops.

        Arrays outside the group are passed on as they are; members are new arrays of the same dtype.
        """
        kept = self._checked_keep(keep)
        if not kept.any():
            raise ValueError("keep must leave at least one unit; without any, remove the layer")
        arrays = self._arrays(weights)
        for member in self.members:
            arrays[member[0]] = np.compress(self._along(arrays, member, kept), arrays[member[0]], axis=member[1])
        return arrays

    def masks(self, weights: Mapping[str, Any], keep: Any) -> dict[str, np.ndarray]:
        """Return a mask, True = kept, for each member's tensor: what ``cut`` removes, marked."""
        kept, arrays = self._checked_keep(keep), self._arrays(weights)
        found = {member[0]: np.ones(arrays[member[0]].shape, bool) for member in self.members}
        for member in self.members:
            mask = np.moveaxis(found[member[0]], member[1], 0)  # a view
            mask[~self._along(arrays, member, kept)] = False
        return found

    def unit_sum(self, values: Mapping[str, Any]) -> np.ndarray:
        """Return, for each unit, the sum of ``values`` over all members: float64 (units,).

        Of w^2, the squared norm of the group; of w * g, its first-order Taylor term, to be squared.
        """
        arrays = self._arrays(values)
        total = np.zeros(self.units)
        for member in self.members:
            numbers = checks.float_array(arrays[member[0]], f"values[{member[0]!r}]", dtype=np.float64)
            runs = self._runs(arrays, member)
            with np.errstate(over="ignore", invalid="ignore"):
                total += np.moveaxis(numbers, member[1], 0).reshape(*runs, -1).sum(axis=(0, 2, 3))
        if not np.isfinite(total).all():
            raise ValueError("the sums leave the range of float64; scale values first")
        return total

    def _checked_keep(self, keep: Any) -> np.ndarray:
        if not isinstance(keep, np.ndarray) or keep.dtype != bool or keep.shape != (self.units,):
            raise ValueError(f"keep must be a boolean array of shape ({self.units},); got {checks.describe(keep)}")
        return keep

    def _arrays(self, weights: Any) -> dict[str, np.ndarray]:
        if not isinstance(weights, Mapping):
            raise TypeError(f"weights must be a mapping of names to arrays; got {checks.describe(weights)}")
        arrays = {name: np.asarray(w) for name, w in weights.items()}
        for member in self.members:
            if member[0] not in arrays:
                raise ValueError(f"member {member[0]!r} is no tensor; they are {', '.join(map(str, arrays))}")
            self._runs(arrays, member)
        return arrays

    def _runs(self, arrays: dict[str, np.ndarray], member: tuple[Any, ...]) -> tuple[int, int, int]:
        """(copies, units, slices a unit) of the member's axis."""
        shape, axis, copies = arrays[member[0]].shape, member[1], self._copies(member)
        if not -len(shape) <= axis < len(shape) or shape[axis] == 0 or shape[axis] % (copies * self.units):
            raise ValueError(
                f"axis {axis} of {member[0]!r} must hold {copies} x {self.units} runs of slices; its shape is {shape}"
            )
        return copies, self.units, shape[axis] // (copies * self.units)

    def _along(self, arrays: dict[str, np.ndarray], member: tuple[Any, ...], kept: np.ndarray) -> np.ndarray:
        copies, _, width = self._runs(arrays, member)
        return np.tile(np.repeat(kept, width), copies)

    @staticmethod
    def _copies(member: tuple[Any, ...]) -> Any:
        return member[2] if len(member) == 3 else 1
