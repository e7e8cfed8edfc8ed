"""Reference answer: memory plan of a 70B model on several devices."""


def plan_70b_memory(
    *,
    parameters: int,
    kept: int,
    weight_bits: int,
    group_size: int,
    layers: int,
    kv_heads: int,
    head_dim: int,
    kv_bits: int,
    batch: int,
    positions: int,
    devices: int,
    device_bytes: int,
    reserve: int,
) -> tuple[int, int, int]:
    """Return ``(weight_bytes, kv_bytes, tokens)``, the bytes per device."""
    sizes = (parameters, weight_bits, group_size, layers, kv_heads, head_dim, kv_bits, batch, positions, devices)
    if min(sizes) < 1 or device_bytes < 1 or reserve < 0 or not 0 <= kept <= parameters:
        raise ValueError("sizes must be at least 1, reserve at least 0, kept in 0 .. parameters")

    def up(a: int, b: int) -> int:
        return -(-a // b)  # division rounded up, in whole numbers

    # Weights: 16 bits for those that are kept; for each group of the others a scale and a zero point.
    rest = parameters - kept
    group_bits = 0 if weight_bits == 16 else 16 + weight_bits
    bits = 16 * kept + weight_bits * rest + up(rest, group_size) * group_bits
    weight_bytes = up(up(bits, 8), devices)

    # Cache: whole heads on every device, a key and a value each. More devices than heads means copies.
    vector = head_dim * kv_bits + (16 if kv_bits < 16 else 0)
    kv_bytes = up(2 * layers * up(kv_heads, devices) * vector, 8)

    # What is left is shared by the sequences of the batch.
    free = device_bytes - reserve - weight_bytes
    return weight_bytes, kv_bytes, min(positions, max(free // (batch * kv_bytes), 0))
