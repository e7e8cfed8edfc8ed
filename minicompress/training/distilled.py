"""Distilled training: the student learns from the teacher's logits, and from what lies inside, in the usual loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from minicompress.distillation import distillation_loss
from minicompress.nn import Adam, History, Module, Optimizer, Tensor, fit, no_grad
from minicompress.nn.training_loop import Batches
from minicompress.training.features import FeatureMatch, watched
from minicompress.training.shared import loss_node

__all__ = ["Distillation", "distil"]

LogitLoss = Callable[[np.ndarray, Any, Any], tuple[float, np.ndarray]]


def soft_and_hard(student_logits: np.ndarray, teacher_logits: np.ndarray, labels: Any) -> tuple[float, np.ndarray]:
    """Return ``distillation_loss`` with its own temperature and alpha: the loss where none is given."""
    return distillation_loss(student_logits, teacher_logits, labels=labels)


def distil(
    student: Module,
    teacher: Module | Sequence[Module],
    batches: Batches,
    *,
    epochs: int,
    loss: LogitLoss = soft_and_hard,
    features: Sequence[FeatureMatch] = (),
    optimizer: Callable[[Mapping[str, Tensor]], Optimizer] = Adam,
    **options: Any,
) -> History:
    """Train ``student`` on ``batches`` of ``(*inputs, labels)`` and return the history; the teacher does not change.

    Parameters
    ----------
    teacher : Module, or several
        Called on the same inputs, in inference mode.
    loss : function (student_logits, teacher_logits, labels) -> (loss, gradient)
        Any loss of ``distillation``; with several teachers ``teacher_logits`` is a list, as ``multi_teacher_loss``
        takes it. By default ``distillation_loss`` with temperature 2 and alpha 1/2.
    features : sequence of FeatureMatch
        Added to the loss; of several teachers the first is watched.
    optimizer : function from parameters to an optimizer
        Such as ``lambda p: nn.SGD(p, lr=0.1)``; it is given the projections of ``features`` too.
    options
        Passed on to ``nn.fit``: ``schedule``, ``max_norm``, ``on_epoch``, ``progress``.

    Examples
    --------
    >>> from minicompress import nn
    >>> from minicompress.distillation import soft_target_loss
    >>> rng = np.random.default_rng(0)
    >>> teacher, student = nn.Linear(4, 3, rng=rng), nn.Linear(4, 3, rng=rng)
    >>> x = rng.standard_normal((64, 4)).astype(np.float32)
    >>> soft = lambda student, teacher, labels: soft_target_loss(student, teacher)
    >>> adam = lambda p: nn.Adam(p, lr=0.05)
    >>> history = distil(student, teacher, [(x, None)], epochs=200, loss=soft, optimizer=adam, progress=False)
    >>> history.steps[-1] < 0.001 * history.steps[0]
    True
    """
    pair = Distillation(student, teacher, loss=loss, features=features)
    return fit(
        pair, batches, optimizer=optimizer(pair.named_parameters()), epochs=epochs, loss=pair.total_loss, **options
    )


class Distillation(Module):
    """A student with its teacher(s) as one module for ``nn.fit``: parameters are the student's and the projections'.

    ``forward(*inputs)`` returns what ``total_loss(outputs, labels)`` needs.
    """

    def __init__(
        self,
        student: Module,
        teacher: Module | Sequence[Module],
        *,
        loss: LogitLoss = soft_and_hard,
        features: Sequence[FeatureMatch] = (),
    ) -> None:
        self.student, self.features, self.loss = student, list(features), loss
        self._several = not isinstance(teacher, Module)
        self._teachers = list(teacher) if isinstance(teacher, Sequence) else [teacher]  # private: neither trained
        if not self._teachers or not all(isinstance(t, Module) for t in [student, *self._teachers]):  # nor walked
            raise TypeError(f"student and teacher must be modules; got {student!r} and {teacher!r}")
        for each in self._teachers:
            each.eval()

    def forward(self, *inputs: Any) -> tuple[Tensor, Any, Tensor | None]:
        """Return the student's logits, the teacher's (a list of several teachers') as arrays, the feature losses."""
        names = [match.teacher for match in self.features]
        with no_grad(), watched(self._teachers[0], names, role="teacher") as theirs:
            known = [np.asarray(teacher(*inputs).data) for teacher in self._teachers]
        with watched(self.student, [match.student for match in self.features], role="student") as mine:
            logits = self.student(*inputs)
        inner = None
        for match in self.features:
            value = match(mine[match.student], theirs[match.teacher])
            inner = value if inner is None else inner + value
        return logits, known if self._several else known[0], inner

    def total_loss(self, outputs: tuple[Tensor, Any, Tensor | None], labels: Any) -> Tensor:
        """Return the loss on the logits plus those of the features, on the tape."""
        logits, known, inner = outputs
        for array in known if self._several else [known]:
            if array.shape != logits.shape:
                raise ValueError(f"teacher's logits must have the student's shape {logits.shape}; got {array.shape}")
        value, grad = self.loss(logits.data, known, labels)
        total = loss_node(value, (logits, grad))
        return total if inner is None else total + inner
