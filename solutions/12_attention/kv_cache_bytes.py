"""Reference answer: bytes of a KV cache."""


def kv_cache_bytes(
    *,
    kind: str,
    layers: int,
    heads: int,
    head_dim: int,
    tokens: int,
    batch: int = 1,
    kv_heads: int | None = None,
    latent: int | None = None,
    rope: int | None = None,
    bits: int = 16,
    group_size: int | None = None,
) -> int:
    """Return the bytes of the KV cache."""
    if kind not in ("mha", "gqa", "mqa", "mla"):
        raise ValueError(f"kind must be mha, gqa, mqa or mla; got {kind!r}")
    if bits not in (2, 3, 4, 8, 16) or (bits != 16 and group_size is None):
        raise ValueError(f"bits must be 2, 3, 4, 8 or 16, and below 16 a group_size is needed; got {bits}")

    def vector(numbers: int, width: int) -> int:
        groups = 0 if width == 16 else -(-numbers // group_size)  # a shorter last group has its scale too
        return -(-numbers * width // 8) + 2 * groups

    if kind == "mla":
        if latent is None or rope is None:
            raise ValueError("mla needs latent and rope")
        # The latent vector is key and value at once; the rotary key stands beside it, in 16 bits.
        token = vector(latent, bits) + vector(rope, 16)
    else:
        cached = {"mha": heads, "gqa": kv_heads, "mqa": 1}[kind]
        if cached is None or heads % cached:
            raise ValueError(f"kv_heads must divide {heads} heads; got {kv_heads}")
        token = 2 * cached * vector(head_dim, bits)  # keys and values
    return layers * batch * tokens * token
