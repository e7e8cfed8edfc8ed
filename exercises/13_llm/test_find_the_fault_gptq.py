"""Grader of find_the_fault_gptq. Oracle: optimal brain surgeon by an explicit inverse at every column; no blocks."""

import numpy as np
import pytest


def exact(w, hessian, scale, bits):
    """Codes, and how near a quotient came to a tie."""
    top = 2 ** (bits - 1) - 1
    w, codes, margin = w.copy(), np.zeros(w.shape, np.int8), 1.0
    for j in range(w.shape[1]):
        steps = w[:, j] / scale
        codes[:, j] = np.clip(np.rint(steps), -top, top)
        near = np.abs(steps - np.floor(steps) - 0.5)
        margin = min(margin, float(np.where(np.abs(steps) < top + 1, near, 1).min()))
        inverse = np.linalg.inv(hessian[j:, j:])
        w[:, j:] -= np.outer((w[:, j] - scale * codes[:, j]) / inverse[0, 0], inverse[0])
    return codes, margin


def layer(seed, rows=6, columns=10, bits=4):
    """Weights, Hessian, factor and scales without a near-tie."""
    for trial in range(300):
        rng = np.random.default_rng([seed, trial])
        x = rng.normal(0, 1, (4 * columns, columns)) @ (np.eye(columns) + 0.6 * rng.normal(0, 1, (columns, columns)))
        hessian = x.T @ x + 0.1 * np.eye(columns)
        w = rng.normal(0, 1, (rows, columns))
        scale = np.abs(w).max(axis=1) / (2 ** (bits - 1) - 1)
        if exact(w, hessian, scale, bits)[1] > 2e-4:
            return w, hessian, np.linalg.cholesky(np.linalg.inv(hessian)).T.copy(), scale
    raise AssertionError("no layer found")


def sweep(w, u, scale, bits, block_size, *, read="block", error="block", inside=True, beyond="all"):
    """The blocked sweep, with a fault chosen by the options."""
    top = 2 ** (bits - 1) - 1
    left, codes = w.copy(), np.zeros(w.shape)
    for start in range(0, w.shape[1], block_size):
        stop = min(start + block_size, w.shape[1])
        block = left[:, start:stop].copy()
        sources = {"block": block, "left": left[:, start:stop].copy(), "w": w[:, start:stop]}
        errors = np.zeros_like(block)
        for i, j in enumerate(range(start, stop)):
            codes[:, j] = np.clip(np.rint(sources[read][:, i] / scale), -top, top)
            errors[:, i] = (sources[error][:, i] - scale * codes[:, j]) / u[j, j]
            if inside:
                block[:, i + 1 :] -= np.outer(errors[:, i], u[j, j + 1 : stop])
        if beyond == "last":
            errors[:, :-1] = 0
        if beyond != "none":
            left[:, stop:] -= errors @ u[start:stop, stop:] * (2 if beyond == "twice" else 1)
    return codes


def mistakes(w, u, scale, bits, block_size):
    """What the fault itself and the usual wrong repairs return."""

    def run(**options):
        return lambda: sweep(w, u, scale, bits, block_size, **options)

    return {
        "the fault is still there: the column that is rounded has not taken the errors of its own block": run(
            read="left"
        ),
        "now both are stale: code and error are read before the errors of the block arrive (过期数据)": run(
            read="left", error="left"
        ),
        "the codes are right, but the error is taken from the stale weights (过期数据)": run(error="left"),
        "the code is that of the updated weight, its error that of the original one": run(error="w"),
        "plain rounding of the original weights (RTN)": lambda: sweep(w, u, scale, bits, 1, read="w", error="w"),
        "the columns beyond the block take the errors of its last column only": run(beyond="last"),
        "the columns beyond the block take no errors any more": run(beyond="none"),
        "the columns beyond the block take each error twice: in the loop and at the end of the block": run(
            beyond="twice"
        ),
    }


def holds(exercise, seed, block_size, bits=4, rows=6, columns=10):
    w, hessian, u, scale = layer(seed, rows, columns, bits)
    answer = exercise(w, u, scale=scale, bits=bits, block_size=block_size)
    answer.equals(exact(w, hessian, scale, bits)[0], dtype=np.int8, known=mistakes(w, u, scale, bits, block_size))


@pytest.mark.parametrize("block_size", [2, 3, 4, 5, 7, 10])
def test_block_sizes(exercise, block_size):
    holds(exercise, 1, block_size)


def test_what_worked_before(exercise):
    holds(exercise, 2, 1)


@pytest.mark.parametrize("block_size", [11, 128])
def test_a_block_larger_than_the_layer(exercise, block_size):
    holds(exercise, 3, block_size)


@pytest.mark.parametrize("bits", [2, 3, 8])
def test_bit_widths(exercise, bits):
    holds(exercise, 10 + bits, 4, bits=bits)


def test_bits_and_block_size_by_default(exercise):
    w, hessian, u, scale = layer(4, 4, 12)
    answer = exercise(w, u, scale=scale)
    answer.equals(exact(w, hessian, scale, 4)[0], dtype=np.int8, known=mistakes(w, u, scale, 4, 128))


@pytest.mark.parametrize("block_size", [2, 5])
def test_what_saturates(exercise, block_size):
    """Scales that are too small: many codes at both ends, large errors to carry on."""
    for trial in range(300):
        w, hessian, u, scale = layer([5, trial], 5, 8)
        scale = scale * 0.6
        expected, margin = exact(w, hessian, scale, 4)
        if margin > 1e-3:
            break
    answer = exercise(w, u, scale=scale, bits=4, block_size=block_size)
    answer.equals(expected, dtype=np.int8, known=mistakes(w, u, scale, 4, block_size))


def test_as_many_rows_as_columns(exercise):
    holds(exercise, 6, 3, rows=9, columns=9)


def test_fortran_order(exercise):
    w, hessian, u, scale = layer(7)
    answer = exercise(np.asfortranarray(w), np.asfortranarray(u), scale=scale, bits=4, block_size=4)
    answer.equals(exact(w, hessian, scale, 4)[0], dtype=np.int8, known=mistakes(w, u, scale, 4, 4))


@pytest.mark.parametrize("block_size", [0, -1, -128])
def test_refuses_a_block_size(exercise, block_size):
    w, _, u, scale = layer(8)
    exercise.raises(ValueError, w, u, scale=scale, block_size=block_size, because="block_size must be at least 1")
