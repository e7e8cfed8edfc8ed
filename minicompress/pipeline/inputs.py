"""Watch what flows into each layer while a model runs: the calibration data of GPTQ, AWQ and their kind."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from minicompress import checks
from minicompress.nn import Linear, Module

__all__ = ["layer_inputs"]


def layer_inputs(
    module: Module, run: Callable[[], Any], *, rng: np.random.Generator, rows: int = 2048
) -> dict[str, np.ndarray]:
    """Run the model and return, for the weight of each linear layer, a sample of the inputs that it met.

    Parameters
    ----------
    module : Module
        Left as it was.
    run : function without arguments
        Calls the model on calibration data; rows of padding should not be among them.
    rng : numpy.random.Generator
        Draws the sample: every input of the run has the same chance, and no more than ``rows`` are ever kept.
    rows : int
        Inputs kept for each layer.

    Returns
    -------
    dict of str to (n, in_features) float32, by the weight's name
    """
    limit = checks.integer(rows, "rows", low=1)
    checks.generator(rng)
    kept: dict[str, tuple[np.ndarray, np.ndarray]] = {}

    def watch(name: str, layer: Module, arguments: tuple[Any, ...]) -> None:
        seen = np.asarray(getattr(arguments[0], "data", arguments[0]), np.float32)
        seen = seen.reshape(-1, seen.shape[-1])
        # Each row gets a random key; the smallest keys of the whole stream are a uniform sample of it.
        keys = rng.random(len(seen))
        if name in kept:
            keys, seen = np.concatenate([kept[name][0], keys]), np.concatenate([kept[name][1], seen])
        chosen = np.sort(np.argsort(keys, kind="stable")[:limit])
        kept[name] = keys[chosen], seen[chosen]

    layers = [(f"{name}.weight", layer) for name, layer in module.named_modules() if isinstance(layer, Linear)]
    removers = [layer.add_hook(functools.partial(watch, name)) for name, layer in layers]
    try:
        run()
    finally:
        for remove in removers:
            remove()
    return {name: rows_seen for name, (_, rows_seen) in kept.items()}
