"""Reference answer: blocks of MXFP4."""

import numpy as np


def mx_block_quantize(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(exponents, elements)`` of the blocks of 32 in the rows of ``x``."""
    if x.ndim != 2 or x.size == 0:
        raise ValueError(f"x must be (rows, n) with n a multiple of 32; got {x.shape}")

    # Where n is no multiple of 32, the sizes do not agree and reshape raises the ValueError.
    blocks = x.reshape(len(x), x.shape[1] // 32, 32)
    largest = np.abs(blocks).max(axis=2)

    # frexp: m = f * 2**e with 0.5 <= f < 1, so floor(log2(m)) is e - 1. Two less again, because the largest element,
    # 6 = 1.5 * 2**2, has the exponent 2. frexp(0) is (0, 0), which says nothing: a block of zeros is set by hand.
    _, e = np.frexp(largest)
    exponents = np.where(largest > 0, np.maximum(e - 3, -127), -127)
    scaled = np.ldexp(blocks, -exponents[:, :, None])  # a power of two: exact

    # E2M1 has one mantissa bit: two steps for each power of two, 2**k = 0.5 from 1 on, 1 from 2 on, 2 from 4 on. Below
    # 1 the step stays 0.5 (0 and 0.5 are the subnormal pair). An even count is an even mantissa bit: rint does it.
    _, own = np.frexp(scaled)
    k = np.maximum(own - 1, 0) - 1
    elements = np.ldexp(np.rint(np.ldexp(scaled, -k)), k)

    # 7 and more went to 8, which does not exist: it saturates.
    return exponents.astype(np.int8), np.clip(elements, -6, 6).reshape(x.shape)
