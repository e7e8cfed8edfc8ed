"""Right answers to albert_parameter_count in other styles; each must pass."""

import numpy as np


def polynomial(
    *,
    vocabulary=30000,
    embedding=128,
    hidden=768,
    feed_forward=3072,
    positions=512,
    types=2,
    layers=12,
    groups=1,
    pooler=True,
):
    """Multiplied out by hand: 4 H^2 + 2 H F + 9 H + F for a layer."""
    if groups not in range(1, layers + 1) or types < 0:
        raise ValueError("groups or types")
    if any(v < 1 for v in (vocabulary, hidden, feed_forward, positions)) or (embedding is not None and embedding < 1):
        raise ValueError("sizes")
    h, f = hidden, feed_forward
    rows = vocabulary + positions + types + 2
    head = rows * h if embedding is None else rows * embedding + (embedding + 1) * h
    return head + groups * (4 * h * h + 2 * h * f + 9 * h + f) + (h * (h + 1) if pooler else 0)


def list_of_shapes(**given):
    """Shapes of all tensors in a list; NumPy integers."""
    o = {"vocabulary": 30000, "embedding": 128, "hidden": 768, "feed_forward": 3072, "positions": 512}
    o |= {"types": 2, "layers": 12, "groups": 1, "pooler": True} | given
    h, f = o["hidden"], o["feed_forward"]
    e = h if o["embedding"] is None else o["embedding"]
    if min(o["vocabulary"], h, f, o["positions"], e, o["layers"]) <= 0 or o["types"] <= -1:
        raise ValueError("sizes")
    if not 0 < o["groups"] <= o["layers"]:
        raise ValueError("groups")
    shapes = [(o["vocabulary"], e), (o["positions"], e), (o["types"], e), (2, e)]
    shapes += [] if o["embedding"] is None else [(e, h), (1, h)]
    shapes += o["groups"] * [(4, h, h), (4, h), (h, f), (1, f), (f, h), (1, h), (2, 2, h)]
    shapes += o["pooler"] * [(h, h), (1, h)]
    return sum(np.prod(s, dtype=np.int64) for s in shapes)
