"""Grader of separable_cost_ratio. Oracle: every weight, bias and product is listed and counted one by one."""

import itertools
from fractions import Fraction

import pytest

NAMES = ("parameters", "multiply_adds")


def convolution(into, out, taps, places, stride, grouped=False):
    """Parameters, multiply-adds and places put out, all by listing: (output, input, tap) are the weights."""
    pairs = [(o, i) for o, i in itertools.product(range(out), range(into)) if not grouped or o == i]
    weights = len(list(itertools.product(pairs, range(taps))))
    left = range(0, places, stride)
    products = sum(1 for _ in left for _ in range(weights))
    return weights + out, products, len(left)


def exact(into, out, taps, length, stride=1, strided="depthwise"):
    full = convolution(into, out, taps, length, stride)
    first = convolution(into, into, taps, length, stride if strided == "depthwise" else 1, grouped=True)
    second = convolution(into, out, 1, first[2], stride if strided == "pointwise" else 1)
    assert second[2] == full[2]
    return tuple(float(Fraction(first[i] + second[i], full[i])) for i in (0, 1))


def mistakes(into, out, taps, length, stride=1, strided="depthwise"):
    """What the usual mistakes return."""
    parameters, products = exact(into, out, taps, length, stride, strided)
    other = exact(into, out, taps, length, stride, "pointwise" if strided == "depthwise" else "depthwise")[1]
    short = -(-length // stride)
    middle = short if strided == "depthwise" else length
    full = into * out * taps
    low = length // stride
    cut = low if strided == "depthwise" else length
    weights = into * taps + into * out
    biased = (into * taps * middle + into * middle + into * out * short + out * short) / (full + out) / short
    named = {
        "the ratio is upside down: it is separable / full": (1 / parameters, 1 / products),
        "the biases (偏置) were left out of the parameters": (weights / full, products),
        "the depthwise step has a bias for each of its channels": ((weights + out) / (full + out), products),
        "the depthwise step has in_channels biases, not out_channels": ((weights + 2 * out) / (full + out), products),
        "the full convolution has a bias too": ((weights + into + out) / full, products),
        "the depthwise step is a full convolution here: it has one kernel per channel": (
            (into * into * taps + into + into * out + out) / (full + out),
            (into * into * taps * middle + into * out * short) / (full * short),
        ),
        "the pointwise step was left out": (
            (into * taps + into) / (full + out),
            into * taps * middle / (full * short),
        ),
        "1 / out_channels + 1 / kernel, which holds only where the depthwise step has the stride": (
            parameters,
            1 / out + 1 / taps,
        ),
        "the stride sits in the other step": (parameters, other),
        "the stride was left out of one side: the full convolution is shortened too": (
            parameters,
            (into * taps * middle + into * out * short) / (full * length),
        ),
        "length / stride was rounded down; padding 'same' gives ceil": (
            parameters,
            (into * taps * cut + into * out * low) / (full * max(low, 1)),
        ),
        "length / stride was not rounded up": (
            parameters,
            (into * taps * (length / stride if strided == "depthwise" else length) + into * out * length / stride)
            / (full * length / stride),
        ),
        "biases count no multiply-adds": (parameters, biased),
        "both steps run over the whole length; one of them is shortened": (parameters, weights * length / full / short),
        "the multiply-adds were taken in the ratio of the parameters": (parameters, parameters),
        "the two ratios are in the wrong order": (products, parameters),
    }
    return {text: dict(zip(NAMES, value, strict=True)) for text, value in named.items()}


def holds(exercise, into, out, taps, length, **options):
    answer = exercise(into, out, taps, length, **options)
    known = mistakes(into, out, taps, length, **options)
    answer.close_to(exact(into, out, taps, length, **options), rtol=1e-12, names=NAMES, known=known)


def test_by_hand(exercise):
    """Full 2 * 4 * 3 + 4 = 28. Depthwise 2 * 3 + 2 = 8 and pointwise 2 * 4 + 4 = 12. Products 24 against 6 + 8."""
    answer = exercise(2, 4, 3, 10)
    answer.close_to((20 / 28, 14 / 24), rtol=1e-12, names=NAMES, known=mistakes(2, 4, 3, 10))


@pytest.mark.parametrize(("out", "taps"), [(8, 3), (3, 8), (16, 9), (1, 5), (6, 1)])
def test_the_formula_of_mobilenet(exercise, out, taps):
    """1 / out + 1 / taps of Howard et al. 2017 (arXiv:1704.04861, section 3.1), whatever the rest is."""
    expected = 1 / out + 1 / taps
    for into, length, stride in ((4, 20, 1), (7, 13, 2)):
        answer = exercise(into, out, taps, length, stride=stride)
        known = mistakes(into, out, taps, length, stride)
        pair = exact(into, out, taps, length, stride)[0], expected
        answer.close_to(pair, rtol=1e-12, names=NAMES, known=known)


@pytest.mark.parametrize("strided", ["depthwise", "pointwise"])
@pytest.mark.parametrize("stride", [1, 2, 3, 5, 40])
def test_where_the_stride_sits(exercise, stride, strided):
    holds(exercise, 5, 7, 3, 24, stride=stride, strided=strided)
    holds(exercise, 7, 4, 5, 31, stride=stride, strided=strided)


@pytest.mark.parametrize(("into", "out"), [(1, 1), (1, 6), (6, 1), (9, 9), (3, 12)])
def test_channels(exercise, into, out):
    holds(exercise, into, out, 3, 8)
    holds(exercise, into, out, 4, 9, stride=2, strided="pointwise")


def test_the_smallest_case(exercise):
    holds(exercise, 1, 1, 1, 1)
    holds(exercise, 2, 3, 1, 1, stride=4, strided="pointwise")


def test_defaults(exercise):
    holds(exercise, 4, 6, 3, 9)
    holds(exercise, 4, 6, 3, 9, strided="pointwise")
    holds(exercise, 4, 6, 3, 9, stride=2)


def test_types(exercise):
    answer = exercise(4, 4, 1, 6)
    answer.part(0, "parameters").has(shape=(), dtype="float")
    answer.part(1, "multiply_adds").has(shape=(), dtype="float")


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("value", [0, -1])
def test_refuses_sizes(exercise, place, value):
    sizes = [4, 6, 3, 10, 2]
    sizes[place] = value
    name = ["in_channels", "out_channels", "kernel", "length", "stride"][place]
    exercise.raises(ValueError, *sizes[:4], stride=sizes[4], because=f"{name} must be at least 1")


@pytest.mark.parametrize("strided", ["both", "", "Depthwise", "wise"])
def test_refuses_another_step(exercise, strided):
    because = "strided must be 'depthwise' or 'pointwise'"
    exercise.raises(ValueError, 4, 6, 3, 10, strided=strided, because=because)
