"""Grader of albert_parameter_count. Oracles: transformers (frozen), and all tensors listed by name and shape."""

import math

import pytest

DEFAULTS = {
    "vocabulary": 30000,
    "embedding": 128,
    "hidden": 768,
    "feed_forward": 3072,
    "positions": 512,
    "types": 2,
    "layers": 12,
    "groups": 1,
    "pooler": True,
}
BERT = {"vocabulary": 30522, "embedding": None, "groups": 12}
SMALL = {
    "vocabulary": 100,
    "embedding": 6,
    "hidden": 12,
    "feed_forward": 20,
    "positions": 16,
    "types": 3,
    "layers": 4,
    "groups": 2,
}

# transformers 5.23.0: sum(p.numel() for p in AlbertModel(config).parameters()), and BertModel for the last one
TRANSFORMERS = [
    ({}, 11683584),
    ({"hidden": 1024, "feed_forward": 4096, "layers": 24}, 17683968),
    ({"hidden": 2048, "feed_forward": 8192, "layers": 24}, 58724864),
    ({"hidden": 4096, "feed_forward": 16384}, 222595584),
    (SMALL, 3334),
    (BERT, 109482240),
]


def linear(name, a, b):
    return {f"{name}.weight": (b, a), f"{name}.bias": (b,)}


def norm(name, width):
    return {f"{name}.gain": (width,), f"{name}.bias": (width,)}


def tensors(o):
    """A state dict of shapes; layers of one group have one name."""
    width = o["embedding"] or o["hidden"]
    found = {"words": (o["vocabulary"], width), "positions": (o["positions"], width), "types": (o["types"], width)}
    found |= norm("embeddings.norm", width)
    if o["embedding"] is not None:
        found |= linear("bridge", o["embedding"], o["hidden"])
    for layer in range(o["layers"]):
        group = f"group{layer * o['groups'] // o['layers']}"
        for name in ("query", "key", "value", "output"):
            found |= linear(f"{group}.{name}", o["hidden"], o["hidden"])
        found |= linear(f"{group}.up", o["hidden"], o["feed_forward"])
        found |= linear(f"{group}.down", o["feed_forward"], o["hidden"])
        found |= norm(f"{group}.norm1", o["hidden"]) | norm(f"{group}.norm2", o["hidden"])
    if o["pooler"]:
        found |= linear("pooler", o["hidden"], o["hidden"])
    return found


def size(shapes):
    return sum(math.prod(s) for s in shapes.values())


def count(**options):
    return size(tensors(DEFAULTS | options))


def mistakes(**options):
    """What the usual mistakes return."""
    o = DEFAULTS | options
    all_of_them = tensors(o)
    right = size(all_of_them)

    def without(*ends):
        return right - size({n: s for n, s in all_of_them.items() if any(e in n for e in ends)})

    width, h, f, g = o["embedding"] or o["hidden"], o["hidden"], o["feed_forward"], o["groups"]
    found = {}
    if o["embedding"] == h:
        found["the projection was left out because E = H; it is there also then"] = without("bridge")
    return found | {
        "the layers are not shared: each has weights of its own (跨层共享)": count(
            **(options | {"groups": o["layers"]})
        ),
        "one set of weights, whatever groups is": count(**(options | {"groups": 1, "layers": 1})),
        "layers / groups sets: the number of different sets is groups": right
        + (o["layers"] // g - g) * (size({n: s for n, s in all_of_them.items() if "group" in n}) // g),
        "the embedding is not factorized (嵌入分解)": count(**(options | {"embedding": None})),
        "the projection from E to H is missing": without("bridge"),
        "the projection from E to H has a bias": without("bridge.bias"),
        "a projection from H to H where embedding is None: there is none": right
        + (h * h + h) * (o["embedding"] is None),
        "the positions are missing": without("positions"),
        "the segment types are missing": without("types"),
        "positions and types have width E, as the words": right + (o["positions"] + o["types"]) * (h - width),
        "the layer norm of the embeddings is missing": without("embeddings.norm"),
        "the layer norm of the embeddings runs over E, before the projection": right + 2 * (h - width),
        "the layer norms are missing everywhere": without("norm"),
        "the layer norms of the layers are missing": without("norm1", "norm2"),
        "only one layer norm per layer": without("norm1"),
        "a layer norm has a gain and a bias": without("norm.bias", "norm1.bias", "norm2.bias"),
        "all biases are missing": without("bias"),
        "the biases of the projections in the layers are missing": without(
            "query.bias", "key.bias", "value.bias", "output.bias", "up.bias", "down.bias"
        ),
        "the biases of the feed-forward block are missing": without("up.bias", "down.bias"),
        "the output projection of attention is missing": without("output"),
        "the pooler was left out": without("pooler"),
        "the pooler was counted although it is not there": right + (h * h + h) * (not o["pooler"]),
        "a second pooler": right + h * h + h,
        "the feed-forward block has one matrix only": without("down"),
        "an output layer for words was counted": right + o["vocabulary"] * width,
        "a second set of F biases": right + g * f,
    }


def holds(exercise, **options):
    exercise(**options).equals(count(**options), known=mistakes(**options))


@pytest.mark.parametrize(("options", "expected"), TRANSFORMERS)
def test_agrees_with_transformers(exercise, options, expected):
    exercise(**options).equals(expected, known=mistakes(**options))


def test_the_paper_s_rounded_number(exercise):
    """Table 1 of the paper gives 12 M, 18 M, 60 M and 235 M; the last two count more than the encoder."""
    for options, published in (({}, 12), ({"hidden": 1024, "feed_forward": 4096, "layers": 24}, 18)):
        answer = exercise(**options).has(shape=(), dtype="integer")
        answer.check(round(int(answer.value) / 1e6) == published, f"published are {published} M parameters")


@pytest.mark.parametrize("groups", [1, 2, 3, 6])
def test_groups(exercise, groups):
    holds(exercise, **(SMALL | {"layers": 6, "groups": groups}))


@pytest.mark.parametrize("layers", [1, 3, 50])
def test_the_number_of_layers_changes_nothing(exercise, layers):
    holds(exercise, layers=layers)


@pytest.mark.parametrize("embedding", [None, 1, 12, 30])
def test_widths_of_the_embedding(exercise, embedding):
    """Where E = H there is a projection all the same."""
    holds(exercise, **(SMALL | {"embedding": embedding}))


@pytest.mark.parametrize("key", ["vocabulary", "hidden", "feed_forward", "positions", "types"])
def test_other_sizes(exercise, key):
    holds(exercise, **(SMALL | {key: 41}))
    holds(exercise, **(SMALL | {key: 1}))


def test_without_pooler_and_types(exercise):
    holds(exercise, **(SMALL | {"pooler": False}))
    holds(exercise, **(SMALL | {"types": 0}))


@pytest.mark.parametrize("key", ["vocabulary", "embedding", "hidden", "feed_forward", "positions", "layers"])
@pytest.mark.parametrize("value", [0, -1])
def test_refuses_sizes(exercise, key, value):
    exercise.raises(ValueError, **(SMALL | {key: value}), because=f"{key} must be at least 1")


def test_refuses_hidden_without_embedding(exercise):
    exercise.raises(ValueError, **(SMALL | {"hidden": 0, "embedding": None}), because="hidden must be at least 1")


def test_refuses_types(exercise):
    exercise.raises(ValueError, **(SMALL | {"types": -1}), because="types must be at least 0")


@pytest.mark.parametrize("groups", [0, -1, 5, 12])
def test_refuses_groups(exercise, groups):
    exercise.raises(ValueError, groups=13, because="groups must be in 1 .. layers, which is 12 by default")
    exercise.raises(ValueError, **(SMALL | {"groups": groups}), because="groups must be in 1 .. layers = 4")
