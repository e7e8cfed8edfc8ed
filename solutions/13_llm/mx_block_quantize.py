"""Reference answer: blocks of MXFP4."""

import numpy as np


def mx_block_quantize(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(exponents, elements)`` of the blocks of 32 in the rows of ``x``."""
    if x.ndim != 2 or x.size == 0 or x.shape[1] % 32:
        raise ValueError(f"x must be (rows, n) with n a multiple of 32; got {x.shape}")

    # Double precision, so that dividing by 2**-127 and multiplying by 2**127 stay exact for every float32.
    blocks = x.reshape(len(x), -1, 32).astype(np.float64)
    largest = np.abs(blocks).max(axis=2)

    # frexp: m = f * 2**e with 0.5 <= f < 1, so floor(log2(m)) is e - 1. Two less again, because the largest element,
    # 6 = 1.5 * 2**2, has the exponent 2. frexp(0) is (0, 0), which says nothing: a block of zeros is set by hand.
    _, e = np.frexp(largest)
    exponents = np.where(largest > 0, np.maximum(e - 3, -127), -127)
    scaled = np.ldexp(blocks, -exponents[:, :, None])

    # E2M1 has one mantissa bit: two steps for each power of two, 0.5 from 1 on, 1 from 2 on, 2 from 4 on. Below 1 the
    # step stays 0.5 (0 and 0.5 are the subnormal pair). An even number of steps is an even mantissa bit: rint does it.
    _, own = np.frexp(scaled)
    step = np.ldexp(0.5, np.maximum(own - 1, 0))
    elements = np.clip(np.rint(scaled / step) * step, -6, 6)  # 7 and more went to 8, which does not exist
    return exponents.astype(np.int8), elements.reshape(x.shape).astype(np.float32)
