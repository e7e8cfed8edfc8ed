"""Reference answer: one step of speculative decoding."""

import numpy as np


def speculative_accept_step(
    tokens: np.ndarray, draft: np.ndarray, target: np.ndarray, *, uniforms: np.ndarray, extra: float
) -> tuple[np.ndarray, int]:
    """Return ``(tokens, accepted)``: the tokens of this step and how many of them were drafted."""
    k, vocabulary = draft.shape
    if tokens.shape != (k,) or uniforms.shape != (k,) or target.shape != (k + 1, vocabulary):
        raise ValueError(f"the shapes do not fit: {tokens.shape}, {draft.shape}, {target.shape}, {uniforms.shape}")
    if not (0 <= extra < 1 and uniforms.min() >= 0 and uniforms.max() < 1):
        raise ValueError("uniforms and extra must be in 0 <= u < 1")
    rows = np.arange(k)
    if not draft[rows, tokens].all():
        raise ValueError("a drafted token has the probability 0 in the draft")

    def sample(weights: np.ndarray) -> np.ndarray:
        # Inverse transform: the first token whose cumulative weight is above u times the whole.
        cumulative = np.cumsum(weights)
        return np.searchsorted(cumulative, extra * cumulative[-1], side="right")

    # Acceptance keeps min(p, q) of every token's probability; multiplied out, no division.
    kept = uniforms * draft[rows, tokens] < target[rows, tokens]
    if kept.all():
        return np.append(tokens, sample(target[k])), k

    # The first rejection ends the step. The residual is what p still lacks.
    i = np.argmin(kept)
    return np.append(tokens[:i], sample(np.maximum(target[i] - draft[i], 0))), i
