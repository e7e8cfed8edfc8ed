"""The sizes of a decoder, and which attention and which feed-forward block it has."""

from __future__ import annotations

from dataclasses import dataclass

from minicompress import checks

__all__ = ["DecoderConfig"]


@dataclass(frozen=True)
class DecoderConfig:
    """Sizes of a decoder.

    Parameters
    ----------
    vocabulary : int
    width : int
        Features of a position.
    layers, heads : int
        Blocks; query heads, each of ``width / heads`` channels.
    kv_heads : int
        Heads of keys and values: ``heads`` is multi-head, 1 multi-query, between them grouped-query attention.
    hidden : int
        Of the feed-forward block (of each expert).
    context : int
        Tokens of a training window.
    latent_rank : int or None
        With a number: multi-head latent attention, which caches that many channels and the rotary key.
    rope_dim : int
        Channels of the rotary key of latent attention.
    experts, experts_per_token : int
        With ``experts`` = 0 there is one dense block.
    dropout, rope_base, eps : float

    Examples
    --------
    >>> config = DecoderConfig(1024, width=128, heads=4, kv_heads=2)
    >>> config.head_dim, config.cached_per_token   # 2 (keys, values) * 2 heads * 32
    (32, 128)
    """

    vocabulary: int
    width: int = 128
    layers: int = 4
    heads: int = 4
    kv_heads: int = 4
    hidden: int = 384
    context: int = 128
    latent_rank: int | None = None
    rope_dim: int = 16
    experts: int = 0
    experts_per_token: int = 2
    dropout: float = 0.0
    rope_base: float = 10000.0
    eps: float = 1e-5

    def __post_init__(self) -> None:
        for name in ("vocabulary", "width", "layers", "heads", "kv_heads", "hidden", "context"):
            checks.integer(getattr(self, name), name, low=1)
        if self.width % (2 * self.heads):
            raise ValueError(f"width must be a multiple of 2 heads = {2 * self.heads}; got {self.width}")
        if self.heads % self.kv_heads:
            raise ValueError(f"kv_heads must divide heads = {self.heads}; got {self.kv_heads}")
        if self.latent_rank is not None:
            checks.integer(self.latent_rank, "latent_rank", low=1)
            if checks.integer(self.rope_dim, "rope_dim", low=2) % 2:
                raise ValueError(f"rope_dim must be even; got {self.rope_dim}")
        if checks.integer(self.experts, "experts", low=0):
            checks.integer(self.experts_per_token, "experts_per_token", low=1, high=self.experts)

    @property
    def head_dim(self) -> int:
        """Channels of a head."""
        return self.width // self.heads

    @property
    def cached_per_token(self) -> int:
        """Numbers that one layer's cache holds for one token."""
        return 2 * self.kv_heads * self.head_dim if self.latent_rank is None else self.latent_rank + self.rope_dim
