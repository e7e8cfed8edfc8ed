"""Rows of what stands between the products of an encoder 384 wide: layer norm, GELU, softmax, attention."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.peers import Function, onnx_node
from benchmarks.rows import Row, family
from minicompress import ops

_WIDTH, _HEADS = 384, 12


def _row(operation: str, shape: str, ours: Function, peer: Function | None, wanted: np.ndarray, work: float) -> Row:
    peers = {} if peer is None else {"onnxruntime": peer}
    absent = ["onnxruntime"] if peer is None else []
    return Row(operation, shape, ours, peers, wanted, 1e-5, operations=work, bytes=2.0 * wanted.nbytes, absent=absent)


@family("inference")
def inference(quick: bool, rng: np.random.Generator) -> Iterator[Row]:
    """Each against onnxruntime's fused operator. Ours writes to an array that is there, as its arena does."""
    for tokens in (64,) if quick else (64, 1024, 4096):
        yield from _elementwise(rng, tokens)
    for batch, length in ((4, 32),) if quick else ((1, 16), (32, 20), (32, 64), (8, 128), (4, 256)):
        yield _attention(rng, batch, length)


def _elementwise(rng: np.random.Generator, tokens: int) -> Iterator[Row]:
    def normal(*shape: int) -> np.ndarray:
        return rng.standard_normal(shape).astype(np.float32)

    x, residual, weight, bias = normal(tokens, _WIDTH), normal(tokens, _WIDTH), normal(_WIDTH), normal(_WIDTH)
    out, shape = np.empty_like(x), f"{tokens}x{_WIDTH}"
    wanted = ops.operation("layer_norm", "reference")(x, weight, bias, 1e-5)
    peer = onnx_node("LayerNormalization", [x, weight, bias], epsilon=1e-5)
    yield _row("layer norm", shape, lambda: ops.layer_norm(x, weight, bias, 1e-5, out=out), peer, wanted, 0.0)
    wanted = ops.operation("layer_norm", "reference")(x, weight, bias, 1e-5, residual)
    peer = onnx_node("SkipLayerNormalization", [x, residual, weight, bias], "com.microsoft", epsilon=1e-5)
    ours: Function = lambda: ops.layer_norm(x, weight, bias, 1e-5, residual, out)  # noqa: E731
    yield _row("layer norm of a sum", shape, ours, peer, wanted, 0.0)
    scores, shares = 4 * normal(tokens * _HEADS, 128), np.empty((tokens * _HEADS, 128), np.float32)
    wanted = ops.operation("softmax", "reference")(scores)
    peer = onnx_node("Softmax", [scores], axis=-1)
    yield _row("softmax", f"{len(scores)}x128", lambda: ops.softmax(scores, out=shares), peer, wanted, 0.0)
    wide, active = 2 * normal(tokens, 4 * _WIDTH), np.empty((tokens, 4 * _WIDTH), np.float32)
    wanted = ops.operation("gelu", "reference")(wide)
    peer = onnx_node("Gelu", [wide], "com.microsoft")
    yield _row("gelu", f"{tokens}x{4 * _WIDTH}", lambda: ops.gelu(wide, active), peer, wanted, 0.0)


def _attention(rng: np.random.Generator, batch: int, length: int) -> Row:
    q, k, v = (rng.standard_normal((batch, length, _WIDTH)).astype(np.float32) for _ in range(3))
    wanted = ops.operation("attention", "reference")(q, k, v, _HEADS)
    peer = onnx_node("MultiHeadAttention", [q, k, v], "com.microsoft", num_heads=_HEADS)
    shape = f"{batch} x {length} tokens, {_HEADS} heads of {_WIDTH // _HEADS}"
    ours: Function = lambda: ops.attention(q, k, v, _HEADS)  # noqa: E731
    return _row("attention", shape, ours, peer, wanted, 4.0 * batch * length * length * _WIDTH)
