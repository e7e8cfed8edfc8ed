"""Cutting units out: the smaller network computes what the masked one did, on fewer numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minicompress.pruning import DependencyGroup, channel_mask

RNG = np.random.default_rng(0)
FFN = DependencyGroup(6, (("w1", 0), ("b1", 0), ("w2", 1)))
HEADS = DependencyGroup(4, (("wq", 0), ("bq", 0), ("wk", 0), ("wv", 0), ("wo", 1)))
FUSED = DependencyGroup(4, (("wqkv", 0, 3), ("wo", 1)))
CONV = DependencyGroup(5, (("conv1", 0), ("norm", 0), ("conv2", 1), ("flat", 1)))


def ffn_weights() -> dict[str, np.ndarray]:
    return {
        "w1": RNG.standard_normal((6, 4)),
        "b1": RNG.standard_normal(6),
        "w2": RNG.standard_normal((3, 6)),
        "b2": RNG.standard_normal(3),
    }


def ffn(weights: dict[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    return np.maximum(x @ weights["w1"].T + weights["b1"], 0) @ weights["w2"].T + weights["b2"]


def attention(weights: dict[str, np.ndarray], x: np.ndarray, width: int) -> np.ndarray:
    q, k, v = (x @ weights[name].T for name in ("wq", "wk", "wv"))
    q = q + weights["bq"]
    out = []
    for start in range(0, q.shape[1], width):
        s = slice(start, start + width)
        logits = q[:, s] @ k[:, s].T / np.sqrt(width)
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        out.append(p / p.sum(axis=1, keepdims=True) @ v[:, s])
    return np.concatenate(out, axis=1) @ weights["wo"].T


def masked(weights: dict[str, np.ndarray], masks: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: w * masks[name] if name in masks else w for name, w in weights.items()}


@pytest.mark.oracle(
    "DependencyGroup",
    against="the network with the units' weights at 0",
    tolerance="1e-12: zeros add nothing; sums shorter",
)
@given(keep=st.lists(st.booleans(), min_size=6, max_size=6).filter(any))
def test_neurons(keep: list[bool]) -> None:
    weights, x, kept = ffn_weights(), RNG.standard_normal((7, 4)), np.array(keep)
    before = {name: w.tobytes() for name, w in weights.items()}
    smaller = FFN.cut(weights, kept)
    n = int(kept.sum())
    assert {name: w.shape for name, w in smaller.items()} == {"w1": (n, 4), "b1": (n,), "w2": (3, n), "b2": (3,)}
    np.testing.assert_allclose(ffn(smaller, x), ffn(masked(weights, FFN.masks(weights, kept)), x), atol=1e-12)
    assert {name: w.tobytes() for name, w in weights.items()} == before


@pytest.mark.oracle(
    "DependencyGroup",
    against="attention with the heads' weights at 0",
    tolerance="1e-12: zeros add nothing; sums shorter",
)
@pytest.mark.parametrize("keep", [[1, 0, 1, 1], [0, 0, 0, 1], [1, 1, 1, 1]])
def test_heads(keep: list[int]) -> None:
    kept, x = np.array(keep, bool), RNG.standard_normal((6, 10))
    weights = {name: RNG.standard_normal((12, 10)) for name in ("wq", "wk", "wv")}
    weights |= {"bq": RNG.standard_normal(12), "wo": RNG.standard_normal((10, 12))}
    smaller = HEADS.cut(weights, kept)
    assert smaller["wq"].shape == (3 * kept.sum(), 10)
    assert smaller["wo"].shape == (10, 3 * kept.sum())
    np.testing.assert_allclose(
        attention(smaller, x, 3), attention(masked(weights, HEADS.masks(weights, kept)), x, 3), atol=1e-12
    )
    # The same heads where queries, keys and values are one tensor.
    fused = {"wqkv": np.concatenate([weights[n] for n in ("wq", "wk", "wv")]), "wo": weights["wo"]}
    cut = FUSED.cut(fused, kept)
    np.testing.assert_array_equal(cut["wqkv"], np.concatenate([smaller[n] for n in ("wq", "wk", "wv")]))
    np.testing.assert_array_equal(cut["wo"], smaller["wo"])


def test_convolution_channels_into_a_flattened_layer() -> None:
    weights: dict[str, np.ndarray] = {"conv1": RNG.standard_normal((5, 2, 3)), "norm": RNG.standard_normal(5)}
    weights |= {"conv2": RNG.standard_normal((4, 5, 3)), "flat": RNG.standard_normal((2, 5 * 7))}
    kept = np.array([True, False, True, True, False])
    cut = CONV.cut(weights, kept)
    np.testing.assert_array_equal(cut["flat"], weights["flat"].reshape(2, 5, 7)[:, kept].reshape(2, -1))
    assert {n: w.shape for n, w in cut.items()} == {
        "conv1": (3, 2, 3),
        "norm": (3,),
        "conv2": (4, 3, 3),
        "flat": (2, 21),
    }


def test_sums_over_the_group() -> None:
    weights = ffn_weights()
    squared = {name: w**2 for name, w in weights.items()}
    by_hand = [
        (weights["w1"][i] ** 2).sum() + weights["b1"][i] ** 2 + (weights["w2"][:, i] ** 2).sum() for i in range(6)
    ]
    np.testing.assert_allclose(FFN.unit_sum(squared), by_hand, rtol=1e-12)
    fused = {"wqkv": RNG.standard_normal((24, 5)), "wo": RNG.standard_normal((5, 8))}
    by_hand = [
        fused["wqkv"].reshape(3, 4, 2, 5)[:, i].sum() + fused["wo"].reshape(5, 4, 2)[:, i].sum() for i in range(4)
    ]
    np.testing.assert_allclose(FUSED.unit_sum(fused), by_hand, rtol=1e-12)
    # The sums rank units for any mask; a vector of units is its own mask.
    keep = channel_mask(np.ones(6), sparsity=0.5, score=FFN.unit_sum(squared))
    assert FFN.cut(weights, keep)["w1"].shape == (3, 4)


@pytest.mark.parametrize(
    ("error", "call", "message"),
    [
        (ValueError, lambda w: FFN.cut(w, np.zeros(6, bool)), "keep must leave at least one unit"),
        (ValueError, lambda w: FFN.cut(w, np.ones(5, bool)), r"keep must be a boolean array of shape \(6,\)"),
        (ValueError, lambda w: FFN.masks(w, [True] * 6), "keep must be a boolean array"),
        (ValueError, lambda w: FFN.cut({"w1": w["w1"]}, np.ones(6, bool)), "member 'b1' is no tensor"),
        (TypeError, lambda w: FFN.cut([w["w1"]], np.ones(6, bool)), "weights must be a mapping"),
        (ValueError, lambda w: FFN.cut({**w, "w2": w["w1"]}, np.ones(6, bool)), "axis 1 of 'w2' must hold 1 x 6 runs"),
        (ValueError, lambda w: FFN.cut({**w, "w2": w["b1"]}, np.ones(6, bool)), "axis 1 of 'w2' must hold 1 x 6 runs"),
        (ValueError, lambda w: FFN.unit_sum({**w, "b1": w["b1"] * np.nan}), r"values\['b1'\] has 6 values"),
        (ValueError, lambda w: FFN.unit_sum({k: v / v * 1e308 for k, v in w.items()}), "leave the range of float64"),
        (ValueError, lambda w: DependencyGroup(0, (("a", 0),)), "units must be an integer of at least 1"),
        (TypeError, lambda w: DependencyGroup(2, ()), "members must be a tuple"),
        (TypeError, lambda w: DependencyGroup(2, (("a",),)), "a member must be"),
        (TypeError, lambda w: DependencyGroup(2, (("a", "0"),)), "axis of 'a' must be an integer"),
        (ValueError, lambda w: DependencyGroup(2, (("a", 0, 0),)), "copies of 'a' must be an integer"),
        (ValueError, lambda w: DependencyGroup(2, (("a", 0), ("a", 0))), "members must not name an axis twice"),
    ],
)
def test_what_does_not_fit_is_named(error: type[Exception], call: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        call(ffn_weights())
