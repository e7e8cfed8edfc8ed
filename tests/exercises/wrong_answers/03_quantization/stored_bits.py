"""Plausible wrong answers to stored_bits; the first line of each docstring is found in the failure it gets."""

import math


def _groups(shape, bits, group_size, scale_bits, zero_bits):
    if len(shape) != 2 or min(shape) < 1 or bits < 1 or bits > 16 or scale_bits < 0 or zero_bits < 0:
        raise ValueError("shape, bits, scale_bits or zero_bits")
    rows, columns = shape
    if group_size is None:
        return rows
    if group_size == "tensor":
        return 1
    if isinstance(group_size, str) or group_size < 1 or columns % group_size:
        raise ValueError("group_size")
    return rows * columns // group_size


def codes_only(shape, *, bits, group_size=None, scale_bits=16, zero_bits=0):
    """the scales \\(缩放因子\\) and zero points were not counted
    Solver's mistake.
    """
    _groups(shape, bits, group_size, scale_bits, zero_bits)
    return math.ceil(shape[1] * bits / 8) * 8 / shape[1]


def width_of_a_code(shape, *, bits, group_size=None, scale_bits=16, zero_bits=0):
    """only the width of a code was returned"""
    _groups(shape, bits, group_size, scale_bits, zero_bits)
    return float(bits)


def no_zero_points(shape, *, bits, group_size=None, scale_bits=16, zero_bits=0):
    """the zero points \\(零点\\) were not counted"""
    groups = _groups(shape, bits, group_size, scale_bits, zero_bits)
    rows, columns = shape
    return (rows * ((columns * bits + 7) // 8) * 8 + groups * scale_bits) / (rows * columns)


def no_padding(shape, *, bits, group_size=None, scale_bits=16, zero_bits=0):
    """the rows were not padded"""
    groups = _groups(shape, bits, group_size, scale_bits, zero_bits)
    return bits + groups * (scale_bits + zero_bits) / (shape[0] * shape[1])


def textbook_formula(shape, *, bits, group_size=None, scale_bits=16, zero_bits=0):
    """the rows were not padded
    Solver's mistake.
    """
    groups = _groups(shape, bits, group_size, scale_bits, zero_bits)
    group = shape[0] * shape[1] / groups
    return bits + (scale_bits + zero_bits) / group


def padded_once(shape, *, bits, group_size=None, scale_bits=16, zero_bits=0):
    """the padding \\(补齐\\) was made once
    Solver's mistake.
    """
    groups = _groups(shape, bits, group_size, scale_bits, zero_bits)
    weights = shape[0] * shape[1]
    nbytes = (weights * bits + 7) // 8
    return (nbytes * 8 + groups * (scale_bits + zero_bits)) / weights


def padded_downwards(shape, *, bits, group_size=None, scale_bits=16, zero_bits=0):
    """a row was rounded down to whole bytes"""
    groups = _groups(shape, bits, group_size, scale_bits, zero_bits)
    rows, columns = shape
    return (rows * (columns * bits // 8) * 8 + groups * (scale_bits + zero_bits)) / (rows * columns)


def one_byte_per_code(shape, *, bits, group_size=None, scale_bits=16, zero_bits=0):
    """every code got whole bytes of its own
    Solver's mistake.
    """
    groups = _groups(shape, bits, group_size, scale_bits, zero_bits)
    return (8 if bits <= 8 else 16) + groups * (scale_bits + zero_bits) / (shape[0] * shape[1])


def codes_do_not_straddle(shape, *, bits, group_size=None, scale_bits=16, zero_bits=0):
    """the codes were kept from straddling two bytes
    Solver's mistake.
    """
    groups = _groups(shape, bits, group_size, scale_bits, zero_bits)
    rows, columns = shape
    row = math.ceil(columns / (8 // bits)) * 8 if bits <= 8 else columns * 16
    return (rows * row + groups * (scale_bits + zero_bits)) / (rows * columns)


def total(shape, *, bits, group_size=None, scale_bits=16, zero_bits=0):
    """divide it by the number of weights"""
    groups = _groups(shape, bits, group_size, scale_bits, zero_bits)
    return float(shape[0] * -(-shape[1] * bits // 8) * 8 + groups * (scale_bits + zero_bits))


def in_bytes(shape, *, bits, group_size=None, scale_bits=16, zero_bits=0):
    """there are 8 bits in a byte"""
    groups = _groups(shape, bits, group_size, scale_bits, zero_bits)
    rows, columns = shape
    return (rows * -(-columns * bits // 8) + groups * (scale_bits + zero_bits) / 8) / (rows * columns)


def integer_division(shape, *, bits, group_size=None, scale_bits=16, zero_bits=0):
    """expected floats, returned integers"""
    groups = _groups(shape, bits, group_size, scale_bits, zero_bits)
    rows, columns = shape
    return (rows * -(-columns * bits // 8) * 8 + groups * (scale_bits + zero_bits)) // (rows * columns)


def one_scale_per_weight(shape, *, bits, group_size=None, scale_bits=16, zero_bits=0):
    """counted for every weight, not for every group"""
    _groups(shape, bits, group_size, scale_bits, zero_bits)
    return -(-shape[1] * bits // 8) * 8 / shape[1] + scale_bits + zero_bits


def none_is_the_tensor(shape, *, bits, group_size=None, scale_bits=16, zero_bits=0):
    """None was read as one group for the whole matrix
    Solver's mistake.
    """
    groups = 1 if group_size is None else _groups(shape, bits, group_size, scale_bits, zero_bits)
    _groups(shape, bits, None, scale_bits, zero_bits)
    rows, columns = shape
    return (rows * -(-columns * bits // 8) * 8 + groups * (scale_bits + zero_bits)) / (rows * columns)


def none_is_a_column(shape, *, bits, group_size=None, scale_bits=16, zero_bits=0):
    """there is one group per column"""
    groups = _groups(shape, bits, group_size, scale_bits, zero_bits)
    rows, columns = shape
    groups = columns if group_size is None else groups
    return (rows * -(-columns * bits // 8) * 8 + groups * (scale_bits + zero_bits)) / (rows * columns)


def tensor_is_a_row(shape, *, bits, group_size=None, scale_bits=16, zero_bits=0):
    """'tensor' was read as one group per row"""
    groups = _groups(shape, bits, group_size, scale_bits, zero_bits)
    rows, columns = shape
    groups = rows if group_size == "tensor" else groups
    return (rows * -(-columns * bits // 8) * 8 + groups * (scale_bits + zero_bits)) / (rows * columns)


def groups_of_one_row(shape, *, bits, group_size=None, scale_bits=16, zero_bits=0):
    """the groups of one row only were counted"""
    groups = _groups(shape, bits, group_size, scale_bits, zero_bits)
    rows, columns = shape
    groups = columns // group_size if isinstance(group_size, int) else groups
    return (rows * -(-columns * bits // 8) * 8 + groups * (scale_bits + zero_bits)) / (rows * columns)


def that_many_groups(shape, *, bits, group_size=None, scale_bits=16, zero_bits=0):
    """group_size was taken for the number of groups in a row
    Solver's mistake.
    """
    groups = _groups(shape, bits, group_size, scale_bits, zero_bits)
    rows, columns = shape
    groups = rows * group_size if isinstance(group_size, int) else groups
    return (rows * -(-columns * bits // 8) * 8 + groups * (scale_bits + zero_bits)) / (rows * columns)


def ragged_groups(shape, *, bits, group_size=None, scale_bits=16, zero_bits=0):
    """group_size must divide the 4 columns"""
    size = shape[1] if not isinstance(group_size, int) else group_size
    groups = _groups(shape, bits, None if size > 0 else group_size, scale_bits, zero_bits)
    rows, columns = shape
    groups = 1 if group_size == "tensor" else groups * -(-columns // size)
    return (rows * -(-columns * bits // 8) * 8 + groups * (scale_bits + zero_bits)) / (rows * columns)


def builds_the_array(shape, *, bits, group_size=None, scale_bits=16, zero_bits=0):
    """(MemoryError|no result after|too large|was ended by)
    Solver's mistake.
    """
    import numpy as np

    groups = _groups(shape, bits, group_size, scale_bits, zero_bits)
    packed = np.packbits(np.zeros((shape[0], shape[1] * bits), np.uint8), axis=1)
    return (packed.size * 8 + groups * (scale_bits + zero_bits)) / (shape[0] * shape[1])
