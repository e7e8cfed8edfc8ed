"""Grader of speculative_accept_step. Oracle: rational numbers, one token at a time."""

from fractions import Fraction

import numpy as np
import pytest

NAMES = ("tokens", "accepted")


def fractions(table):
    return [[Fraction(v) for v in row] for row in table.tolist()]


def draw(weights, u):
    total, so_far = sum(weights), Fraction(0)
    for c, w in enumerate(weights):
        so_far += w
        if so_far > u * total:
            return c
    return len(weights) - 1


def play(tokens, draft, target, uniforms, extra, *, accept=None, residual=None, bonus=True, go_on=False, draws=draw):
    accept = accept or (lambda u, p, q: u * q < p)
    residual = residual or (lambda p, q: [max(a - b, Fraction(0)) for a, b in zip(p, q, strict=True)])
    q, p, u = fractions(draft), fractions(target), [Fraction(v) for v in uniforms.tolist()]
    kept = []
    for i, x in enumerate(tokens.tolist()):
        if accept(u[i], p[i][x], q[i][x]):
            kept.append(x)
        elif not go_on:
            return np.array([*kept, draws(residual(p[i], q[i]), Fraction(extra))], np.int64), len(kept)
    if not bonus:
        return np.array(kept, np.int64), len(kept)
    return np.array([*kept, draws(p[len(tokens)], Fraction(extra))], np.int64), len(kept)


def mistakes(tokens, draft, target, uniforms, extra):
    def at_least(weights, u):
        total, so_far = sum(weights), Fraction(0)
        return next(c for c, w in enumerate(weights) if (so_far := so_far + w) >= u * total)

    def unnormalised(weights, u):
        so_far = Fraction(0)
        found = [c for c, w in enumerate(weights) if (so_far := so_far + w) > u]
        return found[0] if found else len(weights) - 1

    given = tokens, draft, target, uniforms, extra
    plain, accepted = play(*given)
    variants = {
        "a rejected token was replaced by a draw from p; from max(p - q, 0), the residual (残差分布)": {
            "residual": lambda p, q: p
        },
        "a rejected token was replaced by a draw from q": {"residual": lambda p, q: q},
        "the residual is max(q - p, 0): its sign is wrong": {
            "residual": lambda p, q: [max(b - a, Fraction(0)) for a, b in zip(p, q, strict=True)]
        },
        "the residual is |p - q|": {"residual": lambda p, q: [abs(a - b) for a, b in zip(p, q, strict=True)]},
        "the residual was not normalised: u runs over its sum, not over 1": {"draws": unnormalised},
        "a token was accepted where u * q = p; only below": {"accept": lambda u, p, q: u * q <= p},
        "the ratio is upside down: p / q": {"accept": lambda u, p, q: u * p < q},
        "a token was accepted where u < p; the draft's probability q counts too": {"accept": lambda u, p, q: u < p},
        "u > p / q accepts; below accepts": {"accept": lambda u, p, q: u * q > p},
        "a token was accepted wherever p >= q, without the random number": {"accept": lambda u, p, q: p >= q},
        "the tokens behind a rejection were kept: it ends the step (首次拒绝即停)": {"go_on": True},
        "no token was added after all were accepted; the large model gives one more": {"bonus": False},
        "the cumulative sum must be above u, not equal to it: weight 0 is never drawn": {"draws": at_least},
    }
    found = {text: play(*given, **options) for text, options in variants.items()}
    found["the accepted number counts the drawn token"] = {"tokens": plain, "accepted": accepted + 1}
    found["the drawn token is missing"] = plain[:-1], accepted
    if accepted == len(tokens):
        row = fractions(target)[accepted - 1]
        last = draw(row, Fraction(extra))
        found["the token more was drawn from the row of the last drafted one; from the last row of target"] = (
            np.array([*plain[:-1], last]),
            accepted,
        )
    return found


def holds(exercise, tokens, draft, target, uniforms, extra):
    answer = exercise(tokens, draft, target, uniforms=uniforms, extra=extra)
    known = mistakes(tokens, draft, target, uniforms, extra)
    answer.equals(play(tokens, draft, target, uniforms, extra), names=NAMES, dtype="kind", known=known)


def distribution(rng, shape, zeros=0.2):
    """Rows of 64 parts, so that everything is exact."""
    counts = [rng.multinomial(64, rng.dirichlet(np.full(shape[1], 0.7))) for _ in range(shape[0])]
    return np.array(counts) / 64


def step(seed, k=4, vocabulary=6, high=1.0):
    rng = np.random.default_rng(seed)
    draft, target = distribution(rng, (k, vocabulary)), distribution(rng, (k + 1, vocabulary))
    tokens = np.array([rng.choice(vocabulary, p=row) for row in draft])
    uniforms = rng.integers(0, int(32 * high), k) / 32
    return tokens, draft, target, uniforms, float(rng.integers(0, 32) / 32)


def test_by_hand(exercise):
    """Token 1 stays (1/2 * 1/4 < 1/2); token 0 goes (3/4 * 1/2 >= 1/4); the residual is 0, 1/8, 1/8."""
    tokens, uniforms = np.array([1, 0]), np.array([0.5, 0.75])
    draft = np.array([[0.5, 0.25, 0.25], [0.5, 0.25, 0.25]])
    target = np.array([[0.25, 0.5, 0.25], [0.25, 0.375, 0.375], [1.0, 0.0, 0.0]])
    for extra, last in ((0.0, 1), (0.375, 1), (0.5, 2), (0.75, 2)):
        answer = exercise(tokens, draft, target, uniforms=uniforms, extra=extra)
        known = mistakes(tokens, draft, target, uniforms, extra)
        answer.equals((np.array([1, last]), 1), names=NAMES, known=known)


@pytest.mark.parametrize("seed", range(24))
def test_steps(exercise, seed):
    holds(exercise, *step(seed, high=(1.0, 0.5, 0.1)[seed % 3]))


@pytest.mark.parametrize(("k", "vocabulary"), [(1, 2), (1, 5), (3, 3), (7, 2), (6, 7)])
def test_sizes(exercise, k, vocabulary):
    for seed in range(100, 104):
        holds(exercise, *step(seed, k, vocabulary))


def test_equal_models_accept_everything(exercise):
    tokens, draft, target, _, _ = step(200)
    target[:4] = draft
    for extra in (0.0, 0.5, 0.96875):
        holds(exercise, tokens, draft, target, np.full(4, 0.96875), extra)


def test_ties(exercise):
    """u * q = p is rejected; a cumulative sum that equals u * total is passed over."""
    draft, target = np.array([[0.5, 0.5, 0.0, 0.0]]), np.array([[0.25, 0.0, 0.25, 0.5], [0.0, 0.5, 0.0, 0.5]])
    for u in (0.25, 0.5, 0.75):
        for extra in (0.0, 0.25, 0.3125, 0.34375, 0.5):
            holds(exercise, np.array([0]), draft, target, np.array([u]), extra)
    for extra in (0.0, 0.75):
        holds(exercise, np.array([1]), draft, target, np.array([0.0]), extra)


def test_the_distribution_is_that_of_the_target(exercise):
    """Over a grid of all random numbers, the first token is distributed as p: the point of the method."""
    q, p = np.array([[0.5, 0.25, 0.25]]), np.array([[0.125, 0.625, 0.25], [1.0, 0.0, 0.0]])
    counts = np.zeros(3)
    for x in range(3):
        for u in np.arange(8) / 8:
            for extra in (0.125, 0.625):
                answer = exercise(np.array([x]), q, p, uniforms=np.array([u]), extra=float(extra))
                first = answer.part(0, "tokens").has(dtype="integer")
                inside = np.size(first.value) > 0 and 0 <= int(np.ravel(first.value)[0]) < 3
                first.check(bool(inside), "the first token must be one of the vocabulary")
                counts[int(np.ravel(first.value)[0])] += q[0, x] / 16
    told = f"over all random numbers the first token has the probabilities {counts.tolist()}, not {p[0].tolist()}"
    answer.check(bool((counts == p[0]).all()), told)


@pytest.mark.parametrize(
    ("name", "value"), [("uniforms", -0.125), ("uniforms", 1.0), ("extra", -0.125), ("extra", 1.0)]
)
def test_refuses_numbers(exercise, name, value):
    tokens, draft, target, uniforms, extra = step(300)
    if name == "uniforms":
        uniforms[-1] = value
    else:
        extra = value
    because = f"{name} must be in 0 <= u < 1"
    exercise.raises(ValueError, tokens, draft, target, uniforms=uniforms, extra=extra, because=because)


def test_refuses_tokens_of_no_probability(exercise):
    """Also behind a rejection, which the first token is here."""
    tokens, uniforms = np.array([0, 1]), np.array([0.5, 0.0])
    draft, target = np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([[0.0, 1.0], [0.5, 0.5], [0.5, 0.5]])
    because = "token 1 has the probability 0 in the draft"
    exercise.raises(ValueError, tokens, draft, target, uniforms=uniforms, extra=0.0, because=because)


@pytest.mark.parametrize("cut", ["tokens", "draft", "target", "uniforms", "one number", "vocabulary"])
def test_refuses_shapes(exercise, cut):
    tokens, draft, target, uniforms, extra = step(301)
    given = {"tokens": tokens, "draft": draft, "target": target, "uniforms": uniforms}
    if cut == "vocabulary":
        given["target"] = np.concatenate([target, np.zeros((5, 1))], axis=1)
    elif cut == "one number":
        given["uniforms"] = uniforms[:1]
    else:
        given[cut] = given[cut][:-1]
    uniforms = given.pop("uniforms")
    exercise.raises(ValueError, *given.values(), uniforms=uniforms, extra=extra, because="the shapes do not fit")
