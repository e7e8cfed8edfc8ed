"""Grader of roofline_time. Oracle: exact rational arithmetic, the time as the larger of two times."""

from fractions import Fraction

import pytest

NAMES = ("intensity", "attainable", "seconds", "bound")
PEAK, BANDWIDTH = 312e12, 1.555e12  # an A100: float16 tensor cores, 40 GB of HBM2


def parts(out, inp, batch, weight_bits, activation_bits):
    flops = 2 * batch * out * inp
    weights = Fraction(weight_bits) * out * inp / 8
    inputs, outputs = (Fraction(activation_bits) * batch * n / 8 for n in (inp, out))
    return flops, weights, inputs, outputs


def result(flops, moved, peak, bandwidth):
    """The time is that of the slower of the two pipes; the rest follows from it."""
    computing, moving = Fraction(flops) / Fraction(peak), Fraction(moved) / Fraction(bandwidth)
    seconds = max(computing, moving)
    bound = "memory" if moving > computing else "compute"
    return float(flops / Fraction(moved)), float(flops / seconds), float(seconds), bound


def mistakes(out, inp, batch, weight_bits, activation_bits, peak, bandwidth):
    flops, weights, inputs, outputs = parts(out, inp, batch, weight_bits, activation_bits)
    moved = weights + inputs + outputs
    right = result(flops, moved, peak, bandwidth)
    other = {"memory": "compute", "compute": "memory"}[right[3]]
    computing, moving = Fraction(flops) / Fraction(peak), moved / Fraction(bandwidth)
    variants = {
        "a multiply-add was counted once; it is two operations (两次运算)": (flops // 2, moved),
        "the bits were not divided by 8": (flops, 8 * moved),
        "the activations (激活) were left out of the bytes": (flops, weights),
        "the outputs were left out of the bytes": (flops, weights + inputs),
        "the inputs were left out of the bytes": (flops, weights + outputs),
        "bytes were rounded to whole ones (整除); a fraction of a byte counts": (
            flops,
            max(1, weights // 1) + max(1, (inputs + outputs) // 1),
        ),
        "the weights were read once for each input of the batch; they are read once": (
            flops,
            batch * weights + inputs + outputs,
        ),
        "the batch was left out of the activations": (flops, weights + (inputs + outputs) / batch),
        "the weights were counted with activation_bits": (
            flops,
            Fraction(activation_bits) * out * inp / 8 + inputs + outputs,
        ),
        "activation_bits was not used: inputs and outputs were counted at 16 bits": (
            flops,
            weights + (inputs + outputs) * 16 / Fraction(activation_bits),
        ),
    }
    found = {text: result(*pair, peak, bandwidth) for text, pair in variants.items()}
    return found | {
        "the intensity is upside down: FLOPs per byte": {"intensity": float(moved / flops)},
        "the larger of peak and intensity * bandwidth; the roof is the smaller": {
            "intensity": right[0],
            "attainable": max(float(peak), right[0] * bandwidth),
        },
        "the two times were added; data move while the device computes (访存与计算重叠)": {
            "intensity": right[0],
            "seconds": float(computing + moving),
        },
        "the time was computed with the peak in place of the attainable rate": {
            "intensity": right[0],
            "seconds": float(computing),
        },
        "memory and compute are exchanged; on the ridge (脊点) itself it is compute": {
            "intensity": right[0],
            "attainable": right[1],
            "seconds": right[2],
            "bound": other,
        },
    }


def holds(exercise, out, inp, *, batch, weight_bits, peak=PEAK, bandwidth=BANDWIDTH, **given):
    activation_bits = given.get("activation_bits", 16)
    flops, *moved = parts(out, inp, batch, weight_bits, activation_bits)
    answer = exercise(out, inp, batch=batch, weight_bits=weight_bits, peak=peak, bandwidth=bandwidth, **given)
    known = mistakes(out, inp, batch, weight_bits, activation_bits, peak, bandwidth)
    answer.close_to(result(flops, sum(moved), peak, bandwidth), rtol=1e-9, names=NAMES, known=known)


def test_by_hand(exercise):
    """One input, a 4 x 8 matrix of float32: 64 FLOPs; 128 + 32 + 16 bytes."""
    given = {"batch": 1, "weight_bits": 32, "activation_bits": 32, "peak": 100.0, "bandwidth": 11.0}
    answer = exercise(4, 8, **given)
    known = mistakes(4, 8, 1, 32, 32, 100.0, 11.0)
    answer.close_to((64 / 176, 4.0, 16.0, "memory"), rtol=1e-9, names=NAMES, known=known)


@pytest.mark.parametrize("batch", [1, 8, 128, 1024, 8192])
@pytest.mark.parametrize("weight_bits", [16, 8, 4])
def test_decoding_and_prefill(exercise, batch, weight_bits):
    holds(exercise, 11008, 4096, batch=batch, weight_bits=weight_bits)


@pytest.mark.parametrize("activation_bits", [8, 32])
def test_other_activations(exercise, activation_bits):
    holds(exercise, 300, 700, batch=20, weight_bits=8, activation_bits=activation_bits)
    holds(exercise, 300, 700, batch=900, weight_bits=8, activation_bits=activation_bits)


def test_fractions_of_a_byte(exercise):
    holds(exercise, 3, 5, batch=1, weight_bits=4.5, activation_bits=4)
    holds(exercise, 1, 1, batch=1, weight_bits=3, activation_bits=1)


@pytest.mark.parametrize(("peak", "bound"), [(7.5, "compute"), (8.0, "compute"), (8.5, "memory")])
def test_the_ridge(exercise, peak, bound):
    """4 inputs, an 8 x 8 matrix of float16: 512 FLOPs, 256 bytes, intensity 2; the bandwidth is 4 bytes a second."""
    expected = (2.0, min(peak, 8.0), 512 / min(peak, 8.0), bound)
    answer = exercise(8, 8, batch=4, weight_bits=16, peak=peak, bandwidth=4.0)
    answer.close_to(expected, rtol=1e-9, names=NAMES, known=mistakes(8, 8, 4, 16, 16, peak, 4.0))


def test_types(exercise):
    answer = exercise(8, 8, batch=64, weight_bits=16, peak=8, bandwidth=4)
    for i, name in enumerate(NAMES[:3]):
        answer.part(i, name).has(shape=(), dtype="float")
    answer.part(3, "bound").equals("compute")


@pytest.mark.parametrize("value", [0, -1])
@pytest.mark.parametrize(
    "name", ["out_features", "in_features", "batch", "weight_bits", "activation_bits", "peak", "bandwidth"]
)
def test_refuses(exercise, name, value):
    sizes = {"out_features": 4, "in_features": 8}
    given = {"batch": 1, "weight_bits": 16, "activation_bits": 16, "peak": 10.0, "bandwidth": 2.0}
    (sizes if name in sizes else given)[name] = value
    exercise.raises(ValueError, *sizes.values(), **given, because=f"{name} must be above 0")
