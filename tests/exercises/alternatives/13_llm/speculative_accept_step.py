"""Right answers to speculative_accept_step in other styles; each must pass."""

from fractions import Fraction

import numpy as np


def token_by_token(tokens, draft, target, *, uniforms, extra):
    """A loop; probabilities divided; the draw by a normalised cumulative sum."""
    k = len(tokens)
    if len(uniforms) != k or draft.shape[0] != k or target.shape != (k + 1, draft.shape[1]):
        raise ValueError("shapes")
    if any(not 0 <= u < 1 for u in [*uniforms, extra]):
        raise ValueError("numbers")
    if any(draft[i, x] <= 0 for i, x in enumerate(tokens)):
        raise ValueError("token")
    out = []
    for i, x in enumerate(tokens):
        if uniforms[i] >= target[i, x] / draft[i, x]:
            weights = np.where(target[i] > draft[i], target[i] - draft[i], 0.0)
            break
        out.append(x)
    else:
        weights = target[k]
    accepted = len(out)
    total, so_far = weights.sum(), 0.0
    for c in range(len(weights)):
        so_far += weights[c]
        if so_far > extra * total:
            out.append(c)
            break
    return np.array(out, dtype=np.int64), accepted


def rational(tokens, draft, target, *, uniforms, extra):
    """Fractions and lists."""
    k = draft.shape[0]
    if (len(tokens), len(uniforms), len(target), target.shape[1]) != (k, k, k + 1, draft.shape[1]):
        raise ValueError("shapes")
    if min([extra, *uniforms]) < 0 or max([extra, *uniforms]) >= 1:
        raise ValueError("numbers")
    pairs = [(Fraction(float(draft[i, x])), Fraction(float(target[i, x]))) for i, x in enumerate(tokens)]
    if any(q == 0 for q, _ in pairs):
        raise ValueError("token")
    accepted = 0
    while accepted < k and Fraction(float(uniforms[accepted])) * pairs[accepted][0] < pairs[accepted][1]:
        accepted += 1
    weights = [Fraction(float(v)) for v in target[accepted]]
    if accepted < k:
        weights = [max(w - Fraction(float(q)), 0) for w, q in zip(weights, draft[accepted], strict=True)]
    bound = Fraction(extra) * sum(weights)
    last = next(c for c in range(len(weights)) if sum(weights[: c + 1]) > bound)
    return np.array([*tokens[:accepted], last], np.int64), accepted
