"""Whatever comes in: a result that meets its bound, or a clear error. Never a warning, never a changed input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from minicompress import lowrank

ANY = st.one_of(
    st.floats(-5, 5, width=32),
    st.sampled_from([0.0, -0.0, 1e-45, 1e-38, 1e18, -1e38, 3e38, np.nan, np.inf, -np.inf]),
)
EPS = float(np.finfo(np.float32).eps)


@st.composite
def matrices(draw: st.DrawFn) -> np.ndarray:
    shape = draw(st.tuples(st.integers(0, 6), st.integers(0, 6)))
    x = draw(hnp.arrays(np.float32, shape, elements=ANY))
    x = np.nan_to_num(x, posinf=7, neginf=-7) if draw(st.integers(0, 3)) else x
    kind = draw(st.sampled_from([np.float16, np.float32, np.float64, np.int32]))
    with np.errstate(over="ignore"):
        x = (np.nan_to_num(x, posinf=0, neginf=0) % 100 if kind == np.int32 else x).astype(kind)
    return x[::-1] if draw(st.booleans()) else np.asfortranarray(x)


def rank_of(w: np.ndarray) -> int:
    return max(1, min(w.shape, default=1) // 2)


METHODS: dict[str, Any] = {
    "svd_factorize": lambda w: lowrank.svd_factorize(w, rank=rank_of(w), allow_growth=True),
    "activation_aware_svd": lambda w: lowrank.activation_aware_svd(
        w, np.ones((3, w.shape[1])), rank=rank_of(w), allow_growth=True
    ),
    "activation_aware_svd, on itself": lambda w: lowrank.activation_aware_svd(w, w, rank=rank_of(w), allow_growth=True),
    "factorize_embedding": lambda w: lowrank.factorize_embedding(
        w, rank=rank_of(w), counts=np.arange(1, len(w) + 1), allow_growth=True
    ),
    "low_rank_plus_sparse": lambda w: lowrank.low_rank_plus_sparse(
        w, rank=rank_of(w), density=0.3, n_iter=2, allow_growth=True
    ),
    "tucker2": lambda w: lowrank.tucker2(w[:, :, None], ranks=(rank_of(w), rank_of(w)), n_iter=1, allow_growth=True),
}


def explained(error: Exception) -> None:
    assert len(str(error)) > 15


@pytest.mark.parametrize("name", METHODS)
@given(w=matrices())
def test_a_matrix_within_its_bound_or_a_clear_error(name: str, w: np.ndarray) -> None:
    kept = w.tobytes()
    try:
        made = METHODS[name](w)
    except (TypeError, ValueError) as error:
        explained(error)
    else:
        back = made.to_dense().astype(np.float64)
        assert back.shape == w.shape
        assert np.isfinite(back).all()
        exact = w.astype(np.float64)
        # Each is a projection of w, or better: never further from it than 0 is, but for rounding.
        room = 16 * EPS * np.linalg.norm(exact) + 1e-43
        assert np.linalg.norm(back - exact) <= np.linalg.norm(exact) + room
        if name in ("svd_factorize", "low_rank_plus_sparse"):
            tail = np.linalg.svd(exact, compute_uv=False)[rank_of(w) :]
            assert np.linalg.norm(back - exact) <= np.linalg.norm(tail) + room
    assert w.tobytes() == kept


@given(a=matrices(), error=st.floats(1e-12, 1), n_iter=st.integers(0, 3))
def test_randomized_results_meet_their_bound(a: np.ndarray, error: float, n_iter: int) -> None:
    kept = a.tobytes()
    rng = np.random.default_rng(0)
    try:
        u, s, vt = lowrank.randomized_svd(a, rank=rank_of(a), n_iter=n_iter, rng=rng)
        rank = lowrank.rank_for_error(a, error=error, block=2, n_iter=n_iter, rng=rng)
    except (TypeError, ValueError) as failure:
        explained(failure)
    else:
        exact = np.linalg.svd(a.astype(np.float64), compute_uv=False)
        assert (np.diff(s) <= 0).all()
        assert (s <= exact[: len(s)] + 1e-12 * exact[0]).all(), "a projection has no larger singular value"
        np.testing.assert_allclose(u.T @ u, np.eye(len(s)), atol=1e-10)
        np.testing.assert_allclose(vt @ vt.T, np.eye(len(s)), atol=1e-10)
        scaled = exact / (exact[0] or 1.0)
        assert np.linalg.norm(scaled[rank:]) <= (error + 1e-13) * np.linalg.norm(scaled)
        assert 1 <= rank <= min(a.shape)
    assert a.tobytes() == kept


@given(
    values=st.lists(
        st.one_of(
            hnp.arrays(np.float64, st.integers(1, 5), elements=st.floats(0, 9)),
            hnp.arrays(np.float64, st.integers(1, 5), elements=st.sampled_from([0.0, 1e-300, 1.0, 1e300])),
            hnp.arrays(np.float64, st.integers(0, 9), elements=ANY),
        ),
        max_size=3,
    ),
    budget=st.one_of(st.integers(150, 900), st.integers(-1, 100)),
    energy=st.one_of(st.floats(0.01, 1), st.floats(-0.1, 1.1)),
)
def test_allocations_fit_or_say_why(values: list[np.ndarray], budget: int, energy: float) -> None:
    spectra = {str(i): np.sort(v)[::-1] for i, v in enumerate(values)}
    shapes = {name: (7, 5 + int(name)) for name in spectra}
    for allocate in (
        lambda: lowrank.allocate_ranks(spectra, shapes, max_bytes=budget),
        lambda: lowrank.allocate_ranks_by_energy(spectra, shapes, energy=energy),
    ):
        try:
            ranks = allocate()
        except (TypeError, ValueError) as error:
            explained(error)
        else:
            assert set(ranks) == set(spectra)
            assert all(1 <= r <= lowrank.break_even_rank(*shapes[name]) for name, r in ranks.items())
    try:
        ranks = lowrank.allocate_ranks(spectra, shapes, max_bytes=budget)
    except (TypeError, ValueError) as error:
        explained(error)
    else:
        assert sum(4 * r * sum(shapes[name]) for name, r in ranks.items()) <= budget


@given(a=matrices(), b=matrices(), alpha=st.one_of(st.floats(-1e3, 1e3), ANY), w=matrices(), x=matrices(), g=matrices())
def test_an_adapter_merges_or_says_why(
    a: np.ndarray, b: np.ndarray, alpha: float, w: np.ndarray, x: np.ndarray, g: np.ndarray
) -> None:
    w, x, g = np.resize(w, (len(b), a.shape[1])), np.resize(x, (3, a.shape[1])), np.resize(g, (3, len(b)))
    kept = [m.tobytes() for m in (a, b, w, x, g)]
    try:
        lora = lowrank.LoRA(a, np.resize(b, (len(b), len(a))), float(alpha))
        merged, delta, slopes = lora.merge(w), lora.delta(), lora.gradients(x, g)
    except (TypeError, ValueError) as error:
        explained(error)
    else:
        exact = w + lora.scale * lora.b.astype(np.float64) @ lora.a
        terms = np.abs(w) + abs(lora.scale) * np.abs(lora.b.astype(np.float64)) @ np.abs(lora.a)
        assert (np.abs(merged - exact) <= EPS * np.abs(exact) + 1e-14 * terms + 1e-44).all()
        assert delta.shape == merged.shape
        assert [s.shape for s in slopes] == [lora.a.shape, lora.b.shape]
        assert all(np.isfinite(s).all() for s in slopes)
    assert [m.tobytes() for m in (a, b, w, x, g)] == kept


@given(
    w=matrices(),
    x=matrices(),
    damping=st.one_of(st.floats(1e-10, 1), st.floats(1e-10, 1), ANY),
    energy=st.one_of(st.floats(0.01, 1), st.floats(0.01, 1), ANY),
)
def test_whitened_weights_and_their_rank_or_why_not(
    w: np.ndarray, x: np.ndarray, damping: float, energy: float
) -> None:
    x = np.resize(x, (len(x), w.shape[1])) if x.size else x
    kept = w.tobytes(), x.tobytes()
    try:
        whitened = lowrank.whitened_weights(w, x, damping=float(damping))
        s = np.linalg.svd(whitened, compute_uv=False)
        rank = lowrank.rank_for_energy(s, float(energy))
    except (TypeError, ValueError) as error:
        explained(error)
    else:
        assert whitened.shape == w.shape
        assert np.isfinite(whitened).all()
        assert 1 <= rank <= len(s)
        scaled = s / (s[0] or 1.0)
        assert np.sum(scaled[rank:] ** 2) <= (1 - energy) * np.sum(scaled**2) + 1e-15
    assert (w.tobytes(), x.tobytes()) == kept


@given(
    m=st.one_of(st.integers(1, 10**6), st.integers(-2, 9), st.floats()),
    n=st.one_of(st.integers(1, 10**6), st.integers(-2, 9)),
    size=st.one_of(st.floats(0.01, 1), st.floats(-1, 2)),
)
def test_ranks_that_shrink_or_why_not(m: int | float, n: int, size: float) -> None:
    try:
        limit, fits = lowrank.break_even_rank(m, n), lowrank.rank_for_size((m, n), size)
    except (TypeError, ValueError) as error:
        explained(error)
    else:
        assert limit * (m + n) < m * n <= (limit + 1) * (m + n)
        assert fits == 1 or fits * (m + n) <= size * m * n * (1 + 1e-12)
