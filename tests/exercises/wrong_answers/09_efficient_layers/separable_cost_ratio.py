"""Plausible wrong answers to separable_cost_ratio; the first line of each docstring is in the failure it gets."""

import math


def _checked(i, o, k, n, s, strided):
    if min(i, o, k, n, s) < 1 or strided not in ("depthwise", "pointwise"):
        raise ValueError("arguments")
    short = math.ceil(n / s)
    return short, short if strided == "depthwise" else n


def upside_down(in_channels, out_channels, kernel, length, *, stride=1, strided="depthwise"):
    """the ratio is upside down"""
    i, o, k = in_channels, out_channels, kernel
    short, middle = _checked(i, o, k, length, stride, strided)
    return (i * o * k + o) / (i * k + i + i * o + o), i * o * k * short / (i * k * middle + i * o * short)


def without_biases(in_channels, out_channels, kernel, length, *, stride=1, strided="depthwise"):
    """the biases \\(偏置\\) were left out
    Solver's mistake.
    """
    i, o, k = in_channels, out_channels, kernel
    short, middle = _checked(i, o, k, length, stride, strided)
    return (i * k + i * o) / (i * o * k), (i * k * middle + i * o * short) / (i * o * k * short)


def one_bias_at_the_end(in_channels, out_channels, kernel, length, *, stride=1, strided="depthwise"):
    """the depthwise step has a bias for each of its channels
    Solver's mistake.
    """
    i, o, k = in_channels, out_channels, kernel
    short, middle = _checked(i, o, k, length, stride, strided)
    return (i * k + i * o + o) / (i * o * k + o), (i * k * middle + i * o * short) / (i * o * k * short)


def formula_of_the_paper(in_channels, out_channels, kernel, length, *, stride=1, strided="depthwise"):
    """which holds only where the depthwise step has the stride
    Solver's mistake.
    """
    i, o, k = in_channels, out_channels, kernel
    _checked(i, o, k, length, stride, strided)
    return (i * k + i + i * o + o) / (i * o * k + o), 1 / o + 1 / k


def rounded_down(in_channels, out_channels, kernel, length, *, stride=1, strided="depthwise"):
    """length / stride was rounded down
    Solver's mistake.
    """
    i, o, k = in_channels, out_channels, kernel
    _checked(i, o, k, length, stride, strided)
    short = length // stride
    middle = short if strided == "depthwise" else length
    return (i * k + i + i * o + o) / (i * o * k + o), (i * k * middle + i * o * short) / (i * o * k * max(short, 1))


def not_rounded(in_channels, out_channels, kernel, length, *, stride=1, strided="depthwise"):
    """length / stride was not rounded up
    Solver's mistake.
    """
    i, o, k = in_channels, out_channels, kernel
    _checked(i, o, k, length, stride, strided)
    short = length / stride
    middle = short if strided == "depthwise" else length
    return (i * k + i + i * o + o) / (i * o * k + o), (i * k * middle + i * o * short) / (i * o * k * short)


def other_step(in_channels, out_channels, kernel, length, *, stride=1, strided="depthwise"):
    """the stride sits in the other step
    Solver's mistake.
    """
    i, o, k = in_channels, out_channels, kernel
    short, _ = _checked(i, o, k, length, stride, strided)
    middle = length if strided == "depthwise" else short
    return (i * k + i + i * o + o) / (i * o * k + o), (i * k * middle + i * o * short) / (i * o * k * short)


def biases_multiply(in_channels, out_channels, kernel, length, *, stride=1, strided="depthwise"):
    """biases count no multiply-adds"""
    i, o, k = in_channels, out_channels, kernel
    short, middle = _checked(i, o, k, length, stride, strided)
    parameters = (i * k + i + i * o + o) / (i * o * k + o)
    return parameters, ((i * k + i) * middle + (i * o + o) * short) / ((i * o * k + o) * short)


def full_depthwise(in_channels, out_channels, kernel, length, *, stride=1, strided="depthwise"):
    """it has one kernel per channel"""
    i, o, k = in_channels, out_channels, kernel
    short, middle = _checked(i, o, k, length, stride, strided)
    return (i * i * k + i + i * o + o) / (i * o * k + o), (i * i * k * middle + i * o * short) / (i * o * k * short)


def any_word(in_channels, out_channels, kernel, length, *, stride=1, strided="depthwise"):
    """strided must be 'depthwise' or 'pointwise'
    Solver's mistake.
    """
    i, o, k = in_channels, out_channels, kernel
    strided = "depthwise" if strided == "depthwise" else "pointwise"
    short, middle = _checked(i, o, k, length, stride, strided)
    return (i * k + i + i * o + o) / (i * o * k + o), (i * k * middle + i * o * short) / (i * o * k * short)
