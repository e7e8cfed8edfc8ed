"""Grader of outlier_decompose. Oracle: rational numbers and Python integers, one output at a time."""

from fractions import Fraction

import numpy as np
import pytest

NAMES = ("y", "outliers")


def quantized(row):
    largest = max([abs(Fraction(v)) for v in row], default=Fraction(0))
    scale = largest / 127 or Fraction(1)
    steps = [Fraction(v) / scale for v in row]
    assert all(abs(s - round(s)) < Fraction(49999, 100000) for s in steps), "a quotient is too close to a tie"
    return scale, [round(s) for s in steps]


def exact(x, w, threshold):
    outliers = [j for j in range(x.shape[1]) if max(map(abs, x[:, j].tolist())) >= threshold]
    regular = [j for j in range(x.shape[1]) if j not in outliers]
    y = np.zeros((len(x), len(w)))
    rows = [quantized([v[j] for j in regular]) for v in x.tolist()]
    outputs = [quantized([v[j] for j in regular]) for v in w.tolist()]
    for i, (sx, qx) in enumerate(rows):
        for o, (sw, qw) in enumerate(outputs):
            total = sx * sw * sum(a * b for a, b in zip(qx, qw, strict=True))
            y[i, o] = total + sum(Fraction(x[i, j]) * Fraction(w[o, j]) for j in outliers)
    return y, np.array(outliers, int)


def mixed(x, w, out, *, scales_of=None, store=np.float64, cast=None, rounding=np.rint, float_part=True, per="row"):
    """The product in one of the usual ways; ``out`` is a mask."""
    span = np.ones(len(out), bool) if scales_of == "all" else ~out

    def scale(m):
        largest = np.abs(m[:, span]).max(axis=1, initial=0)
        largest = np.where(per == "tensor", largest.max(initial=0), largest)
        return np.where(largest > 0, largest / 127, 1.0)

    sx, sw = scale(x), scale(w)
    qx, qw = rounding(x[:, ~out] / sx[:, None]), rounding(w[:, ~out] / sw[:, None])
    total = (qx @ qw.T).astype(np.int64).astype(store).astype(float) if cast is None else cast(qx, qw)
    return np.outer(sx, sw) * total + (x[:, out] @ w[:, out].T if float_part else 0)


def mistakes(x, w, threshold):
    """What the usual mistakes return (each computed when it is asked for)."""
    largest = np.abs(x).max(axis=0)
    out = largest >= threshold

    def made(out=out, **options):
        return lambda: {"y": mixed(x, w, out, **options), "outliers": np.flatnonzero(out)}

    found = {
        "the scales were taken over all columns: the outliers must be out before (先剔除离群列)": made(scales_of="all"),
        "the int8 products wrapped (溢出): multiply in a wider type": made(store=np.int8),
        "the sums wrapped in int16 (溢出): they need int32": made(store=np.int16),
        "the outlier columns are missing from the sum": made(float_part=False),
        "no column was taken out: everything was multiplied in int8": made(np.zeros_like(out)),
        "nothing was quantized: that is x @ w.T in float": lambda: {"y": x @ w.T, "outliers": np.flatnonzero(out)},
        "one scale for the whole matrix; each row has its own (逐行)": made(per="tensor"),
        "the codes were truncated, not rounded": made(rounding=np.trunc),
        "a column whose largest equals the threshold is an outlier too (>=)": made(largest > threshold),
        "an outlier is judged by |x|: large negative values count too (绝对值)": made(x.max(axis=0) >= threshold),
        "a column is an outlier as soon as one value is, not only where all are": made(
            (np.abs(x) >= threshold).all(axis=0)
        ),
        "the outliers were sought in the weights; they are found in the activations (激活值)": made(
            np.abs(w).max(axis=0) >= threshold
        ),
        "the outliers are asked for as indices, not as a mask": {"outliers": out},
        "threshold is ignored: it is not always 6": made(largest >= 6),
    }
    if x.shape[0] == x.shape[1]:
        found["rows were taken out; the outliers are columns, input channels (输入通道)"] = {
            "outliers": np.flatnonzero(np.abs(x).max(axis=1) >= threshold)
        }
    return found


def layer(seed, tokens=5, inputs=12, outputs=4, outliers=(2, 7), size=40.0):
    """Activations with outlier columns, drawn until no quotient lies near a tie."""
    for trial in range(300):
        rng = np.random.default_rng([seed, trial])
        x, w = rng.normal(0, 1.2, (tokens, inputs)).clip(-5, 5), rng.normal(0, 0.3, (outputs, inputs))
        x[:, list(outliers)] *= size
        for j in outliers:
            x[rng.integers(tokens), j] = -size
        try:
            exact(x, w, 6.0)
        except AssertionError:
            continue
        return x, w
    raise AssertionError("no layer found")


def holds(exercise, x, w, threshold=6.0):
    answer = exercise(x, w, threshold=threshold)
    known = mistakes(x, w, threshold)
    answer.close_to(exact(x, w, threshold), rtol=1e-9, atol=1e-9, names=NAMES, known=known)
    return answer


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_layers(exercise, seed):
    holds(exercise, *layer(seed))


@pytest.mark.parametrize("shape", [(1, 6, 3), (6, 6, 2), (4, 1, 3), (12, 12, 12), (3, 5, 1)])
def test_shapes(exercise, shape):
    holds(exercise, *layer(4, *shape, outliers=(0,)))


def test_by_hand(exercise):
    x, w = np.array([[127.0, -60.0, 2.0], [0.0, 1.0, -1.0]]), np.array([[0.5, 1.0, 127.0]])
    # threshold 100: column 0 is out; scales 60/127, 1/127 and 1; codes (-127, 4), (127, -127) and (1, 127)
    y = np.array([[63.5 + 60 / 127 * (-127 + 4 * 127)], [1 / 127 * (127 - 127 * 127)]])
    answer = exercise(x, w, threshold=100.0)
    answer.close_to((y, np.array([0])), rtol=1e-9, atol=1e-9, names=NAMES, known=mistakes(x, w, 100.0))


def test_long_sums(exercise):
    """300 products of 127 * 127 do not fit int16."""
    x, w = np.full((2, 300), 3.0), np.full((3, 300), 0.25)
    x[1, ::2] = -3.0
    w[2, ::2] = -0.25
    holds(exercise, x, w)


def test_the_threshold_is_included(exercise):
    x, w = layer(5, outliers=())
    x[3, 1], x[0, 4], x[2, 6], x[1, 9] = 6.0, -6.0, np.nextafter(6.0, 0), 6.5
    holds(exercise, x, w)


@pytest.mark.parametrize("threshold", [0.5, 2.0, 20.0])
def test_other_thresholds(exercise, threshold):
    holds(exercise, *layer(6), threshold=threshold)


def test_the_threshold_is_6_by_default(exercise):
    x, w = layer(7, outliers=())
    x[0, 3], x[1, 5], x[2, 8] = 6.0, -5.9, 7.1
    known = mistakes(x, w, 6.0)
    exercise(x, w).close_to(exact(x, w, 6.0), rtol=1e-9, atol=1e-9, names=NAMES, known=known)


@pytest.mark.parametrize("outliers", [(), tuple(range(12))])
def test_none_and_all(exercise, outliers):
    x, w = layer(8, outliers=())
    x[:, list(outliers)] = 9.0 + np.arange(5)[:, None]
    holds(exercise, x, w)


def test_rows_of_zeros(exercise):
    x, w = layer(9)
    x[1], w[2] = 0, 0
    x[3] = 0
    x[3, 2] = 50.0  # only the outlier is left in this row
    holds(exercise, x, w)


def test_large_weights_are_no_outliers(exercise):
    x, w = layer(10)
    w[1, 4] = 20.0
    holds(exercise, x, w)


def test_leaves_fortran_ordered_arrays_alone(exercise):
    x, w = layer(11)
    holds(exercise, np.asfortranarray(x), np.asfortranarray(w))


def test_outliers_are_indices(exercise):
    x, w = layer(12)
    exercise(x, w).part(1, "outliers").has(shape=(2,), dtype="integer")


def test_refuses_what_does_not_fit(exercise):
    because = "x and w differ in their number of inputs"
    exercise.raises(ValueError, np.ones((3, 4)), np.ones((5, 3)), because=because)
    exercise.raises(ValueError, np.ones((3, 4)), np.ones((5, 6)), because=because)


@pytest.mark.parametrize("threshold", [0.0, -6.0])
def test_refuses_threshold(exercise, threshold):
    because = "threshold must be above 0"
    exercise.raises(ValueError, np.ones((3, 4)), np.ones((5, 4)), threshold=threshold, because=because)
