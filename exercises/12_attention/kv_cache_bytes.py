"""Bytes of a KV cache (KV 缓存) under MHA, GQA, MQA and MLA, quantized or not.

Questions: M13, M15, M14 | Difficulty: 2/5 | Minutes: 12 | Points: 20

For each token of each sequence and in each layer the cache holds vectors (向量):

- "mha": a key and a value of ``head_dim`` numbers for each of the ``heads`` heads.
- "gqa": a key and a value for each of the ``kv_heads`` heads only (分组查询注意力).
- "mqa": one key and one value, for all heads.
- "mla": one latent vector (潜向量) of ``latent`` numbers, which serves as key and value, and one rotary key of
  ``rope`` numbers (解耦 RoPE), which is always stored with 16 bits and never has scales. Both once, not once per head
  or twice.

Bytes of a vector of d numbers with b bits: d * b / 8, filled up to a whole byte (每个向量补齐到整字节). Where b is
below 16 the vector is cut into groups of ``group_size`` numbers, a shorter one at the end where it does not divide,
and each group has a scale of 2 bytes (每组一个 float16 scale). With 16 bits there is no scale, whatever
``group_size`` is.

Task (任务): return the bytes for ``batch`` sequences of ``tokens`` tokens in ``layers`` layers, an int.

Check (核对): Llama-2-7B (32 layers, 32 heads of 128, "mha") takes 2,147,483,648 bytes for 4096 tokens with 16 bits.

``kv_heads`` is read for "gqa" only, ``latent`` and ``rope`` for "mla" only; they are None elsewhere.
Raise ``ValueError`` where ``kind`` is none of the four, where ``bits`` is not one of 2, 3, 4, 8, 16, where "gqa" has
no ``kv_heads`` or one that does not divide ``heads`` (不能整除), where "mla" lacks ``latent`` or ``rope``, or where
``bits`` is below 16 and there is no ``group_size``.
"""


def kv_cache_bytes(
    *,
    kind: str,
    layers: int,
    heads: int,
    head_dim: int,
    tokens: int,
    batch: int = 1,
    kv_heads: int | None = None,
    latent: int | None = None,
    rope: int | None = None,
    bits: int = 16,
    group_size: int | None = None,
) -> int:
    """Return the bytes of the KV cache."""
    raise NotImplementedError
