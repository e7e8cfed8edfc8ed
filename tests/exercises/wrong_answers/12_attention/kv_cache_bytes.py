"""Plausible wrong answers; the first line of each docstring is found in the failure it gets."""


def _bytes(
    kind, layers, heads, head_dim, tokens, batch=1, kv_heads=None, latent=None, rope=None, bits=16, group_size=None,
    *, ceil=True, scale=2, groups=None, twice=1, rope_bits=16, cached=None, sides=2,
):  # fmt: skip
    if kind not in ("mha", "gqa", "mqa", "mla") or bits not in (2, 3, 4, 8, 16) or (bits < 16 and not group_size):
        raise ValueError("kind or bits")

    def vector(d, b):
        packed = (d * b + 7) // 8 if ceil else d * b / 8
        count = groups(d) if groups else (d + (group_size or 1) - 1) // (group_size or 1)
        return packed + (scale * count if b < 16 else 0)

    if kind == "mla":
        if latent is None or rope is None:
            raise ValueError("mla")
        return int(layers * tokens * batch * (twice * vector(latent, bits) + vector(rope, rope_bits or bits)))
    if kind == "gqa" and (not kv_heads or heads % kv_heads):
        raise ValueError("kv_heads")
    n = cached or {"mha": heads, "gqa": kv_heads, "mqa": 1}[kind]
    return int(layers * tokens * batch * sides * n * vector(head_dim, bits))


def no_scales(*, group_size=None, **given):
    """the scales \\(每组一个 scale\\) were left out
    Solver's mistake.
    """
    return _bytes(**given, group_size=group_size, scale=0)


def one_scale_a_vector(*, group_size=None, **given):
    """one scale per vector
    Solver's mistake.
    """
    return _bytes(**given, group_size=group_size, groups=lambda d: 1)


def float32_scales(*, group_size=None, **given):
    """float32 scales"""
    return _bytes(**given, group_size=group_size, scale=4)


def short_group_forgotten(*, group_size=None, **given):
    """a group that is shorter has a scale as well"""
    return _bytes(**given, group_size=group_size, groups=lambda d: d // group_size)


def filled_at_the_end_only(*, group_size=None, **given):
    """the vectors were not filled up to whole bytes
    Solver's mistake.
    """
    return _bytes(**given, group_size=group_size, ceil=False)


def latent_twice(**given):
    """the latent vector was stored twice
    Solver's mistake.
    """
    return _bytes(**given, twice=2)


def rope_quantized(**given):
    """the rotary key is always stored with 16 bits
    Solver's mistake.
    """
    return _bytes(**given, rope_bits=0)


def all_heads(**given):
    """every query head has a key and a value here"""
    if given["kind"] == "mla":
        return _bytes(**given)
    _bytes(**given)
    return _bytes(**given, cached=given["heads"])


def keys_only(**given):
    """keys alone; values are cached too"""
    return _bytes(**given, sides=1)


def no_batch(*, batch=1, **given):
    """the batch was left out"""
    return _bytes(**given)


def group_of_heads(**given):
    """not the size of a group
    Solver's mistake.
    """
    _bytes(**given)
    if given["kind"] == "gqa":
        return _bytes(**given, cached=given["heads"] // given["kv_heads"])
    return _bytes(**given)


def any_kv_heads(**given):
    """kv_heads=4 does not divide 6 heads"""
    if given["kind"] == "gqa" and given["kv_heads"]:
        return _bytes(**{**given, "heads": given["kv_heads"]})
    return _bytes(**given)
