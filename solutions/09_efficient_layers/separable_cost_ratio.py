"""Reference answer: parameters and multiply-adds of a separable convolution against a full one."""


def separable_cost_ratio(
    in_channels: int, out_channels: int, kernel: int, length: int, *, stride: int = 1, strided: str = "depthwise"
) -> tuple[float, float]:
    """Return separable / full for the parameters and for the multiply-adds."""
    if min(in_channels, out_channels, kernel, length, stride) < 1:
        raise ValueError("all sizes must be at least 1")
    if strided not in ("depthwise", "pointwise"):
        raise ValueError(f"strided must be 'depthwise' or 'pointwise'; got {strided!r}")
    short = -(-length // stride)  # ceil
    # What the depthwise step puts out: with the stride behind it, it computes positions that nobody looks at.
    middle = short if strided == "depthwise" else length

    # Weights. The full kernel is a product of three numbers; separable turns it into a sum of two products.
    full = in_channels * out_channels * kernel
    depthwise = in_channels * kernel
    pointwise = in_channels * out_channels
    parameters = (depthwise + in_channels + pointwise + out_channels) / (full + out_channels)

    # Every weight works once at each position put out. With short everywhere this is 1 / out_channels + 1 / kernel.
    multiply_adds = (depthwise * middle + pointwise * short) / (full * short)
    return parameters, multiply_adds
