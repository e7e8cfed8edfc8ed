"""Distilling a language model on whole sequences: the teacher's (sequence level), or the student's own (on-policy).

A student that learns on given text meets, once it writes itself, prefixes it has never seen. On-policy distillation
lets it write, and asks the teacher what it would have said at each place.
Sources: Kim and Rush 2016, arXiv:1606.07947 (sequence level); Agarwal et al. 2023 (GKD), arXiv:2306.13649.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from minicompress.checks import describe, generator, int_array, integer, real
from minicompress.distillation import jsd_loss
from minicompress.nn import Module, Tensor, no_grad
from minicompress.training.shared import loss_node

__all__ = ["IGNORE", "OnPolicy", "next_tokens", "on_policy_step", "sampler", "sequence_level_batches"]

#: The label of a place that no loss counts: the prompt, and what follows the end of a text.
IGNORE = -1

Generate = Callable[[np.ndarray], np.ndarray]


def next_tokens(ids: Any, *, prompt_length: int, stop: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs ``ids[:, :-1]`` and labels ``ids[:, 1:]``, the latter ``IGNORE`` where nothing was generated.

    Labels within the prompt do not count, nor those after the first ``stop`` that follows it.

    >>> next_tokens([[5, 6, 7, 0, 9]], prompt_length=2, stop=0)
    (array([[5, 6, 7, 0]]), array([[-1,  7,  0, -1]]))
    """
    array = int_array(ids, "ids", ndim=2, low=0)
    first = integer(prompt_length, "prompt_length", low=1, high=array.shape[1] - 1)
    labels = array[:, 1:].copy()
    labels[:, : first - 1] = IGNORE
    if stop is not None:
        ended = np.cumsum(labels == stop, axis=1) - (labels == stop)  # stops before this place
        labels[ended > 0] = IGNORE
    return array[:, :-1], labels


def sequence_level_batches(
    generate: Generate, prompts: Iterable[Any], *, stop: int | None = None
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield ``(inputs, labels)`` of what ``generate`` writes after each batch of prompts, for ``nn.fit``.

    With the teacher's ``generate`` this is the data of sequence-level distillation: make a list of it, and train with
    ``cross_entropy(logits, labels, ignore=IGNORE)``. With the student's, and anew each epoch, it is on-policy data.

    Parameters
    ----------
    generate : function from ids (batch, n) to ids (batch, n + new), which begin with the prompts
    prompts : iterable of integer arrays (batch, n)
    stop : int, optional
        The token that ends a text.

    Examples
    --------
    >>> doubled = lambda ids: np.concatenate([ids, ids], axis=1)
    >>> list(sequence_level_batches(doubled, [np.array([[4, 7]])]))
    [(array([[4, 7, 4]]), array([[-1,  4,  7]]))]
    """
    for batch in prompts:
        ids, length = _generated(generate, batch)
        yield next_tokens(ids, prompt_length=length, stop=stop)


def on_policy_step(
    student: Module,
    teacher: Module,
    prompts: Any,
    generate: Generate,
    loss: Callable[..., tuple[float, np.ndarray]] = jsd_loss,
    *,
    stop: int | None = None,
) -> Tensor:
    """Let the student write, and return the loss between both models' next-token distributions on what it wrote.

    No gradient flows through the sampling, as in GKD. :class:`OnPolicy` makes it a module for ``nn.fit``.

    Parameters
    ----------
    student, teacher : modules from ids (batch, length) to logits (batch, length, vocabulary)
        The teacher is put in inference mode, the student only while it writes.
    generate : function from prompts to ids, as in :func:`sequence_level_batches`
        For GKD's mixture with given text let it return that text for some batches.
    loss : function (student_logits, teacher_logits, mask=) -> (loss, gradient)
        ``jsd_loss`` (beta = 1/2), ``reverse_kl_loss``, ``soft_target_loss``.
    """
    mode = student.training
    with no_grad():
        student.eval()
        ids, length = _generated(generate, prompts)
        inputs, labels = next_tokens(ids, prompt_length=length, stop=stop)
        known = teacher.eval()(inputs).data
    logits = student.train(mode)(inputs)
    if logits.shape != known.shape:
        raise ValueError(f"teacher's logits must have the student's shape {logits.shape}; got {known.shape}")
    value, grad = loss(logits.data, known, mask=labels != IGNORE)
    return loss_node(value, (logits, grad))


class OnPolicy(Module):
    """:func:`on_policy_step` as a module for ``nn.fit``: the student's parameters, batches ``(prompts, None)``.

    >>> from minicompress import nn
    >>> rng = np.random.default_rng(0)
    >>> student, teacher = (nn.Sequential(nn.Embedding(5, 8, rng=rng), nn.Linear(8, 5, rng=rng)) for _ in range(2))
    >>> pair = OnPolicy(student, teacher, sampler(student, new_tokens=4, rng=rng))
    >>> prompts, adam = np.array([[1], [2], [3]]), nn.Adam(pair.named_parameters(), lr=0.05)
    >>> batches = [(prompts, None)] * 50
    >>> history = nn.fit(pair, batches, optimizer=adam, epochs=1, loss=pair.total_loss, progress=False)
    >>> history.steps[-1] < 0.2 * history.steps[0]
    True
    """

    def __init__(
        self,
        student: Module,
        teacher: Module,
        generate: Generate,
        loss: Callable[..., tuple[float, np.ndarray]] = jsd_loss,
        *,
        stop: int | None = None,
    ) -> None:
        self.student, self._teacher, self.generate, self.loss, self.stop = student, teacher, generate, loss, stop

    def forward(self, prompts: Any) -> Tensor:
        """Return the loss of one step."""
        return on_policy_step(self.student, self._teacher, prompts, self.generate, self.loss, stop=self.stop)

    @staticmethod
    def total_loss(value: Tensor, labels: Any) -> Tensor:
        """Return ``value``: there are no labels, and the loss is computed already."""
        return value


def sampler(model: Module, *, new_tokens: int, rng: np.random.Generator, temperature: float = 1.0) -> Generate:
    """Return ``generate(prompts)``: ``new_tokens`` draws from ``softmax(logits / temperature)``; 0 takes the largest.

    The whole text is computed anew for each token: for small models, or those without a cache.

    >>> from minicompress import nn
    >>> rng = np.random.default_rng(0)
    >>> model = nn.Sequential(nn.Embedding(5, 8, rng=rng), nn.Linear(8, 5, rng=rng))
    >>> sampler(model, new_tokens=3, rng=rng)(np.array([[1, 2]])).shape
    (1, 5)
    """
    count, heat = integer(new_tokens, "new_tokens", low=1), real(temperature, "temperature", low=0)
    generator(rng)

    def generate(prompts: np.ndarray) -> np.ndarray:
        ids = int_array(prompts, "prompts", ndim=2, low=0)
        for _ in range(count):
            with no_grad():
                logits = model(ids).data[:, -1].astype(np.float64)
            # The largest of logits / T plus Gumbel noise is a draw from their softmax.
            chosen = (logits / heat + rng.gumbel(size=logits.shape) if heat else logits).argmax(axis=-1)
            ids = np.concatenate([ids, chosen[:, None].astype(ids.dtype)], axis=1)
        return ids

    return generate


def _generated(generate: Generate, prompts: Any) -> tuple[np.ndarray, int]:
    """What ``generate`` returns, if it goes on where the prompts end, and their length."""
    given = int_array(prompts, "prompts", ndim=2, low=0)
    ids = int_array(generate(given), "generate(prompts)", ndim=2, low=0)
    length = given.shape[1]
    if ids.shape[0] != len(given) or ids.shape[1] <= length or not np.array_equal(ids[:, :length], given):
        raise ValueError(f"generate must return the prompts {given.shape} with tokens after them; got {describe(ids)}")
    return ids, length
