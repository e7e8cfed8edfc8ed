"""Grader of wanda_scores_mask. Oracle: one weight at a time in Python floats, with ``math.hypot`` for the norm."""

import math

import numpy as np
import pytest

NAMES = ("scores", "mask")


def norm_of(x, j):
    return math.hypot(*(float(v) for v in x[..., j].ravel()))


def row_mask(scores, k, last=False):
    """Prune the k smallest of each row, taken out one by one."""
    mask = np.ones(scores.shape, bool)
    for i, row in enumerate(scores.tolist()):
        left = list(range(len(row)))
        for _ in range(k):
            j = min(left[::-1] if last else left, key=row.__getitem__)
            left.remove(j)
            mask[i, j] = False
    return mask


def brute(w, x, k):
    scores = [[abs(float(v)) * norm_of(x, j) for j, v in enumerate(row)] for row in w]
    scores = np.array(scores, np.float64).reshape(w.shape)
    return scores, row_mask(scores, k)


def mistakes(w, x, k):
    scores, mask = brute(w, x, k)
    size = np.abs(w.astype(np.float64))
    norms = np.array([norm_of(x, j) for j in range(w.shape[1])])
    flat = x.astype(np.float64).reshape(-1, w.shape[1])
    with np.errstate(over="ignore"):
        narrow = np.sqrt((x.reshape(-1, w.shape[1]) ** 2).sum(axis=0)).astype(np.float64)
    whole = row_mask(scores.reshape(1, -1), k * w.shape[0]).reshape(w.shape)
    other = {
        "the norm was divided by the number of tokens under the root (RMS); a plain sum of squares is asked for": (
            size * norms / math.sqrt(len(flat))
        ),
        "the norm is missing its root: those are squares": size * norms**2,
        "the L1 norm (sum of magnitudes); the L2 norm is asked for": size * np.abs(flat).sum(axis=0),
        "the largest activation; the L2 norm is asked for": size * np.abs(flat).max(axis=0),
        "the mean activation was used: positive and negative values cancel": size * np.abs(flat.mean(axis=0)),
        "w is signed here; the magnitude |w| is asked for": w.astype(np.float64) * norms,
        "the squares were summed in the dtype of x: float16 loses digits, or overflows (溢出)": size * narrow,
        "w was squared as well": size**2 * norms,
        "the activations play no part: plain magnitude": size,
    }
    found = {text: {"scores": s, "mask": row_mask(s, k)} for text, s in other.items()}
    found |= {text + " (the mask was made from other scores)": {"scores": s} for text, s in other.items()}
    if len(flat) == w.shape[0] == w.shape[1]:
        found["the norms run over the inputs of each token (axis 1): one norm per input is asked for"] = {
            "scores": size * np.sqrt((flat**2).sum(axis=1))
        }
    if x.ndim == 3:
        found["only the first axis was summed over: the tokens of one sample are positions too"] = {
            "scores": size * np.sqrt((x.astype(np.float64) ** 2).sum(axis=0))[-1]
        }
    if k:
        threshold = scores > np.sort(scores, axis=1)[:, [k - 1]]
        found["a threshold (阈值) in each row: every tie was pruned, more than k weights are gone"] = {
            "scores": scores,
            "mask": threshold,
        }
    return found | {
        "the weights of all rows were compared with each other; Wanda compares within a row (逐行)": {"mask": whole},
        "the scores were compared down the columns": {"mask": row_mask(scores.T, k).T if k <= len(w) else whole},
        "the mask is inverted: True must mean that the weight is kept": {"scores": scores, "mask": ~mask},
        "of equal scores, the last one was pruned first": {"scores": scores, "mask": row_mask(scores, k, last=True)},
        "the k smallest were kept": {"scores": scores, "mask": ~row_mask(-scores, w.shape[1] - k)},
        "the mask is that of plain magnitudes": {"scores": scores, "mask": row_mask(size, k)},
        "k was truncated or rounded up, not to even (四舍六入五成双)": {"mask": row_mask(scores, max(k - 1, 0))},
        "half was rounded up in k, not to even (四舍六入五成双)": {"mask": row_mask(scores, min(k + 1, w.shape[1]))},
    }


def holds(exercise, w, x, sparsity, k):
    answer = exercise(w, x, sparsity=sparsity)
    answer.close_to(brute(w, x, k), rtol=1e-6, names=NAMES, known=mistakes(w, x, k))
    answer.part(0, "scores").has(shape=w.shape, dtype="float64")


def layer(seed, shape=(6, 8), lead=(5, 4), dtype=np.float32):
    """Inputs of very different size, and not centred: on white inputs Wanda is plain magnitude."""
    rng = np.random.default_rng(seed)
    x = (rng.normal(0.3, 1, (*lead, shape[1])) * 4.0 ** rng.permutation(shape[1])).astype(dtype)
    return rng.normal(0, 1, shape).astype(dtype), x


def test_by_hand(exercise):
    w = np.array([[2.0, -1.0, 0.5, 4.0], [-3.0, 0.2, 1.0, 0.1]], np.float32)
    x = np.array([[3.0, 0.0, -6.0, 1.0], [-4.0, 2.0, 8.0, 0.0]], np.float32)  # norms 5, 2, 10, 1
    scores = np.array([[10.0, 2.0, 5.0, 4.0], [15.0, 0.4, 10.0, 0.1]])
    mask = np.array([[True, False, True, False], [True, False, True, False]])
    answer = exercise(w, x, sparsity=0.5)
    answer.close_to((scores, mask), rtol=1e-6, names=NAMES, known=mistakes(w, x, 2))


@pytest.mark.parametrize(("sparsity", "k"), [(0.0, 0), (0.25, 2), (0.5, 4), (0.7, 6), (1.0, 8)])
def test_sparsities(exercise, sparsity, k):
    holds(exercise, *layer(k), sparsity, k)


@pytest.mark.parametrize("lead", [(8,), (), (1,), (3, 7), (2, 3, 4)])
def test_leading_axes(exercise, lead):
    holds(exercise, *layer(20, (8, 8), lead), 0.5, 4)
    holds(exercise, *layer(21, (3, 8), lead), 0.5, 4)


@pytest.mark.parametrize(("sparsity", "k"), [(0.25, 2), (0.35, 4), (0.45, 4), (0.58, 6), (0.14, 1)])
def test_rounds_k_half_to_even(exercise, sparsity, k):
    holds(exercise, *layer(22, (4, 10)), sparsity, k)


def test_half_precision_does_not_overflow(exercise):
    w, x = layer(23, (4, 6), (50,), np.float16)
    holds(exercise, w, x * np.float16(8), 0.5, 3)


def test_equal_scores(exercise):
    """Powers of two, so that the ties are exact; long rows, so that only a stable sort keeps the order."""
    rng = np.random.default_rng(24)
    w = (2.0 ** rng.integers(0, 2, (5, 40)) * rng.choice([-1, 1], (5, 40))).astype(np.float32)
    x = np.diag(2.0 ** rng.integers(0, 2, 40)).astype(np.float32)
    holds(exercise, w, x, 0.5, 20)


def test_a_dead_input_goes_first(exercise):
    w, x = layer(25)
    x[..., 3] = 0
    w[:, 3] = 1000
    holds(exercise, w, x, 0.125, 1)


def test_no_tokens_give_scores_of_zero(exercise):
    w = np.ones((2, 4), np.float32)
    mask = np.array([[False, True, True, True]] * 2)
    exercise(w, np.zeros((0, 4), np.float32), sparsity=0.25).equals((np.zeros((2, 4)), mask), names=NAMES)


def test_leaves_fortran_ordered_arrays_alone(exercise):
    w, x = layer(26, dtype=np.float64)
    holds(exercise, np.asfortranarray(w), np.asfortranarray(x), 0.5, 4)


@pytest.mark.parametrize("shape", [(5, 6), (8, 5), (2, 8, 4), ()])
def test_refuses_other_inputs(exercise, shape):
    because = "the last axis of x must be in_features = 8"
    exercise.raises(ValueError, np.ones((6, 8), np.float32), np.ones(shape, np.float32), sparsity=0.5, because=because)


@pytest.mark.parametrize("sparsity", [-0.1, 1.1, float("nan")])
def test_refuses_sparsity(exercise, sparsity):
    exercise.raises(ValueError, *layer(27), sparsity=sparsity, because="sparsity must be in 0 .. 1")
