"""Losses on hidden states and attention: against torch, the definition and differences; masks; what they ignore."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from minicompress.distillation import (
    attention_relation_loss,
    attention_score_loss,
    attention_transfer_loss,
    feature_loss,
    layer_map,
    relation_loss,
    tinybert_loss,
)

TOL = {"rtol": 1e-10, "atol": 1e-13}
MASK = np.array([[True, True, True, False, False], [True, True, True, True, True]])
TORCH = "torch in float64: value and autograd"
DIFFERENCES = "central differences"


# ---- FitNets -------------------------------------------------------------------------------------------------------


@pytest.mark.oracle("feature_loss", against=TORCH, tolerance="1e-10 relative")
@pytest.mark.parametrize("masked", [False, True])
def test_features_and_their_projection(masked: bool, data: Any, by_torch: Any) -> None:
    torch = pytest.importorskip("torch")
    s, t, p = data((2, 5, 4), 0), data((2, 5, 6), 1), data((6, 4), 2)
    mask = MASK if masked else None
    counted = torch.tensor(MASK if masked else np.ones_like(MASK))

    def oracle(x: Any, projection: Any) -> Any:
        y = torch.nn.functional.linear(x, projection)
        return torch.nn.functional.mse_loss(y[counted], torch.tensor(t)[counted])

    loss, (grad, by_projection) = feature_loss(s, t, projection=p, mask=mask)
    expected, slopes = by_torch(oracle, s, p)
    np.testing.assert_allclose(loss, expected, **TOL)
    np.testing.assert_allclose(grad, slopes[0], **TOL)
    np.testing.assert_allclose(by_projection, slopes[1], **TOL)
    plain = feature_loss(s @ p.T, t, mask=mask)
    np.testing.assert_allclose(plain[0], loss, rtol=1e-13)
    np.testing.assert_allclose(plain[1] @ p, grad, **TOL)


@pytest.mark.oracle("feature_loss", against=DIFFERENCES, tolerance="1e-9: the loss is quadratic")
def test_feature_gradients_are_slopes(data: Any, numeric: Any) -> None:
    s, t, p = data((3, 4), 3), data((3, 2), 4), data((2, 4), 5)
    _, (grad, by_projection) = feature_loss(s, t, projection=p)
    np.testing.assert_allclose(grad, numeric(lambda x: feature_loss(x, t, projection=p)[0], s), atol=1e-9)
    np.testing.assert_allclose(by_projection, numeric(lambda x: feature_loss(s, t, projection=x)[0], p), atol=1e-9)


def test_feature_arguments(data: Any) -> None:
    s = data((3, 4), 6)
    with pytest.raises(ValueError, match=r"teacher_features must have shape \(3, 4\)"):
        feature_loss(s, s[:, :2])
    with pytest.raises(ValueError, match=r"projection must have shape \(2, 4\)"):
        feature_loss(s, s[:, :2], projection=s)
    small = feature_loss(s.astype(np.float32), s[:, :2], projection=s[:2])
    assert small[1][0].dtype == np.float32
    assert small[1][1].dtype == np.float64


# ---- attention transfer --------------------------------------------------------------------------------------------


def paper_form(s: np.ndarray, t: np.ndarray) -> float:
    """Equation 2 without beta / 2, averaged over the batch: the norm of the difference, not its square."""
    maps = [(x**2).sum(axis=1).reshape(len(x), -1) for x in (s, t)]
    unit = [m / np.sqrt((m**2).sum(axis=1, keepdims=True)) for m in maps]
    return float(np.mean(np.sqrt(((unit[0] - unit[1]) ** 2).sum(axis=1))))


@pytest.mark.oracle("attention_transfer_loss", against=f"{TORCH}, after the authors' code", tolerance="1e-10 relative")
@pytest.mark.parametrize("tail", [(6,), (3, 4)])
def test_attention_transfer_follows_the_authors_code(tail: tuple[int, ...], data: Any, by_torch: Any) -> None:
    torch = pytest.importorskip("torch")
    s, t = data((3, 4, *tail), 7), data((3, 2, *tail), 8)
    s[1] *= 1e-7  # energies of 1e-14 lie below the floor of 1e-12 under the norm

    def unit(x: Any) -> Any:
        return torch.nn.functional.normalize(x.square().mean(1).flatten(1), dim=1)

    loss, grad = attention_transfer_loss(s, t)
    expected, (slope,) = by_torch(lambda x: (unit(x) - unit(torch.tensor(t))).square().mean(), s)
    np.testing.assert_allclose(loss, expected, **TOL)
    np.testing.assert_allclose(grad[[0, 2]], slope[[0, 2]], **TOL)
    np.testing.assert_allclose(grad[1], slope[1], rtol=1e-9)


@pytest.mark.oracle("attention_transfer_loss", against=DIFFERENCES, tolerance="1e-9")
def test_attention_transfer_gradient_is_a_slope(data: Any, numeric: Any) -> None:
    s, t = data((2, 3, 4), 9), data((2, 2, 4), 10)
    slope = numeric(lambda x: attention_transfer_loss(x, t)[0], s, 1e-4)
    np.testing.assert_allclose(attention_transfer_loss(s, t)[1], slope, atol=1e-9)


def test_attention_transfer_is_not_the_norm_of_the_paper(data: Any) -> None:
    s, t = data((1, 3, 5), 11), data((1, 2, 5), 12)
    loss, by_paper = attention_transfer_loss(s, t)[0], paper_form(s, t)
    np.testing.assert_allclose(loss, by_paper**2 / 5, rtol=1e-12)
    assert abs(loss - by_paper) > 0.5 * by_paper


def test_attention_transfer_ignores_scale_and_silence(data: Any) -> None:
    s, t = data((2, 3, 4), 13), data((2, 2, 4), 14)
    np.testing.assert_allclose(attention_transfer_loss(9 * s, t)[0], attention_transfer_loss(s, t / 3)[0], rtol=1e-12)
    silent, grad = attention_transfer_loss(np.zeros((2, 3, 4)), t)
    np.testing.assert_allclose(silent, 1 / 4)  # a zero map against a unit one
    assert not grad.any()
    with pytest.raises(ValueError, match="teacher_features must have the batch and positions"):
        attention_transfer_loss(s, t[:, :, :2])
    with pytest.raises(ValueError, match=r"student_features must have shape \(batch, channels"):
        attention_transfer_loss(s[0], t[0])


# ---- MiniLM relations ----------------------------------------------------------------------------------------------


def loop_relation(s: np.ndarray, t: np.ndarray, heads: int, mask: np.ndarray) -> float:
    """The definition, one head, one query and one key at a time."""
    total, count = 0.0, 0
    for b in range(len(s)):
        real = np.flatnonzero(mask[b])
        for h in range(heads):
            parts = [np.split(x[b], heads, axis=1)[h] for x in (s, t)]
            for i in real:
                q, p = ([math.exp(x[i] @ x[j] / math.sqrt(x.shape[1])) for j in real] for x in parts)
                q, p = ([v / math.fsum(r) for v in r] for r in (q, p))
                total += math.fsum(a * math.log(a / c) for a, c in zip(p, q, strict=True))
                count += 1
    return total / count


@pytest.mark.oracle("relation_loss", against="the definition, key by key", tolerance="1e-10 relative")
@pytest.mark.parametrize("heads", [1, 3])
@pytest.mark.parametrize("masked", [False, True])
def test_relations_are_their_definition(heads: int, masked: bool, data: Any, numeric: Any) -> None:
    s, t = data((2, 5, 6), 15, scale=0.4), data((2, 5, 12), 16, scale=0.4)
    mask = MASK if masked else None
    loss, grad = relation_loss(s, t, heads=heads, mask=mask)
    np.testing.assert_allclose(loss, loop_relation(s, t, heads, MASK if masked else np.ones_like(MASK)), rtol=1e-10)
    slope = numeric(lambda x: relation_loss(x, t, heads=heads, mask=mask)[0], s)
    np.testing.assert_allclose(grad, slope, atol=1e-8)
    if masked:
        assert not grad[~MASK].any()
        other = s.copy()
        other[~MASK] = 55.0
        assert relation_loss(other, t, heads=heads, mask=mask)[0] == loss, "padding is not looked at"


@pytest.mark.oracle("relation_loss", against=TORCH, tolerance="1e-10 relative")
def test_relations_are_those_of_torch(data: Any, by_torch: Any) -> None:
    torch = pytest.importorskip("torch")
    s, t, heads = data((2, 5, 6), 17), data((2, 5, 12), 18), 3

    def relation(x: Any) -> Any:
        x = x.view(2, 5, heads, -1).transpose(1, 2)
        return torch.log_softmax(x @ x.transpose(-1, -2) / math.sqrt(x.shape[-1]), -1)

    def oracle(x: Any) -> Any:
        kl = torch.nn.functional.kl_div(relation(x), relation(torch.tensor(t)), reduction="sum", log_target=True)
        return kl / (2 * heads * 5)

    expected, (slope,) = by_torch(oracle, s)
    loss, grad = relation_loss(s, t, heads=heads)
    np.testing.assert_allclose(loss, expected, **TOL)
    np.testing.assert_allclose(grad, slope, **TOL)


@pytest.mark.oracle("attention_relation_loss", against=TORCH, tolerance="1e-10 relative")
def test_attention_distributions_with_padding_are_those_of_torch(data: Any, by_torch: Any) -> None:
    torch = pytest.importorskip("torch")
    s, t = data((2, 3, 5, 5), 19), data((2, 3, 5, 5), 20)
    padded = ~torch.tensor(MASK)[:, None, None, :]

    def oracle(x: Any) -> Any:
        log_q, log_p = (torch.log_softmax(y.masked_fill(padded, -torch.inf), -1) for y in (x, torch.tensor(t)))
        terms = log_p.exp() * (log_p.masked_fill(padded, 0) - log_q.masked_fill(padded, 0))
        return terms.sum(-1).mean(1)[torch.tensor(MASK)].mean()

    expected, (slope,) = by_torch(oracle, s)
    loss, grad = attention_relation_loss(s, t, mask=MASK)
    np.testing.assert_allclose(loss, expected, **TOL)
    np.testing.assert_allclose(grad, slope, **TOL)


def test_value_relations_do_not_see_a_rotation_of_each_head(data: Any) -> None:
    """R depends on inner products alone: what a student may do freely within a head."""
    s, t = data((1, 5, 6), 21), data((1, 5, 6), 22)
    turn = np.linalg.qr(np.random.default_rng(0).standard_normal((2, 2)))[0]
    turned = (s.reshape(1, 5, 3, 2) @ turn).reshape(s.shape)
    np.testing.assert_allclose(relation_loss(turned, t, heads=3)[0], relation_loss(s, t, heads=3)[0], rtol=1e-11)
    with pytest.raises(ValueError, match="heads must divide the width 6 of student; got 4"):
        relation_loss(s, t, heads=4)
    with pytest.raises(ValueError, match=r"student_scores must have shape \(batch, heads, tokens, tokens\)"):
        attention_relation_loss(np.zeros((1, 1, 2, 3)), np.zeros((1, 1, 2, 3)))
    with pytest.raises(ValueError, match=r"student_scores must have shape \(batch, heads, tokens, tokens\)"):
        attention_score_loss(np.zeros((1, 1, 2, 3)), np.zeros((1, 1, 2, 3)))


# ---- TinyBERT ------------------------------------------------------------------------------------------------------


@pytest.mark.oracle("layer_map", against="TinyBERT, g(m) = 3 m for 4 of 12 layers, and its ablation", tolerance="equal")
def test_layer_maps_are_those_of_the_paper() -> None:
    np.testing.assert_equal(layer_map(4, 12), (3, 6, 9, 12))
    np.testing.assert_equal(layer_map(6, 12), (2, 4, 6, 8, 10, 12))
    np.testing.assert_equal(layer_map(4, 12, strategy="top"), (9, 10, 11, 12))
    np.testing.assert_equal(layer_map(4, 12, strategy="bottom"), (1, 2, 3, 4))
    for m in range(1, 25):
        chosen = layer_map(m, 24)
        assert chosen[-1] == 24
        assert all(a < b for a, b in zip((0, *chosen), chosen, strict=False)), "no layer twice"
    with pytest.raises(ValueError, match="student_layers must be an integer from 1 to 4; got 5"):
        layer_map(5, 4)
    with pytest.raises(ValueError, match="strategy must be one of"):
        layer_map(2, 4, strategy="middle")


@pytest.mark.oracle("attention_score_loss", against=TORCH, tolerance="1e-10 relative")
def test_attention_scores(data: Any, by_torch: Any) -> None:
    torch = pytest.importorskip("torch")
    s, t = data((2, 3, 5, 5), 23), data((2, 3, 5, 5), 24)
    pairs = torch.tensor(MASK[:, None, :, None] & MASK[:, None, None, :]).expand(2, 3, 5, 5)
    for mask, picked in ((None, torch.ones_like(pairs)), (MASK, pairs)):
        expected, (slope,) = by_torch(
            lambda x, picked=picked: torch.nn.functional.mse_loss(x[picked], torch.tensor(t)[picked]), s
        )
        loss, grad = attention_score_loss(s, t, mask=mask)
        np.testing.assert_allclose(loss, expected, **TOL)
        np.testing.assert_allclose(grad, slope, **TOL)


@pytest.mark.oracle("tinybert_loss", against=TORCH, tolerance="1e-10 relative")
def test_tinybert_sums_its_layers(data: Any, by_torch: Any) -> None:
    torch = pytest.importorskip("torch")
    mse = torch.nn.functional.mse_loss
    sh, th = [data((2, 5, 4), i) for i in range(3)], [data((2, 5, 6), 10 + i) for i in range(5)]
    sa, ta = [data((2, 3, 5, 5), 20 + i) for i in range(2)], [data((2, 3, 5, 5), 30 + i) for i in range(4)]
    p = data((6, 4), 40)

    def oracle(h0: Any, h1: Any, h2: Any, a1: Any, a2: Any, w: Any) -> Any:
        hidden = [mse(h @ w.T, torch.tensor(th[g])) for h, g in ((h0, 0), (h1, 2), (h2, 4))]
        return sum(hidden) + mse(a1, torch.tensor(ta[1])) + mse(a2, torch.tensor(ta[3]))

    loss, grads = tinybert_loss(sh, th, sa, ta, mapping=layer_map(2, 4), projection=p)
    expected, slopes = by_torch(oracle, *sh, *sa, p)
    np.testing.assert_allclose(loss, expected, **TOL)
    for grad, slope in zip((*grads.hidden, *grads.attention, grads.projection), slopes, strict=True):
        np.testing.assert_allclose(grad, slope, **TOL)
    assert tinybert_loss([th[0]] * 3, th, sa, ta, mapping=(1, 2))[1].projection is None
    with pytest.raises(ValueError, match="student_hidden must hold 3 entries for 2 and 4 layers; got 2"):
        tinybert_loss(sh[:2], th, sa, ta, mapping=(2, 4), projection=p)
    with pytest.raises(ValueError, match="mapping must be an integer from 1 to 4; got 5"):
        tinybert_loss(sh, th, sa, ta, mapping=(2, 5), projection=p)
