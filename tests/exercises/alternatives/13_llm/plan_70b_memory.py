"""Right answers to plan_70b_memory in other styles; each must pass."""

import math
from fractions import Fraction


def rational(**given):
    """Fractions, rounded up where the text says so."""
    for name, value in given.items():
        if value < (0 if name in ("kept", "reserve") else 1):
            raise ValueError(name)
    if given["kept"] > given["parameters"]:
        raise ValueError("kept")
    g = {name: Fraction(value) for name, value in given.items()}
    quantized = g["parameters"] - g["kept"]
    size = g["kept"] * 2 + quantized * g["weight_bits"] / 8
    if g["weight_bits"] != 16:
        size += math.ceil(quantized / g["group_size"]) * (2 + g["weight_bits"] / 8)
    weights = math.ceil(math.ceil(size) / g["devices"])
    vector = g["head_dim"] * g["kv_bits"] / 8 + (2 if g["kv_bits"] < 16 else 0)
    cache = math.ceil(math.ceil(g["kv_heads"] / g["devices"]) * vector * 2 * g["layers"])
    free = g["device_bytes"] - g["reserve"] - weights
    tokens = math.floor(free / g["batch"] / cache) if free > 0 else 0
    return weights, cache, int(min(tokens, g["positions"]))


def with_divmod(
    *, parameters, kept, weight_bits, group_size, layers, kv_heads, head_dim, kv_bits, batch, positions, devices,
    device_bytes, reserve,
):  # fmt: skip
    """(a + b - 1) // b, and the groups by divmod."""
    if not all(
        v > 0
        for v in (parameters, weight_bits, group_size, layers, kv_heads, head_dim, kv_bits, batch, positions, devices)
    ):
        raise ValueError("sizes")
    if device_bytes <= 0 or min(kept, reserve, parameters - kept) < 0:
        raise ValueError("sizes")
    full, more = divmod(parameters - kept, group_size)
    groups = full + (more > 0)
    bits = kept * 16 + (parameters - kept) * weight_bits
    if weight_bits != 16:
        bits += groups * 16 + groups * weight_bits
    weights = ((bits + 7) // 8 + devices - 1) // devices
    heads = (kv_heads + devices - 1) // devices
    per_vector = head_dim * kv_bits
    if kv_bits < 16:
        per_vector += 16
    cache = (heads * layers * 2 * per_vector + 7) // 8
    left = device_bytes - weights - reserve
    if left < 0:
        return weights, cache, 0
    return weights, cache, min(left // cache // batch, positions)
