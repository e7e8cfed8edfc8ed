"""Debugging exercise (调试练习): find the one fault in a distillation loss with its gradient (蒸馏损失与梯度).

Questions: G07, K17, B21 | Difficulty: 2/5 | Minutes: 10 | Points: 20

``faulty`` below should return the usual weighted loss and its gradient by the student's logits:

    p = softmax(teacher / T),   q = softmax(student / T),   s = softmax(student)
    loss = alpha * T^2 * mean_i KL(p_i || q_i) + (1 - alpha) * mean_i -ln s_i[label_i]       i over the batch
    grad = d loss / d student_logits, exactly

The report (故障报告): "A check against finite differences at T = 1 passed. We train at T = 8 and alpha = 0.9 now. The
printed loss is right to the last digit, but the student learns from the labels alone, as if there were no teacher."

Task (任务): find the fault (there is exactly one) and write the repaired function as ``find_the_fault_distillation``.
Copying ``faulty`` and changing one line is enough. Leave ``faulty`` as it is, for comparison.

student_logits, teacher_logits : (batch, classes), float32 or float64, at most 1000 in size.
labels : integers (batch,) in 0 .. classes - 1.  temperature : above 0.  alpha : 0 to 1.
Return the tuple ``(loss, grad)``: a float, and float64 of shape (batch, classes). Do not change the arguments.
Tolerance (容差): 1e-7 relative plus 1e-10.
Raise ``ValueError`` where the temperature is not above 0, as ``faulty`` does.
"""

import numpy as np


def log_softmax(x: np.ndarray) -> np.ndarray:
    """Return ln softmax over the last axis; nothing is wrong in here."""
    shifted = x - x.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def faulty(
    student_logits: np.ndarray, teacher_logits: np.ndarray, labels: np.ndarray, *, temperature: float, alpha: float
) -> tuple[float, np.ndarray]:
    """Return the loss and its gradient; something in here is wrong."""
    if not temperature > 0:
        raise ValueError(f"temperature must be above 0; got {temperature}")
    z, t = student_logits.astype(np.float64), teacher_logits.astype(np.float64)
    batch = len(z)
    log_q, log_p, log_s = log_softmax(z / temperature), log_softmax(t / temperature), log_softmax(z)
    right = np.arange(batch), labels
    soft = np.sum(np.exp(log_p) * (log_p - log_q)) / batch
    hard = -log_s[right].mean()
    loss = alpha * temperature**2 * soft + (1 - alpha) * hard
    soft_grad = (np.exp(log_q) - np.exp(log_p)) / temperature
    hard_grad = np.exp(log_s)
    hard_grad[right] -= 1
    grad = (alpha * soft_grad + (1 - alpha) * hard_grad) / batch
    return loss, grad


def find_the_fault_distillation(
    student_logits: np.ndarray, teacher_logits: np.ndarray, labels: np.ndarray, *, temperature: float, alpha: float
) -> tuple[float, np.ndarray]:
    """Return ``(loss, grad)``: the weighted distillation loss and its gradient."""
    raise NotImplementedError
