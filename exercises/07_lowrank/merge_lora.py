"""Merge a LoRA adapter into its weight (合并低秩适配器), and take it out again.

Questions: M37, B26 | Difficulty: 2/5 | Minutes: 10 | Points: 15

LoRA trains a low-rank difference beside a frozen weight W (out, in): A (rank, in) and B (out, rank). For serving
(推理) it is added to the weight, so that the layer costs nothing extra:

    merged  = W + (alpha / rank) * B A              undo=False      (合并)
    W       = merged - (alpha / rank) * B A         undo=True       (还原)

The rank (秩) is the side that A and B share; alpha / rank keeps the size of the update when the rank is changed.

Task (任务): return the sum or the difference, an array of its own with the dtype of ``w``. Compute in float64 and
round once (只舍入一次), at the very end: in float16 the product B A, and even alpha / rank, would lose digits first.

w : float16, float32 or float64 (out, in).  a : (rank, in).  b : (out, rank), float16, float32 or float64.  alpha : a
float or an int, of any sign.  Do not change the arrays. The data are exact in float64, so the result is graded exactly
(逐位一致).
Raise ``ValueError`` where the shapes do not fit: ``a`` and ``b`` must share the rank, and B A must have exactly the
shape of ``w``. (Beware of broadcasting 广播: a product of shape (1, in) can be added to ``w`` as well.) Raise it too
where the rank is 0.
"""

import numpy as np


def merge_lora(w: np.ndarray, a: np.ndarray, b: np.ndarray, *, alpha: float, undo: bool = False) -> np.ndarray:
    """Return ``w`` with the adapter added or, for ``undo``, subtracted."""
    raise NotImplementedError
