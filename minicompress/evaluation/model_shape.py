"""The sizes of a decoder language model, and how many parameters and operations follow from them."""

from __future__ import annotations

import dataclasses

from minicompress import checks

__all__ = ["LLAMA_2_70B", "LLAMA_2_7B", "LLAMA_3_8B", "MIXTRAL_8X7B", "ModelShape"]


@dataclasses.dataclass(frozen=True)
class ModelShape:
    """A decoder in the manner of Llama: RMSNorm, rotary positions, grouped queries, a gated feed-forward block.

    Parameters
    ----------
    vocabulary, width, layers, heads, kv_heads : int
    hidden : int
        Of the feed-forward block, which has three matrices (of each expert).
    head_dim : int, optional
        ``width / heads`` by default.
    tied : bool
        Whether the output layer is the embedding table.
    latent_rank, rope_dim : int
        With ``latent_rank``: multi-head latent attention (arXiv:2405.04434), queries without a latent; its cache
        holds latent_rank + rope_dim numbers a token and layer.
    experts, experts_per_token : int
        With ``experts`` = 0 there is one dense block.

    Examples
    --------
    >>> LLAMA_2_7B.parameters, LLAMA_3_8B.cached_per_token    # 32 layers * 2 * 8 heads * 128
    (6738415616, 65536)
    """

    vocabulary: int
    width: int
    layers: int
    heads: int
    kv_heads: int
    hidden: int
    head_dim: int = 0
    tied: bool = False
    latent_rank: int | None = None
    rope_dim: int = 64
    experts: int = 0
    experts_per_token: int = 2

    def __post_init__(self) -> None:
        for name in ("vocabulary", "width", "layers", "heads", "kv_heads", "hidden", "rope_dim"):
            object.__setattr__(self, name, checks.integer(getattr(self, name), name, low=1))
        if self.heads % self.kv_heads:
            raise ValueError(f"kv_heads must divide heads = {self.heads}; got {self.kv_heads}")
        dim = checks.integer(self.head_dim, "head_dim", low=0)
        if not dim and self.width % self.heads:
            raise ValueError(f"heads must divide width = {self.width} where head_dim is not given; got {self.heads}")
        object.__setattr__(self, "head_dim", dim or self.width // self.heads)
        if self.latent_rank is not None:
            checks.integer(self.latent_rank, "latent_rank", low=1)
        if checks.integer(self.experts, "experts", low=0):
            checks.integer(self.experts_per_token, "experts_per_token", low=1, high=self.experts)

    @property
    def embedding_parameters(self) -> int:
        """Of the table of tokens and, unless tied, of the output layer."""
        return self.vocabulary * self.width * (1 if self.tied else 2)

    @property
    def attention_weights(self) -> int:
        """Weights of one layer's projections."""
        inner = self.heads * self.head_dim
        if self.latent_rank is None:
            return 2 * self.width * (inner + self.kv_heads * self.head_dim)
        query = self.width * self.heads * (self.head_dim + self.rope_dim)
        down = self.width * (self.latent_rank + self.rope_dim)
        return query + down + 2 * self.latent_rank * inner + inner * self.width

    @property
    def norm_parameters(self) -> int:
        """Of all layers' norms and the last one."""
        return self.layers * (2 * self.width + (self.latent_rank or 0)) + self.width

    @property
    def matrix_parameters(self) -> int:
        """Of the projections and feed-forward blocks of all layers: what weight quantization is applied to."""
        return self._matrices(self.experts or 1)

    @property
    def active_matrix_parameters(self) -> int:
        """Of these, what one token passes through."""
        return self._matrices(self.experts_per_token if self.experts else 1)

    @property
    def parameters(self) -> int:
        """All of them."""
        return self.matrix_parameters + self.embedding_parameters + self.norm_parameters

    @property
    def cached_per_token(self) -> int:
        """Numbers that the caches of all layers hold for one token."""
        one = 2 * self.kv_heads * self.head_dim if self.latent_rank is None else self.latent_rank + self.rope_dim
        return self.layers * one

    def token_flops(self, context: int) -> int:
        """Return the FLOPs of one new token that attends to ``context`` tokens, itself included.

        2 for each weight it meets, the output layer included and the table that is looked up not, and in each layer
        4 heads head_dim context for scores and weighted sums (keys and values rebuilt for latent attention not
        counted). Norms, rotations and softmax are left out.

        >>> LLAMA_2_7B.token_flops(1) / (2 * LLAMA_2_7B.parameters)    # the "2 N" rule
        0.9805...
        """
        seen = checks.integer(context, "context", low=1)
        output = self.vocabulary * self.width
        return 2 * (self.active_matrix_parameters + output) + self._attention_flops() * seen

    def prefill_flops(self, tokens: int) -> int:
        """Return the FLOPs of reading a prompt, each token attending to those before it, logits for the last alone."""
        n = checks.integer(tokens, "tokens", low=1)
        pairs = n * (n + 1) // 2
        return 2 * (self.active_matrix_parameters * n + self.vocabulary * self.width) + self._attention_flops() * pairs

    def _attention_flops(self) -> int:
        """For each pair of a query and a key, over all layers and heads."""
        rope = 0 if self.latent_rank is None else self.rope_dim
        return self.layers * self.heads * (4 * self.head_dim + 2 * rope)

    def _matrices(self, blocks: int) -> int:
        router = self.width * self.experts
        return self.layers * (self.attention_weights + 3 * self.width * self.hidden * blocks + router)


# Sizes from the papers and each checkpoint's config.json: Touvron et al. 2023, arXiv:2307.09288; Grattafiori et al.
# 2024, arXiv:2407.21783, table 3; Jiang et al. 2024, arXiv:2401.04088, table 1.
LLAMA_2_7B = ModelShape(vocabulary=32000, width=4096, layers=32, heads=32, kv_heads=32, hidden=11008)
LLAMA_2_70B = ModelShape(vocabulary=32000, width=8192, layers=80, heads=64, kv_heads=8, hidden=28672)
LLAMA_3_8B = ModelShape(vocabulary=128256, width=4096, layers=32, heads=32, kv_heads=8, hidden=14336)
MIXTRAL_8X7B = ModelShape(
    vocabulary=32000, width=4096, layers=32, heads=32, kv_heads=8, hidden=14336, experts=8, experts_per_token=2
)
