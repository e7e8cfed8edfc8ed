"""The parameters of a transformer encoder, block by block (参数量，逐块统计).

Questions: H01, B12, B06 | Difficulty: 2/5 | Minutes: 12 | Points: 20

The encoder is that of BERT. Every linear layer has a bias; every layer norm (层归一化) has a weight and a bias.

- "embeddings": three tables (词表、位置、句段) of vocabulary, positions and types rows. A row has ``embedding``
  numbers, or ``width`` where ``embedding`` is None.
- "projection": where ``embedding`` is given and differs from ``width`` (ALBERT), one linear layer from ``embedding`` to
  ``width`` after the embeddings; else 0.
- "attention": the four linear layers width -> width (query, key, value, output) of each layer. The number of heads
  (头数) does not matter.
- "feed_forward": two linear layers, width -> intermediate -> width, of each layer.
- "layer_norms": two of ``width`` in each layer, and one after the sum of the three embeddings, before the projection.
- "pooler": one linear layer width -> width, 0 where ``pooler`` is False.
- "total": the sum of the six.

With ``shared=True`` all layers use the same parameters (跨层共享), which are stored once, as in ALBERT.

Task (任务): return the dict of these seven ints.

Check (核对): BERT-base (vocabulary 30522, positions 512, types 2, width 768, layers 12, intermediate 3072) has
109,482,240 with its pooler.

vocabulary, positions, width, layers, intermediate : at least 1.  types : at least 0.  embedding : None or at least 1.
Raise ``ValueError`` otherwise.
"""


def transformer_parameter_count(
    *,
    vocabulary: int,
    positions: int,
    types: int,
    width: int,
    layers: int,
    intermediate: int,
    embedding: int | None = None,
    shared: bool = False,
    pooler: bool = True,
) -> dict[str, int]:
    """Return the parameters of each part of the encoder and their total."""
    raise NotImplementedError
