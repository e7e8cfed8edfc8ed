"""Plausible wrong answers to on_policy_token_mask; each docstring's first line is found in the failure it gets."""

import numpy as np


def _checked(tokens, prompts):
    if prompts.min() < 1 or prompts.max() > tokens.shape[1]:
        raise ValueError("prompts")
    return np.arange(tokens.shape[1]) >= prompts[:, None]


def _finish(mask):
    return mask, mask / max(mask.sum(), 1)


def _alive(ends):
    return np.cumsum(ends, axis=1) - ends == 0


def not_shifted(tokens, prompt_lengths, *, eos_id):
    """it is one place too late
    Solver's mistake.
    """
    generated = _checked(tokens, prompt_lengths)
    return _finish((generated & _alive(generated & (tokens == eos_id)))[:, :-1])


def eos_taken_for_padding(tokens, prompt_lengths, *, eos_id):
    """the EOS that ends the answer is left out
    Solver's mistake.
    """
    generated = _checked(tokens, prompt_lengths)
    ends = generated & (tokens == eos_id)
    return _finish((generated & (np.cumsum(ends, axis=1) == 0))[:, 1:])


def eos_of_the_prompt(tokens, prompt_lengths, *, eos_id):
    """an EOS inside the prompt .* ended the answer
    Solver's mistake.
    """
    generated = _checked(tokens, prompt_lengths)
    return _finish((generated & _alive(tokens == eos_id))[:, 1:])


def padding_counts(tokens, prompt_lengths, *, eos_id):
    """every EOS in the answer counts
    Solver's mistake.
    """
    return _finish(_checked(tokens, prompt_lengths)[:, 1:])


def first_token_lost(tokens, prompt_lengths, *, eos_id):
    """the token right after the prompt is left out"""
    _checked(tokens, prompt_lengths)
    generated = np.arange(tokens.shape[1]) > prompt_lengths[:, None]
    return _finish((generated & _alive(generated & (tokens == eos_id)))[:, 1:])


def mean_of_sequences(tokens, prompt_lengths, *, eos_id):
    """the weights are a mean per sequence, averaged"""
    generated = _checked(tokens, prompt_lengths)
    mask = (generated & _alive(generated & (tokens == eos_id)))[:, 1:]
    count = mask.sum(axis=1, keepdims=True)
    return mask, mask / np.maximum(count, 1) / max((count > 0).sum(), 1)


def divides_zero(tokens, prompt_lengths, *, eos_id):
    """nothing counts and 0 was divided by 0
    Solver's mistake.
    """
    generated = _checked(tokens, prompt_lengths)
    mask = (generated & _alive(generated & (tokens == eos_id)))[:, 1:]
    with np.errstate(all="ignore"):
        return mask, mask / mask.sum()


def counts_the_prompt(tokens, prompt_lengths, *, eos_id):
    """the prompt counts as well"""
    _checked(tokens, prompt_lengths)
    return _finish(_alive(tokens == eos_id)[:, 1:])
