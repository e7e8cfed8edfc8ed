"""Right answers to transformer_parameter_count in other styles; each must pass."""

import numpy as np


def shapes(*, vocabulary, positions, types, width, layers, intermediate, embedding=None, shared=False, pooler=True):
    """A list of shapes, summed by NumPy."""
    if embedding is not None and embedding <= 0:
        raise ValueError("embedding")
    e = embedding or width
    if any(v <= 0 for v in (vocabulary, positions, width, layers, intermediate)) or types <= -1:
        raise ValueError("sizes")
    repeats = layers if not shared else 1
    square = [(width, width), (width,)]
    lists = {
        "embeddings": [(vocabulary, e), (positions, e), (types, e)],
        "projection": [(e, width), (width,)] if e != width else [],
        "attention": square * 4 * repeats,
        "feed_forward": [(width, intermediate), (intermediate,), (intermediate, width), (width,)] * repeats,
        "layer_norms": [(width,)] * 4 * repeats + [(e,)] * 2,
        "pooler": square if pooler else [],
    }
    found = {name: int(sum(np.prod(shape) for shape in items)) for name, items in lists.items()}
    found["total"] = int(np.sum(list(found.values())))
    return found


def layer_by_layer(
    *, vocabulary, positions, types, width, layers, intermediate, embedding=None, shared=False, pooler=True
):
    """A loop over the layers that stops after the first where they are shared."""
    given = [vocabulary, positions, types + 1, width, layers, intermediate, 1 if embedding is None else embedding]
    if sorted(given)[0] < 1:
        raise ValueError("sizes")
    rows = embedding if embedding is not None else width
    keys = ("embeddings", "projection", "attention", "feed_forward", "layer_norms", "pooler", "total")
    found = dict.fromkeys(keys, 0)
    found["embeddings"] = vocabulary * rows + positions * rows + types * rows
    found["projection"] = (rows + 1) * width * (rows != width)
    found["pooler"] = (width + 1) * width * bool(pooler)
    found["layer_norms"] = 2 * rows
    for _ in range(layers):
        found["attention"] += 4 * (width + 1) * width
        found["feed_forward"] += (width + 1) * intermediate + (intermediate + 1) * width
        found["layer_norms"] += 4 * width
        if shared:
            break
    found["total"] = sum(found[key] for key in keys[:-1])
    return found
