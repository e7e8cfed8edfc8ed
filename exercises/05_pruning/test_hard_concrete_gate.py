"""Grader of hard_concrete_gate.

Oracle of z: ``math`` only, with the sigmoid as (1 + tanh(a / 2)) / 2. Oracle of P(z > 0), not the closed form: z grows
with u, so the u at which the stretched value crosses 0 is found by bisection; the gate is open for all u above it.
"""

import math

import numpy as np
import pytest

NAMES = ("z", "expected_l0")
TOLERANCE = {"rtol": 1e-6, "atol": 1e-9}
PLAIN = {"beta": 2 / 3, "gamma": -0.1, "zeta": 1.1}


def sigmoid(a):
    return 0.5 * (1 + math.tanh(a / 2))


def stretched(log_alpha, u, beta, gamma, zeta):
    logit = log_alpha if u is None else (math.log(u) - math.log1p(-u) + log_alpha) / beta
    return sigmoid(logit) * (zeta - gamma) + gamma


def probability(log_alpha, beta, gamma, zeta):
    """P(z > 0): halve the interval of u in which the stretched value crosses 0."""
    low, high = 0.0, 1.0
    for _ in range(200):
        u = (low + high) / 2
        if u in (low, high):
            break
        if stretched(log_alpha, u, beta, gamma, zeta) > 0:
            high = u
        else:
            low = u
    return 1 - high


def oracle(log_alpha, u, options):
    flat = log_alpha.ravel().tolist()
    noise = [None] * len(flat) if u is None else u.ravel().tolist()
    z = [min(1.0, max(0.0, stretched(a, v, **options))) for a, v in zip(flat, noise, strict=True)]
    return np.array(z).reshape(log_alpha.shape), math.fsum(probability(a, **options) for a in flat)


def mistakes(log_alpha, u, options):
    beta, gamma, zeta = options["beta"], options["gamma"], options["zeta"]
    z, expected = oracle(log_alpha, u, options)
    a = log_alpha.astype(np.float64)

    def squash(x):
        return 0.5 * (1 + np.tanh(x / 2))

    def gate(s):
        return np.clip(s * (zeta - gamma) + gamma, 0, 1)

    bound = math.log(-gamma / zeta)
    sums = {
        "the expected L0 has the wrong sign at log(-gamma / zeta)": squash(a + beta * bound),
        "the expected L0 has its fraction upside down, log(-zeta / gamma)": squash(a - beta * math.log(-zeta / gamma)),
        "the expected L0 lacks beta": squash(a - bound),
        "the expected L0 divides by beta, where it must multiply": squash(a - bound / beta),
        "the expected L0 ignores the stretch: that is P(s > 1/2)": squash(a),
        "the expected L0 has all of it divided by beta": squash(a / beta - bound),
        "the expected L0 is P(z = 0), not P(z > 0)": 1 - squash(a - beta * bound),
        "the expected L0 is P(z = 1), not P(z > 0)": squash(a - beta * math.log((1 - gamma) / (zeta - 1))),
        "the expected L0 is the sum of the gates: their number counts, not their size": z,
        "the expected L0 counts the open gates of this sample: the closed form is asked for": (z > 0).astype(float),
    }
    found = {text: {"z": z, "expected_l0": float(v.sum())} for text, v in sums.items()}
    found["the expected L0 is a mean; the sum is asked for"] = {"z": z, "expected_l0": expected / max(a.size, 1)}
    found["the probabilities were not summed"] = {"z": z, "expected_l0": squash(a - beta * bound)}
    if u is None:
        gates = {
            "beta belongs to the training formula only: there is none in inference (推理)": gate(squash(a / beta)),
            "the gate was not stretched": squash(a),
            "the gate was not clamped": squash(a) * (zeta - gamma) + gamma,
            "a hard threshold at 1/2: between the ends the gate is continuous": (squash(a) > 0.5).astype(float),
        }
    else:
        wide = u.astype(np.float64)
        noise = np.log(wide) - np.log1p(-wide)
        s = squash((noise + a) / beta)
        gates = {
            "the noise u was ignored": gate(squash(a)),
            "the noise was ignored, and beta was not": gate(squash(a / beta)),
            "beta (温度) is missing": gate(squash(noise + a)),
            "beta divides the noise only": gate(squash(noise / beta + a)),
            "beta divides log_alpha only": gate(squash(noise + a / beta)),
            "beta multiplies where it must divide": gate(squash((noise + a) * beta)),
            "the noise has the wrong sign": gate(squash((a - noise) / beta)),
            "log_alpha has the wrong sign": gate(squash((noise - a) / beta)),
            "log(1 - u) is missing: the noise is logistic, log(u) - log(1 - u)": gate(
                squash((np.log(wide) + a) / beta)
            ),
            "the gate was not stretched (拉伸): it never reaches 0 or 1": s,
            "the gate was not clamped (截断) to 0 .. 1": s * (zeta - gamma) + gamma,
            "clamped before the stretch: the stretch would do nothing but move the ends": s * (zeta - gamma) + gamma,
        }
    return found | {text: {"z": v} for text, v in gates.items()}


def holds(exercise, log_alpha, u=None, **options):
    wanted = PLAIN | options
    answer = exercise(log_alpha, u, **options) if u is not None else exercise(log_alpha, **options)
    answer.part(0, "z").has(shape=log_alpha.shape, dtype="float64")
    expected = oracle(log_alpha, u, wanted)
    answer.close_to(expected, **TOLERANCE, names=NAMES, known=mistakes(log_alpha, u, wanted))
    ends = (expected[0] == 0) | (expected[0] == 1)
    exact = bool((np.asarray(answer.value[0])[ends] == expected[0][ends]).all())
    answer.check(exact, "a closed or fully open gate must be exactly 0 or 1")


def gates(seed, shape=(4, 5), spread=2.0):
    rng = np.random.default_rng(seed)
    return rng.normal(0, spread, shape), rng.uniform(0.01, 0.99, shape)


def test_by_hand(exercise):
    """At log_alpha = 0 and u = 1/2, s is 1/2; P(z > 0) = 1 / (1 + (1/11)**(2/3))."""
    a, u = np.array([0.0]), np.array([0.5])
    expected = np.array([0.5]), 1 / (1 + 11 ** (-2 / 3))
    answer = exercise(a, u)
    answer.close_to(expected, **TOLERANCE, names=NAMES, known=mistakes(a, u, PLAIN))


@pytest.mark.parametrize("seed", range(4))
def test_training(exercise, seed):
    holds(exercise, *gates(seed))


@pytest.mark.parametrize("spread", [0.5, 2.0, 6.0])
def test_inference(exercise, spread):
    holds(exercise, gates(10, spread=spread)[0])


@pytest.mark.parametrize(
    "options",
    [
        {"beta": 0.3},
        {"beta": 1.0},
        {"beta": 2.0},
        {"gamma": -0.5},
        {"zeta": 1.6},
        {"beta": 0.5, "gamma": -1.0, "zeta": 3.0},
    ],
)
def test_parameters(exercise, options):
    a, u = gates(20)
    holds(exercise, a, u, **options)
    holds(exercise, a, **options)


@pytest.mark.parametrize("shape", [(), (1,), (7,), (2, 3, 4), (0,)])
def test_shapes(exercise, shape):
    holds(exercise, *gates(30, shape))
    holds(exercise, gates(31, shape)[0])


def test_gates_that_are_surely_open_or_closed(exercise):
    a = np.array([-30.0, -10.0, -3.0, 3.0, 10.0, 30.0])
    holds(exercise, a)
    holds(exercise, a, np.full(6, 0.5))
    holds(exercise, a, np.array([0.999, 1e-6, 0.9, 0.1, 1 - 1e-6, 0.001]))


def test_agrees_with_a_sample(exercise):
    """100 000 evenly spread u for one parameter: the share of open gates is P(z > 0)."""
    a = -1.3
    u = (np.arange(100_000) + 0.5) / 100_000
    answer = exercise(np.full(u.shape, a), u)
    open_gates = int((answer.part(0, "z").has(shape=u.shape, dtype="float64").value > 0).sum())
    expected = answer.part(1, "expected_l0").has(shape=(), dtype="float").value
    told = f"of 100000 gates {open_gates} are open, the expected L0 is {float(expected):.1f}"
    answer.check(bool(abs(open_gates - expected) <= 1), told)


def test_narrow_inputs_and_fortran_order(exercise):
    a, u = gates(40)
    holds(exercise, a.astype(np.float32), u.astype(np.float32))
    holds(exercise, a.astype(np.float16))
    holds(exercise, a, u.astype(np.float16))
    holds(exercise, np.asfortranarray(a), np.asfortranarray(u))


@pytest.mark.parametrize("value", [0.0, 1.0, -0.1, 1.1, float("nan")])
def test_refuses_noise(exercise, value):
    a, u = gates(50)
    u[1, 2] = value
    exercise.raises(ValueError, a, u, because="u must lie strictly between 0 and 1")


@pytest.mark.parametrize("shape", [(5,), (4, 1), (5, 4), ()])
def test_refuses_noise_of_another_shape(exercise, shape):
    exercise.raises(ValueError, gates(51)[0], np.full(shape, 0.5), because="u must have the shape of log_alpha")


@pytest.mark.parametrize(
    "options",
    [
        {"beta": 0.0},
        {"beta": -1.0},
        {"gamma": 0.0},
        {"gamma": 0.1},
        {"zeta": 1.0},
        {"zeta": 0.9},
        {"zeta": float("nan")},
    ],
)
def test_refuses_parameters(exercise, options):
    a, u = gates(52)
    exercise.raises(ValueError, a, u, **options, because="beta > 0, gamma < 0 and zeta > 1 must hold")
    exercise.raises(ValueError, a, **options, because="beta > 0, gamma < 0 and zeta > 1 must hold")
