"""Plausible wrong answers to albert_parameter_count; the first line of each docstring is in the failure it gets."""


def _parts(vocabulary, embedding, hidden, feed_forward, positions, types, layers, groups, pooler):
    e = hidden if embedding is None else embedding
    if min(vocabulary, e, hidden, feed_forward, positions, groups) < 1 or types < 0 or groups > layers:
        raise ValueError("arguments")
    tables = (vocabulary + positions + types + 2) * e
    bridge = 0 if embedding is None else e * hidden + hidden
    layer = 4 * (hidden * hidden + hidden) + 2 * hidden * feed_forward + feed_forward + hidden + 4 * hidden
    return tables, bridge, layer, (hidden * hidden + hidden) * pooler


def _all(given):
    sizes = {
        "vocabulary": 30000,
        "embedding": 128,
        "hidden": 768,
        "feed_forward": 3072,
        "positions": 512,
        "types": 2,
        "layers": 12,
        "groups": 1,
        "pooler": True,
    } | given
    return sizes, _parts(**sizes)


def every_layer_counts(**given):
    """the layers are not shared
    Solver's mistake.
    """
    sizes, (tables, bridge, layer, pooler) = _all(given)
    return tables + bridge + sizes["layers"] * layer + pooler


def one_set_only(**given):
    """one set of weights, whatever groups is
    Solver's mistake.
    """
    _, (tables, bridge, layer, pooler) = _all(given)
    return tables + bridge + layer + pooler


def layers_in_a_group(**given):
    """layers / groups sets
    Solver's mistake.
    """
    sizes, (tables, bridge, layer, pooler) = _all(given)
    return tables + bridge + sizes["layers"] // sizes["groups"] * layer + pooler


def wide_tables(**given):
    """the embedding is not factorized"""
    sizes, (tables, _, layer, pooler) = _all(given)
    e = sizes["embedding"] or sizes["hidden"]
    return tables // e * sizes["hidden"] + sizes["groups"] * layer + pooler


def no_bridge(**given):
    """the projection from E to H is missing
    Solver's mistake.
    """
    sizes, (tables, _, layer, pooler) = _all(given)
    return tables + sizes["groups"] * layer + pooler


def bridge_without_bias(**given):
    """the projection from E to H has a bias"""
    sizes, (tables, bridge, layer, pooler) = _all(given)
    return tables + bridge - sizes["hidden"] * (bridge > 0) + sizes["groups"] * layer + pooler


def norm_behind_the_bridge(**given):
    """the layer norm of the embeddings runs over E
    Solver's mistake.
    """
    sizes, (tables, bridge, layer, pooler) = _all(given)
    e = sizes["embedding"] or sizes["hidden"]
    return tables - 2 * e + 2 * sizes["hidden"] + bridge + sizes["groups"] * layer + pooler


def no_norms_in_the_layers(**given):
    """the layer norms of the layers are missing"""
    sizes, (tables, bridge, layer, pooler) = _all(given)
    return tables + bridge + sizes["groups"] * (layer - 4 * sizes["hidden"]) + pooler


def wide_positions(**given):
    """positions and types have width E
    Solver's mistake.
    """
    sizes, (tables, bridge, layer, pooler) = _all(given)
    e = sizes["embedding"] or sizes["hidden"]
    more = (sizes["positions"] + sizes["types"]) * (sizes["hidden"] - e)
    return tables + more + bridge + sizes["groups"] * layer + pooler


def no_biases(**given):
    """the biases of the projections in the layers are missing"""
    sizes, (tables, bridge, layer, pooler) = _all(given)
    return tables + bridge + sizes["groups"] * (layer - 5 * sizes["hidden"] - sizes["feed_forward"]) + pooler


def bridge_only_where_the_widths_differ(**given):
    """the projection was left out because E = H
    Solver's mistake.
    """
    sizes, (tables, bridge, layer, pooler) = _all(given)
    bridge = 0 if sizes["embedding"] == sizes["hidden"] else bridge
    return tables + bridge + sizes["groups"] * layer + pooler
