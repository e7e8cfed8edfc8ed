"""What lies inside: an output of a layer of the student held against one of the teacher, watched by hooks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from minicompress.checks import generator, integer, real
from minicompress.distillation import feature_loss
from minicompress.nn import Module, Tensor, parameter
from minicompress.training.shared import loss_node

__all__ = ["FeatureMatch", "projection", "watched"]


class FeatureMatch(Module):
    """``weight * loss(student's output, teacher's output)`` of one layer each.

    Parameters
    ----------
    student, teacher : str
        Dotted names of the modules whose outputs are compared, as ``named_modules`` gives them.
    loss : function (student, teacher) -> (loss, gradient by the student)
        ``distillation.feature_loss`` by default; ``attention_transfer_loss``, or any other of two arrays.
    weight : float >= 0
    projection : Tensor (teacher_width, student_width), optional
        From :func:`projection`; learned with the student (FitNets, arXiv:1412.6550) and passed on as ``projection=``.
    pick : function from what the module returns to the tensor to compare
        For modules that return several, such as attention with its weights: ``lambda out: out[1]``.
    """

    projection: Tensor | None

    def __init__(
        self,
        student: str,
        teacher: str,
        *,
        loss: Callable[..., tuple[float, Any]] = feature_loss,
        weight: float = 1.0,
        projection: Tensor | None = None,
        pick: Callable[[Any], Tensor] | None = None,
    ) -> None:
        self.student, self.teacher, self.loss = student, teacher, loss
        self.weight, self.projection, self.pick = real(weight, "weight", low=0), projection, pick

    def forward(self, student: Any, teacher: Any) -> Tensor:
        """Return the loss on the tape, from what both modules returned."""
        mine, theirs = (out if self.pick is None else self.pick(out) for out in (student, teacher))
        if self.projection is None:
            value, grad = self.loss(mine.data, theirs.data)
            return self.weight * loss_node(value, (mine, grad))
        value, (grad, by_projection) = self.loss(mine.data, theirs.data, projection=self.projection.data)
        return self.weight * loss_node(value, (mine, grad), (self.projection, by_projection))


def projection(teacher_width: int, student_width: int, *, rng: np.random.Generator) -> Tensor:
    """Return a parameter (teacher_width, student_width) of variance 1 / student_width.

    >>> projection(3, 2, rng=np.random.default_rng(0)).shape
    (3, 2)
    """
    rows, columns = integer(teacher_width, "teacher_width", low=1), integer(student_width, "student_width", low=1)
    return parameter((generator(rng).standard_normal((rows, columns)) / columns**0.5).astype(np.float32))


@contextmanager
def watched(model: Module, names: Sequence[str], *, role: str) -> Iterator[dict[str, Any]]:
    """Yield a dict that each of the modules ``names`` puts its output in when it is called.

    >>> from minicompress import nn
    >>> net = nn.Sequential(nn.Linear(2, 3, rng=np.random.default_rng(0)), nn.Tensor.relu)
    >>> with watched(net, ["steps.0"], role="student") as seen:
    ...     _ = net(np.ones((1, 2), np.float32))
    >>> seen["steps.0"].shape
    (1, 3)
    """
    modules = dict(model.named_modules())
    for name in names:
        if name not in modules:
            known = ", ".join(repr(n) for n in modules if n)
            raise ValueError(f"{role} must be the name of one of the {role}'s modules, {known}; got {name!r}")
    seen: dict[str, Any] = {}

    def keep(name: str) -> Callable[[Module, Any], None]:
        return lambda _, output: seen.__setitem__(name, output)

    removers = [modules[name].add_hook(keep(name), when="output") for name in dict.fromkeys(names)]
    try:
        yield seen
    finally:
        for remove in removers:
            remove()
