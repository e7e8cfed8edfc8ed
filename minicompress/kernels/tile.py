"""Tiles of registers: the sums of R activation rows times C panels of 16 outputs.

``tile[c][r]`` is one register: panel c, activation row r. It is a tuple of tuples, so the compiler sees R x C named
registers. Each load of weights serves R rows and each broadcast of activations serves C panels:

    for each step:   C loads of weights, R broadcasts of activations, R x C products

``rows`` and ``columns`` are tuples of which only the length counts: it is part of the type, so every size is compiled
by itself.

The 8-bit dot product takes the weights' codes unsigned and four signed activations, the same in every lane.
"""

from __future__ import annotations

from typing import Any

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
    each,
    f32,
    first_lanes,
    i8,
    i32,
    i64,
    members,
    pack,
    pointer,
    splat_value,
    widen_bytes,
    write,
)
from minicompress.kernels.dot import DOT
from minicompress.kernels.isa import choose_isa

ISA = choose_isa()


def _tile(register: Any, columns: Any, rows: Any) -> Any:
    return types.UniTuple(types.UniTuple(register, len(rows)), len(columns))


def unpack_tile(builder: Any, kind: Any, tile: Any) -> list[list[Any]]:
    return [members(builder, column, kind.dtype) for column in members(builder, tile, kind)]


def pack_tile(context: Any, builder: Any, kind: Any, tile: list[list[Any]]) -> Any:
    return pack(context, builder, kind, [pack(context, builder, kind.dtype, column) for column in tile])


def row_values(context: Any, builder: Any, kind: Any, where: Any, rows: int, read: Any) -> list[Any]:
    """One broadcast register for each activation row: the number of type ``read``.

    ``where`` = (array, offset, stride): row r is read at ``offset + r * stride``.
    """
    array, offset, stride = where
    values = []
    for r in range(rows):
        place = pointer(context, builder, kind, array, builder.add(offset, builder.mul(stride, i64(r))))
        # Four bytes read as one int32 stand at any address.
        align = 1 if kind.dtype == types.int8 else 4
        values.append(splat_value(builder, builder.load(place, align=align, typ=read)))
    return values


@intrinsic
def zeros(typing, columns, rows):  # type: ignore[no-untyped-def]
    """A float32 tile of zeros."""
    kind = _tile(F32, columns, rows)

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        zero = constant(f32, 0.0, LANES)
        return pack_tile(context, builder, kind, [[zero] * len(rows)] * len(columns))

    return kind(columns, rows), generate


@intrinsic
def load_u8(typing, array, offset, stride, columns):  # type: ignore[no-untyped-def]
    """``array.ravel()[offset + c * stride :][:64]`` for each panel c: a tuple of registers."""
    array_of(array, types.uint8)
    kind = types.UniTuple(U8, len(columns))

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        values = []
        for c in range(len(columns)):
            at = builder.add(arguments[1], builder.mul(arguments[2], i64(c)))
            place = pointer(context, builder, signature.args[0], arguments[0], at)
            values.append(builder.load(place, align=1, typ=U8.llvm))
        return pack(context, builder, kind, values)

    return kind(array, types.intp, types.intp, columns), generate


@intrinsic
def load_f32(typing, array, offset, stride, columns):  # type: ignore[no-untyped-def]
    """``array.ravel()[offset + c * stride :][:16]`` for each panel c: a tuple of registers."""
    array_of(array, types.float32)
    kind = types.UniTuple(F32, len(columns))

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        values = []
        for c in range(len(columns)):
            at = builder.add(arguments[1], builder.mul(arguments[2], i64(c)))
            place = pointer(context, builder, signature.args[0], arguments[0], at)
            values.append(builder.load(place, align=4, typ=F32.llvm))
        return pack(context, builder, kind, values)

    return kind(array, types.intp, types.intp, columns), generate


@intrinsic
def low_nibbles(typing, weights):  # type: ignore[no-untyped-def]
    """``w & 15`` of each byte."""
    return weights(weights), each(weights, lambda builder, w: builder.and_(w, constant(i8, 15, 64)))


@intrinsic
def high_nibbles(typing, weights):  # type: ignore[no-untyped-def]
    """``w >> 4`` of each byte."""
    return weights(weights), each(weights, lambda builder, w: builder.lshr(w, constant(i8, 4, 64)))


@intrinsic
def start(typing, zero_points, sums, offset, stride, rows):  # type: ignore[no-untyped-def]
    """The tile ``-zero_points[c] * sums.ravel()[offset + r * stride]``, int32 or float32 as ``sums`` is."""
    array_of(sums, types.int32, types.float32)
    whole = sums.dtype == types.int32
    kind = _tile(I32 if whole else F32, zero_points, rows)

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        points = members(builder, arguments[0], zero_points)
        negative = [builder.neg(builder.fptosi(z, I32.llvm)) if whole else builder.fneg(z) for z in points]
        values = row_values(context, builder, sums, arguments[1:4], len(rows), i32 if whole else f32)
        times = builder.mul if whole else builder.fmul
        return pack_tile(context, builder, kind, [[times(z, v) for v in values] for z in negative])

    return kind(zero_points, sums, types.intp, types.intp, rows), generate


@intrinsic
def dot(typing, tile, weights, q, offset, stride):  # type: ignore[no-untyped-def]
    """``tile[c][r] += dot(weights[c], q.ravel()[offset + r * stride :][:4])``: u8 x s8, exact int32."""
    array_of(q, types.int8)

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        columns = unpack_tile(builder, tile, arguments[0])
        codes = [builder.bitcast(w, I32.llvm) for w in members(builder, arguments[1], weights)]
        values = row_values(context, builder, q, arguments[2:], len(columns[0]), i32)
        step = DOT[ISA]
        sums = [
            [step(builder, t, w, s) for t, s in zip(c, values, strict=True)]
            for c, w in zip(columns, codes, strict=True)
        ]
        return pack_tile(context, builder, tile, sums)

    return tile(tile, weights, q, types.intp, types.intp), generate


@intrinsic
def sum_bytes(typing, q, offset, words):  # type: ignore[no-untyped-def]
    """``q.ravel()[offset : offset + 4 * len(words)].sum()`` of int8, exact, for 8 or 16 words of 4 bytes."""
    array_of(q, types.int8)
    count = len(words)

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        value = builder.load(pointer(context, builder, q, *arguments[:2]), align=1, typ=ir.VectorType(i32, count))
        if count < LANES:  # zeros in the other lanes
            places = list(range(count)) + [count] * (LANES - count)
            zeros = constant(i32, 0, count)
            value = builder.shuffle_vector(value, zeros, ir.Constant(ir.VectorType(i32, LANES), places))
        total = DOT[ISA](builder, constant(i32, 0, LANES), constant(i32, 0x01010101, LANES), value)
        return call(builder, "llvm.vector.reduce.add.v16i32", i32, [total])

    return types.int32(q, types.intp, words), generate


@intrinsic
def fma_bytes(typing, tile, weights, x, offset, stride):  # type: ignore[no-untyped-def]
    """``tile[c][r] += sum over t of widen(weights[c])[t] * x.ravel()[offset + t + r * stride]``, t = 0 .. 3."""
    array_of(x, types.float32)

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        columns = unpack_tile(builder, tile, arguments[0])
        codes = [widen_bytes(builder, w) for w in members(builder, arguments[1], weights)]
        for t in range(4):
            at = builder.add(arguments[3], i64(t))
            values = row_values(context, builder, x, (arguments[2], at, arguments[4]), len(columns[0]), f32)
            columns = [
                [
                    call(builder, "llvm.fmuladd.v16f32", F32.llvm, [code[t], v, s])
                    for v, s in zip(values, c, strict=True)
                ]
                for code, c in zip(codes, columns, strict=True)
            ]
        return pack_tile(context, builder, tile, columns)

    return tile(tile, weights, x, types.intp, types.intp), generate


@intrinsic
def add_scaled(typing, total, tile, scale):  # type: ignore[no-untyped-def]
    """``total[c][r] += scale[c] * tile[c][r]``, the int32 tile converted to float32; two roundings, as in NumPy."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        totals, sums = (unpack_tile(builder, k, v) for k, v in zip(signature.args[:2], arguments[:2], strict=True))
        scales = members(builder, arguments[2], scale)
        out = []
        for olds, column, s in zip(totals, sums, scales, strict=True):
            floats = [builder.sitofp(v, F32.llvm) if v.type == I32.llvm else v for v in column]
            out.append([builder.fadd(old, builder.fmul(s, v)) for old, v in zip(olds, floats, strict=True)])
        return pack_tile(context, builder, total, out)

    return total(total, tile, scale), generate


@intrinsic
def scale_rows(typing, total, factors, offset):  # type: ignore[no-untyped-def]
    """``total[c][r] *= factors[offset + r]``."""
    array_of(factors, types.float32)

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        columns = unpack_tile(builder, total, arguments[0])
        values = row_values(context, builder, factors, (*arguments[1:], i64(1)), len(columns[0]), f32)
        return pack_tile(
            context,
            builder,
            total,
            [[builder.fmul(v, f) for v, f in zip(c, values, strict=True)] for c in columns],
        )

    return total(total, factors, types.intp), generate


@intrinsic
def fma(typing, tile, weights, x, offset, stride):  # type: ignore[no-untyped-def]
    """``tile[c][r] += weights[c] * x.ravel()[offset + r * stride]``, float32."""
    array_of(x, types.float32)

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        columns = unpack_tile(builder, tile, arguments[0])
        values = row_values(context, builder, x, arguments[2:], len(columns[0]), f32)
        out = [
            [call(builder, "llvm.fmuladd.v16f32", F32.llvm, [w, v, t]) for t, v in zip(c, values, strict=True)]
            for c, w in zip(columns, members(builder, arguments[1], weights), strict=True)
        ]
        return pack_tile(context, builder, tile, out)

    return tile(tile, weights, x, types.intp, types.intp), generate


@intrinsic
def store(typing, tile, y, offset, stride, count):  # type: ignore[no-untyped-def]
    """``y.ravel()[offset + r * stride :][: 16 * C] = tile[:, r]``, but no more than ``count`` numbers of each row."""
    array_of(y, types.float32)

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        target, offset, stride, count = arguments[1:]
        columns = unpack_tile(builder, tile, arguments[0])
        with builder.if_else(builder.icmp_signed(">=", count, i64(LANES * len(columns)))) as (whole, part):
            for branch, masked in ((whole, False), (part, True)):
                with branch:
                    for c, column in enumerate(columns):
                        mask = first_lanes(builder, builder.sub(count, i64(LANES * c))) if masked else None
                        for r, value in enumerate(column):
                            at = builder.add(builder.add(offset, i64(LANES * c)), builder.mul(stride, i64(r)))
                            place = pointer(context, builder, y, target, at)
                            if masked:
                                call(
                                    builder,
                                    "llvm.masked.store.v16f32.p0",
                                    ir.VoidType(),
                                    [value, place, i32(4), mask],
                                )
                            else:
                                write(builder, value, place, 4)
        return context.get_dummy_value()

    return types.void(tile, y, types.intp, types.intp, types.intp), generate


@intrinsic
def load_tile(typing, array, offset, stride, columns, rows):  # type: ignore[no-untyped-def]
    """``tile[c][r] = array.ravel()[offset + r * stride + 16 * c :][:16]``."""
    array_of(array, types.float32)
    kind = _tile(F32, columns, rows)

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        def register(c: int, r: int) -> Any:
            row = builder.add(arguments[1], builder.mul(arguments[2], i64(r)))
            place = pointer(context, builder, array, arguments[0], builder.add(row, i64(LANES * c)))
            return builder.load(place, align=4, typ=F32.llvm)

        values = [[register(c, r) for r in range(len(rows))] for c in range(len(columns))]
        return pack_tile(context, builder, kind, values)

    return kind(array, types.intp, types.intp, columns, rows), generate


@intrinsic
def add(typing, a, b):  # type: ignore[no-untyped-def]
    """``a + b`` of two float32 tiles."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        tiles = zip(*(unpack_tile(builder, a, tile) for tile in arguments), strict=True)
        sums = [[builder.fadd(v, w) for v, w in zip(one, two, strict=True)] for one, two in tiles]
        return pack_tile(context, builder, a, sums)

    return a(a, b), generate
