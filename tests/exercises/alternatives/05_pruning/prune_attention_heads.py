"""Right answers to prune_attention_heads in other styles; each must pass."""

import numpy as np


def by_reshape(weights, *, num_heads, heads):
    """A head axis of its own; the heads that stay are taken along it."""
    rows, width = weights["wq"].shape
    if num_heads <= 0 or rows % num_heads != 0:
        raise ValueError("num_heads")
    if any(h < 0 or h >= num_heads for h in heads):
        raise ValueError("heads")
    stay = [h for h in range(num_heads) if h not in heads]
    d = rows // num_heads
    result = {}
    for n in "qkv":
        result["w" + n] = weights["w" + n].reshape(num_heads, d, width)[stay].reshape(len(stay) * d, width)
        result["b" + n] = weights["b" + n].reshape(num_heads, d)[stay].reshape(len(stay) * d)
    out = weights["wo"].reshape(-1, num_heads, d)[:, stay]
    result["wo"] = np.asfortranarray(out.reshape(len(out), len(stay) * d))
    result["bo"] = weights["bo"].copy()
    return result


def by_delete(weights, *, num_heads, heads):
    """np.delete with the list of lost features."""
    if num_heads < 1 or len(weights["wq"]) % num_heads:
        raise ValueError("num_heads")
    lost = set(heads)
    if lost - set(range(num_heads)):
        raise ValueError("heads")
    d = len(weights["wq"]) // num_heads
    places = [i for h in lost for i in range(h * d, h * d + d)]
    axis = {"wo": 1}
    return {name: a if name == "bo" else np.delete(a, places, axis=axis.get(name, 0)) for name, a in weights.items()}
