"""A small decoder language model, of the parts that large ones are made of.

Read ``rope``, ``attention`` and ``feed_forward``, then ``model``; ``latent``, ``experts`` and ``cache`` are variations.
"""

from minicompress.models.decoder.attention import GroupedQueryAttention
from minicompress.models.decoder.cache import KVCache
from minicompress.models.decoder.config import DecoderConfig
from minicompress.models.decoder.experts import MixtureOfExperts, balance_loss
from minicompress.models.decoder.feed_forward import SwiGLU, silu_gate
from minicompress.models.decoder.generation import generate, greedy
from minicompress.models.decoder.latent import MultiHeadLatentAttention
from minicompress.models.decoder.model import Block, Decoder
from minicompress.models.decoder.perplexity import LanguageScore, perplexity, token_losses
from minicompress.models.decoder.pretrained import load_decoder, load_pretrained_decoder
from minicompress.models.decoder.rms_norm import RMSNorm, rms_norm
from minicompress.models.decoder.rope import rope, rope_tables

__all__ = [
    "Block",
    "Decoder",
    "DecoderConfig",
    "GroupedQueryAttention",
    "KVCache",
    "LanguageScore",
    "MixtureOfExperts",
    "MultiHeadLatentAttention",
    "RMSNorm",
    "SwiGLU",
    "balance_loss",
    "generate",
    "greedy",
    "load_decoder",
    "load_pretrained_decoder",
    "perplexity",
    "rms_norm",
    "rope",
    "rope_tables",
    "silu_gate",
    "token_losses",
]
