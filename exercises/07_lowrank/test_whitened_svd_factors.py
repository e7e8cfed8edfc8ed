"""Grader of whitened_svd_factors. Oracles: eigenvectors of W C W^T, diagonal cases by hand, and a search by angle."""

from dataclasses import replace

import numpy as np
import pytest


def moment(x, damping):
    c = np.einsum("ti,tj->ij", x.astype(np.float64), x.astype(np.float64))
    return c + damping * np.diag(c).mean() * np.eye(len(c))


def best(w, c, rank):
    """P W with P onto the leading eigenvectors of W C W^T: the same optimum without Cholesky and without an SVD."""
    w = w.astype(np.float64)
    q = np.linalg.eigh(w @ c @ w.T)[1][:, -rank:]
    return q @ q.T @ w


def mistakes(w, x, rank, damping):
    """What the usual mistakes return as ``left @ right``."""
    w, x = w.astype(np.float64), x.astype(np.float64)
    c = moment(x, damping)
    s = np.linalg.cholesky(c)
    u = np.linalg.svd(w @ s)[0][:, :rank]
    upper = np.linalg.svd(w @ s.T)[0][:, :rank]
    eye = np.eye(len(c))
    return {
        "the plain SVD of w: the inputs were not used": best(w, eye, rank),
        "the weights were whitened with the upper factor, C = S S^T needs the lower one (下三角)": upper @ upper.T @ w,
        "the factors of W S were returned: they were not mapped back (映射回去) by the inverse of S": u @ u.T @ w @ s,
        "only the diagonal of C was used (ASVD); the inputs are correlated": best(w, np.diag(np.diag(c)), rank),
        "the mean of the inputs was subtracted: take raw second moments, not a covariance (协方差)": best(
            w, moment(x - x.mean(axis=0), damping), rank
        ),
        "C was used in place of its factor S": best(w, c @ c, rank),
        "the weights were divided by S, not multiplied": best(w, np.linalg.inv(c), rank),
        "the damping (阻尼) was added as it is, without the mean of the diagonal": best(
            w, moment(x, 0) + damping * eye, rank
        ),
        "the damping (阻尼) was scaled by the sum of the diagonal, not by its mean": best(
            w, moment(x, damping * len(c)), rank
        ),
        "the damping (阻尼) was left out": best(w, moment(x, 0), rank),
    }


def holds(exercise, w, x, rank, damping, expected=None):
    if expected is None:
        expected = best(w, moment(x, damping), rank)
    answer = exercise(w, x, rank=rank, damping=damping)
    left = answer.part(0, "left").has(shape=(len(w), rank), dtype=np.float64).value
    right = answer.part(1, "right").has(shape=(rank, w.shape[1]), dtype=np.float64).value
    atol = 1e-9 * float(np.abs(w).max())
    product = replace(answer, value=left @ right, name="left @ right")
    product.close_to(expected, rtol=0, atol=atol, known=mistakes(w, x, rank, damping))
    known = {
        "the values s went into left: left is U alone, right is U^T W": lambda: np.diag(
            np.linalg.svd(w @ np.linalg.cholesky(moment(x, damping)))[1][:rank] ** 2
        ),
    }
    gram = replace(answer, value=left.T @ left, name="left.T @ left")
    gram.close_to(np.eye(rank), rtol=0, atol=1e-9, known=known)


def layer(seed, out, inputs, samples):
    """Weights, and correlated inputs of unequal size with a mean that is not 0."""
    rng = np.random.default_rng(seed)
    mix = rng.standard_normal((inputs, inputs)) * 2.0 ** -np.arange(inputs)[:, None]
    x = rng.standard_normal((samples, inputs)) @ mix + 0.5 * rng.standard_normal(inputs)
    return rng.standard_normal((out, inputs)), x


@pytest.mark.parametrize("rank", [1, 2, 3, 4])
@pytest.mark.parametrize("shape", [(6, 4), (4, 7), (5, 5)])
def test_layers(exercise, rank, shape):
    w, x = layer(rank, *shape, 40)
    holds(exercise, w, x, rank, 1e-6)


@pytest.mark.parametrize("damping", [1e-3, 0.1, 0.5, 2.0])
def test_damping(exercise, damping):
    w, x = layer(20, 5, 6, 30)
    holds(exercise, w, x, 2, damping)


def test_fewer_samples_than_inputs(exercise):
    w, x = layer(21, 6, 8, 3)
    holds(exercise, w, x, 2, 1e-4)


def test_by_hand(exercise):
    """Component i is worth |w_i| times the size of input i: 5 * 0.1, 2 * 1, 1 * 9."""
    w, x = np.diag([5.0, 2.0, 1.0]), np.diag([0.1, 1.0, 9.0])
    holds(exercise, w, x, 1, 1e-6, np.diag([0.0, 0.0, 1.0]))
    holds(exercise, w, x, 2, 1e-6, np.diag([0.0, 2.0, 1.0]))


def test_no_other_direction_is_better(exercise):
    """Rank 1 with two outputs: W' = q q^T W for q on the half circle is all there is to try."""
    w, x = layer(22, 2, 5, 50)
    t = np.linspace(0, np.pi, 20001)
    y = x @ w.T
    along = y @ np.stack([np.cos(t), np.sin(t)])
    least = ((y**2).sum() - (along**2).sum(axis=0)).min()
    answer = exercise(w, x, rank=1, damping=1e-9)
    left = answer.part(0, "left").has(shape=(2, 1), dtype="float").value
    right = answer.part(1, "right").has(shape=(1, 5), dtype="float").value
    error = float(((y - x @ (left @ right).T) ** 2).sum())
    told = f"a search by angle finds a matrix of rank 1 with the output error {least:.6g}; yours has {error:.6g}"
    answer.check(error <= least * (1 + 1e-6), told)


def test_damping_defaults_to_a_millionth(exercise):
    """The second input was never seen: with this damping its weight 50000 counts 50000 * sqrt(0.5e-6) = 35 < 40."""
    w, x = np.diag([40.0, 50000.0]), np.array([[1.0, 0.0]])
    answer = exercise(w, x, rank=1)
    left, right = (answer.part(i, ("left", "right")[i]).has(shape=s).value for i, s in enumerate([(2, 1), (1, 2)]))
    told = "with the default damping of 1e-6 the first component is worth more (40 against 35)"
    answer.check(bool(abs((left @ right)[0, 0] - 40) < 1e-3 and abs((left @ right)[1, 1]) < 1), told)
    w[1, 1] = 60000.0  # 42
    answer = exercise(w, x, rank=1)
    left, right = (answer.part(i, ("left", "right")[i]).has(shape=s).value for i, s in enumerate([(2, 1), (1, 2)]))
    told = "with the default damping of 1e-6 the second component is worth more (40 against 42)"
    answer.check(bool(abs((left @ right)[0, 0]) < 1e-3), told)


@pytest.mark.parametrize("which", ["w", "x"])
def test_float32_in_fortran_order(exercise, which):
    w, x = layer(23, 5, 4, 30)
    narrow = np.asfortranarray({"w": w, "x": x}[which].astype(np.float32))
    holds(exercise, *((narrow, x) if which == "w" else (w, narrow)), 2, 1e-3)


@pytest.mark.parametrize(("shape", "rank"), [((4, 3), 4), ((3, 4), 4), ((3, 4), 0), ((3, 4), -1)])
def test_refuses_rank(exercise, shape, rank):
    because = "rank must be in 1 .. min(out, in) = 3"
    exercise.raises(ValueError, np.ones(shape), np.ones((5, shape[1])), rank=rank, because=because)


@pytest.mark.parametrize("damping", [0.0, -1e-3, float("nan")])
def test_refuses_damping(exercise, damping):
    x = np.eye(3)
    exercise.raises(ValueError, np.ones((4, 3)), x, rank=2, damping=damping, because="damping must be above 0")
