"""The SIMD building blocks: registers of 16 lanes (64 bytes) that numba code can hold, pass and combine.

    F32   16 float32      I32   16 int32      U8   64 bytes = 16 lanes of 4

Each block is a few lines of LLVM vector code; its docstring says what it means in NumPy. LLVM splits 64 bytes into what
the CPU has: one register of 512 bits, two of 256, four of 128. ``array`` is C-contiguous and addressed by a flat
offset; nothing checks its bounds. Tiles of registers and the 8-bit dot product are in
:mod:`minicompress.kernels.tile`.
"""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from minicompress.kernels.codegen import (
    F32,
    I32,
    LANES,
    U8,
    array_of,
    call,
    constant,
    f32,
    first_lanes,
    i8,
    i16,
    i32,
    i64,
    pack,
    pointer,
    splat_value,
    widen_bytes,
    write,
)

# --- memory -------------------------------------------------------------------------------------------------------


@intrinsic
def load_f32(typing, array, offset):  # type: ignore[no-untyped-def]
    """``array.ravel()[offset : offset + 16]``."""
    array_of(array, types.float32)

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        at = pointer(context, builder, signature.args[0], *arguments)
        return builder.load(at, align=4, typ=F32.llvm)

    return F32(array, types.intp), generate


@intrinsic
def load_f32_first(typing, array, offset, count):  # type: ignore[no-untyped-def]
    """The first ``count`` lanes from ``array``, the others 0 and their memory not read."""
    array_of(array, types.float32)

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        at = pointer(context, builder, signature.args[0], *arguments[:2])
        mask = first_lanes(builder, arguments[2])
        zero = constant(f32, 0.0, LANES)
        return call(builder, "llvm.masked.load.v16f32.p0", F32.llvm, [at, i32(4), mask, zero])

    return F32(array, types.intp, types.intp), generate


@intrinsic
def store_f32(typing, array, offset, value):  # type: ignore[no-untyped-def]
    """``array.ravel()[offset : offset + 16] = value``."""
    array_of(array, types.float32)

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        at = pointer(context, builder, signature.args[0], *arguments[:2])
        write(builder, arguments[2], at, 4)
        return context.get_dummy_value()

    return types.void(array, types.intp, F32), generate


@intrinsic
def store_f32_first(typing, array, offset, value, count):  # type: ignore[no-untyped-def]
    """``array.ravel()[offset : offset + count] = value[:count]``; memory beyond is not written."""
    array_of(array, types.float32)

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        at = pointer(context, builder, signature.args[0], *arguments[:2])
        mask = first_lanes(builder, arguments[3])
        call(builder, "llvm.masked.store.v16f32.p0", ir.VoidType(), [arguments[2], at, i32(4), mask])
        return context.get_dummy_value()

    return types.void(array, types.intp, F32, types.intp), generate


# --- arithmetic ---------------------------------------------------------------------------------------------------


@intrinsic
def splat(typing, scalar):  # type: ignore[no-untyped-def]
    """``np.full(16, scalar)`` of a float32 or int32."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return splat_value(builder, arguments[0])

    kind = {types.float32: F32, types.int32: I32}.get(scalar)
    return None if kind is None else (kind(scalar), generate)


@intrinsic
def fma(typing, a, b, c):  # type: ignore[no-untyped-def]
    """``a * b + c`` in float32, rounded once where the CPU can."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return call(builder, "llvm.fmuladd.v16f32", F32.llvm, list(arguments))

    return F32(F32, F32, F32), generate


@intrinsic
def reduce_add(typing, a):  # type: ignore[no-untyped-def]
    """``a.sum()`` of 16 float32: pairwise halves, 8 + 8, 4 + 4, 2 + 2, 1 + 1."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        value, lanes = arguments[0], LANES
        while lanes > 1:
            lanes //= 2
            halves = [
                builder.shuffle_vector(value, value, ir.Constant(ir.VectorType(i32, lanes), list(range(s, s + lanes))))
                for s in (0, lanes)
            ]
            value = builder.fadd(*halves)
        return builder.extract_element(value, i32(0))

    return types.float32(F32), generate


@intrinsic
def widen(typing, w):  # type: ignore[no-untyped-def]
    """``w.reshape(16, 4).T.astype(np.float32)``: the four bytes of each lane, as a tuple of four F32."""
    kind = types.UniTuple(F32, 4)

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return pack(context, builder, kind, widen_bytes(builder, arguments[0]))

    return kind(U8), generate


@intrinsic
def add(typing, a, b):  # type: ignore[no-untyped-def]
    """``a + b`` in float32."""
    return F32(F32, F32), lambda context, builder, signature, arguments: builder.fadd(*arguments)


@intrinsic
def subtract(typing, a, b):  # type: ignore[no-untyped-def]
    """``a - b`` in float32."""
    return F32(F32, F32), lambda context, builder, signature, arguments: builder.fsub(*arguments)


@intrinsic
def multiply(typing, a, b):  # type: ignore[no-untyped-def]
    """``a * b`` in float32."""
    return F32(F32, F32), lambda context, builder, signature, arguments: builder.fmul(*arguments)


@intrinsic
def load_word(typing, array, offset):  # type: ignore[no-untyped-def]
    """``array.ravel()[offset : offset + 8].view(np.uint64)[0]``."""
    array_of(array, types.uint8)

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return builder.load(pointer(context, builder, signature.args[0], *arguments), align=1, typ=i64)

    return types.uint64(array, types.intp), generate


@intrinsic
def store_word(typing, array, offset, word):  # type: ignore[no-untyped-def]
    """``array.ravel()[offset : offset + 8].view(np.uint64)[0] = word``."""
    array_of(array, types.uint8)

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        write(builder, arguments[2], pointer(context, builder, signature.args[0], *arguments[:2]), 1)
        return context.get_dummy_value()

    return types.void(array, types.intp, types.uint64), generate


@intrinsic
def load_index(typing, array, offset):  # type: ignore[no-untyped-def]
    """``int(array[offset])`` of uint8, uint16 or int32. (Numba's own subscript first asks whether it is negative.)"""
    array_of(array, types.uint8, types.uint16, types.int32)

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        kind = {types.uint8: i8, types.uint16: i16, types.int32: i32}[array.dtype]
        place = pointer(context, builder, signature.args[0], *arguments)
        value = builder.load(place, align=kind.width // 8, typ=kind)
        return (builder.sext if kind is i32 else builder.zext)(value, i64)

    return types.int64(array, types.intp), generate
