"""Which positions count in on-policy distillation (在策略蒸馏的 token 掩码)?

Questions: M28, M29 | Difficulty: 2/5 | Minutes: 10 | Points: 20

On-policy distillation lets the student continue a prompt (提示词) and then compares teacher and student on the
tokens the student itself chose. A row of ``tokens`` is prompt, answer, end-of-sequence (EOS), padding; the padding
token may be the EOS token itself, and an answer cut off at the length has no EOS. Both models return logits, of which
position t predicts token t + 1 (错开一位), so the last one is dropped.

Task (任务): return the tuple ``(mask, weights)``, both of shape (batch, length - 1).

1. mask : booleans. mask[i, t] is True where token t + 1 of row i was chosen by the student, that is where
   - it is not part of the prompt: t + 1 >= prompt_lengths[i], and
   - the answer had not ended before: no token of row i from prompt_lengths[i] up to and including t is EOS.
   So the EOS that ends the answer counts itself (the student must learn to stop), what follows does not, and an EOS
   inside the prompt ends nothing.
2. weights : float64, for a mean over all counted tokens of the batch: 1 / (number of True in mask) where mask is True,
   0 elsewhere. Where nothing counts they are all 0.

tokens : integers (batch, length), length >= 2; do not change them.  prompt_lengths : integers (batch,).  eos_id : int.
Both results are exact (weights to a relative 1e-12).
Raise ``ValueError`` where a prompt length is not in 1 .. length.
"""

import numpy as np


def on_policy_token_mask(
    tokens: np.ndarray, prompt_lengths: np.ndarray, *, eos_id: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(mask, weights)`` of the positions whose next token the student chose."""
    raise NotImplementedError
