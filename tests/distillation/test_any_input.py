"""Whatever comes in: a finite loss and gradient, or a clear error. Never a warning, never a changed input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from minicompress import distillation as d

ANY = st.one_of(
    st.floats(-5, 5, width=32),
    st.sampled_from([0.0, -0.0, 1e-45, 1e-38, 1e18, -3e38, 3e38, np.nan, np.inf, -np.inf]),
)
DTYPES = st.sampled_from([np.float32, np.float64, np.float16, np.int32, bool])


def square_attention(x: np.ndarray) -> np.ndarray:
    """(batch, tokens, width) -> (batch, heads = 1, tokens, tokens), out of whatever numbers are there."""
    tokens = x.shape[1]
    return np.resize(x, (x.shape[0], 1, tokens, tokens)) if x.size else np.zeros((x.shape[0], 1, tokens, tokens))


LOSSES: dict[str, Any] = {
    "soft_target_loss": lambda s, t: d.soft_target_loss(s, t, temperature=0.1),
    "reverse_kl_loss": lambda s, t: d.reverse_kl_loss(s, t, temperature=50.0),
    "symmetric_kl_loss": d.symmetric_kl_loss,
    "jsd_loss": lambda s, t: d.jsd_loss(s, t, beta=0.9),
    "logit_mse_loss": d.logit_mse_loss,
    "hard_label_loss": lambda s, t: d.hard_label_loss(s, np.zeros(s.shape[:-1], int)),
    "distillation_loss": lambda s, t: d.distillation_loss(s, t, labels=np.zeros(s.shape[:-1], int)),
    "multi_teacher_loss": lambda s, t: d.multi_teacher_loss(s, [t, s]),
    "top_k_loss": lambda s, t: d.top_k_loss(s, *d.top_k_logits(t, k=1)),
    "feature_loss": lambda s, t: d.feature_loss(s, t),
    "attention_transfer_loss": d.attention_transfer_loss,
    "relation_loss": lambda s, t: d.relation_loss(s, t, heads=1),
    "attention_relation_loss": lambda s, t: d.attention_relation_loss(square_attention(s), square_attention(t)),
    "attention_score_loss": lambda s, t: d.attention_score_loss(square_attention(s), square_attention(t)),
    "rkd_distance_loss": lambda s, t: d.rkd_distance_loss(s[0], t[0]),
    "rkd_angle_loss": lambda s, t: d.rkd_angle_loss(s[0], t[0]),
}


def explained(error: Exception) -> None:
    assert len(str(error)) > 15


@st.composite
def tensors(draw: st.DrawFn) -> np.ndarray:
    shape = draw(st.tuples(st.integers(1, 2), st.integers(0, 5), st.integers(1, 4)))
    with np.errstate(over="ignore", invalid="ignore"):
        x = draw(hnp.arrays(np.float32, shape, elements=ANY))
        x = np.nan_to_num(x) if draw(st.integers(0, 3)) else x
        kind = draw(DTYPES)
        x = np.clip(x, -6e4, 6e4) if kind == np.float16 and draw(st.integers(0, 3)) else x
        x = (np.nan_to_num(x, posinf=0, neginf=0) % 100 if kind in (np.int32, bool) else x).astype(kind)
    return x[:, ::-1] if draw(st.booleans()) else np.asfortranarray(x)


@pytest.mark.parametrize("name", LOSSES)
@given(data=st.data())
def test_a_result_or_a_clear_error(name: str, data: st.DataObject) -> None:
    student = data.draw(tensors())
    other = data.draw(tensors())
    fits = data.draw(st.integers(0, 3)) > 0 and other.size > 0
    teacher = np.resize(other, student.shape) if fits else other
    kept = student.tobytes(), teacher.tobytes()
    try:
        loss, grad = LOSSES[name](student, teacher)
    except (TypeError, ValueError) as error:
        explained(error)
    else:
        assert type(loss) is float
        assert np.isfinite(loss)
        assert loss >= 0
        assert grad.dtype == (np.float64 if student.dtype == np.float64 else np.float32) or name.startswith(
            "attention_"
        )
        assert np.isfinite(grad).all()
    assert (student.tobytes(), teacher.tobytes()) == kept


def test_every_loss_is_driven() -> None:
    public = {n for n in d.__all__ if n.endswith("_loss")}
    elsewhere = {
        "multi_task_loss",
        "robust_distillation_loss",
        "tinybert_loss",
    }  # compositions, held in their own files
    assert public - elsewhere == set(LOSSES)


@given(tensors(), tensors(), st.one_of(st.floats(0, 2), ANY), st.integers(-1, 3))
def test_compositions_give_a_result_or_a_clear_error(s: np.ndarray, t: np.ndarray, weight: float, layer: int) -> None:
    kept = s.tobytes(), t.tobytes()
    scores = square_attention(s)
    labels = np.zeros(s.shape[:-1], int)
    for run in (
        lambda: d.multi_task_loss({"a": (1.0, s)}, weights={"a": float(weight)}),
        lambda: d.robust_distillation_loss(s, t, s, labels=labels, alpha=float(weight)),
        lambda: d.tinybert_loss([s, s], [s, s, s], [scores], [scores, scores], mapping=[layer]),
    ):
        try:
            loss, _ = run()
        except (TypeError, ValueError) as error:
            explained(error)
        else:
            assert np.isfinite(loss)
            assert loss >= 0
    assert (s.tobytes(), t.tobytes()) == kept


@given(tensors(), st.integers(-1, 5))
def test_top_logits_are_the_largest_or_why_not(t: np.ndarray, k: int) -> None:
    kept = t.tobytes()
    try:
        values, where = d.top_k_logits(t, k=k)
    except (TypeError, ValueError) as error:
        explained(error)
    else:
        np.testing.assert_array_equal(values, np.sort(t, axis=-1)[..., ::-1][..., :k])
        np.testing.assert_array_equal(np.take_along_axis(t, where.astype(int), axis=-1), values)
    assert t.tobytes() == kept


@given(st.integers(-1, 40), st.integers(-1, 40), st.sampled_from(["uniform", "top", "bottom", "middle"]))
def test_layer_maps_rise_or_say_why(student: int, teacher: int, strategy: str) -> None:
    try:
        chosen = d.layer_map(student, teacher, strategy=strategy)
    except ValueError as error:
        explained(error)
    else:
        assert len(chosen) == student
        assert chosen[0] >= 1
        assert chosen[-1] <= teacher
        assert all(a < b for a, b in zip(chosen, chosen[1:], strict=False))


@given(
    hnp.arrays(np.float32, st.integers(0, 5), elements=ANY),
    st.one_of(st.floats(0, 1e300), st.just(np.nan)),
    st.integers(-1, 3),
)
def test_an_attack_stays_in_the_ball_or_says_why(x: np.ndarray, epsilon: float, steps: int) -> None:
    kept = x.tobytes()
    try:
        found = d.pgd_perturb(x, np.sign, epsilon=epsilon, step=epsilon / 2, steps=steps, rng=np.random.default_rng(0))
    except (TypeError, ValueError) as error:
        explained(error)
    else:
        assert np.isfinite(found).all()
        centre = x.astype(np.float64)
        gap = np.abs(found - centre)
        assert (gap <= epsilon * (1 + 2.0**-23) + np.abs(centre) * 2.0**-23 + 1e-45).all()
    assert x.tobytes() == kept
