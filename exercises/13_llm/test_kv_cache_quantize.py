"""Grader of kv_cache_quantize. Oracle: rational numbers, one group at a time."""

from fractions import Fraction

import numpy as np
import pytest

NAMES = ("k_codes", "k_scale", "k_min", "v_codes", "v_scale", "v_min")


def group(values, bits):
    """Codes, scale and minimum of one group, and how near a quotient came to a tie."""
    values = [Fraction(v) for v in values]
    low = min(values)
    scale = (max(values) - low) / (2**bits - 1) or Fraction(1)
    steps = [(v - low) / scale for v in values]
    margin = min(abs(s - int(s) - Fraction(1, 2)) for s in steps)
    return [round(s) for s in steps], float(scale), float(low), float(margin)


def down_the_tokens(m, bits, size):
    """Groups of ``size`` tokens of one channel."""
    tokens, d = m.shape
    codes, margin = np.zeros(m.shape, np.uint8), 1.0
    scale, low = np.zeros((tokens // size, d)), np.zeros((tokens // size, d))
    for g, c in np.ndindex(tokens // size, d):
        rows = slice(g * size, (g + 1) * size)
        codes[rows, c], scale[g, c], low[g, c], near = group(m[rows, c].tolist(), bits)
        margin = min(margin, near)
    return codes, scale, low, margin


def exact(keys, values, bits, size):
    k_codes, k_scale, k_min, k_margin = down_the_tokens(keys, bits, size)
    v_codes, v_scale, v_min, v_margin = down_the_tokens(values.T, bits, size)
    return (k_codes, k_scale, k_min, v_codes.T, v_scale.T, v_min.T), min(k_margin, v_margin)


def along(m, bits, size, *, levels=0, zero=False, rounding=np.rint, whole=False):
    """Groups along the last axis in one of the usual ways: codes, scale, minimum."""
    size = m.shape[1] if whole else size
    grouped = m.reshape(m.shape[0], -1, size)
    low, high = grouped.min(-1, keepdims=True), grouped.max(-1, keepdims=True)
    if zero:
        low, high = np.minimum(low, 0), np.maximum(high, 0)
    scale = np.where(high > low, (high - low) / (2**bits - 1 + levels), 1.0)
    return rounding((grouped - low) / scale).reshape(m.shape), scale[..., 0], low[..., 0]


def mistakes(keys, values, bits, size):
    """What the usual mistakes return (each computed when it is asked for)."""

    def named(k, v):
        return dict(zip(NAMES, (*k, *v), strict=True))

    def made(**options):
        return lambda: named([a.T for a in along(keys.T, bits, size, **options)], along(values, bits, size, **options))

    def strided(m):
        codes, scale, low = along(
            np.concatenate([m[:, g :: m.shape[1] // size] for g in range(m.shape[1] // size)], 1), bits, size
        )
        back = np.zeros(m.shape)
        for g in range(m.shape[1] // size):
            back[:, g :: m.shape[1] // size] = codes[:, g * size : (g + 1) * size]
        return back, scale, low

    k = [a.T for a in along(keys.T, bits, size)]
    v = along(values, bits, size)
    return {
        "the keys were quantized per token; they are quantized per channel (逐通道)": lambda: named(
            along(keys, bits, size), v
        ),
        "the values were quantized per channel; they are quantized per token (逐 token)": lambda: named(
            k, [a.T for a in along(values.T, bits, size)]
        ),
        "keys and values are the wrong way round: keys per channel, values per token": lambda: named(
            along(keys, bits, size), [a.T for a in along(values.T, bits, size)]
        ),
        "a group takes every so many; it is a run of neighbours (相邻)": lambda: named(
            [a.T for a in strided(keys.T)], strided(values)
        ),
        "the tokens were not cut into groups: one scale for the whole channel": made(whole=True),
        "the key scales came out as (d, groups): transpose them back": {"k_codes": k[0], "k_scale": k[1].T},
        "the key codes came out transposed (转置): they have the shape of the keys": {"k_codes": k[0].T},
        "the range was divided by 2**bits: there are 2**bits - 1 steps between 2**bits codes": made(levels=1),
        "the range was widened to contain 0; with a stored minimum (最小值) that is not needed": made(zero=True),
        "the codes were truncated, not rounded": made(rounding=np.floor),
        "the codes were rounded up": made(rounding=np.ceil),
        "a maximum is stored where the minimum (最小值) belongs": lambda: {
            "k_codes": k[0],
            "k_scale": k[1],
            "k_min": k[2] + k[1] * (2**bits - 1),
        },
        "a zero point, min / scale, is stored where the minimum (最小值) belongs": lambda: {
            "k_codes": k[0],
            "k_min": np.rint(-k[2] / k[1]),
        },
    }


def cache(seed, tokens, d, bits=4, size=4):
    """Keys with outlier channels, values without, drawn until no quotient lies near a tie."""
    for trial in range(400):
        rng = np.random.default_rng([seed, trial])
        keys = rng.normal(0, 1, (tokens, d)) + np.where(rng.random(d) < 0.3, 15.0, 0.0)
        values = rng.normal(0.1, 1, (tokens, d))
        if exact(keys, values, bits, size)[1] > 1e-5:
            return keys, values
    raise AssertionError("no cache found")


def holds(exercise, keys, values, bits=4, size=4):
    known = mistakes(keys, values, bits, size)
    answer = exercise(keys, values, bits=bits, group_size=size)
    answer.close_to(exact(keys, values, bits, size)[0], rtol=1e-9, dtype="exact", names=NAMES, known=known)


@pytest.mark.parametrize("shape", [(8, 4), (4, 12), (8, 8), (4, 4), (16, 8)])
def test_shapes(exercise, shape):
    holds(exercise, *cache(1, *shape))


@pytest.mark.parametrize("bits", [1, 2, 3, 8])
def test_bit_widths(exercise, bits):
    holds(exercise, *cache(2, 8, 6, bits, 2), bits=bits, size=2)


@pytest.mark.parametrize("size", [1, 2, 3, 6])
def test_group_sizes(exercise, size):
    holds(exercise, *cache(3, 6, 12, 4, size), size=size)


def test_by_hand(exercise):
    keys = np.array([[10.0, 0.0], [13.0, 0.2], [11.0, 0.6], [12.0, 0.4]])
    values = np.array([[1.0, 4.0], [-1.5, 1.5], [0.0, 6.0], [2.0, 2.0]])
    expected = (
        np.array([[0, 0], [3, 3], [0, 3], [3, 0]], np.uint8),
        np.array([[1.0, 0.2 / 3], [1 / 3, 0.2 / 3]]),
        np.array([[10.0, 0.0], [11.0, 0.4]]),
        np.array([[0, 3], [0, 3], [0, 3], [0, 0]], np.uint8),
        np.array([[1.0], [1.0], [2.0], [1.0]]),
        np.array([[1.0], [-1.5], [0.0], [2.0]]),
    )
    answer = exercise(keys, values, bits=2, group_size=2)
    known = mistakes(keys, values, 2, 2)
    answer.close_to(expected, rtol=1e-9, dtype="exact", names=NAMES, known=known)


def test_4_bits_and_groups_of_32_by_default(exercise):
    keys, values = cache(4, 64, 32, 4, 32)
    known = mistakes(keys, values, 4, 32)
    answer = exercise(keys, values)
    answer.close_to(exact(keys, values, 4, 32)[0], rtol=1e-9, dtype="exact", names=NAMES, known=known)


def test_groups_of_equal_values(exercise):
    keys, values = cache(5, 8, 8)
    keys[:4, 1], keys[4:, 6] = 3.25, 0.0
    values[2, 4:], values[5, :4] = -1.5, 0.0
    holds(exercise, keys, values)


def test_leaves_fortran_ordered_arrays_alone(exercise):
    keys, values = cache(6, 8, 12)
    holds(exercise, np.asfortranarray(keys), np.asfortranarray(values))


@pytest.mark.parametrize("bits", [0, 9])
def test_refuses_bits(exercise, bits):
    exercise.raises(ValueError, *cache(7, 4, 4), bits=bits, group_size=4, because="bits must be in 1 .. 8")


@pytest.mark.parametrize("shape", [(8, 8), (4, 4), (8, 2)])
def test_refuses_two_shapes(exercise, shape):
    because = "keys and values differ in shape"
    exercise.raises(ValueError, np.ones((8, 4)), np.ones(shape), group_size=2, because=because)


@pytest.mark.parametrize("size", [4, 3, 12, 5])
def test_refuses_a_group_size_that_does_not_divide(exercise, size):
    because = f"a group size of {size} does not divide both the 6 tokens and the 8 channels (不能整除)"
    exercise.raises(ValueError, np.ones((6, 8)), np.ones((6, 8)), group_size=size, because=because)
    because = f"a group size of {size} does not divide both the 8 tokens and the 6 channels (不能整除)"
    exercise.raises(ValueError, np.ones((8, 6)), np.ones((8, 6)), group_size=size, because=because)


@pytest.mark.parametrize("size", [0, -1, -2])
def test_refuses_a_group_size_below_1(exercise, size):
    because = "the group size must be at least 1"
    exercise.raises(ValueError, np.ones((4, 4)), np.ones((4, 4)), group_size=size, because=because)
