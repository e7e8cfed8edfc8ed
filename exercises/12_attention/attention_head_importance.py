"""Importance of attention heads: gradient times gate (注意力头的重要性).

Questions: B14, B15, K12 | Difficulty: 3/5 | Minutes: 15 | Points: 30

The output of an attention layer is a sum over its heads, and each head h gets a gate (门控) g_h:

    y[b, t] = sum_h g_h * W_h context[b, t, h]            W_h = w_out[:, h * d : (h + 1) * d]

With L_b the loss of sequence b and grad[b, t] = dL_b / dy[b, t], the first-order change of L_b when head h is
switched off is g_h * dL_b / dg_h. As in arXiv:1905.10650, its absolute value is taken for each sequence, then the
mean:

    importance_h = 1 / batch * sum_b | g_h * dL_b / dg_h |

so gains and losses of different sequences do not cancel (先取绝对值再平均). Within a sequence they do: the sum over
its tokens stands inside the absolute value.

- ``mask[b, t]`` is True for a real token, False for padding (填充), which does not count, whatever numbers stand
  there (finite ones). ``mask=None``: all tokens are real. The mean is over all sequences, also those with padding
  only.
- With ``normalise=True`` the vector of importances is divided by its L2 norm; where that norm is 0 it stays zero.

Task (任务): return the importances, float64 (heads,).

context : (batch, tokens, heads, d).  w_out : (width, heads * d).  grad : (batch, tokens, width).  gates : (heads,).
mask : bool (batch, tokens) or None.  float32 or float64, all sizes at least 1; do not change them. Compute in
float64. Tolerance (容差): 1e-9 relative plus 1e-12.
Raise ``ValueError`` where the shapes do not fit, those of ``gates`` and ``mask`` included.
"""

import numpy as np


def attention_head_importance(
    context: np.ndarray,
    w_out: np.ndarray,
    grad: np.ndarray,
    gates: np.ndarray,
    *,
    mask: np.ndarray | None = None,
    normalise: bool = False,
) -> np.ndarray:
    """Return the importance of each head, float64 (heads,)."""
    raise NotImplementedError
