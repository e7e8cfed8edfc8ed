"""Grader of awq_scale_search. Oracle: Python numbers, one weight and one output at a time."""

import math

import numpy as np
import pytest

NAMES = ("alpha", "s", "loss")


def scales(a, alpha):
    powers = [v**alpha for v in a]
    return [p / math.sqrt(max(powers) * min(powers)) for p in powers]


def rounded(w, s, bits):
    """Return w_hat, one weight at a time, and how near a quotient came to a tie."""
    top, result, margin = 2 ** (bits - 1) - 1, [], 1.0
    for row in w.tolist():
        step = max(abs(v * f) for v, f in zip(row, s, strict=True)) / top or 1.0
        quotients = [v * f / step for v, f in zip(row, s, strict=True)]
        margin = min([margin, *[abs(q - math.floor(q) - 0.5) for q in quotients]])
        result.append([step * round(q) / f for q, f in zip(quotients, s, strict=True)])
    return np.array(result), margin


def loss_of(w, w_hat, x):
    total = 0.0
    for sample in x.tolist():
        for row in (w - w_hat).tolist():
            total += sum(d * v for d, v in zip(row, sample, strict=True)) ** 2
    return total


def search(w, x, bits, steps, *, size=None, candidates=None, worst=False, of_weights=False):
    a = [max(float(v), 1e-4) for v in (np.abs(x).mean(axis=0) if size is None else size)]
    found = []
    for i in range(steps + 1) if candidates is None else candidates:
        s = scales(a, i / steps)
        w_hat, margin = rounded(w, s, bits)
        loss = float(((w - w_hat) ** 2).sum()) if of_weights else loss_of(w, w_hat, x)
        found.append((loss, i / steps, s, margin))
    losses = [f[0] for f in found]
    best = found[losses.index(max(losses) if worst else min(losses))]
    return (best[1], np.array(best[2]), best[0]), min(f[3] for f in found), sorted(losses)


def mistakes(w, x, bits, steps):
    """What the usual mistakes return (each computed when it is asked for)."""
    alpha, s, loss = search(w, x, bits, steps)[0]
    a = np.maximum(np.abs(x).mean(axis=0), 1e-4)

    def other(**options):
        return lambda: dict(zip(NAMES, search(w, x, bits, steps, **options)[0], strict=True))

    return {
        "the last alpha, 1, is missing from the candidates": other(candidates=range(steps)),
        "the first alpha, 0, is missing from the candidates": other(candidates=range(1, steps + 1)),
        "of equal losses the last won; the smallest alpha should": lambda: {
            "alpha": 1.0,
            "s": np.array(scales(a.tolist(), 1.0)),
            "loss": loss,
        },
        "the largest |x| of each input was used; AWQ takes the mean (均值)": other(size=np.abs(x).max(axis=0)),
        "the mean of x was taken without the absolute value (绝对值)": other(size=x.mean(axis=0)),
        "the root mean square of x was used; AWQ takes the mean of |x|": other(size=np.sqrt((x**2).mean(axis=0))),
        "the size of the weights was used; AWQ scales by the activations (激活值)": other(size=np.abs(w).mean(axis=0)),
        "the mean runs over the inputs of each sample, not over the samples": lambda: {
            "s": np.array(scales(np.abs(x).mean(axis=1).tolist(), alpha))
        },
        "the error of the weights decided; it must be that of the outputs (输出误差)": other(of_weights=True),
        "the largest loss won, not the smallest": other(worst=True),
        "alpha = 1 was taken without a search": other(candidates=[steps]),
        "the scales were not divided by sqrt(max * min)": {"alpha": alpha, "s": a**alpha, "loss": loss},
        "the scales were divided by their mean, not by sqrt(max * min)": {
            "alpha": alpha,
            "s": a**alpha / (a**alpha).mean(),
        },
        "the scales were divided by max * min, without the root": {
            "alpha": alpha,
            "s": a**alpha / ((a**alpha).max() * (a**alpha).min()),
        },
        "the loss is the mean of squares; it should be their sum (平方和)": {
            "alpha": alpha,
            "s": s,
            "loss": loss / (len(x) * len(w)),
        },
        "the loss is the root of the sum of squares": {"alpha": alpha, "s": s, "loss": math.sqrt(loss)},
    }


def layer(seed, rows=5, columns=6, samples=12, bits=4, steps=20, beyond=False):
    """Weights and activations with salient inputs; the best is well ahead and no quotient lies near a tie."""
    for trial in range(600):
        rng = np.random.default_rng([seed, trial])
        x = rng.normal(0.2, 1, (samples, columns)) * 10.0 ** rng.uniform(-1, 1, columns)
        w = rng.normal(0, 1, (rows, columns)) * rng.uniform(0.2, 5, (rows, 1))
        _, margin, losses = search(w, x, bits, steps)
        if beyond and search(w, x, bits, steps, candidates=range(steps + 2))[0][0] <= 1:
            continue
        if margin > 1e-5 and losses[1] > 1.001 * losses[0]:
            return w, x
    raise AssertionError("no layer found")


def holds(exercise, w, x, bits=4, steps=20):
    expected = search(w, x, bits, steps)[0]
    answer = exercise(w, x, bits=bits, steps=steps)
    compare(answer, expected, mistakes(w, x, bits, steps))


def compare(answer, expected, known):
    answer.close_to(expected, rtol=1e-6, atol=1e-9, names=NAMES, known=known)
    answer.part(1, "s").close_to(expected[1], rtol=1e-9, dtype="exact")


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_layers(exercise, seed):
    holds(exercise, *layer(seed))


@pytest.mark.parametrize("bits", [2, 3, 8])
def test_bit_widths(exercise, bits):
    holds(exercise, *layer(10 + bits, bits=bits, steps=6), bits=bits, steps=6)


@pytest.mark.parametrize("steps", [1, 2, 7])
def test_steps(exercise, steps):
    holds(exercise, *layer(20 + steps, steps=steps), steps=steps)


@pytest.mark.parametrize("seed", [52, 53])
def test_bits_and_steps_default_to_4_and_20(exercise, seed):
    w, x = layer(seed)
    compare(exercise(w, x), search(w, x, 4, 20)[0], mistakes(w, x, 4, 20))


def test_as_many_rows_as_columns_and_samples(exercise):
    holds(exercise, *layer(31, 6, 6, 6, steps=8), steps=8)


def test_both_ends_are_candidates(exercise):
    """An outlier input of weights on the grid: alpha = 1 is best. Equal inputs with one rare weight: alpha = 0 is."""
    w = np.array([[0.3, 7.0, 0.4], [-0.4, 7.0, 0.2]])
    x = np.array([[100.0, 0.1, 0.1], [-90.0, -0.1, 0.2]])
    holds(exercise, w, x, steps=3)
    w = np.array([[7.0, 3.0, -2.0], [1.0, -7.0, 4.0]])  # exact as it is
    holds(exercise, w, np.array([[3.0, 0.2, 1.0], [2.0, -0.1, -1.0]]), steps=3)


def test_nothing_beyond_alpha_1(exercise):
    """The next alpha would have a smaller loss still, but it is no candidate."""
    holds(exercise, *layer(60, steps=4, beyond=True), steps=4)


def test_of_equal_losses_the_smallest_alpha_wins(exercise):
    x = np.array([[1.0, -1.0, 1.0], [-1.0, -1.0, 1.0]])  # the means of |x| are 1: every candidate has the scales 1
    holds(exercise, np.array([[1.0, 0.4, -0.77], [0.3, 0.6, 0.21]]), x)


def test_an_input_that_is_always_zero(exercise):
    w, x = layer(40, steps=5)
    x[:, 2] = 0
    x[:, 4] *= 1e-6
    holds(exercise, w, x, steps=5)


def test_a_row_of_zeros(exercise):
    w, x = layer(41, steps=5)
    w[1] = 0
    holds(exercise, w, x, steps=5)


def test_leaves_fortran_ordered_arrays_alone(exercise):
    w, x = layer(42, steps=5)
    holds(exercise, np.asfortranarray(w), np.asfortranarray(x), steps=5)


def test_types(exercise):
    answer = exercise(*layer(43, steps=2), steps=2)
    answer.part(0, "alpha").has(shape=(), dtype="float")
    answer.part(2, "loss").has(shape=(), dtype="float")


@pytest.mark.parametrize("bits", [1, 9])
def test_refuses_bits(exercise, bits):
    exercise.raises(ValueError, np.eye(3), np.eye(3), bits=bits, because="bits must be in 2 .. 8")


@pytest.mark.parametrize("steps", [0, -1])
def test_refuses_steps(exercise, steps):
    exercise.raises(ValueError, np.eye(3), np.eye(3), steps=steps, because="steps must be at least 1")
