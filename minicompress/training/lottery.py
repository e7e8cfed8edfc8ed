"""Lottery tickets: train, drop the weakest survivors, rewind the others, and again.

Source: Frankle and Carbin 2018, arXiv:1803.03635; rewinding to an early step: Frankle et al. 2019, arXiv:1903.01611.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from minicompress.checks import integer, real
from minicompress.nn import Module
from minicompress.pruning import rewind, survivor_mask
from minicompress.training.shared import checked_masks

__all__ = ["lottery_round", "lottery_rounds"]


def lottery_round(
    model: Module, initial: Mapping[str, Any], masks: Mapping[str, Any], *, sparsity: float
) -> dict[str, np.ndarray]:
    """Drop the share ``sparsity`` of the survivors of a *trained* model, rewind it, and return the masks left.

    ``initial`` is ``model.state_dict()`` from the start, or from a few steps in. The next training needs an optimizer
    of its own, and ``sparse_training(model, masks, optimizer)``.

    >>> from minicompress import nn
    >>> layer = nn.Linear(4, 1, rng=np.random.default_rng(0), bias=False)
    >>> initial = layer.state_dict()
    >>> layer.weight.data[...] = [[0.1, -3.0, 2.0, 0.5]]     # as if trained
    >>> masks = lottery_round(layer, initial, {"weight": np.ones((1, 4), bool)}, sparsity=0.5)
    >>> masks["weight"], bool((layer.weight.data == initial["weight"] * masks["weight"]).all())
    (array([[False,  True,  True, False]]), True)
    """
    before = checked_masks(model, masks)
    trained = model.named_parameters()
    after = {name: survivor_mask(trained[name].data, mask, sparsity=sparsity) for name, mask in before.items()}
    model.load_state_dict(rewind(initial, after))
    return after


def lottery_rounds(
    model: Module,
    train: Callable[[Module, dict[str, np.ndarray]], object],
    masks: Mapping[str, Any],
    *,
    rounds: int,
    sparsity: float,
    initial: Mapping[str, Any] | None = None,
) -> dict[str, np.ndarray]:
    """Run ``train(model, masks)`` and a :func:`lottery_round`, ``rounds`` times; then train the ticket once.

    ``train`` makes a new optimizer and keeps the masks by ``sparse_training``. ``initial`` is where weights rewind to,
    by default what the model holds now. Returns the last masks: (1 - sparsity)^rounds of the weights, up to rounding.

    >>> from minicompress import nn
    >>> layer = nn.Linear(8, 1, rng=np.random.default_rng(0), bias=False)
    >>> everything = {"weight": np.ones((1, 8), bool)}
    >>> masks = lottery_rounds(layer, lambda model, masks: None, everything, rounds=3, sparsity=0.5)
    >>> int(masks["weight"].sum())
    1
    """
    integer(rounds, "rounds", low=1)
    real(sparsity, "sparsity", low=0, high=1)
    start = model.state_dict() if initial is None else dict(initial)
    kept = checked_masks(model, masks)
    for _ in range(rounds):
        train(model, kept)
        kept = lottery_round(model, start, kept, sparsity=sparsity)
    train(model, kept)
    return kept
