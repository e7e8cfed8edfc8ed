"""Speculative decoding has the target's law: enumerated exactly through the code, and by the chi-square test."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import chisquare

from minicompress.decoding import (
    acceptance_rate,
    expected_accepted,
    greedy,
    residual_distribution,
    softmax_probabilities,
    speculative_accept,
    speculative_generate,
)

P = np.array([[4, 0, 3, 9], [1, 7, 8, 0], [2, 5, 5, 4]]) / 16  # the target's, a row for each place
Q = np.array([[6, 2, 8, 0], [1, 1, 2, 12]]) / 16  # the draft's
WEIGHTS = st.lists(st.integers(0, 9), min_size=3, max_size=3).filter(any)


class Scripted(np.random.Generator):
    """A generator whose uniform numbers are given; running out is ``StopIteration`` with how many were asked."""

    def __init__(self, values: tuple[float, ...]) -> None:
        super().__init__(np.random.PCG64(0))
        self.values, self.asked = list(values), 0

    def random(self, *_: Any, **__: Any) -> float:
        self.asked += 1
        if self.asked > len(self.values):
            raise StopIteration
        return self.values[self.asked - 1]


def law(p: np.ndarray, q: np.ndarray, cells: int) -> dict[tuple[int, ...], Fraction]:
    """The exact law of what ``speculative_accept`` returns, x_i ~ q_i.

    Every threshold is a multiple of 1 / ``cells``, so the midpoints of as many cells stand for all uniform numbers.
    """
    found: dict[tuple[int, ...], Fraction] = {}
    for drafts in itertools.product(range(q.shape[1]), repeat=len(q)):
        weight = Fraction(1)
        for i, token in enumerate(drafts):
            weight *= Fraction(q[i, token])
        if not weight:
            continue
        waiting: list[tuple[float, ...]] = [()]
        while waiting:
            script = waiting.pop()
            try:
                tokens = tuple(speculative_accept(np.array(drafts, int), p, q, Scripted(script)).tolist())
            except StopIteration:
                waiting += [(*script, (cell + 0.5) / cells) for cell in range(cells)]
            else:
                found[tokens] = found.get(tokens, Fraction(0)) + weight / cells ** len(script)
    return found


@pytest.mark.oracle("speculative_accept", against="exact enumeration of all draws, in fractions", tolerance="equal")
def test_one_draft_has_exactly_the_law_of_the_target() -> None:
    """Thresholds p/q of 4/6, 0, 3/8 and cumulative residuals (0, 0, 0, 1), bonus in 16ths: all multiples of 1/48."""
    found = law(P[:2], Q[:1], 48)
    assert sum(found.values()) == 1
    first = [sum((w for t, w in found.items() if t[0] == x), Fraction(0)) for x in range(4)]
    assert first == [Fraction(v) for v in P[0]]
    # Where a second token came, it has the target's law given the first: the two-token joint.
    for x in range(4):
        both = {t: w for t, w in found.items() if t[0] == x and len(t) == 2}
        for t, w in both.items():
            assert w / sum(both.values()) == Fraction(P[1, t[1]])
    taken = sum((w for t, w in found.items() if len(t) == 2), Fraction(0))
    assert taken == Fraction(float(acceptance_rate(P[0], Q[0]))) == Fraction(4 + 0 + 3 + 0, 16)


@pytest.mark.oracle("speculative_accept", against="exact enumeration, two drafts", tolerance="equal")
def test_two_drafts_have_exactly_the_joint_law_of_the_target() -> None:
    p = np.array([[2, 2], [1, 3], [3, 1]]) / 4
    q = np.array([[3, 1], [2, 2]]) / 4
    found = law(p, q, 12)  # p/q: 2/3, 2; 1/2, 3/2; residuals (0, 1); bonus in quarters
    assert sum(found.values()) == 1
    for x in range(2):
        assert sum(w for t, w in found.items() if t[0] == x) == Fraction(p[0, x])
    pairs = {t: sum(w for s, w in found.items() if s[:2] == t) for t in itertools.product(range(2), repeat=2)}
    second = Fraction(float(acceptance_rate(p[0], q[0])))
    for (x, y), w in pairs.items():
        assert w == min(Fraction(p[0, x]), Fraction(q[0, x])) * Fraction(p[1, y])
    assert sum(pairs.values()) == second
    mean = sum(len(t) * w for t, w in found.items())
    assert mean == 1 + second + second * Fraction(float(acceptance_rate(p[1], q[1])))


@pytest.mark.oracle("speculative_accept", against="closed form: sum over draws", tolerance="1e-12")
@pytest.mark.oracle("residual_distribution", against="closed form: sum over draws", tolerance="1e-12")
@pytest.mark.oracle("acceptance_rate", against="1 - total variation distance", tolerance="1e-12")
@given(p=WEIGHTS, q=WEIGHTS)
def test_accepted_and_replaced_add_up_to_the_target(p: list[int], q: list[int]) -> None:
    target, draft = np.array(p) / sum(p), np.array(q) / sum(q)
    taken = np.minimum(target, draft)  # q min(1, p / q)
    rate = float(acceptance_rate(target, draft))
    np.testing.assert_allclose(taken + (1 - rate) * residual_distribution(target, draft), target, atol=1e-12)
    assert rate == pytest.approx(1 - np.abs(target - draft).sum() / 2, abs=1e-12)
    assert residual_distribution(target, draft).sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.oracle("speculative_accept", against="scipy.stats.chisquare, fixed seed", tolerance="p > 0.001")
def test_first_tokens_have_the_law_of_the_target_by_chance() -> None:
    rng = np.random.default_rng(0)
    counts, wrong, n = np.zeros(4), np.zeros(4), 6000
    for x in rng.choice(4, size=n, p=Q[0]):
        counts[speculative_accept([x], P[:2], Q[:1], rng)[0]] += 1
        u = rng.random() * Q[0, x] < P[0, x]
        wrong[x if u else rng.choice(4, p=P[0])] += 1  # the well-known mistake: replacing from p itself
    seen = P[0] > 0
    assert counts[~seen].sum() == 0
    assert chisquare(counts[seen], n * P[0, seen]).pvalue > 0.001
    assert chisquare(wrong[seen], n * P[0, seen]).pvalue < 1e-6


@pytest.mark.oracle("expected_accepted", against="the sum 1 + a + ... + a^gamma in fractions", tolerance="1e-14")
@given(alpha=st.one_of(st.floats(0, 1), st.sampled_from([0.0, 1.0, 1 - 2**-53, 5e-324])), gamma=st.integers(0, 12))
def test_expected_tokens_a_call(alpha: float, gamma: int) -> None:
    want = float(sum((Fraction(alpha) ** i for i in range(gamma + 1)), Fraction(0)))
    assert expected_accepted(alpha, gamma) == pytest.approx(want, rel=1e-13)


def table(seed: int, vocabulary: int = 3, order: int = 2) -> Callable[[np.ndarray], np.ndarray]:
    """A language model with given logits for each of the last ``order`` ids."""
    rows = np.random.default_rng(seed).standard_normal((vocabulary,) * (order + 1))

    def logits(ids: np.ndarray) -> np.ndarray:
        padded = np.concatenate([np.zeros(order - 1, int), ids])
        return rows[tuple(padded[i : i + ids.size] for i in range(order))]

    return logits


@pytest.mark.oracle(
    "speculative_generate", against="the target's exact joint of three tokens, chi-square", tolerance="p > 0.001"
)
def test_texts_have_the_joint_law_of_the_target() -> None:
    target, draft, rule = table(0), table(1), {"temperature": 0.9, "top_k": 3}
    want = {}
    for tokens in itertools.product(range(3), repeat=3):
        p = softmax_probabilities(target(np.array([1, *tokens])), **rule)
        want[tokens] = float(np.prod([p[i, t] for i, t in enumerate(tokens)]))
    assert sum(want.values()) == pytest.approx(1)
    rng, n = np.random.default_rng(2), 4000
    counts = dict.fromkeys(want, 0)
    for _ in range(n):
        run = speculative_generate(target, draft, [1], max_new_tokens=3, gamma=2, rng=rng, **rule)
        counts[tuple(run.tokens.tolist())] += 1
    assert chisquare(list(counts.values()), [n * w for w in want.values()]).pvalue > 0.001


@given(seeds=st.tuples(st.integers(0, 9), st.integers(0, 9)), gamma=st.integers(1, 6), count=st.integers(0, 9))
def test_at_temperature_zero_the_text_is_that_of_greedy_decoding(
    seeds: tuple[int, int], gamma: int, count: int
) -> None:
    target, draft = table(seeds[0], 5), table(seeds[1], 5)
    ids = np.array([2, 3])
    for _ in range(count):
        ids = np.append(ids, greedy(target(ids)[-1]))
    prompt = np.array([2, 3])
    rng = np.random.default_rng(0)
    run = speculative_generate(target, draft, prompt, max_new_tokens=count, gamma=gamma, temperature=0, rng=rng)
    np.testing.assert_array_equal(run.tokens, ids[2:])
    np.testing.assert_array_equal(prompt, [2, 3])
    assert run.accepted <= run.drafted
    assert run.tokens.size == run.accepted + run.target_calls
    if seeds[0] == seeds[1]:
        assert run.target_calls == -(-count // (gamma + 1)), "a perfect draft: gamma + 1 tokens a call"
        assert run.accepted == run.drafted


def test_the_yield_of_a_call_is_the_expected_one() -> None:
    """Models without memory: every draft is taken with the same chance beta."""
    p, q = np.log([0.6, 0.3, 0.1]), np.log([0.3, 0.3, 0.4])

    def target(ids: np.ndarray) -> np.ndarray:
        return np.tile(p, (ids.size, 1))

    def draft(ids: np.ndarray) -> np.ndarray:
        return np.tile(q, (ids.size, 1))

    run = speculative_generate(target, draft, [0], max_new_tokens=3000, gamma=3, rng=np.random.default_rng(0))
    rate = float(acceptance_rate(np.exp(p), np.exp(q)))
    want = expected_accepted(rate, 3)
    assert abs(run.tokens_per_call - want) < 5 * 1.2 / np.sqrt(run.target_calls)
    assert rate == pytest.approx(0.7)


def test_stopping_and_the_end_of_the_budget() -> None:
    def count(ids: np.ndarray) -> np.ndarray:
        return 9.0 * np.eye(6)[(ids + 1) % 6]

    rng = np.random.default_rng(0)
    for gamma in (1, 2, 7):
        run = speculative_generate(count, count, [0], max_new_tokens=20, gamma=gamma, temperature=0, stop=4, rng=rng)
        assert run.tokens.tolist() == [1, 2, 3, 4]
        run = speculative_generate(count, count, [0], max_new_tokens=7, gamma=gamma, temperature=0, rng=rng)
        assert run.tokens.tolist() == [1, 2, 3, 4, 5, 0, 1]
    none = speculative_generate(count, count, [0], max_new_tokens=0, rng=rng)
    assert (none.tokens.size, none.target_calls, none.tokens_per_call) == (0, 0, 0.0)


def test_what_the_target_never_says_is_rejected_by_every_uniform_number() -> None:
    for u in (0.0, 0.5, float(np.nextafter(1, 0))):
        tokens = speculative_accept([1], P[:2], Q[:1], Scripted((u, 0.5)))  # P[0, 1] = 0
        assert tokens.tolist() == [3]


ENTRY = st.sampled_from([0.0, 0.25, 0.5, 0.5, 1.0, 1.0, 5e-324, -0.5, np.nan, np.inf])


def explained(error: Exception) -> None:
    assert any(name in str(error) for name in ("draft_tokens", "p_target", "q_draft", "p ", "q "))


@given(data=st.data(), gamma=st.integers(0, 2), vocabulary=st.integers(0, 3))
def test_any_distributions_give_tokens_or_a_clear_error(data: st.DataObject, gamma: int, vocabulary: int) -> None:
    def rows(count: int) -> np.ndarray:
        drawn = data.draw(hnp.arrays(np.float64, (count, vocabulary), elements=ENTRY))
        if vocabulary and data.draw(st.integers(0, 3)):
            drawn = np.nan_to_num(np.abs(drawn), posinf=1.0) + np.eye(vocabulary)[0] * 5e-324
            drawn /= drawn.sum(axis=1, keepdims=True)
        return drawn

    p, q = rows(gamma + 1), rows(gamma)
    drafts = data.draw(hnp.arrays(np.int64, gamma, elements=st.integers(-1, 3)))
    kept = p.tobytes(), q.tobytes(), drafts.tobytes()
    try:
        tokens = speculative_accept(drafts, p, q, np.random.default_rng(0))
        rate, rest = acceptance_rate(p[:-1], q), residual_distribution(p[:-1], q)
    except (TypeError, ValueError) as error:
        explained(error)
    else:
        taken = tokens.size - 1
        assert (tokens[:taken] == drafts[:taken]).all()
        assert p[taken, tokens[-1]] > 0
        assert ((rate >= 0) & (rate <= 1)).all()
        np.testing.assert_allclose(rest.sum(axis=-1), 1, atol=1e-12)
    assert (p.tobytes(), q.tobytes(), drafts.tobytes()) == kept


def test_nothing_is_trusted() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"draft_tokens\[0\] = 3 has probability 0 in q_draft"):
        speculative_accept([3], P[:2], Q[:1], rng)
    with pytest.raises(ValueError, match="p_target must have gamma \\+ 1 = 2 rows"):
        speculative_accept([0], P, Q[:1], rng)
    with pytest.raises(ValueError, match="q_draft must have shape"):
        speculative_accept([0, 1], P, Q[:1], rng)
    with pytest.raises(ValueError, match="draft_tokens must lie in"):
        speculative_accept([4], P[:2], Q[:1], rng)
    with pytest.raises(TypeError, match="draft_tokens must hold integers"):
        speculative_accept([0.5], P[:2], Q[:1], rng)
    for bad, match in ((P[:2] * 2, "p_target must"), (np.full((2, 4), np.nan), "p_target has 8 values")):
        with pytest.raises(ValueError, match=match):
            speculative_accept([0], bad, Q[:1], rng)
    with pytest.raises(TypeError, match="rng must be"):
        speculative_accept([0], P[:2], Q[:1], 0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="p and q must have one shape"):
        acceptance_rate(P, Q)
    assert speculative_accept([], P[:1] * 0 + [0, 0, 1, 0], np.zeros((0, 4)), rng).tolist() == [2]
    assert speculative_accept(np.array([2], np.int8), P[:2], Q[:1], rng).dtype == np.int64
    options: dict[str, Any] = {"max_new_tokens": 2, "rng": rng}
    good = table(0)
    with pytest.raises(ValueError, match="prompt must hold at least one token"):
        speculative_generate(good, good, np.zeros(0, int), **options)
    with pytest.raises(ValueError, match=r"target must return logits \(2, vocabulary\)"):
        speculative_generate(lambda ids: np.zeros(3), good, [0], **options)
    with pytest.raises(ValueError, match="draft must have the target's vocabulary of 4; got 3"):
        speculative_generate(table(0, 4), good, [0], **options)
    with pytest.raises(ValueError, match="ids below the draft's vocabulary of 3; got 9"):
        speculative_generate(good, lambda ids: np.zeros((ids.size, 3)), [9], **options)
    with pytest.raises(TypeError, match="stop must be an integer of at least 0"):
        speculative_generate(good, good, [0], stop=1.5, **options)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="gamma must be an integer of at least 1"):
        speculative_generate(good, good, [0], gamma=0, **options)
