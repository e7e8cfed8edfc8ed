"""ALBERT (arXiv:1909.11942): what two ways of sharing (参数共享) save in a Transformer encoder. Count every parameter.

Questions: B06, B22 | Difficulty: 3/5 | Minutes: 15 | Points: 25

The encoder (编码器), with V = vocabulary, E = embedding, H = hidden (width), F = feed-forward (前馈层宽度):

1. Embeddings (嵌入): tables of V words, ``positions`` positions and ``types`` segment types, each row E numbers; then
   one layer norm (层归一化) over E: gain and bias.
2. Factorized embedding (嵌入分解): a projection from E to H with a bias. It is there also where E = H, and missing only
   where ``embedding`` is None: then the tables and the norm have width H and there is no projection (as in BERT).
3. ``layers`` encoder layers. Each needs: query, key, value and output projection, all H to H with bias; a feed-forward
   block H to F and F to H with biases; two layer norms over H. The number of heads changes nothing.
4. Cross-layer sharing (跨层共享): the layers use only ``groups`` different sets of weights: 1 in ALBERT, ``layers`` in
   BERT.
5. With ``pooler``: one more projection H to H with bias.

No output layer for words is counted. A biased projection from a to b has a * b + b parameters.

Task (任务): return the number of different parameters (int). ALBERT-base, the defaults, is published as 12 M; the exact
count is 11 683 584. BERT-base (V = 30522, embedding None, groups 12) has 109 482 240.

Raise ``ValueError`` where a size is below 1 (types may be 0), or ``groups`` is not in 1 .. layers.
"""


def albert_parameter_count(
    *,
    vocabulary: int = 30000,
    embedding: int | None = 128,
    hidden: int = 768,
    feed_forward: int = 3072,
    positions: int = 512,
    types: int = 2,
    layers: int = 12,
    groups: int = 1,
    pooler: bool = True,
) -> int:
    """Return the number of different parameters of the encoder."""
    raise NotImplementedError
