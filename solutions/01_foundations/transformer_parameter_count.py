"""Reference answer: the parameters of a transformer encoder, block by block."""


def transformer_parameter_count(
    *,
    vocabulary: int,
    positions: int,
    types: int,
    width: int,
    layers: int,
    intermediate: int,
    embedding: int | None = None,
    shared: bool = False,
    pooler: bool = True,
) -> dict[str, int]:
    """Return the parameters of each part of the encoder and their total."""
    rows = width if embedding is None else embedding  # numbers in a row of the tables
    if min(vocabulary, positions, width, layers, intermediate, rows) < 1 or types < 0:
        raise ValueError("sizes must be at least 1, types at least 0")

    def linear(inputs: int, outputs: int) -> int:
        return inputs * outputs + outputs  # matrix and bias

    # Sharing across layers changes what is stored, not what is computed.
    stored = 1 if shared else layers
    counts = {
        "embeddings": (vocabulary + positions + types) * rows,
        "projection": linear(rows, width) if rows != width else 0,
        # Query, key, value and output. Heads only cut the width into pieces: the matrices stay the same.
        "attention": stored * 4 * linear(width, width),
        "feed_forward": stored * (linear(width, intermediate) + linear(intermediate, width)),
        # Two in each layer, and one over the embeddings, which is as wide as their rows.
        "layer_norms": stored * 2 * 2 * width + 2 * rows,
        "pooler": linear(width, width) if pooler else 0,
    }
    counts["total"] = sum(counts.values())
    return counts
