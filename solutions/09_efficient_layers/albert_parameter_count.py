"""Reference answer: the parameters of an encoder that shares."""


def _projection(a: int, b: int) -> int:
    """Weights and biases of a linear layer from a to b."""
    return a * b + b


def albert_parameter_count(
    *,
    vocabulary: int = 30000,
    embedding: int | None = 128,
    hidden: int = 768,
    feed_forward: int = 3072,
    positions: int = 512,
    types: int = 2,
    layers: int = 12,
    groups: int = 1,
    pooler: bool = True,
) -> int:
    """Return the number of different parameters of the encoder."""
    width = hidden if embedding is None else embedding
    if min(vocabulary, width, hidden, feed_forward, positions, groups) < 1 or types < 0 or groups > layers:
        raise ValueError("sizes must be at least 1 (types at least 0) and groups in 1 .. layers")

    # Three tables of the narrow width, and a norm with gain and bias.
    total = (vocabulary + positions + types + 2) * width
    if embedding is not None:  # the bridge to the width of the layers: far cheaper than wide tables
        total += _projection(embedding, hidden)

    # One set of weights: attention, feed-forward, two norms. The sets count, not the layers that run through them:
    # sharing saves memory, but no multiplication.
    attention = 4 * _projection(hidden, hidden)
    block = _projection(hidden, feed_forward) + _projection(feed_forward, hidden)
    total += groups * (attention + block + 4 * hidden)
    if pooler:
        total += _projection(hidden, hidden)
    return total
