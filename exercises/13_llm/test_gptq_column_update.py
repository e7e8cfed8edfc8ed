"""Grader of gptq_column_update. Oracle: the least-squares problem that the update solves, without any factor."""

from fractions import Fraction

import numpy as np
import pytest

NAMES = ("codes", "updated")


def layer(seed, rows, columns):
    """Weights, Hessian of correlated inputs, its factor and scales that let some weights saturate."""
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 1, (4 * columns + 8, columns)) @ (np.eye(columns) + 0.6 * rng.normal(0, 1, (columns, columns)))
    hessian = x.T @ x / len(x)
    w = rng.normal(0, 1, (rows, columns))
    scale = rng.uniform(0.15, 0.5, rows)
    return w, hessian, np.linalg.cholesky(np.linalg.inv(hessian)).T.copy(), scale


def rounded(w, j, scale, bits):
    top = 2 ** (bits - 1) - 1
    return [min(max(round(Fraction(v) / Fraction(s)), -top), top) for v, s in zip(w[:, j], scale, strict=True)]


def exact(w, hessian, j, scale, bits):
    """Fix column j at its quantized value; the free columns minimise d H d^T: H_FF d_F = -H_Fj d_j."""
    codes = np.array(rounded(w, j, scale, bits), np.int8)
    updated = w.copy()
    updated[:, j] = scale * codes
    if j + 1 < w.shape[1]:
        moved = updated[:, j] - w[:, j]
        updated[:, j + 1 :] -= np.outer(moved, np.linalg.solve(hessian[j + 1 :, j + 1 :], hessian[j + 1 :, j]))
    return codes, updated


def mistakes(w, u, j, scale, bits):
    """What the usual mistakes return."""
    top = 2 ** (bits - 1) - 1
    steps = w[:, j] / scale
    codes = np.clip(np.rint(steps), -top, top)

    def with_codes(codes, error=None, divisor=u[j, j], row=u[j], sign=-1, first=j + 1):
        error = w[:, j] - scale * codes if error is None else error
        updated = w.copy()
        updated[:, first:] += sign * np.outer(error / divisor, row[first:])
        updated[:, j] = scale * codes
        return {"codes": codes, "updated": updated}

    left_alone, before = with_codes(codes), with_codes(codes)
    left_alone["updated"][:, j] = w[:, j]
    before["updated"][:, j] = codes
    return {
        "the other columns were not updated; below the diagonal u holds only zeros, use the row u[j, :]": with_codes(
            codes, row=0 * u[j]
        ),
        "the error was not divided by u[j, j]": with_codes(codes, divisor=1.0),
        "the error was divided by u[j, j]**2: that belongs to the row of inv(H), not of its factor": with_codes(
            codes, divisor=u[j, j] ** 2
        ),
        "the update has the wrong sign: it doubles the error instead of making up for it": with_codes(codes, sign=1),
        "the row of inv(H) was used, not that of its factor u": with_codes(codes, row=(u.T @ u)[j]),
        "the error was taken in steps, not in weights: multiply the code by the scale": with_codes(
            codes, error=steps - codes
        ),
        "the error was taken before the clamp (截断): what saturates is an error too": with_codes(
            codes, error=w[:, j] - scale * np.rint(steps)
        ),
        "column j was left as it was; it should hold the quantized weights": left_alone,
        "column j holds the codes; it should hold scale * codes": before,
        "the codes reach down to -2**(bits - 1); the grid is symmetric": with_codes(
            np.clip(np.rint(steps), -top - 1, top)
        ),
        "the codes were truncated, not rounded": with_codes(np.clip(np.trunc(steps), -top, top)),
        "a half was rounded up, not to even (四舍六入五成双)": with_codes(np.clip(np.floor(steps + 0.5), -top, top)),
    }


def holds(exercise, w, hessian, u, j, scale, bits):
    known = mistakes(w, u, j, scale, bits)
    answer = exercise(w, u, j, scale=scale, bits=bits)
    answer.close_to(exact(w, hessian, j, scale, bits), rtol=1e-9, atol=1e-12, dtype="exact", names=NAMES, known=known)


def test_by_hand(exercise):
    w = np.array([[1.4, 1.4, -0.3], [-2.6, 0.5, 2.0]])
    u = np.array([[2.0, 1.0, -0.5], [0.0, 1.0, 0.25], [0.0, 0.0, 0.5]])
    scale = np.array([1.0, 0.5])
    expected = np.array([1, -5], np.int8), np.array([[1.0, 1.2, -0.2], [-2.5, 0.55, 1.975]])
    answer = exercise(w, u, 0, scale=scale, bits=4)
    answer.close_to(expected, rtol=1e-9, atol=1e-12, dtype="exact", names=NAMES, known=mistakes(w, u, 0, scale, 4))


@pytest.mark.parametrize("j", [0, 1, 3, 5])
def test_columns(exercise, j):
    w, hessian, u, scale = layer(1, 4, 6)
    holds(exercise, w, hessian, u, j, scale, 4)


@pytest.mark.parametrize("bits", [2, 3, 5, 8])
def test_bit_widths(exercise, bits):
    w, hessian, u, scale = layer(bits, 5, 5)
    holds(exercise, w, hessian, u, 2, 1.5 * scale / 2 ** (bits - 3), bits)


def test_bits_default_to_4(exercise):
    w, hessian, u, scale = layer(9, 3, 4)
    scale = scale / 4  # some weights are beyond the grid
    answer = exercise(w, u, 1, scale=scale)
    expected, known = exact(w, hessian, 1, scale, 4), mistakes(w, u, 1, scale, 4)
    answer.close_to(expected, rtol=1e-9, atol=1e-12, dtype="exact", names=NAMES, known=known)


def test_saturates(exercise):
    w, hessian, u, scale = layer(10, 6, 4)
    w[:, 1] = [9.0, -9.0, 3.0, -0.1, 8.0, -8.0]
    holds(exercise, w, hessian, u, 1, np.array([1.0, 1.0, 0.3, 0.3, 1.0, 1.0]), 4)


def test_rounds_half_to_even(exercise):
    w, hessian, u, _ = layer(11, 6, 3)
    w[:, 0] = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5]
    holds(exercise, w, hessian, u, 0, np.ones(6), 4)


def test_one_row_one_column(exercise):
    w, hessian, u, scale = layer(12, 1, 1)
    holds(exercise, w, hessian, u, 0, scale, 4)


def test_what_is_on_the_grid_moves_nothing(exercise):
    w, hessian, u, _ = layer(13, 3, 4)
    w[:, 2] = [0.5, -1.0, 3.5]
    holds(exercise, w, hessian, u, 2, np.full(3, 0.5), 4)


def test_leaves_fortran_ordered_arrays_alone(exercise):
    w, hessian, u, scale = layer(14, 5, 7)
    holds(exercise, np.asfortranarray(w), hessian, np.asfortranarray(u), 3, scale, 3)


@pytest.mark.parametrize("bits", [1, 9])
def test_refuses_bits(exercise, bits):
    w, _, u, scale = layer(15, 2, 3)
    exercise.raises(ValueError, w, u, 0, scale=scale, bits=bits, because="bits must be in 2 .. 8")


@pytest.mark.parametrize("j", [-1, 3, 4])
def test_refuses_a_column(exercise, j):
    w, _, u, scale = layer(16, 5, 3)
    exercise.raises(ValueError, w, u, j, scale=scale, because="j must be in 0 .. in - 1, here 0 .. 2")
