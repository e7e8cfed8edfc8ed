"""Which weights can bear it: compress one at a time, leave the rest alone, and measure what is lost."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from minicompress.tensors import CompressedTensor

__all__ = ["Sensitivity", "sensitivity_scan"]


@dataclasses.dataclass(frozen=True)
class Sensitivity:
    """What compressing the tensor ``name`` alone costs: ``score`` before minus after, and the bytes it saves."""

    name: str
    loss: float
    nbytes: int
    original_nbytes: int


def sensitivity_scan(
    weights: Mapping[str, np.ndarray],
    compress_one: Callable[[np.ndarray], CompressedTensor],
    score: Callable[[Mapping[str, np.ndarray]], float],
    *,
    names: Sequence[str] | None = None,
) -> list[Sensitivity]:
    """Compress each matrix alone and score the model: the most sensitive first.

    Parameters
    ----------
    weights : mapping of str to array
    compress_one : function of a matrix (out, in)
        Such as ``lambda w: quantize_rtn(w, bits=3)``.
    score : function of a mapping like ``weights``, larger is better
    names : which tensors to try; all matrices by default
    """
    tried = [name for name, w in weights.items() if w.ndim >= 2] if names is None else list(names)
    unknown = [name for name in tried if name not in weights]
    if unknown:
        raise ValueError(f"names holds {unknown[0]!r}, which is no weight; the weights are {', '.join(weights)}")
    before = score(weights)
    found = []
    for name in tried:
        w = weights[name]
        tensor = compress_one(w.reshape(w.shape[0], -1))
        after = score({**weights, name: tensor.to_dense().reshape(w.shape)})
        found.append(Sensitivity(name, before - after, tensor.nbytes, w.nbytes))
    return sorted(found, key=lambda s: -s.loss)
