"""Grader of find_the_fault_quantizer. Oracle: rational numbers, one weight at a time; codes are Python integers."""

from fractions import Fraction

import numpy as np
import pytest

NAMES = ("q", "scale")


def exact(w, clip_ratio):
    """The definition; the data of this grader stays away from ties, so the float32 scale makes no difference."""
    ratio = Fraction(str(clip_ratio))
    codes, scales = [], []
    for row in w.tolist():
        scale = ratio * max(abs(Fraction(v)) for v in row) / 127 or Fraction(1)
        steps = [Fraction(v) / scale for v in row]
        assert all(abs(s - round(s)) < 0.4999 or abs(s) > 128 for s in steps), "a weight is too close to a tie"
        codes.append([min(max(round(s), -127), 127) for s in steps])
        scales.append(float(scale))
    return np.array(codes, np.int8), np.array(scales, np.float32)


def mistakes(w, clip_ratio):
    """What the fault itself and the usual wrong repairs return."""
    most = np.abs(w.astype(np.float64)).max(axis=1, keepdims=True)
    scale = np.where(most > 0, clip_ratio * most / 127, 1.0)
    wide = np.where(most > 0, most / 127, 1.0)
    steps = np.rint(w / scale).astype(np.int64)
    wrapped = steps.astype(np.int8)
    folded = np.where(np.abs(steps) > 127, np.sign(steps) * np.abs(wrapped.astype(np.int64)), steps)
    tensor = clip_ratio * most.max() / 127 or 1.0
    return {
        "the fault is still there: large weights wrap (溢出回绕) to the other sign": {"q": np.maximum(wrapped, -127)},
        "the codes still wrap (溢出回绕), and now the clamp is gone as well": {"q": wrapped},
        "the signs were mended but not the wrap: a code beyond the grid must become 127 or -127": {"q": folded},
        "clip_ratio is ignored now: that hides the fault, and nothing saturates any more": {
            "q": np.rint(w / wide).astype(np.int64),
            "scale": wide[:, 0],
        },
        "clip_ratio is ignored in the scale; only the clamp that follows is right": {"scale": wide[:, 0]},
        "the clamp lets -128 pass; the grid ends at -127": {"q": np.clip(steps, -128, 127)},
        "the threshold was divided by 128: the last code is 127": {"scale": scale[:, 0] * 127 / 128},
        "one scale for the whole matrix; each row has its own (逐通道)": {
            "q": np.clip(np.rint(w / tensor), -127, 127).astype(np.int64)
        },
        "the codes were truncated, not rounded": {"q": np.clip(np.trunc(w / scale), -127, 127).astype(np.int64)},
        "the codes are clamped to 0 .. 255, as if they were unsigned": {"q": np.clip(steps, 0, 255)},
        "the codes are clamped to 0 .. 127: negative weights are lost": {"q": np.clip(steps, 0, 127)},
    }


def holds(exercise, w, clip_ratio):
    known = mistakes(w, clip_ratio)
    answer = exercise(w, clip_ratio=clip_ratio)
    answer.close_to(exact(w, clip_ratio), rtol=1e-6, dtype="exact", names=NAMES, known=known)


def weights(seed, shape=(6, 20)):
    rng = np.random.default_rng(seed)
    return (rng.normal(0, 1, shape) * 10.0 ** rng.integers(-4, 3, (shape[0], 1))).astype(np.float32)


def test_by_hand(exercise):
    w = np.array([[0.1, -0.5, 1.0]], np.float32)  # 1.0 is 181 steps
    expected = (np.array([[18, -91, 127]], np.int8), np.array([0.7 / 127], np.float32))
    answer = exercise(w, clip_ratio=0.7)
    answer.close_to(expected, rtol=1e-6, dtype="exact", names=NAMES, known=mistakes(w, 0.7))


@pytest.mark.parametrize("clip_ratio", [0.98, 0.9, 0.7, 0.5, 0.4, 0.2, 0.01])
def test_what_saturates(exercise, clip_ratio):
    holds(exercise, weights(1), clip_ratio)


def test_the_step_beside_the_grid(exercise):
    w = np.array([[254, 128, 127, 126, 0], [-254, -128, -127, -129, 5]], np.float32) + np.float32(0.25)
    w[:, 0] = [254, -254]  # the scale is exactly 1
    holds(exercise, w, 0.5)


def test_what_worked_before(exercise):
    w = weights(2)
    answer = exercise(w)  # clip_ratio is 1 by default
    answer.close_to(exact(w, 1), rtol=1e-6, dtype="exact", names=NAMES, known=mistakes(w, 1))
    holds(exercise, weights(3), 1.0)


def test_as_many_rows_as_columns(exercise):
    holds(exercise, weights(4, (5, 5)), 0.6)


def test_float64_in_fortran_order(exercise):
    holds(exercise, np.asfortranarray(weights(5).astype(np.float64)), 0.8)


def test_a_zero_row(exercise):
    w = weights(6)
    w[2] = 0
    holds(exercise, w, 0.7)
    holds(exercise, np.zeros((2, 3), np.float32), 1.0)


def test_rounds_half_to_even(exercise):
    w = np.array([[254.0, 0.5, 1.5, 2.5, -0.5, -1.5, 127.5]], np.float32)  # clip_ratio 0.5: the scale is exactly 1
    expected = (np.array([[127, 0, 2, 2, 0, -2, 127]], np.int8), np.ones(1, np.float32))
    known = {
        "a half was rounded up, not to even (四舍六入五成双)": {"q": np.array([[127, 1, 2, 3, 0, -1, 127]])},
        "a half was rounded away from zero, not to even (四舍六入五成双)": {
            "q": np.array([[127, 1, 2, 3, -1, -2, 127]])
        },
        **mistakes(w, 0.5),
    }
    exercise(w, clip_ratio=0.5).close_to(expected, dtype="exact", names=NAMES, known=known)


@pytest.mark.parametrize("clip_ratio", [0.0, -0.5, 1.001, 127.0, float("nan")])
def test_refuses_clip_ratio(exercise, clip_ratio):
    exercise.raises(ValueError, weights(7), clip_ratio=clip_ratio, because="clip_ratio must be in (0, 1]")
