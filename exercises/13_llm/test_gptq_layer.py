"""Grader of gptq_layer. Oracle: optimal brain surgeon, solved anew at every column by an explicit inverse."""

import numpy as np
import pytest

NAMES = ("codes", "scale")


def hessian_of(x, damping, mend=True, dead_counts=True):
    h = x.T @ x
    dead = h.diagonal() == 0
    mean = h.diagonal().mean()
    if mend:
        h[dead, dead] = 1
    return h + damping * (h.diagonal().mean() if dead_counts else mean) * np.eye(len(h)), dead


def slow(w, h, scale, bits, *, order=None, feedback=True, divisor="inverse"):
    """Column by column: fix w_j, re-solve the rest with the inverse over the free columns. Returns codes and margin."""
    top = 2 ** (bits - 1) - 1
    w = w.astype(np.float64).copy()
    codes, margin = np.zeros(w.shape), 1.0
    free = list(range(w.shape[1])) if order is None else list(order)
    while free:
        j = free[0]
        steps = w[:, j] / scale
        codes[:, j] = np.clip(np.rint(steps), -top, top)
        near = np.abs(np.abs(steps - np.floor(steps)) - 0.5)
        margin = min(margin, float(np.where(np.abs(steps) < top + 1, near, 1).min()))
        inverse = np.linalg.inv(h[np.ix_(free, free)])
        if feedback:
            lead = {"inverse": inverse[0, 0], "root": np.sqrt(inverse[0, 0]), "none": 1.0}[divisor]
            w[:, free] -= np.outer((w[:, j] - scale * codes[:, j]) / lead, inverse[0])
        free = free[1:]
    return codes, margin


def scales(w, bits):
    largest = np.abs(w).max(axis=1)
    return np.where(largest > 0, largest / (2 ** (bits - 1) - 1), 1.0)


def exact(w, x, bits, damping):
    h, dead = hessian_of(x, damping)
    w = np.where(dead, 0, w)
    scale = scales(w, bits)
    codes, margin = slow(w, h, scale, bits)
    return codes.astype(np.int8), scale, margin


def mistakes(w, x, bits, damping):
    """What the usual mistakes return (each computed when it is asked for)."""
    h, dead = hessian_of(x, damping)
    live = np.where(dead, 0, w)
    scale = scales(live, bits)

    def run(h=h, w=live, scale=scale, **options):
        return lambda: {"codes": slow(w, h, scale, bits, **options)[0], "scale": scale}

    raw = x.T @ x + np.diag(dead * 1.0)
    columns = np.abs(live).max(axis=0)
    top = 2 ** (bits - 1) - 1
    found = {
        "plain rounding to nearest (RTN): no error was carried on": run(feedback=False),
        "dead inputs (死输入): their weights must become 0, before the scales are taken": run(
            w=w, scale=scales(w, bits)
        ),
        "the scales were taken before the weights of dead inputs (死输入) became 0": run(scale=scales(w, bits)),
        "dead inputs (死输入): their diagonal and their weights were left as they are": run(
            h=hessian_of(x, damping, mend=False)[0], w=w, scale=scales(w, bits)
        ),
        "damping is the share of the mean diagonal (对角线均值), not a number that is added as it is": run(
            h=raw + damping * np.eye(len(h))
        ),
        "damping multiplies every diagonal element by itself; add the same amount, from their mean, to all": run(
            h=raw + damping * np.diag(raw.diagonal())
        ),
        "the mean diagonal was taken before dead inputs were set to 1": run(h=hessian_of(x, damping, True, False)[0]),
        "damping is ignored: it is always 0.01": run(h=hessian_of(x, 0.01)[0]),
        "the damping uses the largest diagonal element, not the mean": run(
            h=raw + damping * raw.diagonal().max() * np.eye(len(h))
        ),
        "the damping uses the sum of the diagonal, not the mean": run(h=raw + damping * np.trace(raw) * np.eye(len(h))),
        "the columns were taken from right to left": run(order=range(w.shape[1])[::-1]),
        "the columns were taken in the order of the diagonal (act-order); here it is left to right": run(
            order=np.argsort(-h.diagonal(), kind="stable")
        ),
        "the scale was divided by 2**(bits - 1); the last code is 2**(bits - 1) - 1": run(
            scale=scale * top / (top + 1)
        ),
        "one scale for the whole matrix; each row has its own (逐行)": run(
            scale=np.full(len(w), np.abs(live).max() / top)
        ),
        "the Hessian itself was factorized, not its inverse": lambda: {
            "codes": swept(live, h, scale, bits),
            "scale": scale,
        },
        "the inverse was used where its Cholesky factor belongs": lambda: {
            "codes": swept(live, None, scale, bits, factor=np.linalg.inv(h)),
            "scale": scale,
        },
        "the lower factor of the inverse, transposed, is the upper one: here columns and rows are mixed up": lambda: {
            "codes": swept(live, None, scale, bits, factor=np.linalg.inv(np.linalg.cholesky(h))),
            "scale": scale,
        },
    }
    if len(w) == w.shape[1]:
        found["the scales belong to columns; each row has its own (逐行)"] = {"scale": columns / top}
    return found


def swept(w, h, scale, bits, factor=None):
    """The sweep with a wrong factor."""
    u = np.linalg.cholesky(h).T if factor is None else factor
    top = 2 ** (bits - 1) - 1
    w, codes = w.copy(), np.zeros(w.shape)
    for j in range(w.shape[1]):
        codes[:, j] = np.clip(np.rint(w[:, j] / scale), -top, top)
        w[:, j + 1 :] -= np.outer((w[:, j] - scale * codes[:, j]) / u[j, j], u[j, j + 1 :])
    return codes


def layer(seed, rows, columns, samples, bits=4, damping=0.01, dead=(), size=1.0):
    """Weights and correlated inputs, drawn until no quotient of the oracle lies near a tie."""
    for trial in range(300):
        rng = np.random.default_rng([seed, trial])
        mixed = np.eye(columns) + 0.7 * rng.normal(0, 1, (columns, columns))
        x = size * rng.normal(0, 1, (samples, columns)) @ mixed
        x[:, list(dead)] = 0
        w = rng.normal(0, 1, (rows, columns)) * rng.uniform(0.1, 10, (rows, 1))
        if exact(w, x, bits, damping)[2] > 2e-4:
            return w, x
    raise AssertionError("no layer found")


def holds(exercise, w, x, bits=4, damping=0.01):
    expected = exact(w, x, bits, damping)[:2]
    answer = exercise(w, x, bits=bits, damping=damping)
    answer.close_to(expected, rtol=1e-9, dtype="exact", names=NAMES, known=mistakes(w, x, bits, damping))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_layers(exercise, seed):
    holds(exercise, *layer(seed, 6, 9, 40))


def test_as_many_rows_as_columns(exercise):
    holds(exercise, *layer(4, 7, 7, 30))


@pytest.mark.parametrize("bits", [2, 3, 6, 8])
def test_bit_widths(exercise, bits):
    holds(exercise, *layer(bits, 4, 6, 20, bits=bits), bits=bits)


@pytest.mark.parametrize("damping", [0.001, 0.1, 0.5, 2.0])
def test_damping(exercise, damping):
    holds(exercise, *layer(20, 8, 8, 30, damping=damping), damping=damping)


def test_bits_and_damping_default_to_4_and_a_hundredth(exercise):
    w, x = layer(31, 12, 10, 12)
    answer = exercise(w, x)
    answer.close_to(exact(w, x, 4, 0.01)[:2], rtol=1e-9, dtype="exact", names=NAMES, known=mistakes(w, x, 4, 0.01))


@pytest.mark.parametrize("size", [1.0, 0.05, 30.0])
def test_dead_inputs(exercise, size):
    w, x = layer(40, 6, 8, 30, damping=0.2, dead=(2, 5), size=size)
    w[:, 2] *= 3  # large weights on an input that is always 0
    holds(exercise, w, x, damping=0.2)


@pytest.mark.parametrize("seed", [41, 42, 43, 44])
def test_what_a_dead_input_adds_to_the_mean(exercise, seed):
    """The live inputs are small: most of the damping comes from the ones on the diagonal."""
    holds(exercise, *layer(seed, 24, 8, 30, damping=0.4, dead=(0, 3, 6), size=0.08), damping=0.4)


def test_fewer_samples_than_inputs(exercise):
    holds(exercise, *layer(50, 4, 12, 5, damping=0.05), damping=0.05)


def test_a_row_of_zeros(exercise):
    w, x = layer(60, 4, 5, 20)
    w[1] = 0
    holds(exercise, w, x)


def test_uncorrelated_inputs_give_plain_rounding(exercise):
    w, _ = layer(70, 5, 4, 20)
    x = np.diag([1.0, 2.0, 0.5, 3.0])
    scale = scales(w, 4)
    expected = np.rint(w / scale[:, None]).astype(np.int8), scale
    exercise(w, x).close_to(expected, rtol=1e-9, dtype="exact", names=NAMES)


def test_leaves_fortran_ordered_arrays_alone(exercise):
    w, x = layer(80, 6, 9, 40)
    holds(exercise, np.asfortranarray(w), np.asfortranarray(x))


@pytest.mark.parametrize("bits", [1, 9])
def test_refuses_bits(exercise, bits):
    exercise.raises(ValueError, np.eye(3), np.eye(3), bits=bits, because="bits must be in 2 .. 8")


@pytest.mark.parametrize("damping", [0.0, -0.1])
def test_refuses_damping(exercise, damping):
    exercise.raises(ValueError, np.eye(3), np.eye(3), damping=damping, because="damping must be above 0")


def test_refuses_inputs_that_do_not_fit(exercise):
    because = "x has another number of inputs than w"
    exercise.raises(ValueError, np.ones((3, 4)), np.ones((5, 1)), because=because)
    exercise.raises(ValueError, np.ones((3, 4)), np.ones((5, 3)), because=because)
