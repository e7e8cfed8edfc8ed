"""How many parameters encoders and recurrent layers have."""

from __future__ import annotations

from minicompress import checks

__all__ = ["albert_parameters", "bert_parameters", "gru_parameters", "lstm_parameters"]


def bert_parameters(
    *,
    vocabulary: int = 30522,
    width: int = 768,
    layers: int = 12,
    hidden: int = 3072,
    positions: int = 512,
    types: int = 2,
    pooler: bool = True,
) -> int:
    """Return the parameters of a BERT encoder; the defaults are BERT-base, uncased.

        (V + positions + types + 2) d  +  layers (4 d^2 + 2 d hidden + 9 d + hidden)  +  (d^2 + d, the pooler)

    Source: Devlin et al. 2018, arXiv:1810.04805.

    >>> bert_parameters()
    109482240
    """
    v, d, n, h, s, t = _sizes(vocabulary, width, layers, hidden, positions, types)
    return (v + s + t + 2) * d + n * _encoder_layer(d, h) + (d * d + d if pooler else 0)


def albert_parameters(
    *,
    vocabulary: int = 30000,
    embedding: int = 128,
    width: int = 768,
    hidden: int = 3072,
    positions: int = 512,
    types: int = 2,
    groups: int = 1,
    pooler: bool = True,
) -> int:
    """Return the parameters of an ALBERT encoder; the defaults are ALBERT-base.

    The table has ``embedding`` columns and a projection behind it, and all layers share ``groups`` sets of weights,
    however many layers there are. Source: Lan et al. 2019, arXiv:1909.11942.

    >>> albert_parameters(), round(bert_parameters() / albert_parameters(), 1)
    (11683584, 9.4)
    """
    v, d, n, h, s, t = _sizes(vocabulary, width, groups, hidden, positions, types)
    e = checks.integer(embedding, "embedding", low=1)
    return (v + s + t + 2) * e + e * d + d + n * _encoder_layer(d, h) + (d * d + d if pooler else 0)


def gru_parameters(
    inputs: int, width: int, *, layers: int = 1, directions: int = 1, biases: int = 2, projection: int = 0
) -> int:
    """Return the parameters of a GRU: three gates, each width (inputs + width) weights and ``biases`` vectors.

    ``biases`` = 2 is what torch and cuDNN hold (one for the input, one for the state), 1 the textbook's.

    >>> gru_parameters(10, 20)
    1920
    """
    if projection:
        raise ValueError(f"projection must be 0 for a GRU, which has none; got {projection}")
    return _recurrent(3, inputs, width, layers, directions, biases, 0)


def lstm_parameters(
    inputs: int, width: int, *, layers: int = 1, directions: int = 1, biases: int = 2, projection: int = 0
) -> int:
    """Return the parameters of an LSTM: four gates; with ``projection`` the state that is fed back is that narrow.

    >>> lstm_parameters(10, 20), lstm_parameters(10, 20, projection=5)
    (2560, 1460)
    """
    return _recurrent(4, inputs, width, layers, directions, biases, projection)


def _recurrent(gates: int, inputs: int, width: int, layers: int, directions: int, biases: int, projection: int) -> int:
    first, size = checks.integer(inputs, "inputs", low=1), checks.integer(width, "width", low=1)
    count = checks.integer(layers, "layers", low=1)
    ways = checks.integer(directions, "directions", low=1, high=2)
    vectors = checks.integer(biases, "biases", low=0, high=2)
    narrow = checks.integer(projection, "projection", low=0, high=size - 1)
    state = narrow or size
    total = 0
    for layer in range(count):
        incoming = first if layer == 0 else state * ways
        total += ways * (gates * size * (incoming + state + vectors) + narrow * size)
    return total


def _encoder_layer(d: int, h: int) -> int:
    """Four projections with biases, two layers of the feed-forward block, two norms."""
    return 4 * (d * d + d) + (d * h + h) + (h * d + d) + 4 * d


def _sizes(*values: int) -> tuple[int, ...]:
    names = ("vocabulary", "width", "layers", "hidden", "positions", "types")
    lows = (1, 1, 1, 1, 1, 0)
    return tuple(checks.integer(v, n, low=low) for v, n, low in zip(values, names, lows, strict=True))
