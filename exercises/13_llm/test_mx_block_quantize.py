"""Grader of mx_block_quantize. Oracles: exact rationals and a table, one block at a time; ml_dtypes (frozen)."""

from fractions import Fraction

import numpy as np
import pytest

NAMES = ("exponents", "elements")
TABLE = [0, 0.5, 1, 1.5, 2, 3, 4, 6]  # in the order of the codes: an even code has an even mantissa bit

# x.astype(ml_dtypes.float4_e2m1fn).astype(np.float32), ml_dtypes 0.6.0
ML_X = [0.25, 0.75, 1.25, 1.75, 2.5, 3.5, 5.0, -0.3, -2.6, 4.9, 5.9, -0.26, 0.74, -3.4, 0.1]
ML_Y = [0.0, 1.0, 1.0, 2.0, 2.0, 4.0, 4.0, -0.5, -3.0, 4.0, 6.0, -0.5, 0.5, -3.0, 0.0]


def element(v):
    """Nearest of the table to a Fraction, ties to the even code."""
    if abs(v) >= 6:
        return 6.0 if v > 0 else -6.0
    best = min((abs(abs(v) - Fraction(t)), code % 2, t) for code, t in enumerate(TABLE))[2]
    return best if v >= 0 else -best


def exact(x):
    """The definition in rational numbers."""
    exponents = np.zeros((x.shape[0], x.shape[1] // 32), np.int8)
    elements = np.zeros(x.shape, np.float32)
    for i, b in np.ndindex(exponents.shape):
        block = [Fraction(float(v)) for v in x[i, 32 * b : 32 * b + 32]]
        largest, e = max(map(abs, block)), -127
        while largest >= Fraction(2) ** (e + 3):
            e += 1
        exponents[i, b] = e
        elements[i, 32 * b : 32 * b + 32] = [element(v / Fraction(2) ** e) for v in block]
    return exponents, elements


def to_grid(v, rounding=np.rint):
    """Round onto the E2M1 grid of infinite range."""
    step = 2.0 ** (np.maximum(np.frexp(v)[1] - 1, 0) - 1)
    return rounding(v / step) * step


def mistakes(x):
    """What the usual mistakes return."""
    wide = x.astype(np.float64)
    blocks = wide.reshape(x.shape[0], -1, 32)
    largest = np.abs(blocks).max(axis=2)
    e = np.where(largest > 0, np.maximum(np.frexp(largest)[1] - 3, -127), -127)
    signed = blocks.max(axis=2)
    e_signed = np.maximum(np.frexp(np.maximum(signed, 0))[1] - 3, -127)
    with np.errstate(divide="ignore"):
        rounded_log = np.floor(np.log2(largest.astype(np.float32)))
        nearest_log = np.rint(np.log2(largest))
        ceil_log = np.ceil(np.log2(largest / 6))

    def with_exponents(exponents):
        exponents = np.where(np.isfinite(exponents), exponents, -127).clip(-127, 127).astype(int)
        elements = to_grid(blocks * 2.0 ** -exponents[..., None]).clip(-6, 6)
        return {"exponents": exponents, "elements": elements.reshape(x.shape)}

    def with_elements(elements):
        return {"exponents": e, "elements": elements.reshape(x.shape)}

    scaled = blocks * 2.0 ** -e[..., None]
    table = np.array(TABLE)
    distance = np.abs(np.abs(scaled)[..., None] - table)
    first = np.sign(scaled) * table[distance.argmin(-1)]
    last = np.sign(scaled) * table[7 - distance[..., ::-1].argmin(-1)]
    strided = wide.reshape(x.shape[0], 32, -1).swapaxes(1, 2)
    e_strided = np.maximum(np.frexp(np.abs(strided).max(axis=2))[1] - 3, -127)
    whole = np.full(e.shape, np.maximum(np.frexp(np.abs(wide).max())[1] - 3, -127))
    return {
        "log2 rounded a value just below a power of two up to it; frexp reads the exponent itself": with_exponents(
            rounded_log - 2
        ),
        "the exponent was rounded to nearest; it is the floor (向下取整)": with_exponents(nearest_log - 2),
        "the exponent was raised until the largest fits below 6; keep floor(log2 m) - 2 and saturate (饱和)": (
            with_exponents(ceil_log)
        ),
        "the exponent of m is not lowered by 2, the exponent of E2M1's largest value": with_exponents(e + 2),
        "frexp's exponent belongs to 0.5 <= m < 1: floor(log2) is one less": with_exponents(e + 1),
        "the largest value with its sign was taken, not the largest magnitude (绝对值)": with_exponents(e_signed),
        "exponents below -127 do not fit: raise them to -127": {
            "exponents": (np.frexp(largest)[1] - 3).astype(np.int8)
        },
        "every block has the exponent of the whole array": with_exponents(whole),
        "the blocks take every so many columns; a block is 32 neighbours (相邻)": {"exponents": e_strided},
        "a tie goes to the smaller magnitude; it must go to the even mantissa bit (平局取偶)": with_elements(first),
        "a tie goes to the larger magnitude; it must go to the even mantissa bit (平局取偶)": with_elements(last),
        "magnitudes above 6 were not brought back to 6 (饱和)": with_elements(to_grid(scaled)),
        "the elements were rounded to multiples of 0.5: above 2 the steps are 1, above 4 they are 2": with_elements(
            (np.rint(scaled * 2) / 2).clip(-6, 6)
        ),
        "the elements were truncated, not rounded to the nearest": with_elements(to_grid(scaled, np.trunc).clip(-6, 6)),
        "the elements are those times 2**e: leave the shared exponent out of them": with_elements(
            to_grid(scaled).clip(-6, 6) * 2.0 ** e[..., None]
        ),
        "the elements kept the axis of blocks; they have the shape of x": {
            "exponents": e,
            "elements": to_grid(scaled).clip(-6, 6),
        },
        "exponents were stored with the bias 127; they are asked for without": {"exponents": e + 127},
    }


def holds(exercise, x):
    exercise(x).equals(exact(x), dtype="exact", names=NAMES, known=mistakes(x))


def test_agrees_with_ml_dtypes(exercise):
    """The largest magnitude lies in [4, 8), so the exponent is 0 and the elements are a plain cast."""
    x = np.zeros((1, 32), np.float32)
    x[0, : len(ML_X)] = ML_X
    elements = np.zeros((1, 32), np.float32)
    elements[0, : len(ML_Y)] = ML_Y
    expected = np.zeros((1, 1), np.int8), elements
    exercise(x).equals(expected, dtype="exact", names=NAMES, known=mistakes(x))


def test_blocks_of_many_sizes(exercise):
    holds(exercise, np.random.default_rng(1).standard_cauchy((1, 992)).astype(np.float32))
    rng = np.random.default_rng(0)
    x = rng.normal(0, 1, (5, 96)) * np.repeat(10.0 ** rng.integers(-20, 20, (5, 3)), 32, axis=1)
    holds(exercise, x.astype(np.float32))


@pytest.mark.parametrize("largest", [4.0, 4.1, 5.0, 5.99, 6.0, 6.5, 7.0, 7.9, 8.0, -7.5, -4.0])
def test_the_largest(exercise, largest):
    x = np.linspace(-3.9, 3.7, 32, dtype=np.float32).reshape(1, 32)
    x[0, 17] = largest
    holds(exercise, x)


def test_every_tie(exercise):
    ties = [0.25, 0.75, 1.25, 1.75, 2.5, 3.5, 5.0]
    x = np.zeros((2, 64), np.float32)
    x[0, :14], x[1, 32:46] = [*ties, *[-t for t in ties]], [-t / 8 for t in [*ties, *ties]]
    x[0, 20], x[1, 63] = 6.0, -0.75
    holds(exercise, x)


@pytest.mark.parametrize("power", [-60, -3, 0, 1, 5, 100])
def test_just_below_a_power_of_two(exercise, power):
    x = np.zeros((2, 32), np.float32)
    x[0, 3] = np.nextafter(np.float32(2.0**power), np.float32(0))
    x[1, 3] = 2.0**power
    x[:, 4] = np.float32(0.3 * 2.0**power)
    holds(exercise, x)


def test_the_smallest_and_the_largest_exponent(exercise):
    x = np.zeros((5, 32), np.float32)
    x[0, :3] = [3e38, -1e38, 2e37]
    x[1, :3] = [1e-38, -3e-39, 6e-39]
    x[2, :3] = [1e-45, -1e-45, 0]
    x[3, :3] = [2.0**-125, 1.3 * 2.0**-126, -(2.0**-127)]
    x[4, :3] = [2.0**-126, 1.3 * 2.0**-127, -(2.0**-128)]
    holds(exercise, x)


def test_a_block_of_zeros(exercise):
    x = np.zeros((2, 64), np.float32)
    x[1, 40] = -1.0
    holds(exercise, x)


def test_leaves_a_fortran_ordered_array_alone(exercise):
    x = np.random.default_rng(2).standard_cauchy((3, 64)).astype(np.float32)
    holds(exercise, np.asfortranarray(x))


@pytest.mark.parametrize("shape", [(2, 33), (2, 16), (1, 31), (3, 0), (4, 40)])
def test_refuses_a_length(exercise, shape):
    because = "the last axis must be a multiple of 32, at least one block"
    exercise.raises(ValueError, np.ones(shape, np.float32), because=because)


@pytest.mark.parametrize("shape", [(32,), (1, 2, 32), (32, 1, 32)])
def test_refuses_what_is_not_2d(exercise, shape):
    exercise.raises(ValueError, np.ones(shape, np.float32), because="x must be 2-D, (rows, n)")
