"""Reference answer: a linear layer on affine codes, accumulated in int32."""

import numpy as np


def integer_linear(
    q_x: np.ndarray, q_w: np.ndarray, zero_x: int, zero_w: int | np.ndarray, bias: np.ndarray
) -> np.ndarray:
    """Return the int32 accumulators (n, out_features) of the affine codes ``q_x`` and ``q_w``."""
    for name, codes in (("q_x", q_x), ("q_w", q_w)):
        if codes.dtype not in (np.uint8, np.int8):
            raise ValueError(f"{name} must be uint8 or int8; got {codes.dtype}")

    # Widen everything before the first operation: uint8 - uint8 wraps, and so does int8 * int8.
    codes_x, codes_w = (codes.astype(np.int32) for codes in (q_x, q_w))
    zero_x, zero_w = int(zero_x), np.asarray(zero_w, np.int32)  # zero_w: () or (out,), both broadcast over rows

    # The four terms. A kernel does the first in its 8-bit instructions; the sums over w are known before inference,
    # those over x cost one pass over the input. Only the term with sum(q_x) needs both a row and a column.
    product = codes_x @ codes_w.T  # (n, out); columns that differ are a ValueError of the product itself
    sum_x = codes_x.sum(axis=1, dtype=np.int32)[:, None]  # (n, 1)
    sum_w = codes_w.sum(axis=1, dtype=np.int32)  # (out,)
    return product - zero_w * sum_x - zero_x * sum_w + q_x.shape[1] * zero_x * zero_w + bias
