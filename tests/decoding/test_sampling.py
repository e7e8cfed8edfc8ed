"""Temperature, top-k and top-p against transformers and brute force; draws against the chi-square test."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.special import softmax
from scipy.stats import chisquare

from minicompress.decoding import greedy, sample, softmax_probabilities

LOGITS = hnp.arrays(np.float64, st.integers(1, 8), elements=st.floats(-9, 9))
ANY = st.one_of(st.floats(-9, 9), st.sampled_from([0.0, 1e308, -1e308, np.nan, np.inf, -np.inf]))


@pytest.mark.oracle("softmax_probabilities", against="scipy.special.softmax", tolerance="1e-14")
@given(logits=LOGITS, temperature=st.floats(0.05, 20))
def test_temperature_is_that_of_scipy(logits: np.ndarray, temperature: float) -> None:
    np.testing.assert_allclose(
        softmax_probabilities(logits, temperature=temperature), softmax(logits / temperature), rtol=1e-12, atol=1e-14
    )


@pytest.mark.oracle("softmax_probabilities", against="transformers' logits warpers", tolerance="1e-12")
@pytest.mark.parametrize(("temperature", "top_k", "top_p"), [(1, 5, None), (0.7, None, 0.8), (1.5, 12, 0.6), (1, 1, 1)])
@pytest.mark.filterwarnings("ignore")
def test_the_rules_of_transformers(temperature: float, top_k: int | None, top_p: float | None) -> None:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    logits = 2 * np.random.default_rng(0).standard_normal((50, 40))
    theirs = transformers.TemperatureLogitsWarper(float(temperature))(None, torch.from_numpy(logits))
    if top_k is not None:
        theirs = transformers.TopKLogitsWarper(top_k)(None, theirs)
    if top_p is not None and top_p < 1:
        theirs = transformers.TopPLogitsWarper(top_p)(None, theirs)
    want = torch.softmax(theirs, -1).numpy()
    got = softmax_probabilities(logits, temperature=temperature, top_k=top_k, top_p=top_p)
    np.testing.assert_allclose(got, want, atol=1e-12)
    assert ((got > 0) == (want > 0)).all()


@pytest.mark.oracle("softmax_probabilities", against="brute force over all sets of tokens", tolerance="equal")
@given(
    logits=hnp.arrays(np.float64, st.integers(1, 6), elements=st.integers(-3, 3), unique=True),
    mass=st.floats(0.01, 0.99),
)
def test_top_p_keeps_the_fewest_tokens(logits: np.ndarray, mass: float) -> None:
    p = softmax(logits)
    kept = softmax_probabilities(logits, top_p=mass) > 0
    sizes = [n for n in range(1, p.size + 1) for s in itertools.combinations(p, n) if sum(s) >= mass]
    assert kept.sum() == min(sizes, default=p.size)
    assert p[kept].min() >= p[~kept].max(initial=0)


@pytest.mark.oracle("softmax_probabilities", against="brute force: sorting", tolerance="equal")
@given(logits=hnp.arrays(np.float64, st.integers(1, 6), elements=st.integers(-3, 3)), k=st.integers(1, 8))
def test_top_k_keeps_the_largest_and_their_equals(logits: np.ndarray, k: int) -> None:
    kth = sorted(logits, reverse=True)[min(k, logits.size) - 1]
    np.testing.assert_array_equal(softmax_probabilities(logits, top_k=k) > 0, logits >= kth)


@pytest.mark.oracle("greedy", against="the limits worked out by hand", tolerance="equal")
def test_the_limits() -> None:
    logits = np.array([[0.0, 3.0, 3.0], [-np.inf, -5.0, -np.inf]])
    np.testing.assert_array_equal(softmax_probabilities(logits, temperature=0), [[0, 1, 0], [0, 1, 0]])
    np.testing.assert_array_equal(softmax_probabilities(logits, temperature=1e-300), [[0, 0.5, 0.5], [0, 1, 0]])
    np.testing.assert_array_equal(softmax_probabilities([1e308, -1e308]), [1, 0])
    np.testing.assert_array_equal(greedy(logits), [1, 1])
    np.testing.assert_array_equal(softmax_probabilities([1.0, 2.0], top_p=1e-300), [0, 1])


def explained(error: Exception) -> None:
    assert any(name in str(error) for name in ("logits", "temperature", "top_k", "top_p"))


@given(
    logits=hnp.arrays(np.float64, hnp.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=4), elements=ANY),
    temperature=st.one_of(st.floats(0, 3), ANY),
    top_k=st.one_of(st.none(), st.integers(-1, 5), st.just(2.0)),
    top_p=st.one_of(st.none(), st.floats(0, 1), ANY),
)
def test_any_logits_give_distributions_or_a_clear_error(
    logits: np.ndarray, temperature: float, top_k: Any, top_p: float | None
) -> None:
    kept = logits.tobytes()
    try:
        p = softmax_probabilities(logits, temperature=temperature, top_k=top_k, top_p=top_p)
        ids, best = sample(p, np.random.default_rng(0)), greedy(logits)
    except (TypeError, ValueError) as error:
        explained(error)
    else:
        np.testing.assert_allclose(p.sum(axis=-1), 1, atol=1e-12)
        assert ids.shape == best.shape == logits.shape[:-1]
        assert (np.take_along_axis(p, ids[..., None], -1) > 0).all()
        assert (np.take_along_axis(logits, best[..., None], -1)[..., 0] == logits.max(axis=-1)).all()
    assert logits.tobytes() == kept


@pytest.mark.oracle("sample", against="scipy.stats.chisquare, fixed seed", tolerance="p > 0.001")
def test_draws_have_the_distribution() -> None:
    p = np.array([0.0, 0.5, 0.1, 0.0, 0.3, 0.1, 0.0])
    ids = sample(np.tile(p, (20000, 1)), np.random.default_rng(0))
    counts = np.bincount(ids, minlength=7)
    assert counts[p == 0].sum() == 0
    assert chisquare(counts[p > 0], 20000 * p[p > 0]).pvalue > 0.001
    wrong = np.where(p == 0.5, 0.47, np.where(p == 0.3, 0.33, p))
    assert chisquare(counts[p > 0], 20000 * wrong[p > 0]).pvalue < 1e-6, "the test can tell"


class Scripted(np.random.Generator):
    """A generator whose uniform numbers are given."""

    def __init__(self, *values: float) -> None:
        super().__init__(np.random.PCG64(0))
        self.values = list(values)

    def random(self, size: Any = None, *_: Any, **__: Any) -> Any:
        return self.values.pop(0) if size in (None, ()) else np.array([self.values.pop(0) for _ in range(size[0])])


def test_the_ends_of_the_unit_interval() -> None:
    p = [0.0, 0.3, 0.7 - 1e-9, 1e-9, 0.0]
    assert int(sample(p, Scripted(0.0))) == 1
    assert int(sample(p, Scripted(np.nextafter(1, 0)))) == 3
    assert int(sample([0.1] * 10 + [0.0], Scripted(np.nextafter(1, 0)))) == 9
    thirds = np.full(3, 1 / 3)
    assert int(sample(np.append(thirds, 0.0), Scripted(np.nextafter(1, 0)))) == 2


@given(weights=hnp.arrays(np.float64, st.integers(1, 9), elements=st.floats(0, 1)))
def test_the_largest_uniform_number_draws_the_last_possible_id(weights: np.ndarray) -> None:
    if weights.sum() > 1e-9:
        p = np.append(weights / weights.sum(), 0.0)
        ids = int(sample(p, Scripted(np.nextafter(1, 0))))
        assert p[ids] > 0
        assert p[ids + 1 :].sum() < 1e-15


@pytest.mark.parametrize(
    "p", [[0.5, 0.4], [0.5, 0.6], [-0.1, 1.1], [np.nan, 1], [np.inf, 0], [], 1.0, [[0.5, 0.5], [1, 1]], ["a"], [2, -1]]
)
def test_what_is_no_distribution_is_refused(p: Any) -> None:
    with pytest.raises((ValueError, TypeError), match="^p "):
        sample(p, np.random.default_rng(0))
    with pytest.raises(TypeError, match="rng must be"):
        sample([1.0], 0)  # type: ignore[arg-type]
