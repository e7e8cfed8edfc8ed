"""Tied parameters: one array under several names, as in ALBERT's one block used L times.

    stored once,    dL/dw = sum over its names of dL/dw_name

Source: Lan et al. 2020 (ALBERT), arXiv:1909.11942; Press and Wolf 2017 (tied embeddings), arXiv:1608.05859.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from minicompress import checks

__all__ = ["find_tied", "share_layers", "sum_tied_gradients"]


def find_tied(weights: Mapping[str, Any]) -> dict[str, str]:
    """Say for each name which name holds its array: the first with the same shape, type and bytes.

    >>> find_tied({"embedding": np.eye(2), "norm": np.ones(2), "output": np.eye(2)})
    {'embedding': 'embedding', 'norm': 'norm', 'output': 'embedding'}
    """
    first: dict[tuple[Any, ...], str] = {}
    owner = {}
    for name, value in weights.items():
        array = np.asarray(value)
        owner[name] = first.setdefault((array.shape, array.dtype.str, array.tobytes()), name)
    return owner


def share_layers(weights: Mapping[str, Any], *, template: str, n_layers: int, every: int) -> dict[str, np.ndarray]:
    """Give each run of ``every`` layers the weights of its first one: ``every = n_layers`` is ALBERT.

    ``template`` is the start of a layer's names, with ``{}`` for its number; arrays are the given ones, not copies.

    >>> blocks = {f"block.{i}.w": np.full(1, i) for i in range(4)}
    >>> [int(w[0]) for w in share_layers(blocks, template="block.{}.", n_layers=4, every=2).values()]
    [0, 0, 2, 2]
    """
    if not isinstance(template, str) or template.count("{}") != 1:
        raise ValueError(f"template must be text with one {{}} such as 'block.{{}}.'; got {template!r}")
    layers = checks.integer(n_layers, "n_layers", low=1)
    run = checks.integer(every, "every", low=1)
    shared = {name: np.asarray(value) for name, value in weights.items()}
    for layer in range(layers):
        here, source = template.format(layer), template.format(layer - layer % run)
        inner = [name[len(here) :] for name in weights if name.startswith(here)]
        if not inner:
            raise ValueError(f"weights has no name that starts with {here!r}")
        for rest in inner:
            if source + rest not in shared or shared[source + rest].shape != shared[here + rest].shape:
                raise ValueError(f"{source + rest!r} must have the shape of {here + rest!r} to be shared")
            shared[here + rest] = shared[source + rest]
    return shared


def sum_tied_gradients(gradients: Mapping[str, Any], owner: Mapping[str, str]) -> dict[str, np.ndarray]:
    """Add up the gradients of all names of each array; the result has the owners' names only.

    >>> sum_tied_gradients({"a": [1.0], "b": [2.0], "c": [4.0]}, {"a": "a", "b": "b", "c": "a"})
    {'a': array([5.]), 'b': array([2.])}
    """
    total: dict[str, np.ndarray] = {}
    for name, value in gradients.items():
        if name not in owner:
            raise ValueError(f"owner must say whose array {name!r} is; it knows {', '.join(owner)}")
        slope, to = checks.float_array(value, f"gradients[{name!r}]", dtype=None, allow_empty=True), owner[name]
        if to in total and total[to].shape != slope.shape:
            raise ValueError(f"gradients of {name!r} and {to!r} must have one shape; got {slope.shape}")
        total[to] = total[to] + slope if to in total else slope.copy()
    return total
