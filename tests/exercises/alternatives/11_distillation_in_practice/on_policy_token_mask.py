"""Right answers to on_policy_token_mask in other styles; each must pass."""

import numpy as np


def first_end(tokens, prompt_lengths, *, eos_id):
    """The place of the first EOS of the answer, found with argmax, then one comparison of places."""
    batch, length = tokens.shape
    if not ((prompt_lengths >= 1) & (prompt_lengths <= length)).all():
        raise ValueError("prompts")
    places = np.arange(length)[None]
    ends = (tokens == eos_id) & (places >= prompt_lengths[:, None])
    last = np.where(ends.any(axis=1), ends.argmax(axis=1), length - 1)[:, None]
    shifted = places[:, 1:]
    mask = (shifted >= prompt_lengths[:, None]) & (shifted <= last)
    weights = np.zeros((batch, length - 1), order="F")
    if mask.any():
        weights[mask] = 1.0 / np.count_nonzero(mask)
    return np.asfortranarray(mask), weights


def loops(tokens, prompt_lengths, *, eos_id):
    """Row by row, with a break at the end of the answer."""
    batch, length = tokens.shape
    mask = np.zeros((batch, length - 1), bool)
    for i, prompt in enumerate(prompt_lengths.tolist()):
        if prompt < 1 or prompt > length:
            raise ValueError("prompts")
        for place in range(prompt, length):
            mask[i, place - 1] = True
            if tokens[i, place] == eos_id:
                break
    total = int(mask.sum())
    return mask, mask.astype(np.float64) / total if total else np.zeros(mask.shape)
