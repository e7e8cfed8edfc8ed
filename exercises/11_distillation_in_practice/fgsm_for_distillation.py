"""An adversarial example for robust distillation (对抗样本与鲁棒蒸馏): where does the student differ most?

Questions: K14, K28 | Difficulty: 4/5 | Minutes: 20 | Points: 40

Robust distillation looks for a point near the clean input x where the student's answer differs most from the teacher's
answer *at the clean input*, and trains there. The student has one hidden layer:

    h = max(0, x W1 + b1)          logits = h W2 + b2                      the derivative of max(0, .) at 0 is 0
    q = softmax(logits / T),  p = softmax(teacher_logits / T)              loss of a sample = T^2 * KL(p || q)

``teacher_logits`` were computed once, at x; they stay the same in all steps. Starting from x_0 = x, for k = 1 .. steps
(PGD 投影梯度上升; one step with step_size = epsilon is FGSM):

    x_k = clamp(x_(k-1) + step_size * sign(gradient of the loss by the input at x_(k-1)))

The loss is to *grow*. sign(0) = 0. The clamp is elementwise, to [x - epsilon, x + epsilon] around the clean x
(无穷范数球) and to the valid range [low, high] (取值范围).

Task (任务): return x_steps, float64 of the shape of x. No autograd: derive the gradient by the input.

x : (batch, inputs) in [low, high].  teacher_logits : (batch, classes).  w1 : (inputs, hidden).  b1 : (hidden,).
w2 : (hidden, classes).  b2 : (classes,). All are float32 or float64 and stay unchanged; compute in float64. Logits
reach 5000 in size: no overflow. temperature : above 0. No gradient lies so near 0 that rounding decides its sign.
Tolerance (容差): 1e-9 relative plus 1e-12.
Raise ``ValueError`` where an element of x lies outside [low, high], where epsilon or step_size is negative, or where
steps is below 1.
"""

import numpy as np


def fgsm_for_distillation(
    x: np.ndarray,
    teacher_logits: np.ndarray,
    w1: np.ndarray,
    b1: np.ndarray,
    w2: np.ndarray,
    b2: np.ndarray,
    *,
    epsilon: float,
    step_size: float,
    steps: int = 1,
    temperature: float = 1.0,
    low: float = 0.0,
    high: float = 1.0,
) -> np.ndarray:
    """Return the input after ``steps`` signed gradient steps that raise the distillation loss."""
    raise NotImplementedError
