"""Plausible wrong answers to roofline_time; the first line of each docstring is found in the failure it gets."""


def _checked(*numbers):
    if min(numbers) <= 0:
        raise ValueError("must be above 0")


def _roof(flops, moved, peak, bandwidth):
    intensity = flops / moved
    attainable = min(float(peak), intensity * bandwidth)
    return intensity, attainable, flops / attainable, "memory" if intensity < peak / bandwidth else "compute"


def macs(out_features, in_features, *, batch, weight_bits, activation_bits=16, peak, bandwidth):
    """a multiply-add was counted once
    Solver's mistake.
    """
    o, i = out_features, in_features
    _checked(o, i, batch, weight_bits, activation_bits, peak, bandwidth)
    return _roof(batch * o * i, (o * i * weight_bits + batch * (o + i) * activation_bits) / 8, peak, bandwidth)


def weights_only(out_features, in_features, *, batch, weight_bits, activation_bits=16, peak, bandwidth):
    """the activations \\(激活\\) were left out
    Solver's mistake.
    """
    o, i = out_features, in_features
    _checked(o, i, batch, weight_bits, activation_bits, peak, bandwidth)
    return _roof(2 * batch * o * i, o * i * weight_bits / 8, peak, bandwidth)


def nothing_written(out_features, in_features, *, batch, weight_bits, activation_bits=16, peak, bandwidth):
    """the outputs were left out
    Solver's mistake.
    """
    o, i = out_features, in_features
    _checked(o, i, batch, weight_bits, activation_bits, peak, bandwidth)
    return _roof(2 * batch * o * i, (o * i * weight_bits + batch * i * activation_bits) / 8, peak, bandwidth)


def bits_as_bytes(out_features, in_features, *, batch, weight_bits, activation_bits=16, peak, bandwidth):
    """the bits were not divided by 8"""
    o, i = out_features, in_features
    _checked(o, i, batch, weight_bits, activation_bits, peak, bandwidth)
    return _roof(2 * batch * o * i, o * i * weight_bits + batch * (o + i) * activation_bits, peak, bandwidth)


def weights_for_each_input(out_features, in_features, *, batch, weight_bits, activation_bits=16, peak, bandwidth):
    """once for each input of the batch
    Solver's mistake.
    """
    o, i = out_features, in_features
    _checked(o, i, batch, weight_bits, activation_bits, peak, bandwidth)
    moved = batch * (o * i * weight_bits + (o + i) * activation_bits) / 8
    return _roof(2 * batch * o * i, moved, peak, bandwidth)


def times_added(out_features, in_features, *, batch, weight_bits, activation_bits=16, peak, bandwidth):
    """the two times were added
    Solver's mistake.
    """
    o, i = out_features, in_features
    _checked(o, i, batch, weight_bits, activation_bits, peak, bandwidth)
    flops, moved = 2 * batch * o * i, (o * i * weight_bits + batch * (o + i) * activation_bits) / 8
    intensity, attainable, _, bound = _roof(flops, moved, peak, bandwidth)
    return intensity, attainable, flops / peak + moved / bandwidth, bound


def upside_down(out_features, in_features, *, batch, weight_bits, activation_bits=16, peak, bandwidth):
    """the intensity is upside down"""
    o, i = out_features, in_features
    _checked(o, i, batch, weight_bits, activation_bits, peak, bandwidth)
    flops, moved = 2 * batch * o * i, (o * i * weight_bits + batch * (o + i) * activation_bits) / 8
    return moved / flops, *_roof(flops, moved, peak, bandwidth)[1:]


def ridge_is_memory(out_features, in_features, *, batch, weight_bits, activation_bits=16, peak, bandwidth):
    """on the ridge \\(脊点\\) itself it is compute"""
    o, i = out_features, in_features
    _checked(o, i, batch, weight_bits, activation_bits, peak, bandwidth)
    moved = (o * i * weight_bits + batch * (o + i) * activation_bits) / 8
    found = _roof(2 * batch * o * i, moved, peak, bandwidth)
    return *found[:3], "memory" if found[0] <= peak / bandwidth else "compute"


def whole_bytes(out_features, in_features, *, batch, weight_bits, activation_bits=16, peak, bandwidth):
    """bytes were rounded to whole ones
    Solver's mistake.
    """
    o, i = out_features, in_features
    _checked(o, i, batch, weight_bits, activation_bits, peak, bandwidth)
    moved = max(1, o * i * weight_bits // 8) + max(1, batch * (o + i) * activation_bits // 8)
    return _roof(2 * batch * o * i, moved, peak, bandwidth)


def unchecked(out_features, in_features, *, batch, weight_bits, activation_bits=16, peak, bandwidth):
    """expected ValueError, returned .*batch must be above 0|ValueError; .*must be above 0; raised instead"""
    o, i = out_features, in_features
    moved = (o * i * weight_bits + batch * (o + i) * activation_bits) / 8
    return _roof(2 * batch * o * i, moved, peak, bandwidth)
