"""Bytes of a model at work: weights, cache, activations; and of a model in training."""

from __future__ import annotations

from minicompress import checks
from minicompress.evaluation.model_shape import ModelShape

__all__ = [
    "activation_nbytes",
    "cache_nbytes",
    "quantized_nbytes",
    "shape_nbytes",
    "training_activation_nbytes",
    "training_nbytes",
]


def quantized_nbytes(
    count: int, *, bits: float, group_size: int | None = None, scale_bits: float = 16, zero_point_bits: float = 0
) -> int:
    """Return the bytes of ``count`` numbers of ``bits`` bits, with a scale and zero point for each ``group_size``.

        ceil(count bits / 8) + ceil(ceil(count / group) (scale_bits + zero_point_bits) / 8)

    ``group_size=None`` counts no scales: one a row is next to nothing.

    >>> quantized_nbytes(4096, bits=4, group_size=128) * 8 / 4096    # bits a weight: 4 + 16 / 128
    4.125
    """
    n = checks.integer(count, "count", low=0)
    each = checks.real(bits, "bits", low=0, open_low=True)
    beside = checks.real(scale_bits, "scale_bits", low=0) + checks.real(zero_point_bits, "zero_point_bits", low=0)
    groups = 0 if group_size is None else -(-n // checks.integer(group_size, "group_size", low=1))
    return _bytes(n, each) + _bytes(groups, beside)


def _bytes(count: int, bits: float) -> int:
    """ceil(count bits / 8) in whole numbers: a float loses bytes beyond 2^53."""
    top, bottom = bits.as_integer_ratio()
    return -(-count * top // (8 * bottom))


def cache_nbytes(
    shape: ModelShape,
    *,
    tokens: int,
    batch: int = 1,
    bits: float = 16,
    group_size: int | None = None,
    scale_bits: float = 16,
    zero_point_bits: float = 0,
) -> int:
    """Return the bytes of the KV cache: batch * tokens * layers * 2 * kv_heads * head_dim numbers.

    For latent attention they are batch * tokens * layers * (latent_rank + rope_dim).

    >>> from minicompress.evaluation import LLAMA_2_7B, LLAMA_3_8B
    >>> [cache_nbytes(shape, tokens=4096) / 2**30 for shape in (LLAMA_2_7B, LLAMA_3_8B)]
    [2.0, 0.5]
    """
    count = checks.integer(tokens, "tokens", low=0) * checks.integer(batch, "batch", low=1) * shape.cached_per_token
    return quantized_nbytes(
        count, bits=bits, group_size=group_size, scale_bits=scale_bits, zero_point_bits=zero_point_bits
    )


def shape_nbytes(
    shape: ModelShape,
    *,
    bits: float = 16,
    group_size: int | None = None,
    scale_bits: float = 16,
    zero_point_bits: float = 0,
    other_bits: float = 16,
) -> int:
    """Return the bytes of all weights: matrices in ``bits``, embeddings, output layer and norms in ``other_bits``.

    >>> from minicompress.evaluation import LLAMA_2_7B
    >>> [round(shape_nbytes(LLAMA_2_7B, bits=b, group_size=g) / 1e9, 2) for b, g in ((16, None), (4, 128))]
    [13.48, 3.86]
    """
    inner = quantized_nbytes(
        shape.matrix_parameters,
        bits=bits,
        group_size=group_size,
        scale_bits=scale_bits,
        zero_point_bits=zero_point_bits,
    )
    return inner + quantized_nbytes(shape.embedding_parameters + shape.norm_parameters, bits=other_bits)


def activation_nbytes(shape: ModelShape, *, tokens: int, batch: int = 1, bits: float = 16) -> int:
    """Estimate the bytes that an inference call of ``tokens`` new tokens works in.

    The residual stream, and the larger of (queries, keys, values, the mixed values) and (the gate and the product
    with it, for each expert that a token visits), since layers take turns; and one row of float32 logits a sequence.
    Scores are not counted: fused attention never writes them.

    >>> from minicompress.evaluation import LLAMA_2_7B
    >>> activation_nbytes(LLAMA_2_7B, tokens=512) / 1e6    # 512 * (4096 + 2 * 11008) * 2 bytes, and the logits
    26.866688
    """
    n = checks.integer(tokens, "tokens", low=1) * checks.integer(batch, "batch", low=1)
    attention = 2 * (shape.heads + shape.kv_heads) * shape.head_dim
    visited = shape.experts_per_token if shape.experts else 1
    working = n * (shape.width + max(attention, 2 * shape.hidden * visited))
    return quantized_nbytes(working, bits=bits) + 4 * batch * shape.vocabulary


def training_nbytes(
    parameters: int,
    *,
    trainable: int | None = None,
    weight_bits: float = 16,
    gradient_bits: float = 16,
    optimizer_bits: float = 96,
    zero_stage: int = 0,
    devices: int = 1,
) -> int:
    """Return the bytes on one device of weights, gradients and Adam's states; activations apart.

    Mixed precision takes 2 + 2 + 12 = 16 bytes a parameter: float16 weights and gradients; a float32 copy, mean and
    variance. Only what is ``trainable`` (all by default; few for LoRA) has gradients and states. ZeRO divides among
    ``devices``: states from stage 1 on, gradients from 2, weights from 3.
    Source: Rajbhandari et al. 2019, arXiv:1910.02054.

    >>> training_nbytes(7_500_000_000) / 1e9, training_nbytes(7_500_000_000, zero_stage=1, devices=64) / 1e9
    (120.0, 31.40625)
    """
    n = checks.integer(parameters, "parameters", low=1)
    trained = n if trainable is None else checks.integer(trainable, "trainable", low=0)
    stage = checks.integer(zero_stage, "zero_stage", low=0, high=3)
    parts = checks.integer(devices, "devices", low=1)
    kinds = ((trained, optimizer_bits, 1), (trained, gradient_bits, 2), (n, weight_bits, 3))
    each = [quantized_nbytes(-(-count // parts) if stage >= first else count, bits=b) for count, b, first in kinds]
    return sum(each)


def training_activation_nbytes(shape: ModelShape, *, tokens: int, batch: int = 1, recompute: str = "none") -> int:
    """Estimate the bytes kept for the backward pass of a GPT-like model in 16 bits, without parallelism.

        none       layers * s b h (34 + 5 a s / h)
        attention  layers * 34 s b h       scores computed again, as fused attention does
        layers     layers * 2 s b h        the inputs of each layer alone

    with s tokens, b batch, h width, a heads; the formula supposes a feed-forward block of 4 h and dropout.
    Source: Korthikanti et al. 2022, arXiv:2205.05198, equation 1 and table 2.

    >>> gpt3 = ModelShape(vocabulary=51200, width=12288, layers=96, heads=96, kv_heads=96, hidden=49152)
    >>> whole, fused = (training_activation_nbytes(gpt3, tokens=2048, recompute=r) for r in ("none", "attention"))
    >>> round(whole / fused, 4)    # (34 + 80) / 34
    3.3529
    """
    s, b = checks.integer(tokens, "tokens", low=1), checks.integer(batch, "batch", low=1)
    checks.one_of(recompute, "recompute", ("none", "attention", "layers"))
    if recompute == "layers":
        return shape.layers * 2 * s * b * shape.width
    scores = 5 * shape.heads * s * s * b if recompute == "none" else 0
    return shape.layers * (34 * s * b * shape.width + scores)
