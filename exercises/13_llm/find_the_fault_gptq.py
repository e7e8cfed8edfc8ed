"""Debugging exercise (调试练习): find the one fault in a blocked GPTQ sweep (分块 GPTQ).

Questions: M04, M03 | Difficulty: 3/5 | Minutes: 15 | Points: 30

``faulty`` below should quantize ``w`` by GPTQ. For speed it works in blocks of ``block_size`` columns: inside a
block the errors are carried on column by column, and all columns beyond it take the block's errors at its end, in
one matrix product (矩阵乘法). This changes the order of the sums only, so the codes must be those of the sweep without
blocks: for j = 0, 1, .. in - 1

    codes[:, j] = clamp(round(w[:, j] / scale), -qmax, qmax),  qmax = 2**(bits - 1) - 1
    e = (w[:, j] - scale * codes[:, j]) / u[j, j]
    w[:, k] -= e * u[j, k]   for every k > j

with ``u`` the upper triangular factor of the inverse Hessian. No quotient lies near a tie.

The report (故障报告): "With block_size=1 the codes agree with our slow reference. With block_size=128 the accuracy of
the model is not even that of rounding to nearest, although the tests of shapes and ranges are green."

Task (任务): find the fault (there is exactly one) and write the repaired function as ``find_the_fault_gptq``. It must
give the same codes for every block size. Copying ``faulty`` and changing one line is enough.

w : float64 (out, in), do not change it.  u : float64 (in, in).  scale : float64 (out,), positive.  bits : 2 to 8.
block_size : at least 1; it need not divide the number of columns.
Return the codes, int8 (out, in), exact.  Raise ``ValueError`` where ``block_size`` is below 1.
"""

import numpy as np


def faulty(w: np.ndarray, u: np.ndarray, *, scale: np.ndarray, bits: int = 4, block_size: int = 128) -> np.ndarray:
    """Return int8 codes; something in here is wrong."""
    if block_size < 1:
        raise ValueError(f"block_size must be at least 1; got {block_size}")
    qmax = 2 ** (bits - 1) - 1
    left = w.copy()
    codes = np.zeros(w.shape, np.int8)
    for start in range(0, w.shape[1], block_size):
        stop = min(start + block_size, w.shape[1])
        block = left[:, start:stop].copy()
        errors = np.zeros_like(block)
        for i in range(stop - start):
            j = start + i
            codes[:, j] = np.clip(np.rint(left[:, j] / scale), -qmax, qmax)
            errors[:, i] = (block[:, i] - scale * codes[:, j]) / u[j, j]
            block[:, i + 1 :] -= np.outer(errors[:, i], u[j, j + 1 : stop])
        left[:, stop:] -= errors @ u[start:stop, stop:]
    return codes


def find_the_fault_gptq(
    w: np.ndarray, u: np.ndarray, *, scale: np.ndarray, bits: int = 4, block_size: int = 128
) -> np.ndarray:
    """Return the int8 codes of ``w``, the same for every ``block_size``."""
    raise NotImplementedError
