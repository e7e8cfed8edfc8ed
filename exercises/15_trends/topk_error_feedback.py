"""Gradient compression (梯度压缩): send the k largest entries, remember the rest (误差反馈, error feedback).

Questions: K22, G10 | Difficulty: 2/5 | Minutes: 15 | Points: 20

A worker sends only k entries of its gradient (梯度), as float16. What was not sent must not be lost: it waits in a
residual (残差) and is added to the next gradient. With G the gradient and R the residual from the last step:

    wanted   = G + R                                        in float64
    sent     = the k entries of wanted with the largest |wanted|, rounded to float16
    R_new    = wanted - (what the receiver got)             float64

The receiver gets the float16 values, so R_new keeps the rounding error (舍入误差) of the sent entries too. Thus nothing
is ever lost: the sum of all that was sent, plus the last residual, is the sum of all gradients.

Task (任务): return the tuple ``(indices, values, residual)``:

indices : integers (k,): the places of the entries in row-major order (行优先), ascending. Of equally large entries
    those that come first are sent. Choose by wanted as float64, before the rounding.
values : float16 (k,), in the order of ``indices``.
residual : float64 of the shape of ``gradient``: R_new.

gradient : float32 or float64 of any shape, maybe in Fortran order.  residual : float64, same shape.
Both finite, |wanted| below 60000. Change neither.
Tolerance (容差): indices and values exact, residual to a relative 1e-9 (absolute 1e-12).
Raise ``ValueError`` where the shapes differ, or k is not in 1 .. number of entries.
"""

import numpy as np


def topk_error_feedback(
    gradient: np.ndarray, residual: np.ndarray, *, k: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ``(indices, values, residual)`` of one step of top-k compression with error feedback."""
    raise NotImplementedError
