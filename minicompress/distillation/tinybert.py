"""TinyBERT: each student layer imitates the hidden states and the attention scores of the teacher layer mapped to it.

    L = sum over m = 0 .. M of MSE(H_m P^T, H'_g(m))  +  sum over m = 1 .. M of MSE(A_m, A'_g(m))

H_0 is the embedding, g(0) = 0; A are attention scores before the softmax. The prediction layer, a soft cross-entropy,
is ``soft_target_loss``. Source: Jiao et al. 2019, arXiv:1909.10351, equations 6 to 11; as in the authors' code, one
projection serves all layers.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from minicompress import checks
from minicompress.distillation.features import feature_loss
from minicompress.distillation.inputs import finish, gradient_for, mean_weights, real_array

__all__ = ["TinyBertGradients", "attention_score_loss", "layer_map", "tinybert_loss"]


def layer_map(student_layers: int, teacher_layers: int, *, strategy: str = "uniform") -> tuple[int, ...]:
    """Return g(1), ..., g(M): the teacher layer, counted from 1, that each student layer imitates.

    "uniform": rint(m N / M), which ends at the last layer; "top": the last M; "bottom": the first M.

    >>> layer_map(4, 12), layer_map(4, 12, strategy="top"), layer_map(4, 12, strategy="bottom")
    ((3, 6, 9, 12), (9, 10, 11, 12), (1, 2, 3, 4))
    """
    deep = checks.integer(teacher_layers, "teacher_layers", low=1)
    shallow = checks.integer(student_layers, "student_layers", low=1, high=deep)
    checks.one_of(strategy, "strategy", ("uniform", "top", "bottom"))
    if strategy == "uniform":
        return tuple(int(np.rint(m * deep / shallow)) for m in range(1, shallow + 1))
    offset = deep - shallow if strategy == "top" else 0
    return tuple(m + offset for m in range(1, shallow + 1))


def attention_score_loss(student_scores: Any, teacher_scores: Any, *, mask: Any = None) -> tuple[float, np.ndarray]:
    """Return the mean over heads, queries and keys of (A - A')^2, and its gradient by the student's scores.

    Parameters
    ----------
    student_scores, teacher_scores : (batch, heads, tokens, tokens), finite
        Before the softmax; as many heads on both sides.
    mask : boolean (batch, tokens), optional
        True = a real token; pairs with padding do not count.

    Examples
    --------
    >>> attention_score_loss(np.ones((1, 1, 1, 1)), np.full((1, 1, 1, 1), 3.0))
    (4.0, array([[[[-4.]]]]))
    """
    s = real_array(student_scores, "student_scores", ndim=4)
    if s.shape[2] != s.shape[3]:
        raise ValueError(f"student_scores must have shape (batch, heads, tokens, tokens); got {checks.describe(s)}")
    t = real_array(teacher_scores, "teacher_scores", shape=s.shape)
    tokens = mean_weights(mask, (s.shape[0], s.shape[2])) > 0  # checks the mask
    pairs = tokens[:, None, :, None] & tokens[:, None, None, :]
    share = mean_weights(np.broadcast_to(pairs, s.shape), s.shape)
    error = s - t
    return finish(np.sum(share * error**2), 2 * share * error, student_scores, "student_scores")


@dataclasses.dataclass(frozen=True, eq=False)
class TinyBertGradients:
    """Gradients of ``tinybert_loss``, shaped as what they belong to.

    Parameters
    ----------
    hidden : tuple of M + 1 arrays (batch, tokens, student_width)
    attention : tuple of M arrays (batch, heads, tokens, tokens)
    projection : (teacher_width, student_width), or None
    """

    hidden: tuple[np.ndarray, ...]
    attention: tuple[np.ndarray, ...]
    projection: np.ndarray | None


def tinybert_loss(
    student_hidden: Sequence[Any],
    teacher_hidden: Sequence[Any],
    student_attention: Sequence[Any],
    teacher_attention: Sequence[Any],
    *,
    mapping: Sequence[int],
    projection: Any = None,
    mask: Any = None,
) -> tuple[float, TinyBertGradients]:
    """Return the layer losses of TinyBERT, summed over layers, and their gradients.

    Parameters
    ----------
    student_hidden, teacher_hidden : M + 1 and N + 1 arrays (batch, tokens, width)
        The embedding first, then the output of each layer.
    student_attention, teacher_attention : M and N arrays (batch, heads, tokens, tokens)
        Scores before the softmax.
    mapping : M integers in 1 .. N, such as ``layer_map`` returns
    projection : (teacher_width, student_width), optional
    mask : boolean (batch, tokens), optional
        True = a real token.

    Examples
    --------
    >>> h, a = np.ones((1, 2, 3)), np.zeros((1, 1, 2, 2))
    >>> loss, grad = tinybert_loss([h, h], [h, h, 2 * h], [a], [a, a], mapping=layer_map(1, 2))
    >>> round(loss, 9), len(grad.hidden), len(grad.attention)
    (1.0, 2, 1)
    """
    layers, deep = len(student_attention), len(teacher_attention)
    for name, given, right in (
        ("student_hidden", len(student_hidden), layers + 1),
        ("teacher_hidden", len(teacher_hidden), deep + 1),
        ("mapping", len(mapping), layers),
    ):
        if given != right:
            raise ValueError(f"{name} must hold {right} entries for {layers} and {deep} layers; got {given}")
    chosen = [0, *(checks.integer(g, "mapping", low=1, high=deep) for g in mapping)]
    total, hidden = 0.0, []
    by_projection = None if projection is None else np.zeros(np.shape(projection))
    for mine, g in zip(student_hidden, chosen, strict=True):
        loss, grad = feature_loss(mine, teacher_hidden[g], projection=projection, mask=mask)
        total += loss
        if by_projection is not None:
            grad, step = grad
            by_projection += step
        hidden.append(grad)
    attention = []
    for mine, g in zip(student_attention, chosen[1:], strict=True):
        loss, grad = attention_score_loss(mine, teacher_attention[g - 1], mask=mask)
        total += loss
        attention.append(grad)
    if by_projection is not None:
        by_projection = gradient_for(by_projection, projection, "projection")
    return total, TinyBertGradients(tuple(hidden), tuple(attention), by_projection)
