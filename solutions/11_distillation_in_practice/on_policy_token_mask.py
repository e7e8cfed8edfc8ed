"""Reference answer: the positions that count in on-policy distillation."""

import numpy as np


def on_policy_token_mask(
    tokens: np.ndarray, prompt_lengths: np.ndarray, *, eos_id: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(mask, weights)`` of the positions whose next token the student chose."""
    length = tokens.shape[1]
    if (prompt_lengths < 1).any() or (prompt_lengths > length).any():
        raise ValueError(f"prompt_lengths must be in 1 .. {length}; got {prompt_lengths}")

    # Tokens first. An EOS ends the answer only if it stands in the answer: prompts of several turns are full of them.
    generated = np.arange(length) >= prompt_lengths[:, None]
    ends = generated & (tokens == eos_id)

    # No end strictly before a token: the running count of ends is no more than the token's own. So the first EOS
    # counts, the padding after it does not, whichever token the padding is; comparing with a padding id would lose the
    # EOS where both are one token.
    counted = generated & (np.cumsum(ends, axis=1) == ends)

    # Now the logits: position t predicts token t + 1, so the mask of the tokens moves one place to the left.
    mask = counted[:, 1:]

    # One mean over the tokens of the batch. A mean per row first would weigh the tokens of short answers more.
    return mask, mask / max(mask.sum(), 1)
