"""Plausible wrong answers; the first line of each docstring is found in the failure it gets."""


def _count(bias=1, norms=2, outer=1, attention=4, by_width=False, always_once=False, **given):
    width, inner = given["width"], given["intermediate"]
    embedding = given.get("embedding")
    rows = width if embedding is None else embedding
    sizes = [given[name] for name in ("vocabulary", "positions", "width", "layers", "intermediate")]
    if min(sizes) < 1 or rows < 1 or given["types"] < 0:
        raise ValueError("sizes")
    stored = 1 if given.get("shared") or always_once else given["layers"]
    found = {
        "embeddings": (given["vocabulary"] + given["positions"] + given["types"]) * rows,
        "projection": rows * width + bias * width if rows != width else 0,
        "attention": stored * attention * (width * width + bias * width),
        "feed_forward": stored * (2 * width * inner + bias * (width + inner)),
        "layer_norms": stored * norms * 2 * width + outer * 2 * (width if by_width else rows),
        "pooler": width * width + bias * width if given.get("pooler", True) else 0,
    }
    return {**found, "total": sum(found.values())}


def no_biases(*, vocabulary, positions, types, width, layers, intermediate, embedding=None, shared=False, pooler=True):
    """the biases \\(偏置\\) of the linear layers were left out
    Solver's mistake.
    """
    return _count(bias=0, **locals())


def weightless_norms(
    *, vocabulary, positions, types, width, layers, intermediate, embedding=None, shared=False, pooler=True
):
    """a layer norm was counted with a weight only
    Solver's mistake.
    """
    found = _count(**locals())
    found["layer_norms"] //= 2
    found["total"] -= found["layer_norms"]
    return found


def no_outer_norm(
    *, vocabulary, positions, types, width, layers, intermediate, embedding=None, shared=False, pooler=True
):
    """the layer norm of the embeddings was left out
    Solver's mistake.
    """
    return _count(outer=0, **locals())


def wide_outer_norm(
    *, vocabulary, positions, types, width, layers, intermediate, embedding=None, shared=False, pooler=True
):
    """the layer norm of the embeddings has width numbers here
    Solver's mistake.
    """
    return _count(by_width=True, **locals())


def one_norm_a_layer(
    *, vocabulary, positions, types, width, layers, intermediate, embedding=None, shared=False, pooler=True
):
    """one layer norm in each layer; there are two"""
    return _count(norms=1, **locals())


def sharing_ignored(
    *, vocabulary, positions, types, width, layers, intermediate, embedding=None, shared=False, pooler=True
):
    """the parameters of shared layers were counted once for each layer"""
    return _count(**{**locals(), "shared": False})


def always_shared(
    *, vocabulary, positions, types, width, layers, intermediate, embedding=None, shared=False, pooler=True
):
    """without sharing every layer has parameters of its own"""
    return _count(always_once=True, **locals())


def qkv_only(*, vocabulary, positions, types, width, layers, intermediate, embedding=None, shared=False, pooler=True):
    """three linear layers in the attention
    Solver's mistake.
    """
    return _count(attention=3, **locals())


def words_only(*, vocabulary, positions, types, width, layers, intermediate, embedding=None, shared=False, pooler=True):
    """the word table \\(词表\\) alone was counted"""
    found = _count(**locals())
    rest = (positions + types) * (width if embedding is None else embedding)
    return {**found, "embeddings": found["embeddings"] - rest, "total": found["total"] - rest}


def no_projection(
    *, vocabulary, positions, types, width, layers, intermediate, embedding=None, shared=False, pooler=True
):
    """the projection was left out"""
    found = _count(**locals())
    return {**found, "projection": 0, "total": found["total"] - found["projection"]}


def projection_of_equal_widths(
    *, vocabulary, positions, types, width, layers, intermediate, embedding=None, shared=False, pooler=True
):
    """\\['projection'\\]: expected 0, returned 56
    Solver's mistake.
    """
    found = _count(**locals())
    if embedding == width:
        found["projection"] = width * width + width
        found["total"] += found["projection"]
    return found


def a_total_only(
    *, vocabulary, positions, types, width, layers, intermediate, embedding=None, shared=False, pooler=True
):
    """expected a dict with the keys .*, returned the number"""
    return _count(**locals())["total"]


def unchecked(*, vocabulary, positions, types, width, layers, intermediate, embedding=None, shared=False, pooler=True):
    """expected ValueError, returned .*types must be at least 0"""
    given = {**locals(), "types": abs(types)}
    return _count(**given)
