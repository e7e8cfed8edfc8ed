"""Grader of sensitivity_scan_order. Oracle: sums over single numbers in plain Python."""

import math

import numpy as np
import pytest

NAMES = ("errors", "order")


def quantized(row, levels):
    scale = max(abs(v) for v in row) / levels or 1.0
    return [scale * round(v / scale) for v in row]


def norm(table):
    return math.sqrt(math.fsum(v * v for row in table for v in row))


def dot(x, w):
    return [[math.fsum(a * b for a, b in zip(one, row, strict=True)) for row in w] for one in x]


def output_error(w, x, levels, top=None):
    w, x = w.tolist(), x.tolist()
    rows = [quantized(row, levels) for row in w]
    right, got = dot(x, w), dot(x, rows)
    gap = norm([[a - b for a, b in zip(*pair, strict=True)] for pair in zip(right, got, strict=True)])
    size = norm(right)
    return gap / size if size else 0.0


def ranked(errors):
    return errors, sorted(errors, key=lambda name: -errors[name])


def exact(layers, bits):
    return ranked({name: output_error(w, x, 2 ** (bits - 1) - 1) for name, (w, x) in layers.items()})


def errors_by(layers, bits, *, levels=None, by="row", error="output", rounding=np.rint):
    levels = levels or 2 ** (bits - 1) - 1
    found = {}
    for name, (w, x) in layers.items():
        w, x = w.astype(np.float64), x.astype(np.float64)
        most = {"row": np.abs(w).max(1, keepdims=True), "tensor": np.abs(w).max(), "column": np.abs(w).max(0)}[by]
        scale = np.where(most > 0, most / levels, 1.0)
        gap = scale * rounding(w / scale) - w
        if error == "weight":
            top, size = np.linalg.norm(gap), np.linalg.norm(w)
        else:
            top, size = np.linalg.norm(x @ gap.T), np.linalg.norm(x @ w.T)
        if error == "square":
            top, size = top**2, size**2
        if error == "absolute":
            size = 1.0
        if error == "mean":
            top, size = (x @ gap.T).mean(), (x @ w.T).mean()
        found[name] = float(top / size) if size else 0.0
    return found


def mistakes(layers, bits):
    right, order = exact(layers, bits)
    found = {
        "the error of the weight; that of the output x w^T is asked for (输出误差)": errors_by(
            layers, bits, error="weight"
        ),
        "the error was not divided by the norm of the output": errors_by(layers, bits, error="absolute"),
        "the squared error; the ratio of the norms is asked for": errors_by(layers, bits, error="square"),
        "a ratio of means, where positive and negative errors cancel": errors_by(layers, bits, error="mean"),
        "one scale for the whole matrix; each row has its own (逐行)": errors_by(layers, bits, by="tensor"),
        "one scale for each column; each row has its own (逐行)": errors_by(layers, bits, by="column"),
        "the largest weight was divided by 2**(bits - 1); the last code is 2**(bits - 1) - 1": errors_by(
            layers, bits, levels=2 ** (bits - 1)
        ),
        "2**bits - 1 levels; half of them are negative": errors_by(layers, bits, levels=2**bits - 1),
        "the weights were truncated, not rounded": errors_by(layers, bits, rounding=np.trunc),
        "a half was rounded up (floor(x + 0.5)), not to even": errors_by(
            layers, bits, rounding=lambda v: np.floor(v + 0.5)
        ),
    }
    found = {text: {"errors": errors} for text, errors in found.items()}
    by_name = sorted(right, key=lambda name: (-right[name], name))
    return found | {
        "the least sensitive comes first; the largest error is asked for first": {
            "errors": right,
            "order": sorted(right, key=lambda name: right[name]),
        },
        "names of equal error came in reverse (并列)": {
            "errors": right,
            "order": sorted(right, key=lambda name: right[name])[::-1],
        },
        "names of equal error were sorted by the alphabet; they keep the order of layers": {
            "errors": right,
            "order": by_name,
        },
        "the order is that of layers: nothing was sorted": {"errors": right, "order": list(right)},
    }


def holds(exercise, layers, bits):
    answer = exercise(layers, bits=bits)
    answer.close_to(exact(layers, bits), rtol=1e-6, atol=1e-12, names=NAMES, known=mistakes(layers, bits))


def network(seed, dtype=np.float64):
    """Layers whose inputs are very uneven, so that weight error and output error rank them differently."""
    rng = np.random.default_rng(seed)
    found = {}
    for name, (out, inp, n) in {"q": (3, 8, 5), "k": (4, 6, 7), "up": (8, 4, 6), "down": (5, 5, 5)}.items():
        w = rng.normal(0, 1, (out, inp)) * 10.0 ** rng.uniform(-1, 1, (1, inp)) * 4.0 ** rng.integers(-2, 3, (out, 1))
        found[name] = (w.astype(dtype), (rng.normal(0, 1, (n, inp)) * rng.lognormal(0, 2, inp)).astype(dtype))
    return found


def test_by_hand(exercise):
    """3 bits: codes -3 .. 3, scale 1. The weights lose (0, 0.25) and (0, -0.5), the inputs weigh that."""
    layers = {
        "a": (np.array([[3.0, 1.25]]), np.array([[0.0, 4.0], [1.0, 0.0]])),
        "b": (np.array([[-3.0, 0.5]]), np.array([[1.0, 0.0], [0.0, 0.25]])),
    }
    expected = {"a": 1.0 / math.sqrt(34), "b": 0.125 / math.sqrt(9 + 1 / 64)}, ["a", "b"]
    answer = exercise(layers, bits=3)
    answer.close_to(expected, rtol=1e-6, atol=1e-12, names=NAMES, known=mistakes(layers, 3))


@pytest.mark.parametrize("bits", [2, 3, 4, 5, 8])
def test_bit_widths(exercise, bits):
    holds(exercise, network(bits), bits)


@pytest.mark.parametrize("seed", [10, 11, 12])
def test_orders(exercise, seed):
    holds(exercise, network(seed), 4)


def test_bits_default_to_4(exercise):
    layers = network(20)
    answer = exercise(layers)
    answer.close_to(exact(layers, 4), rtol=1e-6, atol=1e-12, names=NAMES, known=mistakes(layers, 4))


def test_halves_round_to_even(exercise):
    w = np.array([[3.0, 0.5, 1.5, -2.5, -0.5, 2.5]])
    holds(exercise, {"a": (w, np.array([[1.0, 2.0, 4.0, 8.0, 16.0, 32.0]]))}, 3)


def test_ties_and_zeros(exercise):
    """Two layers without output and two that are the same, in an order that is not that of the alphabet."""
    w, x = network(21)["q"]
    dead = np.array([[1.0, 0.3], [0.0, 0.0]])
    layers = {
        "y": (dead, np.zeros((3, 2))),
        "m": (w, x),
        "a": (np.zeros((2, 2)), np.ones((3, 2))),
        "c": (w.copy(), x.copy()),
        "b": (dead, np.array([[1.0, 1.0]])),
        "z": (dead, np.array([[0.0, 0.0]])),
    }
    answer = exercise(layers, bits=4)
    errors = answer.part(0, "errors")
    told = "a layer without output, or a row of zeros, gave NaN: guard both divisions"
    errors.check(all(math.isfinite(v) for v in dict(errors.value).values()), told)
    answer.close_to(exact(layers, 4), rtol=1e-6, atol=1e-12, names=NAMES, known=mistakes(layers, 4))


def test_float32_in_fortran_order(exercise):
    layers = {name: tuple(np.asfortranarray(a) for a in pair) for name, pair in network(22, np.float32).items()}
    holds(exercise, layers, 8)


def test_no_layer(exercise):
    exercise({}, bits=4).equals(({}, []), names=NAMES)


@pytest.mark.parametrize("bits", [1, 9])
def test_refuses_bits(exercise, bits):
    exercise.raises(ValueError, network(23), bits=bits, because="bits must be in 2 .. 8")
