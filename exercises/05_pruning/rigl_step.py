"""One topology update of RigL (稀疏训练的一次拓扑更新): drop small weights, grow where the gradient is large.

Questions: B30, B29 | Difficulty: 3/5 | Minutes: 15 | Points: 30

Sparse training keeps the number of active weights (激活的连接) constant and moves them about (arXiv 1911.11134). With a
active weights (``mask`` True) and b inactive ones, one update replaces

    k = min(round(fraction * a), b)           round half to even (四舍六入五成双)

of them:

- drop (丢弃): of the active weights, the k of smallest magnitude |w|;
- grow (生长): of the weights that were inactive *before* the update (a dropped one cannot return at once), the k of
  largest |grad|. ``grad`` is the dense gradient: it has values at the inactive weights too.

Ties (并列): the lower index in row-major order (行优先) is dropped first, and grown first.

Task (任务): return the tuple ``(w, mask)`` after the update. ``mask``: bool, with as many True as before. ``w``: the
dtype and shape of the given one; a grown weight starts at 0, all that is inactive now is 0, and the others are
unchanged. The given ``w`` may hold old values where it is inactive (残留值): they count for nothing and must not come
back. Values are exact.

w, grad : floats of one shape; mask : bool of that shape.  fraction : 0 to 1.  Do not change the arguments.
Raise ``ValueError`` where the shapes differ, ``mask`` is not of dtype bool, or ``fraction`` is not in 0 .. 1.
"""

import numpy as np


def rigl_step(w: np.ndarray, grad: np.ndarray, mask: np.ndarray, *, fraction: float) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(w, mask)`` after one drop-and-grow update."""
    raise NotImplementedError
