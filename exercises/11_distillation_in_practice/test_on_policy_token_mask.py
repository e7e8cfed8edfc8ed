"""Grader of on_policy_token_mask. Oracle: a loop that reads each row token by token, as a sampler would."""

import numpy as np
import pytest

NAMES = ("mask", "weights")


def chosen(row, prompt, eos):
    """One flag per token, with a state: has the answer ended?"""
    flags, ended = [], False
    for place, token in enumerate(row):
        if place < prompt:
            flags.append(False)
            continue
        flags.append(not ended)
        ended = ended or token == eos
    return flags


def with_weights(mask, by=None):
    count = mask.sum() if by is None else by
    return mask, mask / count if np.all(count) else np.zeros(mask.shape)


def exact(tokens, prompts, eos):
    rows = [chosen(row, p, eos) for row, p in zip(tokens.tolist(), prompts.tolist(), strict=True)]
    return with_weights(np.array(rows)[:, 1:])


def mistakes(tokens, prompts, eos):
    """What the usual mistakes return."""
    flags = np.array([chosen(row, p, eos) for row, p in zip(tokens.tolist(), prompts.tolist(), strict=True)])
    length = tokens.shape[1]
    generated = np.arange(length) >= prompts[:, None]
    is_eos = tokens == eos
    late = [chosen(row, p + 1, eos) for row, p in zip(tokens.tolist(), prompts.tolist(), strict=True)]
    early = [chosen(row, max(p - 1, 0), eos) for row, p in zip(tokens.tolist(), prompts.tolist(), strict=True)]
    from_start = np.cumsum(is_eos, axis=1) - is_eos == 0
    whole = [chosen(row, 0, eos) for row in tokens.tolist()]
    right = flags[:, 1:]
    per_row = right.sum(axis=1, keepdims=True)
    sequences = max(int((per_row > 0).sum()), 1)
    known = {
        "the mask belongs to the tokens, not to the logits that predict them, it is one place too late (错位)": flags[
            :, :-1
        ],
        "the EOS that ends the answer is left out; the student must learn to stop": flags[:, 1:] & ~is_eos[:, 1:],
        "every EOS in the answer counts, padding as well: only the first one is the student's": generated[:, 1:],
        "an EOS inside the prompt (提示词) ended the answer": (generated & from_start)[:, 1:],
        "the token right after the prompt is left out": np.array(late)[:, 1:],
        "the last token of the prompt counts; the student did not choose it": np.array(early)[:, 1:],
        "the prompt counts as well": np.array(whole)[:, 1:],
        "the prompt counts, and the whole padding too": np.ones(right.shape, bool),
        "the mask is upside down: True means that the position counts": ~right,
        "the first column is still there; position t predicts token t + 1 and the last one is dropped": flags,
    }
    found = {text: {"mask": wrong} for text, wrong in known.items()}
    share = right / np.maximum(per_row, 1)
    return found | {
        "the weights are a mean per sequence, averaged; every counted token of the batch has the same": {
            "mask": right,
            "weights": share / sequences,
        },
        "the weights are a mean within each sequence; they sum to 1 over the whole batch": {
            "mask": right,
            "weights": share,
        },
        "the weights were divided by all positions; only the counted ones matter": {
            "mask": right,
            "weights": right / right.size,
        },
        "the weights were divided by the batch": {"mask": right, "weights": right / len(right)},
        "the weights are 1, not a share": {"mask": right, "weights": right * 1.0},
    }


def holds(exercise, tokens, prompts, eos):
    answer = exercise(tokens, prompts, eos_id=eos)
    expected = exact(tokens, prompts, eos)
    answer.close_to(expected, rtol=1e-12, names=NAMES, known=mistakes(tokens, prompts, eos))
    answer.part(0, "mask").has(shape=expected[0].shape, dtype="bool")
    answer.part(1, "weights").has(shape=expected[0].shape, dtype=np.float64)


def test_by_hand(exercise):
    tokens = np.array([[5, 9, 7, 8, 9, 9], [5, 6, 7, 9, 9, 9], [1, 2, 3, 4, 5, 6]])
    prompts = np.array([2, 3, 4])
    mask = np.array([[0, 1, 1, 1, 0], [0, 0, 1, 0, 0], [0, 0, 0, 1, 1]], bool)
    answer = exercise(tokens, prompts, eos_id=9)
    known = mistakes(tokens, prompts, 9)
    answer.close_to((mask, mask / 6), rtol=1e-12, names=NAMES, known=known)


@pytest.mark.parametrize("seed", range(8))
def test_many_rows(exercise, seed):
    rng = np.random.default_rng(seed)
    holds(exercise, rng.integers(0, 4, (6, 9)), rng.integers(1, 10, 6), int(rng.integers(0, 4)))


def test_eos_in_the_prompt(exercise):
    holds(exercise, np.array([[2, 2, 5, 6, 2, 0], [2, 5, 2, 6, 7, 8]]), np.array([2, 3]), 2)


def test_padding_of_its_own(exercise):
    holds(exercise, np.array([[5, 6, 7, 2, 0, 0], [5, 6, 7, 8, 8, 2], [5, 2, 0, 0, 0, 0]]), np.array([2, 1, 1]), 2)


def test_eos_is_0(exercise):
    holds(exercise, np.array([[3, 4, 5, 0, 0], [3, 0, 4, 4, 4]]), np.array([1, 2]), 0)


def test_an_answer_that_ends_at_once(exercise):
    holds(exercise, np.array([[3, 4, 9, 9, 5], [3, 9, 9, 9, 9]]), np.array([2, 1]), 9)


@pytest.mark.parametrize("tokens", [[[1, 2]], [[1, 9]], [[9, 9]], [[1, 2], [3, 4]], [[1, 2, 3], [9, 9, 9], [4, 9, 5]]])
def test_small_batches(exercise, tokens):
    tokens = np.array(tokens)
    holds(exercise, tokens, np.ones(len(tokens), int), 9)


def test_a_prompt_without_an_answer(exercise):
    tokens = np.array([[1, 2, 3, 4], [5, 6, 9, 9]])
    holds(exercise, tokens, np.array([4, 2]), 9)
    answer = exercise(tokens, np.array([4, 4]), eos_id=9)
    weights = answer.part(1, "weights").has(shape=(2, 3), dtype="float")
    told = "nothing counts and 0 was divided by 0; the weights are 0 there"
    weights.check(bool(np.isfinite(weights.value).all()), told)
    answer.close_to((np.zeros((2, 3), bool), np.zeros((2, 3))), names=NAMES)


def test_unsigned_and_fortran_ordered(exercise):
    tokens = np.asfortranarray(np.array([[5, 9, 7, 8, 9, 9], [5, 6, 7, 9, 1, 9]], np.uint8))
    holds(exercise, tokens, np.array([2, 3], np.int32), 9)


@pytest.mark.parametrize("length", [0, -1, 5, 6])
def test_refuses_prompt_lengths(exercise, length):
    because = "a prompt length must be in 1 .. 4"
    exercise.raises(ValueError, np.ones((2, 4), int), np.array([2, length]), eos_id=9, because=because)
    exercise.raises(ValueError, np.ones((2, 4), int), np.array([length, 4]), eos_id=9, because=because)
