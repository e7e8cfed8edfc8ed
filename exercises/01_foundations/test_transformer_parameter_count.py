"""Grader of transformer_parameter_count. Oracles: published totals, and the list of all tensors of the model."""

import math

import pytest

BERT_BASE = {"vocabulary": 30522, "positions": 512, "types": 2, "width": 768, "layers": 12, "intermediate": 3072}
BERT_LARGE = {"vocabulary": 30522, "positions": 512, "types": 2, "width": 1024, "layers": 24, "intermediate": 4096}
DISTILBERT = {**BERT_BASE, "types": 0, "layers": 6, "pooler": False}
ALBERT_BASE = {**BERT_BASE, "vocabulary": 30000, "embedding": 128, "shared": True}
SMALL = {"vocabulary": 50, "positions": 9, "types": 3, "width": 7, "layers": 5, "intermediate": 11}

# sum(p.numel() for p in model.parameters()) of the models as published.
PUBLISHED = [
    (BERT_BASE, 109_482_240),
    (BERT_LARGE, 335_141_888),
    (DISTILBERT, 66_362_880),
    (ALBERT_BASE, 11_683_584),
]
PARTS = ("embeddings", "projection", "attention", "feed_forward", "layer_norms", "pooler")


def tensors(given):
    """Every tensor of the model, one by one: (part, shape)."""
    w, m = given["width"], given["intermediate"]
    e = given.get("embedding") or w
    found = [("embeddings", (given[name], e)) for name in ("vocabulary", "positions", "types")]
    found += [("layer_norms", (e,)), ("layer_norms", (e,))]
    if e != w:
        found += [("projection", (w, e)), ("projection", (w,))]
    for layer in range(given["layers"]):
        if layer and given.get("shared"):
            break
        for _ in ("query", "key", "value", "output"):
            found += [("attention", (w, w)), ("attention", (w,))]
        found += [("feed_forward", shape) for shape in ((m, w), (m,), (w, m), (w,))]
        found += [("layer_norms", (w,))] * 4
    if given.get("pooler", True):
        found += [("pooler", (w, w)), ("pooler", (w,))]
    return found


def total(counts):
    return {**counts, "total": sum(counts.values())}


def exact(given):
    return total({part: sum(math.prod(shape) for p, shape in tensors(given) if p == part) for part in PARTS})


def mistakes(given):
    right = {part: value for part, value in exact(given).items() if part != "total"}
    e, w = given.get("embedding") or given["width"], given["width"]
    own = 1 if given.get("shared") else given["layers"]
    matrices = {part: sum(math.prod(s) for p, s in tensors(given) if p == part and len(s) > 1) for part in PARTS}
    unshared = exact({**given, "shared": False})
    once = exact({**given, "shared": True})
    flipped = exact({**given, "pooler": not given.get("pooler", True)})
    tables = right["embeddings"]
    return {
        "the biases (偏置) of the linear layers were left out": total(
            {**matrices, "layer_norms": right["layer_norms"]}
        ),
        "a layer norm was counted with a weight only; it has a bias as well": total(
            {**right, "layer_norms": right["layer_norms"] // 2}
        ),
        "the layer norm of the embeddings was left out": total({**right, "layer_norms": right["layer_norms"] - 2 * e}),
        "the layer norm of the embeddings has width numbers here; it comes before the projection": total(
            {**right, "layer_norms": right["layer_norms"] - 2 * e + 2 * w}
        ),
        "one layer norm in each layer; there are two": total(
            {**right, "layer_norms": right["layer_norms"] - 2 * w * own}
        ),
        "the parameters of shared layers were counted once for each layer (共享的参数只存一份)": unshared,
        "one layer only: without sharing every layer has parameters of its own": once,
        "the pooler was counted although pooler=False, or left out": flipped,
        "the word table (词表) alone was counted: positions and types have tables too": total(
            {**right, "embeddings": given["vocabulary"] * e}
        ),
        "the rows of the tables were counted with width numbers; they have `embedding`": total(
            {**right, "embeddings": tables // e * w}
        ),
        "the projection was left out": total({**right, "projection": 0}),
        "three linear layers in the attention; the output layer is the fourth": total(
            {**right, "attention": right["attention"] // 4 * 3}
        ),
        "one of the two linear layers of the feed-forward block was left out": total(
            {**right, "feed_forward": right["feed_forward"] // 2}
        ),
        "the total counts only some of the parts": {
            **exact(given),
            "total": sum(right.values()) - right["layer_norms"],
        },
    }


def holds(exercise, given):
    exercise(**given).equals(exact(given), known=mistakes(given))


@pytest.mark.parametrize(("given", "published"), PUBLISHED)
def test_published_models(exercise, given, published):
    answer = exercise(**given)
    answer.equals(exact(given), known=mistakes(given))
    answer.part("total", "total").equals(published)


def test_by_hand(exercise):
    """Width 2, one layer, intermediate 3, 4 + 1 + 1 rows."""
    given = {"vocabulary": 4, "positions": 1, "types": 1, "width": 2, "layers": 1, "intermediate": 3}
    expected = {
        "embeddings": 12,
        "projection": 0,
        "attention": 24,
        "feed_forward": 17,
        "layer_norms": 12,
        "pooler": 6,
        "total": 71,
    }
    exercise(**given).equals(expected, known=mistakes(given))


@pytest.mark.parametrize("pooler", [True, False])
@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("embedding", [None, 3, 7, 20])
def test_options(exercise, pooler, shared, embedding):
    holds(exercise, {**SMALL, "pooler": pooler, "shared": shared, "embedding": embedding})


def test_ones(exercise):
    holds(exercise, dict.fromkeys(SMALL, 1))
    holds(exercise, {**dict.fromkeys(SMALL, 1), "types": 0, "embedding": 1})
    holds(exercise, {**SMALL, "embedding": 1})


@pytest.mark.parametrize("value", [0, -1])
@pytest.mark.parametrize("name", ["vocabulary", "positions", "width", "layers", "intermediate", "embedding"])
def test_refuses(exercise, name, value):
    exercise.raises(ValueError, **{**SMALL, name: value}, because=f"{name} must be at least 1")


def test_refuses_negative_types(exercise):
    exercise.raises(ValueError, **{**SMALL, "types": -1}, because="types must be at least 0")
