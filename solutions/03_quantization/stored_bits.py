"""Reference answer: true bits per weight of a quantized matrix."""


def stored_bits(
    shape: tuple[int, int],
    *,
    bits: int,
    group_size: int | str | None = None,
    scale_bits: int = 16,
    zero_bits: int = 0,
) -> float:
    """Return the stored bits per weight, side information (scales, zero points, padding) included."""
    if len(shape) != 2 or min(shape) < 1:
        raise ValueError(f"shape must be two ints of at least 1; got {shape}")
    if not 1 <= bits <= 16:
        raise ValueError(f"bits must be in 1 .. 16; got {bits}")
    if scale_bits < 0 or zero_bits < 0:
        raise ValueError(f"scale_bits and zero_bits must be at least 0; got {scale_bits} and {zero_bits}")
    rows, columns = shape

    # How many times is a scale stored? The three granularities differ in nothing else.
    if group_size is None:
        groups = rows
    elif group_size == "tensor":
        groups = 1
    elif isinstance(group_size, str) or group_size < 1 or columns % group_size:
        raise ValueError(f"group_size must divide the {columns} columns, or be None or 'tensor'; got {group_size!r}")
    else:
        groups = rows * (columns // group_size)

    # A row can be reached by its number only if it starts on a byte: its last byte is filled up with unused bits.
    # Minus, floor, minus rounds up, in integers.
    bytes_per_row = -(-columns * bits // 8)
    side_bits = groups * (scale_bits + zero_bits)
    return (rows * bytes_per_row * 8 + side_bits) / (rows * columns)
