"""MiniLM's value relation (值关系蒸馏): how tokens relate, compared between models of different width.

Questions: K12, H05, K30 | Difficulty: 4/5 | Minutes: 20 | Points: 40

MiniLM (arXiv:2002.10957) lets a narrow student imitate how the value vectors (值向量) of the last layer relate. For
values V (batch, tokens, width), all heads side by side, head h has the columns h * d .. (h + 1) * d - 1, where
d = width / heads:

    R = softmax(V_h V_h^T / sqrt(d))          (tokens, tokens), over the last axis; d is that model's own
    divergence of token i in head h = KL(R_teacher[i] || R_student[i])                                       in nats

``mask`` (batch, tokens) is True for a real token. A padded token (填充) is not attended to: as a *key* (column of R)
it is left out of the softmax. It does not count either: as a *query* (row of R) it is left out of the mean.

    loss = mean over the heads and over all real tokens of the batch of these divergences

Each token counts alike, whatever the length of its sequence. ``mask=None`` means that all tokens are real.

Task (任务): return the loss, a float.

student_values : (batch, tokens, width_s), teacher_values : (batch, tokens, width_t), float32 or float64, finite also in
the padding; compute in float64, do not change them. Scores reach 20000 in size: no overflow. A sequence may consist of
padding alone.
Tolerance (容差): 1e-9 relative plus 1e-12.
Raise ``ValueError`` where ``heads`` is below 1 or does not divide both widths, or where no token is real.
"""

import numpy as np


def minilm_value_relation(
    student_values: np.ndarray, teacher_values: np.ndarray, *, heads: int, mask: np.ndarray | None = None
) -> float:
    """Return the mean KL divergence of the value relations of teacher and student."""
    raise NotImplementedError
