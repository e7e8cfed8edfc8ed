"""Sparse from the start: how dense each layer is, where its weights are, and how large.

    uniform   every layer has the same density
    ER        density_l = eps (n_in + n_out) / (n_in n_out):  parameters grow with the sum of the sides
    ERK       density_l = eps (n_in + n_out + k_h + k_w) / (n_in n_out k_h k_w):  kernel sides counted too

eps makes the total right; a layer that would be more than dense is dense, and the others share what is left. A row
with k of its inputs gets weights of variance 2 / k, not 2 / n_in: else signals die in a sparse network.
Sources: Mocanu et al. 2018, arXiv:1707.04780 (ER); Evci et al. 2019, arXiv:1911.11134 (ERK), and 2020,
arXiv:2010.03533 (variance); He et al. 2015, arXiv:1502.01852.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from minicompress import checks
from minicompress.pruning.lottery import checked_mask

__all__ = ["erdos_renyi_density", "erdos_renyi_kernel_density", "random_mask", "sparse_normal", "uniform_density"]

Shapes = Mapping[str, tuple[int, ...]]


def uniform_density(shapes: Shapes, *, density: float) -> dict[str, float]:
    """Return ``density`` for every layer.

    >>> uniform_density({"a": (4, 4), "b": (8, 4)}, density=0.1)
    {'a': 0.1, 'b': 0.1}
    """
    share = checks.real(density, "density", low=0, high=1)
    return dict.fromkeys(_checked(shapes), share)


def erdos_renyi_density(shapes: Shapes, *, density: float) -> dict[str, float]:
    """Return the ER density of each layer; together they keep ``density`` of all weights.

    Parameters
    ----------
    shapes : mapping of names to (out, in, ...)
        Only out and in count, here; :func:`erdos_renyi_kernel_density` counts the kernel's sides.
    density : float in [0, 1]

    Examples
    --------
    >>> found = erdos_renyi_density({"wide": (100, 100), "narrow": (10, 100)}, density=0.1)
    >>> {name: round(share, 3) for name, share in found.items()}
    {'wide': 0.071, 'narrow': 0.39}
    """
    sizes = _checked(shapes)
    return _shared(sizes, {name: sum(s[:2]) / math.prod(s[:2]) for name, s in sizes.items()}, density)


def erdos_renyi_kernel_density(shapes: Shapes, *, density: float) -> dict[str, float]:
    """Return the ERK density of each layer, as :func:`erdos_renyi_density` does; the same for matrices.

    >>> found = erdos_renyi_kernel_density({"conv": (64, 64, 3, 3), "head": (10, 64)}, density=0.1)
    >>> {name: round(share, 3) for name, share in found.items()}
    {'conv': 0.084, 'head': 1.0}
    """
    sizes = _checked(shapes)
    return _shared(sizes, {name: sum(s) / math.prod(s) for name, s in sizes.items()}, density)


def random_mask(shape: tuple[int, ...], *, density: float, rng: np.random.Generator) -> np.ndarray:
    """Return a mask with exactly rint(n * density) places kept, all equally likely: boolean, True = kept.

    >>> int(random_mask((4, 5), density=0.25, rng=np.random.default_rng(0)).sum())
    5
    """
    sides = _shape(shape, "shape")
    size = math.prod(sides)
    mask = np.zeros(size, bool)
    kept = int(np.rint(size * checks.real(density, "density", low=0, high=1)))
    mask[checks.generator(rng).permutation(size)[:kept]] = True
    return mask.reshape(sides)


def sparse_normal(mask: Any, *, rng: np.random.Generator) -> np.ndarray:
    """Return float32 weights, 0 where ``mask`` (out, ...) is False, else of variance 2 / (inputs that the row keeps).

    >>> w = sparse_normal(np.arange(4000).reshape(4, 1000) % 4 == 0, rng=np.random.default_rng(0))
    >>> bool(abs(w[w != 0].var() * 250 - 2) < 0.2)
    True
    """
    shape = np.shape(mask)
    kept = checked_mask(mask, shape)
    if kept.ndim < 2 or kept.size == 0:
        raise ValueError(f"mask must have shape (out, in, ...) and not be empty; got {checks.describe(mask)}")
    fan_in = np.maximum(kept.reshape(shape[0], -1).sum(axis=1), 1)
    std = np.sqrt(2 / fan_in).reshape(-1, *[1] * (kept.ndim - 1))
    return (checks.generator(rng).standard_normal(shape) * std * kept).astype(np.float32)


def _shared(sizes: dict[str, tuple[int, ...]], raw: dict[str, float], density: Any) -> dict[str, float]:
    """Eps times ``raw``, at most 1, with eps such that the weighted mean is ``density``."""
    share = checks.real(density, "density", low=0, high=1)
    weights = {name: math.prod(s) for name, s in sizes.items()}
    dense: set[str] = set()
    while len(dense) < len(sizes):
        left = share * sum(weights.values()) - sum(weights[name] for name in dense)
        eps = left / sum(raw[name] * weights[name] for name in sizes if name not in dense)
        full = {name for name in sizes if name not in dense and eps * raw[name] > 1}
        if not full:
            break
        dense |= full
    return {name: 1.0 if name in dense else min(1.0, max(0.0, eps * raw[name])) for name in sizes}


def _checked(shapes: Any) -> dict[str, tuple[int, ...]]:
    if not isinstance(shapes, Mapping) or not shapes:
        raise ValueError(f"shapes must be a non-empty mapping of names to shapes; got {checks.describe(shapes)}")
    found = {name: _shape(shape, f"shapes[{name!r}]") for name, shape in shapes.items()}
    short = [name for name, shape in found.items() if len(shape) < 2]
    if short:
        raise ValueError(f"shapes[{short[0]!r}] must be (out, in, ...); got {found[short[0]]}")
    return found


def _shape(shape: Any, name: str) -> tuple[int, ...]:
    if not isinstance(shape, tuple | list) or not shape:
        raise TypeError(f"{name} must be a tuple of sides; got {checks.describe(shape)}")
    return tuple(checks.integer(side, f"{name}[{axis}]", low=1) for axis, side in enumerate(shape))
