"""Grader of plan_70b_memory. Oracles: published shapes by hand, and rational numbers with a search for the context."""

import math
from fractions import Fraction

import pytest

NAMES = ("weight_bytes", "kv_bytes", "tokens")
GB = 10**9
# Llama 2 70B: 68,976,648,192 parameters, of which embedding, head and norms are 525,553,664.
LLAMA = {
    "parameters": 68_976_648_192,
    "kept": 525_553_664,
    "weight_bits": 4,
    "group_size": 128,
    "layers": 80,
    "kv_heads": 8,
    "head_dim": 128,
    "kv_bits": 16,
    "batch": 1,
    "positions": 10**6,
    "devices": 1,
    "device_bytes": 80 * GB,
    "reserve": 4 * GB,
}
TINY = {
    "parameters": 1003,
    "kept": 37,
    "weight_bits": 3,
    "group_size": 10,
    "layers": 3,
    "kv_heads": 5,
    "head_dim": 7,
    "kv_bits": 3,
    "batch": 2,
    "positions": 1000,
    "devices": 2,
    "device_bytes": 5000,
    "reserve": 100,
}


def plan(given, **change):
    """The definition; ``change`` puts one mistake into it."""
    g = {**given, **change}
    rest = g["parameters"] - g["kept"]
    groups = Fraction(rest, g["group_size"]) if g.get("loose") else math.ceil(Fraction(rest, g["group_size"]))
    extra = 0 if g["weight_bits"] == 16 or g.get("bare") else 16 + (0 if g.get("no_zero") else g["weight_bits"])
    bits = (g["weight_bits"] if g.get("nothing_kept") else 16) * g["kept"] + g["weight_bits"] * rest + groups * extra
    weights = math.ceil(Fraction(math.ceil(Fraction(bits, 8)), 1 if g.get("whole") else g["devices"]))
    heads = Fraction(g["kv_heads"], g["devices"])
    heads = heads if g.get("split") else math.ceil(heads)
    heads = max(1, g["kv_heads"] // g["devices"]) if g.get("floor") else heads
    heads = g["kv_heads"] if g.get("all_heads") else heads
    vector = g["head_dim"] * g["kv_bits"] + (16 if g["kv_bits"] < 16 and not g.get("no_kv_scale") else 0)
    cache = math.ceil(Fraction((1 if g.get("keys") else 2) * g["layers"] * heads * vector, 8))
    free = g["device_bytes"] - weights - (0 if g.get("no_reserve") else g["reserve"])
    fit = max(0, math.floor(Fraction(free, cache * (1 if g.get("no_batch") else g["batch"]))))
    return weights, cache, fit if g.get("endless") else min(g["positions"], fit)


def exact(given):
    """The same with the context found by bisection over what is used."""
    weights, cache, _ = plan(given)

    def fits(tokens):
        return weights + given["reserve"] + tokens * given["batch"] * cache <= given["device_bytes"]

    low, high = 0, given["positions"] + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return weights, cache, low if fits(0) else 0


def mistakes(given):
    variants = {
        "scales and zero points (scale 和零点) of the weights were left out": {"bare": True},
        "the zero points (零点) were left out": {"no_zero": True},
        "a started group (分组) counts whole": {"loose": True},
        "all parameters were quantized; `kept` of them stay in 16 bits": {"nothing_kept": True},
        "the weights were not divided by the devices (张量并行)": {"whole": True},
        "a KV head was split over devices; round up to whole heads (KV 头不可拆分)": {"split": True},
        "the KV heads of a device were rounded down": {"floor": True},
        "every device holds all KV heads here; they are divided": {"all_heads": True},
        "keys alone; values are cached too": {"keys": True},
        "the scales of the KV cache were left out": {"no_kv_scale": True},
        "the reserve was not kept free": {"no_reserve": True},
        "the batch was left out: every sequence has a cache": {"no_batch": True},
        "the longest context that the model knows (positions) was not minded": {"endless": True},
    }
    found = {text: plan(given, **change) for text, change in variants.items()}
    weights, cache, _ = plan(given)
    free = given["device_bytes"] - weights - given["reserve"]
    found["a negative number of tokens: 0 where the weights do not fit"] = (
        weights,
        cache,
        free // (cache * given["batch"]),
    )
    found["the tokens of all sequences together; for each of them"] = (
        weights,
        cache,
        min(given["positions"], max(0, free // cache // given["batch"] * given["batch"])),
    )
    return found


def holds(exercise, given):
    exercise(**given).equals(exact(given), names=NAMES, known=mistakes(given))


def test_llama_2_70b_by_hand(exercise):
    """4.15625 bits for 68,451,094,528 weights and 16 for the others; 2 * 80 * 8 * 128 * 2 bytes for a token."""
    weights = (68_451_094_528 * 4 + 534_774_176 * 20 + 525_553_664 * 16) // 8
    tokens = (76 * GB - weights) // 327_680
    answer = exercise(**LLAMA)
    answer.equals((weights, 327_680, tokens), names=NAMES, known=mistakes(LLAMA))


@pytest.mark.parametrize("weight_bits", [3, 4, 8, 16])
@pytest.mark.parametrize("devices", [1, 2, 3, 8, 16])
def test_llama_on_devices(exercise, weight_bits, devices):
    holds(exercise, {**LLAMA, "weight_bits": weight_bits, "devices": devices, "device_bytes": 24 * GB})


@pytest.mark.parametrize("kv_bits", [2, 4, 8, 16])
@pytest.mark.parametrize("batch", [1, 7, 32])
def test_caches(exercise, kv_bits, batch):
    holds(exercise, {**LLAMA, "kv_bits": kv_bits, "batch": batch})


@pytest.mark.parametrize("devices", [1, 2, 3, 4, 5, 6, 9])
def test_fractions_of_bytes(exercise, devices):
    for weight_bits, kv_bits in ((3, 3), (5, 1), (2, 16), (16, 5), (15, 15)):
        change = {"devices": devices, "weight_bits": weight_bits, "kv_bits": kv_bits}
        holds(exercise, {**TINY, **change})
        holds(exercise, {**TINY, **change, "kept": 0, "group_size": 33, "head_dim": 6, "layers": 1})


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_the_last_byte(exercise, more):
    weights, cache, _ = plan(TINY)
    for tokens in (0, 1, 5):
        room = weights + TINY["reserve"] + tokens * TINY["batch"] * cache + more
        holds(exercise, {**TINY, "device_bytes": room})


@pytest.mark.parametrize("positions", [1, 4096])
def test_positions(exercise, positions):
    holds(exercise, {**LLAMA, "positions": positions})


def test_weights_that_do_not_fit(exercise):
    holds(exercise, {**LLAMA, "weight_bits": 16})
    holds(exercise, {**TINY, "device_bytes": 1})


def test_everything_kept(exercise):
    holds(exercise, {**TINY, "kept": TINY["parameters"]})
    holds(exercise, {**TINY, "reserve": 0})


@pytest.mark.parametrize("name", sorted(set(TINY) - {"kept", "reserve"}))
def test_refuses_below_1(exercise, name):
    exercise.raises(ValueError, **{**TINY, name: 0}, because=f"{name} must be at least 1")


@pytest.mark.parametrize(("name", "value"), [("kept", -1), ("reserve", -1), ("kept", 1004)])
def test_refuses(exercise, name, value):
    exercise.raises(ValueError, **{**TINY, name: value}, because=f"{name}={value} is not possible")
