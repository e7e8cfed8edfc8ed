"""MiniLM: the student's tokens relate to each other as the teacher's do; widths and numbers of heads are free.

MiniLM transfers two relations of the last layer, attention (softmax of Q K^T / sqrt(d)) and values; MiniLMv2 three,
Q-Q, K-K and V-V, each after cutting all heads' vectors, laid side by side, into a chosen number of relation heads:

    MiniLM    attention_relation_loss(scores) + relation_loss(values)
    MiniLMv2  relation_loss(queries) + relation_loss(keys) + relation_loss(values)

Source: Wang et al. 2020, arXiv:2002.10957; Wang et al. 2020, arXiv:2012.15828.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks
from minicompress.distillation.inputs import finish, log_softmax, mean_weights, real_array

__all__ = ["attention_relation_loss", "relation_loss"]

_EXCLUDED = -1e300  # a finite minus infinity: its softmax is exactly 0, and differences of two of them are 0 too


def relation_loss(student: Any, teacher: Any, *, heads: int, mask: Any = None) -> tuple[float, np.ndarray]:
    """Return the mean over heads and tokens of KL(R_T || R_S) of two sets of token vectors, and its gradient.

        R = softmax(X X^T / sqrt(d)),   X (tokens, d) the slice of one relation head,   d = width / heads

    Parameters
    ----------
    student, teacher : (batch, tokens, width), finite
        Queries, keys or values, all attention heads side by side. The widths may differ.
    heads : int that divides both widths
        Number of relation heads; it need not be the number of attention heads of either model.
    mask : boolean (batch, tokens), optional
        True = a real token. Padding neither counts nor is attended to.

    Examples
    --------
    >>> x = np.random.default_rng(0).standard_normal((2, 5, 6))
    >>> loss, grad = relation_loss(x, x, heads=3)
    >>> loss, grad.shape, bool(np.abs(grad).max() < 1e-12)
    (0.0, (2, 5, 6), True)
    """
    s = real_array(student, "student", ndim=3)
    t = real_array(teacher, "teacher", shape=(*s.shape[:2], None))
    heads = checks.integer(heads, "heads", low=1)
    for name, x in (("student", s), ("teacher", t)):
        if x.shape[2] % heads:
            raise ValueError(f"heads must divide the width {x.shape[2]} of {name}; got {heads}")
    s_heads, t_heads = _split(s, heads), _split(t, heads)
    scale = np.sqrt(s_heads.shape[-1])
    scores_s = s_heads @ s_heads.swapaxes(-1, -2) / scale
    scores_t = t_heads @ t_heads.swapaxes(-1, -2) / np.sqrt(t_heads.shape[-1])
    loss, g = _token_divergence(scores_s, scores_t, mask)
    by_head = (g + g.swapaxes(-1, -2)) @ s_heads / scale  # X stands on both sides of X X^T
    return finish(loss, by_head.transpose(0, 2, 1, 3).reshape(s.shape), student, "student")


def attention_relation_loss(student_scores: Any, teacher_scores: Any, *, mask: Any = None) -> tuple[float, np.ndarray]:
    """Return the mean over heads and tokens of KL(A_T || A_S), A = softmax(scores), and its gradient by the scores.

    Parameters
    ----------
    student_scores, teacher_scores : (batch, heads, tokens, tokens), finite
        Q K^T / sqrt(d) before the softmax and before any padding is masked; as many heads on both sides.
    mask : boolean (batch, tokens), optional
        True = a real token. Padding neither counts nor is attended to.

    Examples
    --------
    >>> loss, grad = attention_relation_loss(np.zeros((1, 1, 2, 2)), np.array([[[[2.0, 0.0], [0.0, 0.0]]]]))
    >>> round(loss, 4), grad[0, 0].round(4)
    (0.1639, array([[-0.1904,  0.1904],
           [ 0.    ,  0.    ]]))
    """
    s = real_array(student_scores, "student_scores", ndim=4)
    if s.shape[2] != s.shape[3]:
        raise ValueError(f"student_scores must have shape (batch, heads, tokens, tokens); got {checks.describe(s)}")
    t = real_array(teacher_scores, "teacher_scores", shape=s.shape)
    loss, grad = _token_divergence(s, t, mask)
    return finish(loss, grad, student_scores, "student_scores")


def _split(x: np.ndarray, heads: int) -> np.ndarray:
    """(batch, tokens, width) -> (batch, heads, tokens, width / heads)."""
    batch, tokens, width = x.shape
    return x.reshape(batch, tokens, heads, width // heads).transpose(0, 2, 1, 3)


def _token_divergence(scores_s: np.ndarray, scores_t: np.ndarray, mask: Any) -> tuple[float, np.ndarray]:
    """Mean KL of the rows of softmaxed scores (batch, heads, tokens, tokens), and its gradient by ``scores_s``."""
    batch, heads, tokens, _ = scores_s.shape
    weight = mean_weights(mask, (batch, tokens))[:, None, :, None] / heads
    if mask is not None:
        seen = np.asarray(mask)[:, None, None, :]
        scores_s, scores_t = np.where(seen, scores_s, _EXCLUDED), np.where(seen, scores_t, _EXCLUDED)
    log_q, log_p = log_softmax(scores_s), log_softmax(scores_t)
    p = np.exp(log_p)
    loss = np.sum(weight * p * (log_p - log_q))
    return max(0.0, float(loss)), weight * (np.exp(log_q) - p)
