"""Attention transfer between feature maps of different size (注意力迁移：特征图的空间注意力).

Questions: K12, K20, H05 | Difficulty: 3/5 | Minutes: 15 | Points: 30

Teacher and student see the same images; their features A have different numbers of channels, and the teacher's map may
be finer. What can be compared is *where* they are active (arXiv:1612.03928):

1. Energy (能量图): the mean over the channels of |A|^power, at every position: (batch, H, W).
2. The teacher's energy is brought to the student's grid by average pooling (平均池化): its sizes are r * H and c * W
   with whole r and c, and every block of r x c positions becomes its mean. (The energy is pooled, not the features.)
3. Each sample's energy, flattened, is divided by its own L2 norm: Q = a / ||a||_2. An energy of zeros stays zeros.
4. loss = mean over the samples and the positions of (Q_student - Q_teacher)^2.

Task (任务): return the tuple ``(student_energy, teacher_energy, loss)``: the energies of step 1 (the teacher's after
step 2, neither of them divided by its norm), float64 of shape (batch, H, W), and the loss, a float.

student : (batch, C_s, H, W), teacher : (batch, C_t, r * H, c * W), float32 or float64; compute in float64 and do not
change them. power : above 0, such as 1, 2 or 3.
Tolerance (容差): 1e-9 relative plus 1e-12.
Raise ``ValueError`` where an array is not 4-D, where the batches differ, where the teacher's height or width is no
whole multiple (整数倍) of the student's, or where ``power`` is not above 0.
"""

import numpy as np


def attention_transfer_map(
    student: np.ndarray, teacher: np.ndarray, *, power: float = 2.0
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return ``(student_energy, teacher_energy, loss)`` of attention transfer."""
    raise NotImplementedError
