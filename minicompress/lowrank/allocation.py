"""How to share a budget among layers: each next component goes where it keeps most energy for its bytes.

A component of layer l keeps s_li^2 and costs m_l + n_l numbers. Singular values fall, so within a layer the first is
always the best bargain, and taking the best bargain of all, again and again, is optimal at every budget it lands on.
Pass the singular values of the weights, or of ``whitened_weights`` to count the outputs' energy instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from minicompress import checks
from minicompress.lowrank.ranks import break_even_rank, spectrum

__all__ = ["allocate_ranks", "allocate_ranks_by_energy"]


def allocate_ranks(
    singular_values: Mapping[str, Any],
    shapes: Mapping[str, tuple[int, int]],
    *,
    max_bytes: int,
    bytes_per_value: int = 4,
) -> dict[str, int]:
    """Return a rank for each layer, 1 to its break-even rank, that keep most energy within ``max_bytes``.

    Parameters
    ----------
    singular_values : mapping of layer to (k,), falling
    shapes : mapping of layer to (out, in), with the same layers
    max_bytes : int
        For all factors together.
    bytes_per_value : int
        4 for float32, 2 for float16.

    Raises
    ------
    ValueError
        If even rank 1 everywhere does not fit, or a layer cannot shrink at any rank.

    Examples
    --------
    >>> values = {"a": [9.0, 1.0, 0.5], "b": [8.0, 7.0, 6.0]}
    >>> allocate_ranks(values, {"a": (8, 8), "b": (8, 8)}, max_bytes=4 * 16 * 4)
    {'a': 1, 'b': 3}
    """
    layers = _layers(singular_values, shapes)
    budget = checks.integer(max_bytes, "max_bytes", low=1)
    width = checks.integer(bytes_per_value, "bytes_per_value", low=1)
    cost = {name: (m + n) * width for name, (_, (m, n)) in layers.items()}
    budget -= sum(cost.values())
    if budget < 0:
        raise ValueError(f"max_bytes must be at least {sum(cost.values())}, rank 1 everywhere; got {max_bytes}")
    ranks = dict.fromkeys(layers, 1)
    for _, name, rank in _bargains(layers):
        # A component that no longer fits ends its layer: those after it cost as much and keep less.
        if rank == ranks[name] + 1 and cost[name] <= budget:
            ranks[name], budget = rank, budget - cost[name]
    return ranks


def allocate_ranks_by_energy(
    singular_values: Mapping[str, Any], shapes: Mapping[str, tuple[int, int]], *, energy: float
) -> dict[str, int]:
    """Return ranks that together keep the share ``energy`` of all layers' energy, with few numbers.

    A layer stops at its break-even rank, beyond which it should stay dense; the share may then be missed.

    Parameters
    ----------
    singular_values, shapes
        See ``allocate_ranks``.
    energy : float in (0, 1]

    Examples
    --------
    >>> values = {"a": [9.0, 1.0, 0.5], "b": [8.0, 7.0, 6.0]}
    >>> allocate_ranks_by_energy(values, {"a": (8, 8), "b": (8, 8)}, energy=0.8)
    {'a': 1, 'b': 2}
    """
    layers = _layers(singular_values, shapes)
    wanted = checks.real(energy, "energy", low=0, high=1, open_low=True)
    largest = max(float(s[0]) for s, _ in layers.values()) or 1.0
    lost = sum(float(np.sum((s[1:] / largest) ** 2)) for s, _ in layers.values())
    allowed = (1 - wanted) * sum(float(np.sum((s / largest) ** 2)) for s, _ in layers.values())
    ranks = dict.fromkeys(layers, 1)
    for _, name, rank in _bargains(layers):
        if lost <= allowed:
            break
        ranks[name] = rank
        lost -= float((layers[name][0][rank - 1] / largest) ** 2)
    return ranks


def _layers(
    singular_values: Mapping[str, Any], shapes: Mapping[str, tuple[int, int]]
) -> dict[str, tuple[np.ndarray, tuple[int, int]]]:
    if not singular_values or set(singular_values) != set(shapes):
        raise ValueError(
            f"singular_values and shapes must name the same layers, at least one; got {', '.join(singular_values)} "
            f"and {', '.join(shapes)}"
        )
    layers = {}
    for name, values in singular_values.items():
        m, n = (checks.integer(side, f"shapes[{name!r}]", low=1) for side in shapes[name])
        s = spectrum(values, f"singular_values[{name!r}]")
        if len(s) > min(m, n):
            raise ValueError(f"singular_values[{name!r}] holds {len(s)} values; a matrix {(m, n)} has {min(m, n)}")
        if break_even_rank(m, n) < 1:
            raise ValueError(f"shapes[{name!r}] = {(m, n)} does not shrink at any rank; keep that layer dense")
        layers[name] = (s, (m, n))
    return layers


def _bargains(layers: dict[str, tuple[np.ndarray, tuple[int, int]]]) -> list[tuple[float, str, int]]:
    """(energy per number, layer, rank that it makes) of every component after the first, best first."""
    largest = max(float(s[0]) for s, _ in layers.values()) or 1.0
    found = [
        (float((s[rank - 1] / largest) ** 2) / (m + n), name, rank)
        for name, (s, (m, n)) in layers.items()
        for rank in range(2, min(len(s), break_even_rank(m, n)) + 1)
    ]
    return sorted(found, key=lambda bargain: -bargain[0])  # stable: equal ones keep the order of layers and ranks
