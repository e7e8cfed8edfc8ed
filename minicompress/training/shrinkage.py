"""L1 regularization while training, by proximal steps: weights reach exactly 0.

    after each step   w <- sign(w) max(|w| - lr strength, 0)

With SGD this is proximal gradient descent on loss + strength ||w||_1. With Adam, whose steps are scaled, it shrinks
all weights alike and minimises no fixed objective. Source: Parikh and Boyd 2014, "Proximal Algorithms", 4.2 and 6.5.2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from minicompress.checks import real
from minicompress.nn import Module, Optimizer
from minicompress.pruning import soft_threshold
from minicompress.training.shared import matching_weights, optimizer_names

__all__ = ["l1_shrinkage"]


def l1_shrinkage(
    model: Module, optimizer: Optimizer, *, strength: float, patterns: Sequence[str] = ("*",)
) -> Callable[[], None]:
    """Shrink the matching weights after each step of ``optimizer``; return what stops it.

    >>> import numpy as np
    >>> from minicompress import nn
    >>> layer = nn.Linear(4, 2, rng=np.random.default_rng(0))
    >>> sgd = nn.SGD(layer.named_parameters(), lr=0.1)
    >>> stop = l1_shrinkage(layer, sgd, strength=1.0)
    >>> x = np.float32([[1, 0, 0, 0]])                       # inputs that are never there need no weight
    >>> _ = nn.fit(layer, [(x, [1])], optimizer=sgd, epochs=20, loss=nn.cross_entropy, progress=False)
    >>> int(np.count_nonzero(layer.weight.data[:, 1:]))
    0
    """
    cost = real(strength, "strength", low=0)
    weights = [weight.value for weight in matching_weights(model, patterns)]
    optimizer_names(optimizer, {weight.name: weight.value for weight in matching_weights(model, patterns)})

    def shrink(stepped: Optimizer) -> None:
        for w in weights:
            w.data[...] = soft_threshold(w.data, stepped.lr * cost)

    def stop() -> None:
        optimizer.after_step = [hook for hook in optimizer.after_step if hook is not shrink]

    optimizer.after_step.append(shrink)
    return stop
