"""Which weights share a scale: the whole tensor, a slice along one axis, or a run of inputs within a row."""

from __future__ import annotations

import dataclasses

import numpy as np

from minicompress import checks

__all__ = ["Granularity", "PerAxis", "PerGroup", "PerTensor"]


@dataclasses.dataclass(frozen=True)
class PerTensor:
    """One scale for all: parameters have shape ()."""

    def reduced(self, x: np.ndarray, name: str = "x") -> tuple[np.ndarray, tuple[int, ...]]:
        """View ``x`` as (groups..., members) and say the shape of its parameters."""
        return x.reshape(1, -1), ()

    def spread(self, parameter: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        """Shape ``parameter`` so that it broadcasts against a tensor of ``shape``."""
        return parameter


@dataclasses.dataclass(frozen=True)
class PerAxis:
    """One scale for each index along ``axis``: parameters have shape (x.shape[axis],); axis 0 of W is per channel."""

    axis: int = 0

    def _axis(self, ndim: int) -> int:
        axis = checks.integer(self.axis, "axis", low=-ndim, high=ndim - 1)
        return axis % ndim

    def reduced(self, x: np.ndarray, name: str = "x") -> tuple[np.ndarray, tuple[int, ...]]:
        """View ``x`` as (x.shape[axis], members)."""
        axis = self._axis(x.ndim)
        return np.moveaxis(x, axis, 0).reshape(x.shape[axis], -1), (x.shape[axis],)

    def spread(self, parameter: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        """(n,) -> (1, .., n, .., 1)."""
        form = [1] * len(shape)
        form[self._axis(len(shape))] = -1
        return parameter.reshape(form)


@dataclasses.dataclass(frozen=True)
class PerGroup:
    """One scale for each run of ``group_size`` inputs of a row: parameters have shape (rows, in / group_size)."""

    group_size: int

    def reduced(self, x: np.ndarray, name: str = "x") -> tuple[np.ndarray, tuple[int, ...]]:
        """View a matrix (rows, in) as (rows * groups, group_size)."""
        if x.ndim != 2:
            raise ValueError(
                f"{name} must be a matrix (out_features, in_features) for groups; got {checks.describe(x)}"
            )
        size = checks.group_size(self.group_size, x.shape[1])
        return x.reshape(-1, size), (x.shape[0], x.shape[1] // size)

    def spread(self, parameter: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        """(rows, groups) -> (rows, in): each parameter repeated for the members of its group."""
        return np.repeat(parameter, self.group_size, axis=1)


Granularity = PerTensor | PerAxis | PerGroup
