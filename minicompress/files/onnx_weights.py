"""Stored matrices as ONNX nodes: the same codes, scales and zero points, decoded by whoever runs the file.

    4-bit groups        MatMulNBits (com.microsoft): codes packed low bits first, one scale for each block of inputs
    8-bit rows          DequantizeLinear, then Gemm with the matrix transposed
    8-bit rows, inputs  scale = max |x| / 127 for each row of x, Round, MatMulInteger; two scales multiply the sums
      rounded too
    embeddings          Gather of the rows' codes, then DequantizeLinear of what was gathered
    all other formats   floats, decoded

Two habits of ONNX Runtime decide the forms. DequantizeLinear followed by MatMul becomes a MatMulNBits that rounds the
inputs to 8 bits unless the session forbids it (seen in 1.31); Gemm with ``transB`` is left as it is.
MatMulInteger on x86 without VNNI instructions saturates 16-bit sums where weights are signed; see
``OnnxOptions.avoid_saturation``. Source: onnxruntime, docs/ContribOperators.md and its guide to quantization.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from minicompress import ops
from minicompress.files.onnx_graph import Graph
from minicompress.tensors import (
    CompressedTensor,
    DenseTensor,
    EntropyCodedTensor,
    OutlierTensor,
    QuantizedTensor,
    SumMatrix,
)

__all__ = ["OnnxOptions", "OnnxWeights", "matmul_block", "nbits_arrays"]

_BLOCKS = (16, 32, 64, 128, 256)  # that MatMulNBits knows
_WIDTHS = (2, 4, 8)  # of its codes


@dataclasses.dataclass(frozen=True)
class OnnxOptions:
    """Choices that trade exactness, bytes and speed; :func:`minicompress.files.save_onnx` says what each does."""

    half: bool = False
    accuracy_level: int = 1
    avoid_saturation: bool = False


class OnnxWeights:
    """Writes matrices into a graph; ``held`` says in words how each one stands there, by name."""

    def __init__(self, graph: Graph, options: OnnxOptions) -> None:
        self.graph, self.options = graph, options
        self.held: dict[str, str] = {}

    # ---- products -------------------------------------------------------------------------------------------------

    def linear(
        self, x: str, name: str, matrix: CompressedTensor, bias: np.ndarray, activation_bits: int | None = None
    ) -> str:
        """Y = X W^T + b for ``x`` (batch, length, in): (batch, length, out)."""
        tensor, added = _decoded(matrix), self.graph.constant(bias, f"{name}.bias")
        if not isinstance(tensor, QuantizedTensor):
            return self._dense_linear(x, name, tensor, added, activation_bits)
        x = self._code_order(x, tensor)
        rows = tensor.scale.shape[1] == 1
        if rows and tensor.bits > 4 and activation_bits is not None:
            return self._integer_linear(x, name, tensor, added)
        block = matmul_block(tensor)
        if block is not None and not (rows and tensor.bits > 4):
            return self._nbits_linear(x, name, tensor, added, block, activation_bits)
        return self._dequantized_linear(x, name, tensor, added, activation_bits)

    def _dense_linear(self, x: str, name: str, tensor: CompressedTensor, bias: str, activation_bits: int | None) -> str:
        # These two do not round whole rows: their inputs stay in float.
        if activation_bits is not None and isinstance(tensor, OutlierTensor | SumMatrix):
            activation_bits = None
        w = self._floats(name, tensor, transposed=True)
        return self.graph.node("Add", self.graph.node("MatMul", self._maybe_rounded(name, x, activation_bits), w), bias)

    def _integer_linear(self, x: str, name: str, tensor: QuantizedTensor, bias: str) -> str:
        g, types = self.graph, self.graph.onnx.TensorProto
        q, scale = self._rounded(x)
        # Unsigned inputs: q + 128 with the zero point 128. Weights are signed unless both must be unsigned.
        inputs = [g.node("Cast", g.node("Add", q, g.shared(128)), to=types.UINT8)]
        codes, zero_point = _bytes(tensor, signed=not self.options.avoid_saturation)
        inputs += [g.constant(codes.T, f"{name}.codes"), g.shared(128, np.uint8)]
        if zero_point.any():
            inputs.append(g.constant(zero_point[:, 0], f"{name}.zero_point"))
        sums = g.node("Cast", g.node("MatMulInteger", *inputs), to=types.FLOAT)
        steps = g.floats(_rows_of(tensor.scale, tensor)[:, 0], f"{name}.scale")
        self.held[name] = "MatMulInteger, 8-bit codes, inputs rounded to 8 bits"
        return g.node("Add", g.node("Mul", g.node("Mul", sums, steps), scale), bias)

    def _nbits_linear(
        self, x: str, name: str, tensor: QuantizedTensor, bias: str, block: int, activation_bits: int | None
    ) -> str:
        g, width, level = self.graph, _width(tensor.bits), self.options.accuracy_level
        self.held[name] = f"MatMulNBits, {width}-bit codes, blocks of {block}"
        if level == 4:
            self.held[name] += ", inputs rounded to 8 bits by the runtime"
        else:
            x = self._maybe_rounded(name, x, activation_bits)
        packed, scale, zero_point = nbits_arrays(tensor, block)
        inputs = [x, g.constant(packed, f"{name}.codes"), g.floats(scale, f"{name}.scale")]
        if zero_point is not None:
            inputs.append(g.constant(zero_point, f"{name}.zero_point"))
        options: dict[str, Any] = {"N": tensor.out_features, "K": tensor.in_features, "bits": width}
        options |= {"block_size": block, "accuracy_level": level}
        return g.node("Add", g.node("MatMulNBits", *inputs, domain="com.microsoft", **options), bias)

    def _dequantized_linear(
        self, x: str, name: str, tensor: QuantizedTensor, bias: str, activation_bits: int | None
    ) -> str:
        g, groups = self.graph, tensor.scale.shape[1]
        self.held[name] = f"DequantizeLinear, 8-bit codes, {_steps(tensor)}"
        x = self._maybe_rounded(name, x, activation_bits)
        codes, zero_point = _bytes(tensor, signed=True)
        steps = _rows_of(tensor.scale, tensor)
        if groups == 1:
            steps, zero_point = steps[:, 0], zero_point[:, 0]
        inputs = [g.constant(codes, f"{name}.codes"), g.floats(steps, f"{name}.scale")]
        if zero_point.any():
            inputs.append(g.constant(zero_point, f"{name}.zero_point"))
        axes: dict[str, Any] = {"axis": 0} if groups == 1 else {"axis": 1, "block_size": tensor.group_size}
        w = g.node("DequantizeLinear", *inputs, **axes)
        flat = g.node("Reshape", x, g.shared([-1, tensor.in_features], np.int64))
        front = g.node("Slice", g.node("Shape", x), g.shared([0], np.int64), g.shared([2], np.int64))
        shape = g.node("Concat", front, g.shared([tensor.out_features], np.int64), axis=0)
        return g.node("Reshape", g.node("Gemm", flat, w, bias, transB=1), shape)

    def _code_order(self, x: str, tensor: QuantizedTensor) -> str:
        """Inputs as the codes want them: scaled (AWQ), permuted (act-order)."""
        g = self.graph
        if tensor.input_scale is not None:
            x = g.node("Mul", x, g.constant(tensor.input_scale))
        if tensor.input_permutation is not None:
            x = g.node("Gather", x, g.constant(tensor.input_permutation), axis=-1)
        return x

    def _rounded(self, x: str) -> tuple[str, str]:
        """Each row of ``x`` as whole numbers -127 .. 127 (in float), and its scale: as ``ops.quantize_rows``."""
        g = self.graph
        largest = g.node("ReduceMax", g.node("Abs", x), g.shared([-1], np.int64), keepdims=1)
        scale = g.node("Div", largest, g.shared(127))
        tiny = g.node("Less", scale, g.shared(np.finfo(np.float32).tiny))
        scale = g.node("Where", tiny, g.shared(1), scale)
        return g.node("Round", g.node("Div", x, scale)), scale

    def _maybe_rounded(self, name: str, x: str, activation_bits: int | None) -> str:
        if activation_bits is None:
            return x
        self.held[name] += ", inputs rounded to 8 bits"
        return self.graph.node("Mul", *self._rounded(x))

    # ---- rows of embeddings ---------------------------------------------------------------------------------------

    def lookup(self, ids: str, name: str, matrix: CompressedTensor) -> str:
        """W[ids] for ``ids`` (a, b): (a, b, in)."""
        g, tensor = self.graph, _decoded(matrix)
        if not isinstance(tensor, QuantizedTensor):
            return g.node("Gather", self._floats(name, tensor, transposed=False), ids)
        codes, width, shift = self._gathered_codes(ids, name, tensor)
        scale = g.node("Gather", g.floats(_rows_of(tensor.scale, tensor), f"{name}.scale"), ids)
        inputs = [codes, scale]
        if tensor.zero_point is not None:
            _, zero_point = tensor.full_parameters()
            moved = (zero_point.astype(np.int16) + shift).astype(np.uint8 if width < 8 else np.int8)
            inputs.append(g.node("Gather", g.constant(moved, f"{name}.zero_point"), ids))
        elif width < 8:
            middle = g.onnx.numpy_helper.from_array(np.array([2 ** (tensor.bits - 1)], np.uint8))
            inputs.append(g.node("ConstantOfShape", g.node("Shape", scale), value=middle))
        self.held[name] = f"Gather and DequantizeLinear, {width}-bit codes, {_steps(tensor)}"
        rows = g.node("DequantizeLinear", *inputs, axis=2, block_size=tensor.group_size)
        if tensor.input_permutation is not None:
            back = np.argsort(tensor.input_permutation).astype(np.int32)
            rows = g.node("Gather", rows, g.constant(back), axis=-1)
        return rows if tensor.input_scale is None else g.node("Mul", rows, g.constant(tensor.input_scale))

    def first_rows(self, count: str, name: str, matrix: CompressedTensor) -> str:
        """W[:count], as positions want them, for a scalar ``count``: (1, count, in), or (count, in)."""
        g, zero = self.graph, self.graph.shared([0], np.int64)
        tensor = _decoded(matrix)
        if not isinstance(tensor, QuantizedTensor):
            return g.node("Slice", self._floats(name, tensor, transposed=False), zero, g.node("Unsqueeze", count, zero))
        places = g.node("Range", g.shared(0, np.int64), count, g.shared(1, np.int64))
        return self.lookup(g.node("Unsqueeze", places, zero), name, tensor)

    def _gathered_codes(self, ids: str, name: str, tensor: QuantizedTensor) -> tuple[str, int, int]:
        """Codes (a, b, in) of the rows asked for, the width they are stored at, and what was added to them."""
        g = self.graph
        width = next((w for w in _WIDTHS if tensor.bits <= w and tensor.columns % (8 // w) == 0), 8)
        if width == 8:
            codes, _ = _bytes(tensor, signed=True)
            return g.node("Gather", g.constant(codes, f"{name}.codes"), ids), 8, -(2 ** (tensor.bits - 1))
        packed = g.node("Gather", g.constant(ops.pack_bits(tensor.codes, width), f"{name}.codes"), ids)
        shifts = g.shared(range(0, 8, width), np.uint8)
        apart = g.node("BitShift", g.node("Unsqueeze", packed, g.shared([-1], np.int64)), shifts, direction="RIGHT")
        codes_apart = g.node("BitwiseAnd", apart, g.shared(2**width - 1, np.uint8))
        return g.node("Reshape", codes_apart, g.shared([0, 0, tensor.columns], np.int64)), width, 0

    def _floats(self, name: str, tensor: CompressedTensor, *, transposed: bool) -> str:
        array = tensor.to_dense()
        stored_half = isinstance(tensor, DenseTensor) and tensor.data.dtype == np.float16
        if stored_half or (self.options.half and np.abs(array).max(initial=0) <= np.finfo(np.float16).max):
            array = array.astype(np.float16)
        origin = "" if isinstance(tensor, DenseTensor) else f", decoded from {tensor.format}"
        self.held[name] = f"{array.dtype}{origin}"
        return self.graph.floats(array.T if transposed else array, name)


def matmul_block(tensor: QuantizedTensor) -> int | None:
    """Return the block size with which MatMulNBits holds ``tensor`` in the fewest bytes.

    None if no block divides its groups. Where a row has one scale, the last block may be part filled.

    >>> from minicompress.quantization import quantize_rtn
    >>> w = np.ones((2, 96), np.float32)
    >>> [matmul_block(quantize_rtn(w, bits=4, group_size=n)) for n in (32, 48, 24, None)]
    [32, 16, None, 32]
    """
    width, columns, one = _width(tensor.bits), tensor.columns, tensor.scale.shape[1] == 1

    def nbytes(block: int) -> int:
        return -(-columns // block) * (block * width // 8 + tensor.scale.itemsize)

    return min((b for b in _BLOCKS if one or tensor.group_size % b == 0), key=nbytes, default=None)


def nbits_arrays(tensor: QuantizedTensor, block: int) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Lay ``tensor`` out for MatMulNBits: the same codes and scales, in blocks.

    Parameters
    ----------
    tensor : QuantizedTensor
        Its input scale and permutation are left to the caller.
    block : int
        Inputs in a block, from :func:`matmul_block`.

    Returns
    -------
    packed : (out, blocks, block * width / 8) uint8
        Codes at 2, 4 or 8 bits, the first in the lowest bits; narrower ones are moved to the middle of the range.
    scale : (out * blocks,) float16 or float32
    zero_point : (out, ceil(blocks * width / 8)) uint8 or None
        Packed as the codes are; None means 2**(width - 1).

    Examples
    --------
    >>> codes = np.arange(16, dtype=np.uint8)[None]
    >>> tensor = QuantizedTensor.from_codes(codes, np.float32([[0.5]]), None, bits=4)
    >>> [hex(byte) for byte in nbits_arrays(tensor, 16)[0][0, 0, :3]]
    ['0x10', '0x32', '0x54']
    """
    rows, columns = tensor.shape
    width, groups = _width(tensor.bits), tensor.scale.shape[1]
    middle = 2 ** (width - 1)
    shift = middle - 2 ** (tensor.bits - 1)
    blocks = -(-columns // block)
    codes = np.full((rows, blocks * block), middle, np.uint8)
    codes[:, :columns] = tensor.codes + np.uint8(shift)
    packed = ops.pack_bits(codes, width).reshape(rows, blocks, block * width // 8)
    scale = np.repeat(_rows_of(tensor.scale, tensor), blocks // groups, axis=1).reshape(-1)
    if tensor.zero_point is None:
        return packed, scale, None
    zero_point = np.repeat(_rows_of(tensor.zero_point, tensor) + np.uint8(shift), blocks // groups, axis=1)
    return packed, scale, ops.pack_bits(zero_point, width)


def _decoded(tensor: CompressedTensor) -> CompressedTensor:
    """What an entropy coder packed: ONNX has no such coder."""
    while isinstance(tensor, EntropyCodedTensor):
        tensor = tensor.inner
    return tensor


def _width(bits: int) -> int:
    return next(width for width in _WIDTHS if bits <= width)


def _rows_of(values: np.ndarray, tensor: QuantizedTensor) -> np.ndarray:
    """Scales or zero points (1 or out, groups) as (out, groups)."""
    return np.broadcast_to(values, (tensor.out_features, values.shape[1]))


def _bytes(tensor: QuantizedTensor, *, signed: bool) -> tuple[np.ndarray, np.ndarray]:
    """Codes (out, in) and zero points (out, groups), both moved so that the middle code is 0, or 128 if unsigned."""
    shift, kind = (0, np.int8) if signed else (128, np.uint8)
    shift -= 2 ** (tensor.bits - 1)
    _, zero_point = tensor.full_parameters()
    codes, zeros = ((a.astype(np.int16) + shift).astype(kind) for a in (tensor.codes, zero_point))
    return codes, zeros


def _steps(tensor: QuantizedTensor) -> str:
    return "a scale for each row" if tensor.scale.shape[1] == 1 else f"groups of {tensor.group_size}"
