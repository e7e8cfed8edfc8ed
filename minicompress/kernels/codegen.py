"""What the code generators share: the numba types of a register, and a few lines of LLVM that come up in each block.

llvmlite builds the code; every function here takes its ``builder`` and LLVM values, and returns an LLVM value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.extending import models, register_model

LANES = 16

i8, i16, i32, i64, f32 = ir.IntType(8), ir.IntType(16), ir.IntType(32), ir.IntType(64), ir.FloatType()


class Vector(types.Type):
    """The numba type of a register of equal lanes."""

    def __init__(self, name: str, element: ir.Type, lanes: int) -> None:
        self.llvm = ir.VectorType(element, lanes)
        super().__init__(name=name)


@register_model(Vector)
class _VectorModel(models.PrimitiveModel):
    def __init__(self, manager: Any, numba_type: Vector) -> None:
        super().__init__(manager, numba_type, numba_type.llvm)


F32 = Vector("f32x16", f32, 16)
I32 = Vector("i32x16", i32, 16)
U8 = Vector("u8x64", i8, 64)


def array_of(array: Any, *dtypes: Any) -> None:
    """Refuse at compile time what a flat offset would misread."""
    if not isinstance(array, types.Array) or array.layout != "C" or array.dtype not in dtypes:
        raise TypingError(f"a C-contiguous array of {' or '.join(map(str, dtypes))} is needed; got {array}")


def pointer(context: Any, builder: Any, array_type: Any, array: Any, offset: Any) -> Any:
    data = context.make_array(array_type)(context, builder, array).data
    return builder.gep(data, [offset], source_etype=context.get_data_type(array_type.dtype))


def write(builder: Any, value: Any, place: Any, align: int) -> None:
    # llvmlite still knows pointers by what they point to; LLVM does not.
    builder.store(value, builder.bitcast(place, value.type.as_pointer()), align=align)


def splat_value(builder: Any, scalar: Any, lanes: int = LANES) -> Any:
    undefined = ir.Constant(ir.VectorType(scalar.type, lanes), ir.Undefined)
    one = builder.insert_element(undefined, scalar, i32(0))
    return builder.shuffle_vector(one, undefined, constant(i32, 0, lanes))


def constant(element: ir.Type, value: float, lanes: int) -> Any:
    return ir.Constant(ir.VectorType(element, lanes), [value] * lanes)


def call(builder: Any, name: str, result: ir.Type, arguments: list[Any]) -> Any:
    signature = ir.FunctionType(result, [a.type for a in arguments])
    return builder.call(cgutils.get_or_insert_function(builder.module, signature, name), arguments)


def members(builder: Any, value: Any, kind: Any) -> list[Any]:
    """The registers of a tuple, or the one register."""
    return cgutils.unpack_tuple(builder, value) if isinstance(kind, types.BaseTuple) else [value]


def pack(context: Any, builder: Any, kind: Any, values: list[Any]) -> Any:
    return context.make_tuple(builder, kind, values) if isinstance(kind, types.BaseTuple) else values[0]


def each(kind: Any, make: Callable[[Any, Any], Any]) -> Any:
    """Code generator of a block with one argument that works member by member."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        values = [make(builder, v) for v in members(builder, arguments[0], signature.args[0])]
        return pack(context, builder, kind, values)

    return generate


def first_lanes(builder: Any, count: Any) -> Any:
    lane_numbers = ir.Constant(ir.VectorType(i64, LANES), list(range(LANES)))
    return builder.icmp_signed("<", lane_numbers, splat_value(builder, count))


def widen_bytes(builder: Any, register: Any) -> list[Any]:
    """The four bytes of each of 16 lanes as four registers of float32."""
    lanes = builder.bitcast(register, I32.llvm)
    shifted = [builder.lshr(lanes, constant(i32, 8 * t, LANES)) for t in range(4)]
    return [builder.sitofp(builder.and_(v, constant(i32, 255, LANES)), F32.llvm) for v in shifted]


def halves(builder: Any, value: Any) -> list[Any]:
    """The lower and the upper 8 of 16 lanes."""
    picks = [ir.Constant(ir.VectorType(i32, 8), list(range(s, s + 8))) for s in (0, 8)]
    return [builder.shuffle_vector(value, value, pick) for pick in picks]


def join(builder: Any, low: Any, high: Any) -> Any:
    """Undo :func:`halves`."""
    return builder.shuffle_vector(low, high, ir.Constant(ir.VectorType(i32, 16), list(range(16))))
