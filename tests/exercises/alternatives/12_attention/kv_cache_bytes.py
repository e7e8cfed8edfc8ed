"""Right answers to kv_cache_bytes in other styles; each must pass."""

import math
from fractions import Fraction


def list_of_vectors(
    *, kind, layers, heads, head_dim, tokens, batch=1, kv_heads=None, latent=None, rope=None, bits=16, group_size=None
):
    """A list of (numbers, bits), summed."""
    if bits not in {2, 3, 4, 8, 16} or (bits != 16 and group_size is None):
        raise ValueError("bits")
    match kind:
        case "mha":
            own = [(head_dim, bits)] * heads * 2
        case "mqa":
            own = [(head_dim, bits)] * 2
        case "gqa":
            if kv_heads is None or heads // kv_heads * kv_heads != heads or kv_heads > heads:
                raise ValueError("kv_heads")
            own = [(head_dim, bits)] * kv_heads * 2
        case "mla":
            if None in (latent, rope):
                raise ValueError("mla")
            own = [(latent, bits), (rope, 16)]
        case _:
            raise ValueError("kind")
    total = 0
    for d, b in own:
        total += math.ceil(Fraction(d * b, 8))
        if b < 16:
            total += 2 * math.ceil(Fraction(d, group_size))
    return total * layers * tokens * batch


def token_by_layer(
    *, kind, layers, heads, head_dim, tokens, batch=1, kv_heads=None, latent=None, rope=None, bits=16, group_size=None
):
    """Layers added one by one; MQA is GQA with one head."""
    if kind not in ["mha", "gqa", "mqa", "mla"] or str(bits) not in ["2", "3", "4", "8", "16"]:
        raise ValueError("kind or bits")
    if bits < 16 and not group_size:
        raise ValueError("group_size")
    total = 0
    for _ in range(layers):
        if kind == "mla":
            if latent is None or rope is None:
                raise ValueError("mla")
            groups = 0 if bits == 16 else (latent - 1) // group_size + 1
            total += (latent * bits - 1) // 8 + 1 + 2 * groups + 2 * rope
        else:
            count = heads if kind == "mha" else kv_heads if kind == "gqa" else 1
            if not count or heads % count != 0:
                raise ValueError("kv_heads")
            groups = 0 if bits == 16 else (head_dim - 1) // group_size + 1
            total += 2 * count * ((head_dim * bits - 1) // 8 + 1 + 2 * groups)
    return total * tokens * batch
