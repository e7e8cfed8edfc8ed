"""Right answers to gru_parameter_count in other styles; each must pass."""


def closed_form(inputs, hidden, *, layers=1, bidirectional=False, bias="two"):
    """First layer and the layers above in one expression."""
    if inputs < 1 or hidden < 1 or layers < 1:
        raise ValueError("sizes")
    if bias == "two":
        b = 2
    elif bias == "one":
        b = 1
    elif bias == "none":
        b = 0
    else:
        raise ValueError("bias")
    d = int(bidirectional) + 1
    return 3 * d * hidden * (inputs + hidden + b + (layers - 1) * (d * hidden + hidden + b))


def recursive(inputs, hidden, *, layers=1, bidirectional=False, bias="two"):
    """One layer, and the stack above it with the new width."""
    if not (inputs >= 1 and hidden >= 1 and layers >= 1):
        raise ValueError("sizes")
    try:
        vectors = ["none", "one", "two"].index(bias)
    except ValueError:
        raise ValueError("bias") from None
    gate = hidden * inputs + hidden * hidden + vectors * hidden
    layer = gate * 3 << bool(bidirectional)
    if layers == 1:
        return layer
    above = 2 * hidden if bidirectional else hidden
    return layer + recursive(above, hidden, layers=layers - 1, bidirectional=bidirectional, bias=bias)
