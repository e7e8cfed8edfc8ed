"""Compress a BERT folder: watch its layers over some texts, then run a recipe over its tensors.

    texts -> encoder -> InputStatistics of each layer -> compress -> CompressedModel

Inputs are met once and not stored. :mod:`minicompress.files.folder` writes the result.
"""

from __future__ import annotations

import dataclasses
import difflib
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from minicompress import checks
from minicompress.models import BertEncoder
from minicompress.pipeline.compression import compress, resolve_recipe
from minicompress.pipeline.methods import NEEDS_INPUTS
from minicompress.pipeline.model import CompressedModel
from minicompress.pipeline.recipe import PRESETS, Recipe
from minicompress.pipeline.statistics import InputStatistics, output_error
from minicompress.storage import read_weights
from minicompress.tensors.container import is_compressed

__all__ = [
    "ENCODER_RECIPES",
    "FolderResult",
    "compress_encoder",
    "compress_folder",
    "encoder_recipe",
    "encoder_statistics",
    "read_float_weights",
]

_RECIPES = Path(__file__).with_name("encoder_recipes")

#: Names of the recipes that are meant for encoders, each a TOML file.
ENCODER_RECIPES = tuple(sorted(path.stem for path in _RECIPES.glob("*.toml")))

#: Methods that use inputs where there are some, and do without where there are none.
_LIKES_INPUTS = frozenset({"entropy_constrained"})


@dataclasses.dataclass(frozen=True)
class FolderResult:
    """A compressed folder: the model, and the relative error of each watched layer's outputs, by its weight's name."""

    model: CompressedModel
    output_errors: dict[str, float]


def encoder_recipe(name: str | Recipe) -> Recipe:
    """Return the encoder recipe of that name, or else the preset, or the recipe itself.

    >>> encoder_recipe("int8").rules[-1].activation_bits
    8
    """
    if isinstance(name, str) and name in ENCODER_RECIPES:
        return Recipe.from_toml(_RECIPES / f"{name}.toml")
    if isinstance(name, str) and name not in PRESETS:
        near = difflib.get_close_matches(name, (*ENCODER_RECIPES, *PRESETS), n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        known = f"{', '.join(ENCODER_RECIPES)}, or a preset"
        raise ValueError(f"recipe must be one of those for encoders, {known}; got {name!r}{hint}")
    return resolve_recipe(name)


def needs_texts(recipe: Recipe) -> bool:
    """Whether a recipe looks at what the layers meet."""
    return any(rule.method in NEEDS_INPUTS | _LIKES_INPUTS for rule in recipe.rules)


def encoder_statistics(
    encoder: BertEncoder,
    texts: Sequence[str],
    *,
    rng: np.random.Generator,
    batch_size: int = 16,
    on_texts: Callable[[int], None] | None = None,
) -> dict[str, InputStatistics]:
    """Run ``texts`` through the encoder and return the statistics of each layer's inputs, by its weight's name.

    Padding is left out. Layers that read the same array (query, key and value) share one statistic.

    Parameters
    ----------
    encoder : BertEncoder
        Its ``watch`` is used, and then put back.
    texts : sequence of str, at least one
    on_texts : callable, optional
        Called with the number of texts done in each batch (for a progress bar).
    """
    if not texts:
        raise ValueError("texts is empty: calibration needs at least one")
    size = checks.integer(batch_size, "batch_size", low=1)
    found: dict[str, InputStatistics] = {}
    last: list[Any] = [None, None]  # the array seen before, and its statistics
    prefix = encoder.weights.prefix

    def watch(name: str, x: np.ndarray, real: np.ndarray) -> None:
        if x is last[0]:
            found.setdefault(prefix + name, last[1])
            return
        seen = found.get(prefix + name) or InputStatistics(x.shape[-1], rng=rng)
        seen.update(x[real])
        found[prefix + name] = seen
        last[:] = x, seen

    before, encoder.watch = encoder.watch, watch
    ordered = sorted(texts, key=len)
    try:
        for start in range(0, len(ordered), size):
            batch = ordered[start : start + size]
            encoder.encode(batch, batch_size=size)
            if on_texts is not None:
                on_texts(len(batch))
    finally:
        encoder.watch = before
    return found


def compress_folder(
    folder: str | os.PathLike[str],
    recipe: str | Recipe,
    *,
    statistics: Mapping[str, InputStatistics] | None = None,
    on_tensor: Callable[[str], None] | None = None,
) -> FolderResult:
    """Compress the weights of a BERT folder.

    Parameters
    ----------
    folder : path
        ``config.json``, ``tokenizer.json``, ``model.safetensors``.
    recipe : str or Recipe
        An encoder recipe's name (see :data:`ENCODER_RECIPES`), a preset's, or a recipe of your own.
    statistics : mapping, optional
        From :func:`encoder_statistics`, where the recipe looks at data.
    on_tensor : callable, optional
        Called with each name when it is done.

    Raises
    ------
    ValueError
        If the folder is not sound or compressed already, or the recipe needs statistics and there are none.
    """
    return compress_encoder(read_float_weights(folder), recipe, statistics=statistics, on_tensor=on_tensor)


def read_float_weights(folder: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """Read a folder's ``model.safetensors``; one that is compressed already is a ``ValueError``."""
    weights, metadata = read_weights(Path(folder) / "model.safetensors")
    if is_compressed(metadata):
        raise ValueError(f"{folder} is compressed already; compress the float folder it came from")
    return weights


def compress_encoder(
    weights: Mapping[str, np.ndarray],
    recipe: str | Recipe,
    *,
    statistics: Mapping[str, InputStatistics] | None = None,
    on_tensor: Callable[[str], None] | None = None,
) -> FolderResult:
    """Compress an encoder's weights by name; :func:`compress_folder` says what the parameters are."""
    chosen = encoder_recipe(recipe)
    seen = dict(statistics or {})
    if chosen.needs_inputs and not seen:
        raise ValueError(f"recipe {chosen.name!r} looks at data: pass statistics from encoder_statistics(...)")
    inputs = _Inputs(seen, {n: rule.method for n in seen if (rule := chosen.rule_for(n)) is not None})
    model = compress(weights, chosen, inputs, on_tensor=on_tensor)
    errors = {
        name: output_error(weights[name], model.tensors[name].to_dense(), seen[name].hessian())
        for name in seen
        if not model.records[name].reason
    }
    return FolderResult(model, errors)


class _Inputs(Mapping[str, np.ndarray]):
    """Calibration inputs made when a tensor's turn comes, so that one square root at a time is in memory."""

    def __init__(self, statistics: Mapping[str, InputStatistics], methods: Mapping[str, str]) -> None:
        self._statistics, self._methods = statistics, methods

    def __getitem__(self, name: str) -> np.ndarray:
        return self._statistics[name].inputs_for(self._methods.get(name, ""))

    def __iter__(self) -> Any:
        return iter(self._statistics)

    def __len__(self) -> int:
        return len(self._statistics)
