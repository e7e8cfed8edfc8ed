"""Relational knowledge distillation: the student keeps the shape of the teacher's cloud of samples, not its position.

Distances between pairs and angles at triples mean the same in spaces of any width, so no projection is needed. Both
losses take the Huber distance h(a - b), h(e) = e^2 / 2 for |e| <= 1 and |e| - 1/2 beyond.
Source: Park et al. 2019, arXiv:1904.05068. The mean is over the paper's tuples of *distinct* samples; the authors'
code averages over all n^2 (n^3) tuples, the degenerate zeros among them, and is smaller by (n - 1) / n for distances.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks
from minicompress.distillation.inputs import finish, real_array

__all__ = ["rkd_angle_loss", "rkd_distance_loss"]


def rkd_distance_loss(student: Any, teacher: Any) -> tuple[float, np.ndarray]:
    """Return the mean over pairs i != j of h(d_ij - D_ij), and its gradient.

        d_ij = ||s_i - s_j|| / mean over pairs of ||s_i - s_j||,   D_ij the same of the teacher

    Time and memory grow as n^2. Where two samples coincide the gradient of their distance is taken as 0.

    Parameters
    ----------
    student : (n, width), teacher : (n, any width), finite, n >= 2
        Embeddings of the same samples; they may not all coincide.

    Examples
    --------
    >>> x = np.array([[0.0], [1.0], [3.0]])
    >>> round(rkd_distance_loss(7 * x, x)[0], 12)  # scale and place are free
    0.0
    """
    s, t = _clouds(student, teacher, least=2)
    d, distance_s, mean_s = _relative_distances(s, "student")
    n = len(s)
    error = d - _relative_distances(t, "teacher")[0]
    g = np.clip(error, -1, 1) / (n * (n - 1))
    # d_ij = D_ij / mean: the mean moves with every distance.
    by_distance = (g - np.sum(g * d) / (n * (n - 1))) / mean_s
    share = np.divide(by_distance, distance_s, out=np.zeros_like(d), where=distance_s > 0)
    grad = 2 * (share.sum(axis=1)[:, None] * s - share @ s)  # pair (i, j) counts as (j, i) too
    return finish(_huber(error).sum() / (n * (n - 1)), grad, student, "student")


def rkd_angle_loss(student: Any, teacher: Any) -> tuple[float, np.ndarray]:
    """Return the mean over triples of distinct i, j, k of h(c_ijk - C_ijk), and its gradient.

        c_ijk = <e_ij, e_kj>,   e_ij = (s_i - s_j) / ||s_i - s_j||

    the cosine of the angle at j; C_ijk the same of the teacher. Time grows as n^3, memory as n^2. Where two samples
    coincide, e_ij = 0 and no gradient flows.

    Parameters
    ----------
    student : (n, width), teacher : (n, any width), finite, n >= 3

    Examples
    --------
    >>> corner = np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]])
    >>> turned = corner @ np.array([[0.0, 1.0], [-1.0, 0.0]])
    >>> rkd_angle_loss(turned, corner)[0]
    0.0
    """
    s, t = _clouds(student, teacher, least=3)
    n = len(s)
    triples = n * (n - 1) * (n - 2)
    loss, grad = 0.0, np.zeros_like(s)
    for vertex in range(n):
        e, length = _directions(s, vertex)
        e_teacher, _ = _directions(t, vertex)
        error = e @ e.T - e_teacher @ e_teacher.T
        error[np.diag_indices(n)] = 0.0  # i = k is no angle; i = vertex has e = 0 already
        loss += _huber(error).sum() / triples
        by_e = 2 * (np.clip(error, -1, 1) / triples) @ e
        along = np.sum(by_e * e, axis=1, keepdims=True)
        by_edge = np.divide(by_e - along * e, length, out=np.zeros_like(e), where=length > 0)
        grad += by_edge
        grad[vertex] -= by_edge.sum(axis=0)
    return finish(loss, grad, student, "student")


def _huber(error: np.ndarray) -> np.ndarray:
    size = np.abs(error)
    return np.where(size <= 1, error**2 / 2, size - 0.5)


def _clouds(student: Any, teacher: Any, *, least: int) -> tuple[np.ndarray, np.ndarray]:
    s = real_array(student, "student", ndim=2)
    t = real_array(teacher, "teacher", shape=(len(s), None))
    if len(s) < least:
        raise ValueError(f"student must hold at least {least} samples; got {checks.describe(s)}")
    return s, t


def _relative_distances(x: np.ndarray, name: str) -> tuple[np.ndarray, np.ndarray, float]:
    """d_ij (n, n), the distances themselves, and their mean over pairs i != j."""
    n = len(x)
    distance = np.stack([np.sqrt(np.sum((x - row) ** 2, axis=1)) for row in x])
    mean = float(distance.sum() / (n * (n - 1)))
    if mean < 1e-100:
        raise ValueError(f"{name} holds samples that all coincide (mean distance {mean:g}): there is no scale")
    return distance / mean, distance, mean


def _directions(x: np.ndarray, vertex: int) -> tuple[np.ndarray, np.ndarray]:
    """e_i,vertex (n, width), 0 where i coincides with the vertex, and the lengths (n, 1) before normalising."""
    edge = x - x[vertex]
    length = np.sqrt(np.sum(edge**2, axis=1, keepdims=True))
    return np.divide(edge, length, out=np.zeros_like(edge), where=length > 0), length
