"""Several tasks at once: one weighted sum of losses, and each gradient scaled as its loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from minicompress import checks

__all__ = ["multi_task_loss"]


def multi_task_loss(
    losses: Mapping[str, tuple[float, Any]], *, weights: Mapping[str, float]
) -> tuple[float, dict[str, np.ndarray]]:
    """Return L = sum_i w_i L_i and the gradients w_i dL_i by task.

    Each task's head goes on with its own gradient; what the heads share adds up by itself in the backward pass.
    Source: Liu et al. 2019 (distilled MT-DNN), arXiv:1904.09482.

    Parameters
    ----------
    losses : mapping of task to ``(loss, grad)``, as every loss of this package returns
    weights : mapping of task to a number >= 0, with the same tasks

    Examples
    --------
    >>> total, grads = multi_task_loss({"a": (2.0, np.ones(1)), "b": (1.0, np.ones(1))}, weights={"a": 0.5, "b": 3})
    >>> total, grads
    (4.0, {'a': array([0.5]), 'b': array([3.])})
    """
    if not losses:
        raise ValueError("losses must name at least one task; got none")
    if set(losses) != set(weights):
        raise ValueError(f"weights must name the tasks {', '.join(losses)}; got {', '.join(weights) or 'none'}")
    total, grads = 0.0, {}
    for task, (loss, grad) in losses.items():
        weight = checks.real(weights[task], f"weights[{task!r}]", low=0)
        value = checks.real(loss, f"the loss of {task!r}")
        array = checks.float_array(grad, f"the gradient of {task!r}", dtype=None)
        with np.errstate(over="ignore"):
            total += weight * value
            grads[task] = (weight * array.astype(np.float64)).astype(array.dtype)
        if not (np.isfinite(total) and np.isfinite(grads[task]).all()):
            raise ValueError(f"weights[{task!r}] = {weight:g} takes the loss or its gradient beyond {array.dtype}")
    return total, grads
