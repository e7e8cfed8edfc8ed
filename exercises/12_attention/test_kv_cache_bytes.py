"""Grader of kv_cache_bytes. Oracles: published sizes, and the list of all vectors of one token."""

import math

import pytest

LLAMA2_7B = {"kind": "mha", "layers": 32, "heads": 32, "head_dim": 128}
LLAMA3_8B = {"kind": "gqa", "layers": 32, "heads": 32, "head_dim": 128, "kv_heads": 8}
FALCON_7B = {"kind": "mqa", "layers": 32, "heads": 71, "head_dim": 64}
DEEPSEEK_V2 = {"kind": "mla", "layers": 60, "heads": 128, "head_dim": 128, "latent": 512, "rope": 64}
SMALL = {
    "mha": {"layers": 3, "heads": 6, "head_dim": 10},
    "gqa": {"layers": 3, "heads": 6, "head_dim": 10, "kv_heads": 2},
    "mqa": {"layers": 3, "heads": 6, "head_dim": 10},
    "mla": {"layers": 3, "heads": 6, "head_dim": 10, "latent": 23, "rope": 5},
}


def vectors(kind, heads, head_dim, kv_heads=None, latent=None, rope=None, bits=16, twice=False):
    """All vectors of one token in one layer: (numbers, bits)."""
    if kind == "mla":
        return [(latent, bits), (rope, 16)] * (2 if twice else 1)
    keys = {"mha": heads, "gqa": kv_heads, "mqa": 1}[kind]
    return [(head_dim, bits)] * keys + [(head_dim, bits)] * keys


def size(d, bits, group_size):
    """Filled and with its scales, counted one number at a time."""
    scales = 0 if bits == 16 else len(range(0, d, group_size))
    return len(range(0, d * bits, 8)) + 2 * scales


def exact(layers, tokens, batch=1, group_size=None, **shape):
    return layers * tokens * batch * sum(size(d, b, group_size) for d, b in vectors(**shape))


def mistakes(layers, tokens, batch=1, group_size=None, **shape):
    right = exact(layers, tokens, batch, group_size, **shape)
    copies, bits, kind = layers * tokens * batch, shape.get("bits", 16), shape["kind"]
    own = vectors(**shape)
    bare = copies * sum(math.ceil(d * b / 8) for d, b in own)
    found = {
        "the layers were left out": right // layers,
        "the batch was left out": right // batch,
        "bits, not bytes": 8 * bare,
        "the scales (每组一个 scale) were left out": bare,
        "one scale per vector; each group (分组) has one": bare + copies * 2 * sum(b < 16 for _, b in own),
        "float32 scales; they take 2 bytes": bare + 2 * (right - bare),
        "a group that is shorter has a scale as well: round up": bare
        + copies * 2 * sum(d // (group_size or 1) for d, b in own if b < 16),
        "the vectors were not filled up to whole bytes (每个向量)": right
        - bare
        + (copies * sum(d * b for d, b in own) + 7) // 8,
        "float16 needs no scale": copies * sum(size(d, 8, group_size or 1) + d for d, _ in own),
    }
    if kind == "mla":
        d, e = shape["latent"], shape["rope"]
        found |= {
            "the latent vector (潜向量) is stored once: it is key and value": 2 * right,
            "the latent vector was stored twice": right + copies * size(d, bits, group_size),
            "the rotary key is always stored with 16 bits": copies
            * (size(d, bits, group_size) + size(e, bits, group_size)),
            "the rotary key was left out": copies * size(d, bits, group_size),
            "latent and rotary key were stored for each head": right * shape["heads"],
            "the full heads of MHA; MLA caches the latent vector": exact(
                layers,
                tokens,
                batch,
                group_size,
                kind="mha",
                heads=shape["heads"],
                head_dim=shape["head_dim"],
                bits=bits,
            ),
        }
    else:
        full = {**shape, "kind": "mha"}
        found |= {
            "keys alone; values are cached too": right // 2,
            "every query head has a key and a value here: that is MHA": exact(
                layers, tokens, batch, group_size, **full
            ),
            "heads / kv_heads heads were cached; kv_heads is their number, not the size of a group": right
            * (shape["heads"] // (shape.get("kv_heads") or 1))
            // (shape.get("kv_heads") or 1),
        }
    return found


def holds(exercise, **given):
    exercise(**given).equals(exact(**given), known=mistakes(**given))


@pytest.mark.parametrize(
    ("model", "tokens", "published"),
    [
        (LLAMA2_7B, 4096, 2_147_483_648),
        (LLAMA3_8B, 8192, 2**30),
        (FALCON_7B, 1, 8192),
        (DEEPSEEK_V2, 1, 69_120),
    ],
)
def test_published_models(exercise, model, tokens, published):
    exercise(**model, tokens=tokens).equals(published, known=mistakes(**model, tokens=tokens))


def test_by_hand(exercise):
    """10 numbers of 3 bits are 4 bytes; groups of 4, 4 and 2 have 6 bytes of scales; 2 vectors, 2 heads, 3 layers."""
    given = {"kind": "gqa", **SMALL["gqa"], "tokens": 7, "batch": 5, "bits": 3, "group_size": 4}
    exercise(**given).equals(10 * 4 * 3 * 35, known=mistakes(**given))


@pytest.mark.parametrize("kind", ["mha", "gqa", "mqa", "mla"])
@pytest.mark.parametrize("bits", [2, 3, 4, 8, 16])
def test_kinds_and_bits(exercise, kind, bits):
    for group_size in (1, 5, 10, 64):
        holds(exercise, kind=kind, **SMALL[kind], tokens=11, batch=2, bits=bits, group_size=group_size)


def test_defaults(exercise):
    holds(exercise, kind="mla", **SMALL["mla"], tokens=9)
    holds(exercise, kind="gqa", **SMALL["gqa"], tokens=9, batch=4)


def test_as_many_kv_heads_as_heads(exercise):
    holds(exercise, kind="gqa", **{**SMALL["gqa"], "kv_heads": 6}, tokens=4, bits=4, group_size=4)


@pytest.mark.parametrize("bits", [0, 1, 5, 6, 12, 32])
def test_refuses_bits(exercise, bits):
    because = "bits must be 2, 3, 4, 8 or 16"
    exercise.raises(ValueError, kind="mha", **SMALL["mha"], tokens=4, bits=bits, group_size=8, because=because)


@pytest.mark.parametrize("kind", ["MHA", "", "gqa "])
def test_refuses_kind(exercise, kind):
    exercise.raises(ValueError, kind=kind, **SMALL["gqa"], tokens=4, because=f"there is no kind {kind!r}")


@pytest.mark.parametrize("kv_heads", [None, 4, 12])
def test_refuses_kv_heads(exercise, kv_heads):
    given = {**SMALL["gqa"], "kv_heads": kv_heads}
    exercise.raises(ValueError, kind="gqa", **given, tokens=4, because=f"kv_heads={kv_heads} does not divide 6 heads")


@pytest.mark.parametrize("name", ["latent", "rope"])
def test_refuses_mla_without(exercise, name):
    given = {**SMALL["mla"], name: None}
    exercise.raises(ValueError, kind="mla", **given, tokens=4, because=f"mla needs {name}")


@pytest.mark.parametrize("kind", ["mha", "mla"])
@pytest.mark.parametrize("bits", [3, 8])
def test_refuses_few_bits_without_groups(exercise, kind, bits):
    exercise.raises(ValueError, kind=kind, **SMALL[kind], tokens=4, bits=bits, because="group_size is missing")
