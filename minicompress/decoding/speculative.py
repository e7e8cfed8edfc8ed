"""Speculative decoding: a small model drafts, a large one checks all drafts at once, and the text is the large one's.

For a draft x ~ q and the target's p:  accept with probability min(1, p(x) / q(x)); else draw from
norm(max(0, p - q)). Then  P(x) = q(x) min(1, p(x)/q(x)) + (1 - beta) max(0, p(x) - q(x)) / (1 - beta) = p(x),
where beta = sum min(p, q). Source: Leviathan et al. 2022, arXiv:2211.17192.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks
from minicompress.decoding.sampling import probabilities, sample

__all__ = ["acceptance_rate", "expected_accepted", "residual_distribution", "speculative_accept"]


def acceptance_rate(p: Any, q: Any) -> np.ndarray:
    """Return beta = sum_x min(p(x), q(x)) = 1 - (total variation distance), the chance that a draft is taken: (...).

    >>> float(acceptance_rate([0.5, 0.5, 0.0], [0.25, 0.25, 0.5]))
    0.5
    """
    target, draft = _pair(p, q)
    return np.minimum(np.minimum(target, draft).sum(axis=-1), 1.0)


def residual_distribution(p: Any, q: Any) -> np.ndarray:
    """Return norm(max(0, p - q)), what a rejected draft is replaced from; p where the two are equal.

    >>> residual_distribution([0.5, 0.5, 0.0], [0.75, 0.0, 0.25])
    array([0., 1., 0.])
    """
    target, draft = _pair(p, q)
    rest = np.maximum(target - draft, 0.0)
    total = rest.sum(axis=-1, keepdims=True)
    return np.where(total > 0, rest / np.where(total > 0, total, 1.0), target)


def expected_accepted(alpha: float, gamma: int) -> float:
    """Return (1 - alpha^(gamma + 1)) / (1 - alpha): tokens that one call of the target yields on average.

    ``alpha`` is the mean acceptance rate, drafts taken to be independent; ``gamma`` the drafts a call. The token that
    the target adds itself is counted, so the result lies in [1, gamma + 1].

    >>> expected_accepted(0.5, 2), expected_accepted(1.0, 4)
    (1.75, 5.0)
    """
    rate = checks.real(alpha, "alpha", low=0, high=1)
    count = checks.integer(gamma, "gamma", low=0)
    if rate == 1:
        return float(count + 1)
    # The closed form cancels as alpha nears 1; expm1 does not.
    return 1.0 if rate == 0 else float(np.expm1((count + 1) * np.log(rate)) / np.expm1(np.log(rate)))


def speculative_accept(draft_tokens: Any, p_target: Any, q_draft: Any, rng: np.random.Generator) -> np.ndarray:
    """Return the drafts that are accepted, and one more token: int64 (1 to gamma + 1,).

    Drafts are checked in order. At the first that is rejected the token comes from ``residual_distribution`` and the
    rest is thrown away; if none is, a bonus token comes from the target's next distribution.

    Parameters
    ----------
    draft_tokens : (gamma,) int
        x_i ~ q_i.
    p_target : (gamma + 1, vocabulary)
        The target's distribution at each draft's place, and behind the last.
    q_draft : (gamma, vocabulary)
        The distributions that the drafts were drawn from.
    rng : numpy.random.Generator

    Examples
    --------
    >>> speculative_accept([0, 1], [[1, 0], [1, 0], [1, 0]], [[1, 0], [0, 1]], np.random.default_rng(0))
    array([0, 0])
    """
    p = probabilities(p_target, "p_target", shape=(None, None))
    drafts = checks.int_array(draft_tokens, "draft_tokens", ndim=1, low=0, high=p.shape[1] - 1)
    q = probabilities(q_draft, "q_draft", shape=(drafts.size, p.shape[1]))
    if p.shape[0] != drafts.size + 1:
        raise ValueError(f"p_target must have gamma + 1 = {drafts.size + 1} rows; got {checks.describe(p)}")
    checks.generator(rng)
    impossible = np.flatnonzero(q[np.arange(drafts.size), drafts] == 0)
    if impossible.size:
        i = int(impossible[0])
        raise ValueError(f"draft_tokens[{i}] = {drafts[i]} has probability 0 in q_draft: it was not drawn from it")
    for i, token in enumerate(drafts):
        if rng.random() * q[i, token] >= p[i, token]:
            return np.append(drafts[:i], sample(residual_distribution(p[i], q[i]), rng)).astype(np.int64)
    return np.append(drafts, sample(p[-1], rng)).astype(np.int64)


def _pair(p: Any, q: Any) -> tuple[np.ndarray, np.ndarray]:
    target, draft = probabilities(p, "p"), probabilities(q, "q")
    if target.shape != draft.shape:
        raise ValueError(f"p and q must have one shape; got {target.shape} and {draft.shape}")
    return target, draft
