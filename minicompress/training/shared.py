"""What all trainings share: weights found by pattern, masks checked, ``(value, gradient)`` put on the tape."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from minicompress.checks import describe
from minicompress.nn import Module, Optimizer, Tensor

__all__ = ["Weight", "checked_masks", "loss_node", "matching_weights", "optimizer_names"]


@dataclass(frozen=True)
class Weight:
    """A parameter, its dotted name, and every ``(module, attribute)`` that holds it (several where it is shared)."""

    name: str
    value: Tensor
    places: tuple[tuple[Module, str], ...]


def matching_weights(model: Module, patterns: Sequence[str] = ("*",)) -> list[Weight]:
    """Return the weights of two and more dimensions whose name matches one of the shell ``patterns``.

    Raises ValueError for a pattern that matches nothing, and then lists the names.

    >>> from minicompress.nn import Linear
    >>> [w.name for w in matching_weights(Linear(2, 3, rng=np.random.default_rng(0)), ["w*"])]
    ['weight']
    """
    if isinstance(patterns, str) or not patterns:
        raise TypeError(f"patterns must be a non-empty sequence of names such as ('*.weight',); got {patterns!r}")
    known = {name: value for name, value in model.named_parameters().items() if value.ndim >= 2}
    for pattern in patterns:
        if not any(fnmatch.fnmatchcase(name, pattern) for name in known):
            names = ", ".join(list(known)[:8]) + (", ..." if len(known) > 8 else "")
            raise ValueError(f"pattern {pattern!r} matches no weight matrix; the names are: {names or '(none)'}")
    chosen = {n: v for n, v in known.items() if any(fnmatch.fnmatchcase(n, p) for p in patterns)}
    return [Weight(name, value, _places(model, value)) for name, value in chosen.items()]


def _places(model: Module, value: Tensor) -> tuple[tuple[Module, str], ...]:
    return tuple(
        (module, attribute)
        for _, module in model.named_modules()
        for attribute, held in vars(module).items()
        if held is value and not attribute.startswith("_")
    )


def checked_masks(model: Module, masks: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Return copies of the boolean ``masks``, if each has the name and the shape of a parameter."""
    if not isinstance(masks, Mapping) or not masks:
        raise TypeError(f"masks must be a non-empty mapping of names to boolean arrays; got {describe(masks)}")
    known = model.named_parameters()
    for name, mask in masks.items():
        if name not in known:
            raise ValueError(f"masks names {name!r}, which is no parameter; they are {', '.join(known)}")
        shape = known[name].shape
        if not isinstance(mask, np.ndarray) or mask.dtype != bool or mask.shape != shape:
            raise ValueError(f"masks[{name!r}] must be a boolean array of shape {shape}; got {describe(mask)}")
    return {name: mask.copy() for name, mask in masks.items()}


def optimizer_names(optimizer: Optimizer, parameters: Mapping[str, Tensor]) -> dict[str, str]:
    """Return under which name the optimizer keeps each of ``parameters``; it may hold them by other names."""
    names = {id(value): name for name, value in optimizer.parameters.items()}
    stray = [name for name, value in parameters.items() if id(value) not in names]
    if stray:
        raise ValueError(f"optimizer must hold the parameter {stray[0]!r}; it holds {', '.join(optimizer.parameters)}")
    return {name: names[id(value)] for name, value in parameters.items()}


def loss_node(value: float, *pairs: tuple[Tensor, np.ndarray]) -> Tensor:
    """Put a loss that was computed off the tape on it: ``pairs`` are ``(tensor, dloss/dtensor)``.

    >>> x = Tensor([3.0], requires_grad=True)
    >>> (2 * loss_node(9.0, (x, np.float32([6.0])))).backward()
    >>> x.grad
    array([12.], dtype=float32)
    """
    edges = [(tensor, lambda g, grad=grad, kind=tensor.dtype: (g * grad).astype(kind)) for tensor, grad in pairs]
    return Tensor.record(np.asarray(value, pairs[0][0].dtype), *edges)
