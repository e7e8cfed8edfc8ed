"""``compress``: weights and a recipe in, a compressed model out; the weights are never changed."""

from __future__ import annotations

import dataclasses
import difflib
import math
from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np

from minicompress import checks
from minicompress.pipeline.bridge import as_array
from minicompress.pipeline.methods import call_method
from minicompress.pipeline.model import CompressedModel, Record
from minicompress.pipeline.recipe import PRESETS, Recipe, Rule
from minicompress.tensors import CompressedTensor, DenseTensor

__all__ = ["check_rules", "compress", "compress_tensor", "resolve_recipe"]

_BLOCK = 1 << 20  # weights of which the error is worked out at a time


def compress(
    weights: Mapping[str, Any],
    recipe: str | Recipe,
    calibration: Mapping[str, Any] | None = None,
    *,
    on_tensor: Callable[[str], None] | None = None,
) -> CompressedModel:
    """Compress ``weights`` by ``recipe``.

    Parameters
    ----------
    weights : mapping of str to array or torch tensor
        Finite floats; a ``state_dict`` as it is. A weight of three and more dimensions (out, in, k, ...) is compressed
        as the matrix (out, in * k * ...). Vectors are kept as they are, arrays of integers as buffers.
    recipe : str or Recipe
        A preset's name or a recipe of your own.
    calibration : mapping of str to (n_samples, in_features), optional
        Inputs that each weight sees, for the methods that look at data.
    on_tensor : callable, optional
        Called with each name when it is done (for a progress bar).

    Raises
    ------
    ValueError
        For a rule that matches no weight, a weight that is not finite, a group size that does not divide: the message
        names the culprit.

    Examples
    --------
    >>> model = compress({"w": np.eye(64, dtype=np.float32), "b": np.zeros(64, np.float32)}, "int8")
    >>> model.original_nbytes, model.nbytes
    (16640, 4608)
    """
    chosen = resolve_recipe(recipe)
    if not isinstance(weights, Mapping) or not weights:
        raise ValueError(f"weights must be a non-empty mapping of names to arrays; got {checks.describe(weights)}")
    given = {str(name): as_array(value, f"weight {str(name)!r}") for name, value in weights.items()}
    buffers = {name: array.copy() for name, (array, _) in given.items() if array.dtype.kind in "iub"}
    arrays = {name: array for name, (array, _) in given.items() if name not in buffers}
    check_rules(chosen, [name for name, array in arrays.items() if _is_matrix(array)])
    stray = sorted(set(calibration or {}) - set(arrays))
    if stray:
        raise ValueError(f"calibration names {stray[0]!r}, which is no weight; the weights are {', '.join(arrays)}")
    tensors: dict[str, CompressedTensor] = {}
    records: dict[str, Record] = {}
    for name, array in arrays.items():
        x = None if calibration is None else calibration.get(name)
        # Without any calibration a rule that needs it stays the weight's rule, so that its method can say so.
        rule = chosen.rule_for(name, calibrated=calibration is None or x is not None)
        tensors[name], record = compress_tensor(name, array, rule, x)
        # bfloat16 came as float32: its bytes before are its own.
        records[name] = dataclasses.replace(record, original_nbytes=given[name][1])
        if on_tensor is not None:
            on_tensor(name)
    return CompressedModel(tensors, records, {"recipe": chosen.name}, buffers)


def resolve_recipe(recipe: str | Recipe) -> Recipe:
    """Return the preset of that name, or the recipe itself."""
    if isinstance(recipe, Recipe):
        return recipe
    if recipe not in PRESETS:
        near = difflib.get_close_matches(str(recipe), PRESETS, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"recipe must be one of {', '.join(PRESETS)}; got {recipe!r}{hint}")
    return PRESETS[recipe]


def _is_matrix(array: np.ndarray) -> bool:
    return array.ndim >= 2 and array.dtype.kind == "f" and array.size > 0


def check_rules(recipe: Recipe, matrices: Collection[str]) -> None:
    """Raise ``ValueError`` for a rule whose pattern matches none of the names in ``matrices``."""
    for rule in recipe.rules:
        if not any(rule.matches(name) for name in matrices):
            names = ", ".join(list(matrices)[:8]) + (", ..." if len(matrices) > 8 else "")
            raise ValueError(f"pattern {rule.pattern!r} matches no weight matrix; the names are: {names or '(none)'}")


def compress_tensor(
    name: str, array: np.ndarray, rule: Rule | None, x: Any | None = None
) -> tuple[CompressedTensor, Record]:
    """Compress one tensor of floats by ``rule``, with its calibration inputs ``x``; or keep it and say why.

    >>> compress_tensor("bias", np.ones(3, np.float32), Rule("*", "rtn"))[1].reason
    'vector'
    """
    if array.dtype.kind != "f":
        raise TypeError(f"weight {name!r} must hold floats; got {checks.describe(array)}")
    w = checks.float_array(array, f"weight {name!r}", allow_empty=True)
    if rule is None or not _is_matrix(array):
        # A copy: what the caller does to the weights later must not reach the model.
        kept = DenseTensor(array.astype(array.dtype if array.dtype.itemsize <= 8 else np.float64))
        reason = "no rule" if rule is None else "vector" if array.ndim < 2 else "empty"
        return kept, Record(array.shape, "kept", reason, array.nbytes, 0.0)
    matrix = w.reshape(w.shape[0], -1)
    samples = None if x is None else checks.float_array(x, f"calibration[{name!r}]", shape=(None, matrix.shape[1]))
    try:
        tensor = call_method(rule.method, matrix, samples, rule.options)
    except (TypeError, ValueError) as error:
        raise type(error)(f"weight {name!r}: {error}") from error
    off = _relative_error(matrix, tensor.to_dense())
    return tensor, Record(array.shape, str(rule), "", array.nbytes, off, rule.activation_bits)


def _relative_error(exact: np.ndarray, dense: np.ndarray) -> float:
    """||W - W'|| / ||W||, or ||W'|| for W = 0; some rows at a time, so that no float64 copy of W is made."""
    norm = distance = 0.0
    rows = max(1, _BLOCK // exact.shape[1])
    for start in range(0, len(exact), rows):
        # float32 squares of 1e30 and 1e-30 would overflow and vanish
        block = exact[start : start + rows].astype(np.float64)
        norm += float(np.square(block).sum())
        block -= dense[start : start + rows]
        distance += float(np.square(block, out=block).sum())
    return math.sqrt(distance) / (math.sqrt(norm) or 1.0)
