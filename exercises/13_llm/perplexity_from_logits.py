"""Perplexity of a language model from its logits (由 logits 计算困惑度).

Questions: M33, K09, H08 | Difficulty: 2/5 | Minutes: 10 | Points: 20

``logits[b, t]`` are the scores of the model for the token *after* position t of sequence b, computed from tokens
0 .. t. So ``logits[b, t]`` predicts ``tokens[b, t + 1]`` (错开一位): the first token of a sequence is predicted by
nobody, and the last logits predict nothing.

``mask[b, t]`` says whether token t of sequence b counts as a target (目标). A token with ``mask`` False is not
scored, and its number may be anything, such as -100 or a number beyond the vocabulary (填充位不得用作下标). ``mask[:,
0]`` has no effect.

    perplexity = exp( - (1 / N) * sum of ln softmax(logits[b, t])[tokens[b, t + 1]] )

with the sum over all scored targets of all sequences and N their number (按 token 平均，不是按句平均).

Task (任务): return the perplexity, a float. Compute in float64, whatever the dtype of the logits. Logits are finite
and up to 5000 in size, so exp of a logit may overflow, and a probability may underflow to 0 while its logarithm does
not. The mean is at most 600.

logits : (batch, n, vocabulary) float16, float32 or float64.  tokens : integers (batch, n).  mask : bool (batch, n) or
None, which scores all targets.  Do not change them. Tolerance (容差): 1e-9 relative.
Raise ``ValueError`` where no target is scored, where the shapes do not fit, or where a scored target is not in
0 .. vocabulary - 1.
"""

import numpy as np


def perplexity_from_logits(logits: np.ndarray, tokens: np.ndarray, *, mask: np.ndarray | None = None) -> float:
    """Return the perplexity over all scored targets."""
    raise NotImplementedError
