"""Registers that search: which of many codewords is nearest to each of 16 C points, one point a lane.

    tile[c][r]      score of codeword r for the points of register c
    found[0][c]     least score so far      found[1][c]    the one after it      found[2][c]    whose the least is

A codeword costs five instructions for 16 points: compare, two to move the old least or the new score to second place,
minimum, masked move of the number.
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
    array_of,
    constant,
    f32,
    i32,
    i64,
    members,
    pack,
    pointer,
    splat_value,
    write,
)
from minicompress.kernels.tile import pack_tile, row_values, unpack_tile

__all__ = ["keep_nearest", "nothing_found", "spread", "store_found"]


def _registers(kind: Any, columns: Any) -> Any:
    return types.UniTuple(kind, len(columns))


@intrinsic
def spread(typing, array, offset, stride, columns, rows):  # type: ignore[no-untyped-def]
    """``tile[c][r] = np.full(16, array.ravel()[offset + r * stride])``, float32."""
    array_of(array, types.float32)
    kind = types.UniTuple(_registers(F32, rows), len(columns))

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        values = row_values(context, builder, array, arguments[:3], len(rows), f32)
        return pack_tile(context, builder, kind, [values] * len(columns))

    return kind(array, types.intp, types.intp, columns, rows), generate


@intrinsic
def nothing_found(typing, columns):  # type: ignore[no-untyped-def]
    """No codeword yet: both scores infinite, and number 0."""
    parts = (_registers(F32, columns), _registers(F32, columns), _registers(I32, columns))
    kind = types.Tuple(parts)

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        infinite, zero = constant(f32, float("inf"), LANES), constant(i32, 0, LANES)
        values = [[v] * len(columns) for v in (infinite, infinite, zero)]
        return context.make_tuple(
            builder, kind, [pack(context, builder, p, v) for p, v in zip(parts, values, strict=True)]
        )

    return kind(columns), generate


@intrinsic
def keep_nearest(typing, found, tile, first):  # type: ignore[no-untyped-def]
    """Take in the scores ``tile`` of the codewords ``first``, ``first + 1`` ..: a later one wins only if it is less."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        state = members(builder, arguments[0], found)
        least, second, number = (members(builder, v, k) for v, k in zip(state, found, strict=True))
        for c, column in enumerate(unpack_tile(builder, tile, arguments[1])):
            for r, score in enumerate(column):
                here = splat_value(builder, builder.trunc(builder.add(arguments[2], i64(r)), i32))
                less = builder.fcmp_ordered("<", score, least[c])
                other = builder.select(less, least[c], score)
                nearer = builder.fcmp_ordered("<", other, second[c])
                second[c] = builder.select(nearer, other, second[c])
                least[c] = builder.select(less, score, least[c])
                number[c] = builder.select(less, here, number[c])
        values = zip(found, (least, second, number), strict=True)
        return context.make_tuple(builder, found, [pack(context, builder, k, v) for k, v in values])

    return found(found, tile, types.intp), generate


@intrinsic
def store_found(typing, found, gaps, numbers):  # type: ignore[no-untyped-def]
    """``gaps[:16 C]`` = second score - least score, float32; ``numbers[:16 C]`` = whose the least is, int32."""
    array_of(gaps, types.float32)
    array_of(numbers, types.int32)

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        state = members(builder, arguments[0], found)
        least, second, number = (members(builder, v, k) for v, k in zip(state, found, strict=True))
        for c in range(len(least)):
            at = ir.Constant(i64, LANES * c)
            write(builder, builder.fsub(second[c], least[c]), pointer(context, builder, gaps, arguments[1], at), 4)
            write(builder, number[c], pointer(context, builder, numbers, arguments[2], at), 4)
        return context.get_dummy_value()

    return types.void(found, gaps, numbers), generate
