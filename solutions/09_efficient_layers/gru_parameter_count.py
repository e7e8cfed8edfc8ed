"""Reference answer: the parameters of a stack of GRU layers."""


def gru_parameter_count(
    inputs: int, hidden: int, *, layers: int = 1, bidirectional: bool = False, bias: str = "two"
) -> int:
    """Return the number of parameters of a stack of GRU layers."""
    vectors = {"two": 2, "one": 1, "none": 0}
    if min(inputs, hidden, layers) < 1 or bias not in vectors:
        raise ValueError("sizes must be at least 1 and bias 'two', 'one' or 'none'")
    directions = 2 if bidirectional else 1
    total, width = 0, inputs
    for _ in range(layers):
        # Three gates, each with a weight from every input and every old state to every new state, and its biases.
        total += directions * 3 * hidden * (width + hidden + vectors[bias])
        # What comes out of both directions goes into both directions of the next layer.
        width = directions * hidden
    return total
