"""Reference answer: remove attention heads from the four projections."""

import numpy as np


def prune_attention_heads(weights: dict[str, np.ndarray], *, num_heads: int, heads: list[int]) -> dict[str, np.ndarray]:
    """Return the weights of the attention layer without ``heads``."""
    inner = len(weights["wq"])
    if num_heads < 1 or inner % num_heads:
        raise ValueError(f"num_heads must be at least 1 and divide {inner}; got {num_heads}")
    # A negative number would silently count from the end.
    if not set(heads) <= set(range(num_heads)):
        raise ValueError(f"heads must be in 0 .. {num_heads - 1}; got {heads}")

    # One boolean per head, then one per inner feature: a head owns d neighbours.
    # The sorted list of what stays makes order and repetition in `heads` meaningless.
    keep = [head not in heads for head in range(num_heads)]
    features = np.repeat(keep, inner // num_heads)

    # q, k and v write the inner features (rows, and one bias each), o reads them (columns); bo is of the output width.
    smaller = {name: weights[name][features] for name in ("wq", "bq", "wk", "bk", "wv", "bv")}
    return smaller | {"wo": weights["wo"][:, features], "bo": weights["bo"]}
