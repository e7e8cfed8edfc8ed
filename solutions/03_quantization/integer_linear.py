"""Reference answer: a linear layer on affine codes, accumulated in int32."""

import numpy as np


def integer_linear(
    q_x: np.ndarray, q_w: np.ndarray, zero_x: int, zero_w: int | np.ndarray, bias: np.ndarray
) -> np.ndarray:
    """Return the int32 accumulators (n, out_features) of the affine codes ``q_x`` and ``q_w``."""
    for name, codes in (("q_x", q_x), ("q_w", q_w)):
        if codes.dtype not in (np.uint8, np.int8):
            raise ValueError(f"{name} must be uint8 or int8; got {codes.dtype}")
    if q_x.shape[1] != q_w.shape[1]:
        raise ValueError(f"q_x and q_w must have as many columns; got {q_x.shape[1]} and {q_w.shape[1]}")

    # Widen everything before the first operation: uint8 - uint8 wraps, and so does int8 * int8.
    codes_x, codes_w = q_x.astype(np.int32), q_w.astype(np.int32)
    zero_x, zero_w = np.int32(zero_x), np.asarray(zero_w, np.int32)  # zero_w: () or (out,), both broadcast over rows

    # The four terms. A kernel does the first in its 8-bit instructions; the sums over w are known before inference,
    # those over x cost one pass over the input. Only the term with sum(q_x) needs both a row and a column.
    product = codes_x @ codes_w.T  # (n, out)
    sum_x = codes_x.sum(axis=1, dtype=np.int32)[:, None]  # (n, 1)
    sum_w = codes_w.sum(axis=1, dtype=np.int32)  # (out,)
    in_features = np.int32(q_x.shape[1])
    return product - zero_w * sum_x - zero_x * sum_w + in_features * zero_x * zero_w + bias
