"""Grader of shared_centroid_gradient. Oracle: exact sums of rational numbers, place by place; one vector from torch."""

from fractions import Fraction

import numpy as np
import pytest


def exact(gradient, codes, k, hole=True):
    total = [Fraction(0)] * k
    for place in np.ndindex(codes.shape):
        total[int(codes[place])] += Fraction(float(gradient[place]))
    if hole:
        total[0] = Fraction(0)
    return np.array([float(v) for v in total])


def last_wins(gradient, codes, k):
    out = np.zeros(k)
    out[codes.ravel()] += gradient.ravel()
    out[0] = 0
    return out


def mistakes(gradient, codes, k):
    """What the usual mistakes return."""
    right = exact(gradient, codes, k)
    counts = np.bincount(codes.ravel(), minlength=k)
    whole = exact(gradient, codes, k, hole=False)
    found = {
        "the removed weights (code 0) have a gradient of their own; dL/dc[0] must stay 0 (已剪掉的权重)": whole,
        "out[codes] += gradient: with a repeated index only one addition is kept": last_wins(gradient, codes, k),
        "the mean over the places of a value, not the sum": right / np.maximum(counts, 1),
        "the sum divided by the number of all weights": right / max(codes.size, 1),
        "the largest code is lost: it is k - 1, and there are k values": np.where(np.arange(k) == k - 1, 0, right),
        "the values that no place uses were left out: the shape is (k,)": right[: int(codes.max(initial=0)) + 1],
        "the codes were counted, not the gradients summed": np.where(np.arange(k) == 0, 0, counts),
        "the code 0 was dropped from the result: the shape is (k,)": right[1:],
        "the sign is that of a step, not of the gradient": -right,
        "the sum of absolute values": exact(np.abs(gradient), codes, k),
    }
    if gradient.ndim > 1:
        found["the gradient was read in its order in memory, the codes in theirs: use one order for both"] = exact(
            gradient.ravel(order="K"), codes.ravel(order="K"), k
        )
        found["gradient and codes do not lie the same way: one of them is transposed"] = exact(
            gradient.ravel(order="F"), codes.ravel(), k
        )
    return found


def holds(exercise, gradient, codes, k):
    answer = exercise(gradient, codes, k=k)
    known = mistakes(gradient, codes, k)
    answer.close_to(exact(gradient, codes, k), rtol=1e-9, atol=1e-9, dtype=np.float64, known=known)


def case(seed, shape, k, kind=np.int64):
    rng = np.random.default_rng(seed)
    return rng.normal(0.2, 1, shape), rng.integers(0, k, shape).astype(kind)


def test_by_hand(exercise):
    gradient = np.array([[3.0, 5.0, 7.0], [-1.0, 0.5, 2.0]])
    codes = np.array([[1, 1, 2], [0, 4, 2]])
    expected = np.array([0.0, 8.0, 9.0, 0.0, 0.5])
    answer = exercise(gradient, codes, k=5)
    answer.close_to(expected, rtol=1e-9, atol=1e-9, dtype=np.float64, known=mistakes(gradient, codes, 5))


def test_agrees_with_torch(exercise):
    """torch 2.13.0: c.grad of (torch.cat([zeros(1), c[1:]])[codes] * gradient).sum().backward(), float64."""
    gradient = np.array([[[0.1, -0.7], [1.9, 2.3]], [[-0.4, 0.6], [3.1, -1.3]]])
    codes = np.array([[[3, 1], [3, 0]], [[1, 3], [0, 2]]])
    expected = np.array(TORCH)
    exercise(gradient, codes, k=4).close_to(expected, rtol=1e-9, atol=1e-9, known=mistakes(gradient, codes, 4))


TORCH = [0.0, -1.1, -1.3, 2.6]


@pytest.mark.parametrize("shape", [(7,), (4, 5), (3, 2, 3, 3), (1, 1), ()])
def test_shapes(exercise, shape):
    holds(exercise, *case(1, shape, 6), 6)


@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.uint16, np.int32, np.int64])
def test_dtypes_of_codes(exercise, kind):
    holds(exercise, *case(2, (20, 20), 16, kind), 16)


def test_all_256_codes(exercise):
    gradient, _ = case(3, (16, 16), 2)
    holds(exercise, gradient, np.arange(256, dtype=np.uint8).reshape(16, 16), 256)
    holds(exercise, gradient, np.arange(256, dtype=np.uint8)[::-1].reshape(16, 16), 300)


def test_values_that_are_not_used(exercise):
    gradient = np.array([1.0, 2.0, 4.0])
    holds(exercise, gradient, np.array([1, 1, 3]), 9)
    holds(exercise, gradient, np.array([2, 2, 2]), 3)


def test_a_codebook_of_nothing(exercise):
    holds(exercise, np.array([1.0, 2.0]), np.array([0, 0]), 1)
    holds(exercise, np.array([1.0, 2.0]), np.array([1, 1]), 2)


def test_sums_in_double_precision(exercise):
    """In float32 a sum of 2**24 does not notice the many ones that follow."""
    gradient = np.ones((1, 900), np.float32)
    gradient[0, 0] = 2.0**25
    codes = np.ones((1, 900), np.uint8)
    expected = np.array([0.0, 2.0**25 + 899])
    told = {"the sum was made in float32, which swallows the small terms (双精度累加)": np.array([0.0, 2.0**25])}
    answer = exercise(gradient, codes, k=2)
    answer.close_to(expected, rtol=1e-9, dtype=np.float64, known={**told, **mistakes(gradient, codes, 2)})


def test_orders_in_memory(exercise):
    gradient, codes = case(4, (4, 6), 5)
    holds(exercise, np.asfortranarray(gradient), codes, 5)
    holds(exercise, gradient.astype(np.float32), np.asfortranarray(codes), 5)
    holds(exercise, gradient[::-1, ::2], codes[:, :3], 5)


@pytest.mark.parametrize("shape", [(6,), (3, 2), (2, 4), (2, 3, 1)])
def test_refuses_other_shapes(exercise, shape):
    because = "gradient and codes must have the same shape"
    exercise.raises(ValueError, np.ones((2, 3)), np.zeros(shape, np.int64), k=4, because=because)


@pytest.mark.parametrize("code", [-1, -4, 4, 5, 100])
def test_refuses_codes(exercise, code):
    codes = np.array([[0, 1, 2], [3, code, 1]])
    exercise.raises(ValueError, np.ones((2, 3)), codes, k=4, because="a code must be in 0 .. k - 1 = 3")


@pytest.mark.parametrize("k", [0, -1])
def test_refuses_k(exercise, k):
    exercise.raises(ValueError, np.ones(0), np.zeros(0, np.int64), k=k, because="k must be at least 1")
