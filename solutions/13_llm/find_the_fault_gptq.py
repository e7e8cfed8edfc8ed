"""Reference answer: the repaired blocked GPTQ sweep."""

import numpy as np


def find_the_fault_gptq(
    w: np.ndarray, u: np.ndarray, *, scale: np.ndarray, bits: int = 4, block_size: int = 128
) -> np.ndarray:
    """Return the int8 codes of ``w``, the same for every ``block_size``."""
    if block_size < 1:
        raise ValueError(f"block_size must be at least 1; got {block_size}")
    qmax = 2 ** (bits - 1) - 1
    left = w.copy()
    codes = np.empty(w.shape, np.int8)
    for start in range(0, w.shape[1], block_size):
        stop = min(start + block_size, w.shape[1])
        block = left[:, start:stop]  # a view is enough: what lies before `stop` is not read again
        errors = np.empty(block.shape)
        for i in range(stop - start):
            j = start + i
            # The fault: the code was read from `left`, which takes errors only at the end of a block. Inside a block
            # they arrive in `block`; the stale weight was rounded, while its error was measured from the fresh one, so
            # each column rounded as if alone and then blamed its neighbours. With blocks of one the two are the same.
            codes[:, j] = np.clip(np.rint(block[:, i] / scale), -qmax, qmax)
            errors[:, i] = (block[:, i] - scale * codes[:, j]) / u[j, j]
            block[:, i + 1 :] -= np.outer(errors[:, i], u[j, j + 1 : stop])
        left[:, stop:] -= errors @ u[start:stop, stop:]
    return codes
