"""Plausible wrong answers; the first line of each docstring is found in the failure it gets."""

import math


def _plan(g, *, scale=16, zero=True, loose=False, heads=None, sides=2, kv_scale=16, reserve=True, batch=True, top=True,
          kept=True, share=True, least=0, check=True):  # fmt: skip
    if check and (min(v for k, v in g.items() if k not in ("kept", "reserve")) < 1 or g["reserve"] < 0):
        raise ValueError("sizes")
    if check and not 0 <= g["kept"] <= g["parameters"]:
        raise ValueError("kept")
    rest = g["parameters"] - g["kept"]
    groups = rest // g["group_size"] if loose else -(-rest // g["group_size"])
    own = 0 if g["weight_bits"] == 16 else scale + (g["weight_bits"] if zero else 0)
    bits = (16 if kept else g["weight_bits"]) * g["kept"] + g["weight_bits"] * rest + groups * own
    weights = ((bits + 7) // 8 - 1) // (g["devices"] if share else 1) + 1
    own_heads = heads(g) if heads else -(-g["kv_heads"] // g["devices"])
    vector = g["head_dim"] * g["kv_bits"] + (kv_scale if g["kv_bits"] < 16 else 0)
    cache = math.ceil(sides * g["layers"] * own_heads * vector / 8)
    free = g["device_bytes"] - weights - (g["reserve"] if reserve else 0)
    tokens = free // (cache * (g["batch"] if batch else 1))
    tokens = tokens if least is None else max(least, tokens)
    return weights, cache, min(g["positions"], tokens) if top else tokens


def no_overhead(**given):
    """scales and zero points \\(scale 和零点\\) of the weights were left out
    Solver's mistake.
    """
    return _plan(given, scale=0, zero=False)


def no_zero_points(**given):
    """the zero points \\(零点\\) were left out
    Solver's mistake.
    """
    return _plan(given, zero=False)


def everything_quantized(**given):
    """`kept` of them stay in 16 bits"""
    return _plan(given, kept=False)


def weights_on_every_device(**given):
    """the weights were not divided by the devices"""
    return _plan(given, share=False)


def heads_split(**given):
    """a KV head was split over devices
    Solver's mistake.
    """
    from fractions import Fraction

    return _plan(given, heads=lambda g: Fraction(g["kv_heads"], g["devices"]))


def heads_rounded_down(**given):
    """the KV heads of a device were rounded down
    Solver's mistake.
    """
    return _plan(given, heads=lambda g: max(1, g["kv_heads"] // g["devices"]))


def all_heads_everywhere(**given):
    """every device holds all KV heads here
    Solver's mistake.
    """
    return _plan(given, heads=lambda g: g["kv_heads"])


def keys_only(**given):
    """keys alone; values are cached too"""
    return _plan(given, sides=1)


def no_kv_scales(**given):
    """the scales of the KV cache were left out
    Solver's mistake.
    """
    return _plan(given, kv_scale=0)


def no_reserve(**given):
    """the reserve was not kept free"""
    return _plan(given, reserve=False)


def no_batch(**given):
    """every sequence has a cache"""
    return _plan(given, batch=False)


def endless_context(**given):
    """the longest context that the model knows
    Solver's mistake.
    """
    return _plan(given, top=False)


def negative_tokens(**given):
    """0 where the weights do not fit
    Solver's mistake.
    """
    return _plan(given, least=None)


def kept_unchecked(**given):
    """kept=1004 is not possible"""
    return _plan({**given, "kept": min(given["kept"], given["parameters"])})
