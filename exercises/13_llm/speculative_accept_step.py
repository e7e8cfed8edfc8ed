"""One step of speculative decoding (投机解码): accept, reject, resample. Deterministic: the random numbers are given.

Questions: M31 | Difficulty: 3/5 | Minutes: 20 | Points: 30

A small model drafted k tokens. Row i of ``draft`` is the distribution q_i from which token i was drawn, row i of
``target`` the distribution p_i of the large model at the same position; ``target`` has one row more (k + 1).
(arXiv:2211.17192)

1. For i = 0, 1, ...: with x the i-th drafted token, accept it exactly where uniforms[i] * q_i(x) < p_i(x) (接受),
   that is with probability min(1, p / q). Stop at the first rejection (拒绝).
2. After a rejection at position i, draw one token from the residual distribution (残差分布), which is proportional to
   max(p_i - q_i, 0).
3. Where all k were accepted, draw one token more from p_k, the last row of ``target``.

A draw from weights w_0, w_1, ... (not necessarily of sum 1) with the number u = ``extra`` is the smallest token c
with w_0 + ... + w_c > u * (w_0 + ... + w_(V - 1))       (逆变换采样). So a token of weight 0 is never drawn.

Task (任务): return the tuple ``(tokens, accepted)``: the accepted tokens followed by the one drawn, int64
(accepted + 1,), and the number of accepted ones, an int. Exact: the numbers of the grader have short binary
fractions, their sums and products are exact in float64.

tokens : integers (k,), k at least 1.  draft : float64 (k, V).  target : float64 (k + 1, V).  uniforms : float64 (k,).
Do not change them. Raise ``ValueError`` where the shapes do not fit, where a number of ``uniforms`` or ``extra`` is
not in 0 <= u < 1, or where a drafted token has q_i(x) = 0 (it cannot have been drawn), also behind the first
rejection.
"""

import numpy as np


def speculative_accept_step(
    tokens: np.ndarray, draft: np.ndarray, target: np.ndarray, *, uniforms: np.ndarray, extra: float
) -> tuple[np.ndarray, int]:
    """Return ``(tokens, accepted)``: the tokens of this step and how many of them were drafted."""
    raise NotImplementedError
