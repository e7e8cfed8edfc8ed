"""Grader of dynamic_quantize_rows. Oracles: torch (frozen), and inputs built from known codes and scales."""

import numpy as np
import pytest

NAMES = ("q", "scale")

# Codes of torch.quantize_per_channel (qint8, axis 0, zero points 0) with the scales max|row| / 127, torch 2.13.0.
TORCH_X = [[0.5, -1.25, 3.0, 0.1], [-8.0, 2.5, 0.03, 7.9], [1e-3, -4e-4, 2e-4, 0.0]]
TORCH_Q = [[21, -53, 127, 4], [-127, 40, 0, 125], [127, -51, 25, 0]]
TORCH_SCALE = [0.023622047156095505, 0.06299212574958801, 7.874015864217654e-06]


def built(scales, features, seed, dtype=np.float32):
    """Return ``x`` and the codes it was built from: every value at most 0.4 steps away from its code."""
    rng = np.random.default_rng(seed)
    scales = np.array(scales, np.float64)[:, None]
    codes = rng.integers(-126, 127, (len(scales), features))
    steps = codes + rng.uniform(-0.4, 0.4, codes.shape)
    ends = rng.integers(0, features, len(scales))
    rows = np.arange(len(scales))
    codes[rows, ends] = steps[rows, ends] = 127 * rng.choice([-1, 1], len(scales))  # the row's largest magnitude
    return (steps * scales).astype(dtype), codes.astype(np.int8)


def codes_with(x, scale, low=-127, rounding=np.rint):
    """Return the codes that some other scale or rounding gives (a zero scale is skipped)."""
    with np.errstate(all="ignore"):
        return np.clip(np.nan_to_num(rounding(x.astype(np.float64) / scale)), low, 127).astype(np.int8)


def mistakes(x):
    """What the usual mistakes return; only the items that tell."""
    a = np.abs(x.astype(np.float64))
    rows = a.max(axis=1, keepdims=True)
    scale = rows[:, 0] / 127
    signed = x.astype(np.float64).max(axis=1) / 127
    spread = np.ptp(x.astype(np.float64), axis=1) / 255
    columns = a.max(axis=0)
    aligned = {"q": codes_with(x, scale)} if x.shape[0] == x.shape[1] else {}
    lined_up = "the scales were lined up with the columns: scale needs a new axis in the division"
    return {
        **({lined_up: aligned} if aligned else {}),
        "the scale still has shape (n_tokens, 1); return shape (n_tokens,)": {"scale": scale[:, None]},
        "one scale for the whole tensor; each row (token) has its own": {"q": codes_with(x, a.max() / 127)},
        "one scale per column (feature); each row (token) has its own": {"q": codes_with(x, columns / 127)},
        "the maximum was divided by 128: the last code is 127": {"scale": rows[:, 0] / 128},
        "the maximum of x, not of |x| (绝对值)": {"scale": signed},
        "the range max - min over 255 steps, an affine grid; this one is symmetric (对称)": {"scale": spread},
        "the scale is upside down: it is the real width of one step": {"scale": 1 / np.where(scale > 0, scale, 1)},
        "the codes were truncated by the cast, not rounded": {"q": codes_with(x, rows / 127, rounding=np.trunc)},
        "the codes were rounded down (floor), not to the nearest": {"q": codes_with(x, rows / 127, rounding=np.floor)},
        "the signs of x were lost": {"q": codes_with(np.abs(x), rows / 127)},
    }


def holds(exercise, x, q, scale):
    expected = (np.asarray(q, np.int8), np.asarray(scale, np.float32))
    exercise(x).close_to(expected, rtol=1e-6, dtype="exact", names=NAMES, known=mistakes(x))


def test_agrees_with_torch(exercise):
    holds(exercise, np.array(TORCH_X, np.float32), TORCH_Q, TORCH_SCALE)


def test_rows_of_very_different_size(exercise):
    scales = [1e-4, 3.7, 0.02, 55.0, 1e-9, 1e6]
    x, q = built(scales, 40, seed=1)
    holds(exercise, x, q, scales)


def test_as_many_rows_as_columns(exercise):
    scales = [0.5, 0.03, 8.0, 1.7]
    x, q = built(scales, 4, seed=2)
    holds(exercise, x, q, scales)


def test_float64_and_fortran_order(exercise):
    x, q = built([0.3, 12.0, 0.007], 16, seed=3, dtype=np.float64)
    holds(exercise, np.asfortranarray(x), q, [0.3, 12.0, 0.007])


def test_float16_is_widened_first(exercise):
    x = np.array([[250.0, -31.0, 7.0, 100.0], [0.1, 0.003, -0.0871, 0.05]], np.float16)
    wide = x.astype(np.float64)
    scale = np.abs(wide).max(axis=1) / 127
    # Codes by integer arithmetic: these float16 values are multiples of 2**-24.
    units = (wide * 2**24).astype(np.int64)
    most = np.abs(units).max(axis=1, keepdims=True)
    q = (2 * 127 * units + most) // (2 * most)  # no ties in this data
    narrow = np.abs(x).max(axis=1) / np.float16(127)
    known = {"the scale was computed in float16; widen x first": {"scale": narrow}}
    exercise(x).close_to((q.astype(np.int8), scale.astype(np.float32)), dtype="exact", names=NAMES, known=known)


def test_rounds_half_to_even(exercise):
    x = np.array([[127.0, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 126.5]], np.float32)  # the scale is exactly 1
    q = np.array([[127, 0, 2, 2, 0, -2, -2, 126]], np.int8)
    up = np.array([[127, 1, 2, 3, 0, -1, -2, 127]], np.int8)
    away = np.array([[127, 1, 2, 3, -1, -2, -3, 127]], np.int8)
    known = {
        "a half was rounded up (floor(x + 0.5)), not to even (四舍六入五成双)": {"q": up},
        "a half was rounded away from zero, not to even (四舍六入五成双)": {"q": away},
        **mistakes(x),
    }
    exercise(x).close_to((q, np.ones(1, np.float32)), dtype="exact", names=NAMES, known=known)


def test_a_zero_row_among_others(exercise):
    x, q = built([0.25, 1.0, 40.0], 6, seed=4)
    x[1], q[1] = 0, 0
    zero, tiny = np.array([0.25, 0, 40.0]), {}
    for eps in (1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5):
        tiny[f"a zero row got the scale {eps:g} (or that over 127), not 1.0"] = {"scale": zero + [0, eps, 0]}
        tiny[f"a zero row got the scale {eps:g} / 127, not 1.0"] = {"scale": zero + [0, eps / 127, 0]}
    known = {"the scale of a zero row (全零行) is 0; dividing by it gives NaN": {"scale": zero}, **tiny}
    expected = (q, np.array([0.25, 1.0, 40.0], np.float32))
    exercise(x).close_to(expected, dtype="exact", names=NAMES, known=known)


def test_zeros_only(exercise):
    expected = (np.zeros((2, 3), np.int8), np.ones(2, np.float32))
    exercise(np.zeros((2, 3), np.float32)).close_to(expected, dtype="exact", names=NAMES)


def test_one_negative_value(exercise):
    holds(exercise, np.array([[-2.54]], np.float32), [[-127]], [0.02])


def test_values_below_one(exercise):
    holds(exercise, np.array([[0.127, -0.0508, 0.0002]], np.float32), [[127, -51, 0]], [0.001])


@pytest.mark.parametrize("shape", [(4,), (2, 3, 4)])
def test_refuses_other_dimensions(exercise, shape):
    exercise.raises(ValueError, np.ones(shape, np.float32), because="x must have two dimensions")


@pytest.mark.parametrize("shape", [(0, 4), (3, 0)])
def test_refuses_empty(exercise, shape):
    exercise.raises(ValueError, np.ones(shape, np.float32), because="x is empty")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_refuses_what_is_not_finite(exercise, value):
    x = np.array([[1.0, 2.0], [value, 3.0]], np.float32)
    exercise.raises(ValueError, x, because="x holds NaN or infinity")
