"""Fake quantization as steps of the tape: values on the grid forward, the estimator of each paper backward.

    weights       rounded     s = max|w| / qmax of each group, straight-through       (arXiv:1308.3432)
                  learned     s learned for each group                                (LSQ, arXiv:1902.08153)
    activations   dynamic     s = max|x| / qmax of each row, straight-through: what the integer kernels do
                  learned     one s learned for the layer                             (LSQ)
                  clipped     the clip alpha learned, for inputs that are not negative (PACT, arXiv:1805.06085)

The grid of weights is symmetric and narrow, -qmax .. qmax with qmax = 2^(b-1) - 1, as ``quantize_rtn`` stores it.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from minicompress import checks
from minicompress.nn import Tensor, parameter
from minicompress.quantization import (
    PerAxis,
    PerGroup,
    choose_qparams,
    initial_step,
    learned_clip,
    learned_step,
    straight_through,
)

__all__ = ["Clipped", "DynamicRows", "FakeQuantizer", "LearnedInput", "LearnedWeight", "RoundedWeight"]

_SHORTEST = 1e-3  # of the step of round-to-nearest: a learned step that ran below 0 comes back here


class FakeQuantizer(Protocol):
    """Maps a tensor to one on the grid; ``learned`` are its parameters by the suffix of their name."""

    learned: dict[str, Tensor]

    def __call__(self, x: Tensor) -> Tensor:
        """Return the values on the grid."""


class RoundedWeight:
    """Round to nearest with the straight-through gradient; the step follows the largest weight of each group."""

    def __init__(self, weight: Tensor, *, bits: int, group_size: int | None) -> None:
        columns = weight.size // len(weight)
        self.bits, self.size = bits, checks.group_size(group_size, columns)
        self.learned: dict[str, Tensor] = {}

    def __call__(self, x: Tensor) -> Tensor:
        """Return fake_quantize(x), of the shape of ``x``."""
        matrix = x.data.reshape(len(x), -1)
        qparams = choose_qparams(matrix, bits=self.bits, granularity=PerGroup(self.size))
        values, rule = straight_through(matrix, qparams)
        return _recorded(values, x, lambda g: rule(g.reshape(matrix.shape)))


class LearnedWeight:
    """LSQ with one step for each group, in a vector (rows * groups,), started at 2 mean|w| / sqrt(qmax).

    A step is kept at most at that of round-to-nearest, max|w| / qmax: a longer one would leave the outermost codes
    unused. So each group reaches its last code, and round-to-nearest finds the learned step again.

    >>> quantizer = LearnedWeight(Tensor([[0.4, -2.0, 0.9, 1.2]]), bits=2, group_size=None)
    >>> quantizer(Tensor([[0.4, -2.0, 0.9, 1.2]])).data
    array([[ 0., -2.,  0.,  2.]], dtype=float32)
    """

    def __init__(self, weight: Tensor, *, bits: int, group_size: int | None) -> None:
        columns = weight.size // len(weight)
        self.qmax, self.size = 2 ** (bits - 1) - 1, checks.group_size(group_size, columns)
        start = [initial_step(group, qmax=self.qmax) for group in self._groups(weight)]
        self.learned = {"step": parameter(np.asarray(start, weight.dtype))}

    def _groups(self, x: Tensor) -> np.ndarray:
        return x.data.reshape(-1, self.size)

    def __call__(self, x: Tensor) -> Tensor:
        """Return the weights on the learned grid; both they and the step get a gradient."""
        groups, step = self._groups(x), self.learned["step"]
        widest = np.abs(groups).max(axis=-1) / self.qmax
        widest[widest < np.finfo(np.float32).tiny] = 1.0
        np.clip(step.data, _SHORTEST * widest, widest, out=step.data)
        values, rule = learned_step(groups, step.data[:, None], qmin=-self.qmax, qmax=self.qmax)
        both = _Once(rule)
        return Tensor.record(
            values.reshape(x.shape),
            (x, lambda g: both(g.reshape(groups.shape))[0].reshape(x.shape)),
            (step, lambda g: both(g.reshape(groups.shape))[1].reshape(step.shape)),
        )


class DynamicRows:
    """Each row (last axis) by its own largest magnitude; with 8 bits what ``linear(activation_bits=8)`` does."""

    def __init__(self, *, bits: int) -> None:
        self.bits = bits
        self.learned: dict[str, Tensor] = {}

    def __call__(self, x: Tensor) -> Tensor:
        """Return fake_quantize(x) with the straight-through gradient."""
        rows = x.data.reshape(-1, x.shape[-1])
        values, rule = straight_through(rows, choose_qparams(rows, bits=self.bits, granularity=PerAxis(0)))
        return _recorded(values, x, lambda g: rule(g.reshape(rows.shape)))


class LearnedInput:
    """LSQ with one step for all inputs of a layer, started on the first batch; unsigned if that is not negative.

    A step of 0 says that it has not started: so one that was loaded from a checkpoint goes on.
    """

    def __init__(self, *, bits: int, dtype: Any) -> None:
        self.bits = bits
        self.grid: tuple[int, int] | None = None
        self.shortest = 0.0
        self.learned = {"step": parameter(np.zeros(1, dtype))}

    def __call__(self, x: Tensor) -> Tensor:
        """Return the inputs on the learned grid; both they and the step get a gradient."""
        step = self.learned["step"]
        if self.grid is None:
            half = 2 ** (self.bits - 1) - 1
            self.grid = (-half, half) if (x.data < 0).any() else (0, 2**self.bits - 1)
            if step.data[0] == 0:
                step.data[:] = initial_step(x.data, qmax=self.grid[1])
            self.shortest = _SHORTEST * float(abs(step.data[0]))
        np.maximum(step.data, self.shortest, out=step.data)
        values, rule = learned_step(x.data, step.data, qmin=self.grid[0], qmax=self.grid[1])
        both = _Once(rule)
        return Tensor.record(values, (x, lambda g: both(g)[0]), (step, lambda g: both(g)[1]))


class Clipped:
    """PACT: the level at which inputs are clipped is learned, started at the largest value of the first batch.

    A clip of 0 says that it has not started. Raises ValueError where the first batch holds negative values: PACT would
    set all of them to 0.
    """

    def __init__(self, *, bits: int, dtype: Any, layer: str) -> None:
        self.bits, self.layer, self.started, self.shortest = bits, layer, False, 0.0
        self.learned = {"clip": parameter(np.zeros(1, dtype))}

    def __call__(self, x: Tensor) -> Tensor:
        """Return the clipped inputs on the grid; both they and alpha get a gradient."""
        clip = self.learned["clip"]
        if not self.started:
            if (x.data < 0).any():
                raise ValueError(
                    f"method 'pact' is for inputs that are not negative, as after a ReLU; those of {self.layer!r} go "
                    f"down to {x.data.min():.3g}: leave this layer out by patterns, or take method='lsq'"
                )
            if clip.data[0] == 0:
                clip.data[:] = x.data.max() or 1.0
            self.started, self.shortest = True, _SHORTEST * float(abs(clip.data[0]))
        np.maximum(clip.data, self.shortest, out=clip.data)
        values, rule = learned_clip(x.data, float(clip.data[0]), bits=self.bits)
        both = _Once(rule)
        return Tensor.record(
            values, (x, lambda g: both(g)[0]), (clip, lambda g: np.asarray(both(g)[1], clip.dtype).reshape(1))
        )


class _Once:
    """A rule that answers for two inputs at once; the tape asks for each on its own, with the same gradient."""

    def __init__(self, rule: Any) -> None:
        self.rule, self.answer = rule, None

    def __call__(self, g: np.ndarray) -> Any:
        if self.answer is None:
            self.answer = self.rule(g)
        return self.answer


def _recorded(values: np.ndarray, x: Tensor, rule: Any) -> Tensor:
    """``values`` as a function of ``x`` alone, in its dtype and shape."""
    return Tensor.record(
        values.reshape(x.shape).astype(x.dtype), (x, lambda g: rule(g).reshape(x.shape).astype(x.dtype))
    )
