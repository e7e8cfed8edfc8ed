"""Right answers to stored_bits in other styles; each must pass."""

import math
from fractions import Fraction

import numpy as np


def one_row_at_a_time(shape, *, bits, group_size=None, scale_bits=16, zero_bits=0):
    """The bits of one row as an exact fraction, then what the whole matrix shares."""
    if len(shape) != 2 or any(n < 1 for n in shape) or bits not in range(1, 17) or min(scale_bits, zero_bits) < 0:
        raise ValueError("shape, bits, scale_bits or zero_bits")
    rows, columns = shape
    side = Fraction(scale_bits + zero_bits)
    match group_size:
        case None:
            shared = side
        case "tensor":
            shared = side / rows
        case int() if group_size > 0 and columns % group_size == 0:
            shared = side * columns / group_size
        case _:
            raise ValueError("group_size")
    row = 8 * math.ceil(Fraction(columns * bits, 8)) + shared
    return float(row / columns)


def numpy_float(shape, *, bits, group_size=None, scale_bits=16, zero_bits=0):
    """A sum of three rates, in NumPy's float64."""
    if np.shape(shape) != (2,) or min(shape) <= 0 or not 0 < bits < 17 or scale_bits < 0 or zero_bits < 0:
        raise ValueError("shape, bits, scale_bits or zero_bits")
    rows, columns = shape
    if isinstance(group_size, str) and group_size != "tensor":
        raise ValueError("group_size")
    weights_per_group = {None: columns, "tensor": rows * columns}.get(group_size, group_size)
    if group_size not in (None, "tensor") and (group_size <= 0 or columns % group_size != 0):
        raise ValueError("group_size")
    padding = (-columns * bits) % 8 / columns
    return np.float64(bits) + padding + (scale_bits + zero_bits) / weights_per_group
