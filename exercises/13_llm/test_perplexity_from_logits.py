"""Grader of perplexity_from_logits. Oracles: torch cross_entropy (frozen), and plain Python sums."""

import math

import numpy as np
import pytest

LOGITS = [
    [[2.0, 0.5, -1.0], [0.0, 1.5, 0.25], [-0.5, 3.0, 1.0]],
    [[1.0, 1.0, -2.0], [0.75, -0.25, 2.0], [0.0, 0.0, 9.0]],
]
TOKENS = [[2, 0, 1], [1, 1, 2]]
# torch.nn.functional.cross_entropy(logits[:, :-1].reshape(-1, 3), tokens[:, 1:].reshape(-1)).exp(), torch 2.13.0.
TORCH = 1.5301976713218826


def nll(row, target):
    """-ln softmax(row)[target]."""
    top = max(row)
    return top + math.log(math.fsum(math.exp(v - top) for v in row)) - row[target]


def losses(logits, tokens, mask, shift=1):
    """The loss of every scored target, sequence by sequence."""
    found = []
    for rows, ids, scored in zip(logits.tolist(), tokens.tolist(), mask.tolist(), strict=True):
        pairs = [(rows[t - shift], ids[t]) for t in range(shift, len(ids)) if scored[t]]
        found.append([nll(row, target) for row, target in pairs])
    return found


def mean(values):
    return math.fsum(values) / len(values) if values else 0.0


def exact(logits, tokens, mask=None):
    mask = np.ones(tokens.shape, bool) if mask is None else mask
    return math.exp(mean(sum(losses(logits.astype(np.float64), tokens, mask), [])))


def mistakes(logits, tokens, mask=None):
    logits = logits.astype(np.float64)
    given = np.ones(tokens.shape, bool) if mask is None else mask
    n = logits.shape[2]
    safe = np.where((tokens >= 0) & (tokens < n), tokens, tokens % n)
    own = losses(logits, safe, given)
    flat = sum(own, [])
    rolled = np.roll(given, 1, axis=1)
    everything = sum(losses(logits, safe, np.ones_like(given)), [])
    here = sum(losses(logits, safe, given, shift=0), [])
    found = {
        "the logits at a token were used to score the same token; they predict the next one (错开一位)": mean(here),
        "each sequence (句) was averaged first; all tokens count alike": mean([mean(part) for part in own if part]),
        "the mask was left out": mean(everything),
        "the mask of the position that predicts was used; that of the target counts": mean(
            sum(losses(logits, safe, rolled), [])
        ),
        "unscored targets were counted in N": math.fsum(flat) / (tokens.shape[0] * (tokens.shape[1] - 1) or 1),
        "the first tokens were counted in N, though nobody predicts them": math.fsum(flat) / max(1, int(given.sum())),
        "all positions were counted in N, the last one too": math.fsum(flat) / tokens.size,
    }
    known = {text: math.exp(value) for text, value in found.items() if value < 700}
    known["the mean of the losses; its exponential is asked for"] = mean(flat)
    known["2 to the power of the loss in nats; exp belongs to the natural logarithm"] = 2 ** mean(flat)
    known["the exponential has the wrong sign: that is the mean probability, not the perplexity"] = math.exp(
        -mean(flat)
    )
    parts = [math.exp(mean(part)) for part in own if part]
    known["the mean of the sequences' perplexities; the exponential comes last"] = mean(parts)
    if max(flat) < 700:
        known["the mean of the tokens' perplexities; the exponential comes last"] = mean([math.exp(v) for v in flat])
        reciprocal = mean([math.exp(-v) for v in flat])
        known["one over the mean probability; the mean of the logarithms is asked for"] = 1 / reciprocal
    return known


def holds(exercise, logits, tokens, mask=None):
    answer = exercise(logits, tokens, mask=mask)
    answer.close_to(exact(logits, tokens, mask), rtol=1e-9, known=mistakes(logits, tokens, mask))


def batch(seed, shape=(4, 6, 9), size=2.0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    mask = np.arange(shape[1]) < rng.integers(2, shape[1] + 1, (shape[0], 1))
    return rng.normal(0, size, shape).astype(dtype), rng.integers(0, shape[2], shape[:2]), mask


def test_agrees_with_torch(exercise):
    logits, tokens = np.array(LOGITS), np.array(TOKENS)
    exercise(logits, tokens).close_to(TORCH, rtol=1e-9, known=mistakes(logits, tokens))


def test_a_model_that_knows_nothing(exercise):
    """Equal logits: the perplexity is the size of the vocabulary."""
    logits, tokens = np.full((2, 3, 7), 4.5), np.array([[0, 1, 2], [6, 5, 4]])
    exercise(logits, tokens).close_to(7.0, rtol=1e-9, known=mistakes(logits, tokens))


@pytest.mark.parametrize("shape", [(4, 6, 9), (1, 2, 2), (3, 4, 4), (5, 5, 5), (1, 9, 3)])
def test_shapes(exercise, shape):
    logits, tokens, mask = batch(1, shape)
    holds(exercise, logits, tokens)
    holds(exercise, logits, tokens, mask)


def test_masks(exercise):
    """Sequences of different length; the padding holds numbers that are no index."""
    for seed in range(2, 6):
        logits, tokens, mask = batch(seed)
        mask[0, 1:] = False
        tokens[~mask] = -100
        holds(exercise, logits, tokens, mask)
        tokens[~mask] = 10**6
        holds(exercise, logits, tokens, mask)


def test_a_mask_with_holes(exercise):
    logits, tokens, _ = batch(6)
    mask = np.random.default_rng(6).random((4, 6)) < 0.5
    mask[:, 0] = [True, False, True, False]
    holds(exercise, logits, tokens, mask)


def test_the_first_token_has_no_effect(exercise):
    logits, tokens, mask = batch(7)
    tokens[:, 0], mask[:, 0] = -100, False
    holds(exercise, logits, tokens, mask)
    mask[:, 0] = True
    holds(exercise, logits, tokens, mask)
    tokens[:, 0] = 99
    holds(exercise, logits, tokens)


def test_large_logits(exercise):
    logits, tokens, mask = batch(8, size=280.0)
    logits[0] += 4000
    logits[1] -= 4000
    answer = exercise(logits, tokens, mask=mask).has(shape=(), dtype="float")
    told = "NaN or infinity: exp overflows or a probability underflows; ln softmax = z - max - ln(sum(exp(z - max)))"
    answer.check(bool(np.isfinite(answer.value)), told)
    holds(exercise, logits, tokens, mask)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_narrow_floats_in_fortran_order(exercise, dtype):
    logits, tokens, mask = batch(9, dtype=dtype)
    holds(exercise, np.asfortranarray(logits), np.asfortranarray(tokens.astype(np.int32)), np.asfortranarray(mask))


@pytest.mark.parametrize("n", [1, 4])
def test_refuses_nothing_to_score(exercise, n):
    logits, tokens, mask = batch(10, (3, 4, 5))
    mask[:, 1:] = False
    given = logits[:, :n], tokens[:, :n]
    exercise.raises(ValueError, *given, mask=mask[:, :n] if n > 1 else None, because="no target is scored")


@pytest.mark.parametrize("token", [-1, -100, 9])
def test_refuses_scored_targets(exercise, token):
    logits, tokens, _ = batch(11)
    tokens[2, 3] = token
    exercise.raises(ValueError, logits, tokens, because=f"the scored target {token} is not in 0 .. 8")


@pytest.mark.parametrize(
    "shapes", [((4, 5), (4, 6)), ((3, 6), (4, 6)), ((4, 6), (4, 1)), ((4, 6), (1, 6)), ((4, 1), (4, 6))]
)
def test_refuses_shapes(exercise, shapes):
    tokens, mask = np.zeros(shapes[0], np.int64), np.ones(shapes[1], bool)
    exercise.raises(ValueError, batch(12)[0], tokens, mask=mask, because="the shapes do not fit")
