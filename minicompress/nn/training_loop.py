"""The training loop: batches in, smaller losses out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from minicompress.checks import describe, integer
from minicompress.nn.module import Module
from minicompress.nn.optimizers.base import Optimizer, clip_gradients
from minicompress.nn.optimizers.schedules import Schedule
from minicompress.nn.tape.node import no_grad
from minicompress.nn.tensor import Tensor

Batch = tuple[Any, ...]
Batches = Iterable[Batch] | Callable[[int], Iterable[Batch]]


@dataclass
class History:
    """What happened: ``steps``, the loss of every step, and ``epochs``, one row per epoch.

    A row holds ``epoch``, ``loss`` (its mean), ``lr`` (the last), ``seconds``, and what ``on_epoch`` returned.
    """

    steps: list[float] = field(default_factory=list)
    epochs: list[dict[str, float]] = field(default_factory=list)

    def column(self, name: str) -> list[float]:
        """Return one value of every epoch.

        >>> History(epochs=[{"loss": 2.0}, {"loss": 1.0}]).column("loss")
        [2.0, 1.0]
        """
        return [row[name] for row in self.epochs]

    def add(self, epoch: int, losses: list[float], *, lr: float, seconds: float) -> None:
        """Append what one epoch brought."""
        if not losses:
            raise ValueError(f"batches must hold at least one batch per epoch; got none in epoch {epoch}")
        self.steps += losses
        self.epochs.append({"epoch": epoch, "loss": float(np.mean(losses)), "lr": lr, "seconds": seconds})


def fit(
    model: Module,
    batches: Batches,
    *,
    optimizer: Optimizer,
    epochs: int,
    loss: Callable[[Any, Any], Tensor],
    schedule: Schedule | None = None,
    max_norm: float | None = None,
    on_epoch: Callable[[int], dict[str, float] | None] | None = None,
    progress: bool = True,
) -> History:
    """Train ``model``: per batch ``(*inputs, labels)`` compute ``loss(model(*inputs), labels)``, walk back, step.

    Parameters
    ----------
    batches : what is walked once per epoch, or a function from the epoch's number to that (to shuffle anew).
    schedule : the learning rate by step, counted from 0 over all epochs.
    max_norm : gradients are scaled down to this joint norm.
    on_epoch : called with the epoch's number, in inference mode and without a tape; what it returns joins the history.

    Returns the history and leaves the model in inference mode. Raises ValueError when the loss is no finite number,
    or when there is nothing to walk.
    """
    count = integer(epochs, "epochs", low=1)
    if count > 1 and isinstance(batches, Iterator):
        raise ValueError("batches must be walked once per epoch, which an iterator cannot; give a list or a function")
    history = History()
    with _bar(progress) as bar:
        for epoch in range(count):
            start = time.perf_counter()
            now = batches(epoch) if callable(batches) else batches
            bar.start(f"epoch {epoch + 1}/{count}", len(now) if isinstance(now, Sized) else None)
            losses: list[float] = []
            model.train()
            for batch in now:
                if schedule is not None:
                    optimizer.lr = schedule(len(history.steps) + len(losses))
                losses.append(_step(model, batch, optimizer, loss, max_norm))
                bar.advance(losses[-1])
            history.add(epoch, losses, lr=optimizer.lr, seconds=time.perf_counter() - start)
            model.eval()
            if on_epoch is not None:
                with no_grad():
                    history.epochs[-1] |= on_epoch(epoch) or {}
    return history


def _step(
    model: Module, batch: Batch, optimizer: Optimizer, loss: Callable[[Any, Any], Tensor], max_norm: float | None
) -> float:
    if not isinstance(batch, (tuple, list)) or len(batch) < 2:
        raise TypeError(f"a batch must be a tuple (*inputs, labels); got {describe(batch)}")
    *inputs, labels = batch
    optimizer.zero_grad()
    value = loss(model(*inputs), labels)
    number = value.item()
    if not np.isfinite(number):
        raise ValueError(f"the loss is {number} at step {optimizer.steps}; try a lower learning rate or max_norm")
    value.backward()
    if max_norm is not None:
        clip_gradients(optimizer.parameters.values(), max_norm=max_norm)
    optimizer.step()
    return number


class _Bar:
    """A progress bar, or, without ``rich_progress``, nothing."""

    def __init__(self, rich_progress: Any = None) -> None:
        self._progress, self._task = rich_progress, None

    def start(self, text: str, total: int | None) -> None:
        if self._progress is not None:
            self._task = self._progress.add_task(text, total=total, loss="")

    def advance(self, loss: float) -> None:
        if self._progress is not None:
            self._progress.update(self._task, advance=1, loss=f"loss {loss:.4f}")


@contextmanager
def _bar(show: bool) -> Iterator[_Bar]:
    if not show:
        yield _Bar()
        return
    from rich import progress  # only here: importing the package should stay light

    columns = (*progress.Progress.get_default_columns(), progress.TextColumn("{task.fields[loss]}"))
    with progress.Progress(*columns) as rich_progress:
        yield _Bar(rich_progress)
