"""Reference answer: time of a linear layer by the roofline model."""


def roofline_time(
    out_features: int,
    in_features: int,
    *,
    batch: int,
    weight_bits: float,
    activation_bits: float = 16,
    peak: float,
    bandwidth: float,
) -> tuple[float, float, float, str]:
    """Return ``(intensity, attainable, seconds, bound)`` of one linear layer."""
    if min(out_features, in_features, batch, weight_bits, activation_bits, peak, bandwidth) <= 0:
        raise ValueError("sizes, bits, peak and bandwidth must be above 0")

    # One multiply-add, two operations, for each weight and each input of the batch.
    flops = 2 * batch * out_features * in_features

    # The weights are read once, whatever the batch: that is where a batch saves. Inputs and outputs grow with it.
    weights = out_features * in_features * weight_bits / 8
    activations = batch * (in_features + out_features) * activation_bits / 8
    intensity = flops / (weights + activations)

    # The roof: a slope (bytes per second) up to the ridge, flat (operations per second) beyond it.
    attainable = min(float(peak), intensity * bandwidth)
    bound = "memory" if intensity < peak / bandwidth else "compute"
    return intensity, attainable, flops / attainable, bound
