"""Exponential and normal distribution in registers of 16 float32: polynomials, no table and no branch.

    2^x    x = n + f, |f| <= 1/2     n is read from the low bits of x + 1.5 * 2^23, where float addition has rounded it;
           2^x = 2^n (1 + f p(f))    p of degree 5; 2^n is added to the exponent, and at -127 leaves the bits of 0
    tail   Phi(-a) = e^(-a^2 / 2) u P(u),       u = 1 / (1 + 0.31 a), P of degree 7: exact to 1.7e-7 of itself,
           a >= 0                               however small, because Mills' ratio is smooth in u

The coefficients are least-squares fits, reweighted until the largest relative error is least: 2.0e-9 of 2^f, 1.7e-7 of
Mills' ratio. What float32 rounding adds is stated at each block and tested against NumPy and SciPy.
12 instructions for a power, 25 and a division for a tail.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from minicompress.kernels.codegen import (
    F32,
    I32,
    LANES,
    array_of,
    call,
    constant,
    f32,
    first_lanes,
    i32,
    i64,
    pointer,
    splat_value,
    write,
)

__all__ = ["exp2_below", "keep_first", "maximum", "normal_tail", "reduce_max", "transpose"]

_LEAST = -127.0  # 2^-126 is the smallest normal float32
_FAR = 14.0  # a beyond which Phi(-a) is 0 in float32
_MAGIC = 1.5 * 2**23
_POWER = (
    0.00015353361449175302,
    0.0013398874570833884,
    0.009618437360764436,
    0.055503324706301024,
    0.24022647913583278,
    0.6931472028553789,
    1.0,
)
_SLOPE = 0.31
_MILLS = (
    0.03589019189503166,
    -0.14181722145064152,
    0.15545545760913773,
    -0.015282604470826234,
    0.11032436237134954,
    0.10770150216285584,
    0.12407232412326957,
    0.12365607001495732,
)


def _number(value: float) -> Any:
    # LLVM takes a float32 constant only if it is one: rounded here.
    return constant(f32, float(np.float32(value)), LANES)


def _fma(builder: Any, a: Any, b: Any, c: Any) -> Any:
    return call(builder, "llvm.fmuladd.v16f32", F32.llvm, [a, b, c])


def _horner(builder: Any, x: Any, coefficients: tuple[float, ...]) -> Any:
    total = _number(coefficients[0])
    for coefficient in coefficients[1:]:
        total = _fma(builder, total, x, _number(coefficient))
    return total


def _exp2_below(builder: Any, x: Any) -> Any:
    x = builder.select(builder.fcmp_ordered("<", x, _number(_LEAST)), _number(_LEAST), x)
    rounded = builder.fadd(x, _number(_MAGIC))
    fraction = builder.fsub(x, builder.fsub(rounded, _number(_MAGIC)))
    power = builder.bitcast(_horner(builder, fraction, _POWER), I32.llvm)
    exponent = builder.shl(builder.bitcast(rounded, I32.llvm), constant(i32, 23, LANES))
    return builder.bitcast(builder.add(power, exponent), F32.llvm)


def _larger(builder: Any, a: Any, b: Any) -> Any:
    return builder.select(builder.fcmp_ordered(">", a, b), a, b)


@intrinsic
def exp2_below(typing, x):  # type: ignore[no-untyped-def]
    """``np.exp2(x)`` for x <= 0: within 1.5e-7 of itself down to -126, from -127 on 0, NaN of NaN."""
    return F32(F32), lambda context, builder, signature, values: _exp2_below(builder, values[0])


@intrinsic
def normal_tail(typing, a):  # type: ignore[no-untyped-def]
    """``erfc(a / sqrt(2)) / 2`` for a >= 0: within (4 + a^2 / 2) 1.2e-7 of itself up to a = 13; 0 from 14 on."""

    def generate(context, builder, signature, values):  # type: ignore[no-untyped-def]
        far = builder.fcmp_ordered(">", values[0], _number(_FAR))
        size = builder.select(far, _number(_FAR), values[0])
        u = builder.fdiv(_number(1.0), _fma(builder, size, _number(_SLOPE), _number(1.0)))
        power = _exp2_below(builder, builder.fmul(builder.fmul(size, size), _number(-0.5 / math.log(2))))
        return builder.fmul(builder.fmul(_horner(builder, u, _MILLS), u), power)

    return F32(F32), generate


@intrinsic
def maximum(typing, a, b):  # type: ignore[no-untyped-def]
    """``np.where(a > b, a, b)`` of float32."""
    return F32(F32, F32), lambda context, builder, signature, values: _larger(builder, *values)


@intrinsic
def keep_first(typing, value, count, other):  # type: ignore[no-untyped-def]
    """``np.where(np.arange(16) < count, value, other)`` for a float32 ``other``."""

    def generate(context, builder, signature, values):  # type: ignore[no-untyped-def]
        return builder.select(first_lanes(builder, values[1]), values[0], splat_value(builder, values[2]))

    return F32(F32, types.intp, types.float32), generate


@intrinsic
def reduce_max(typing, a):  # type: ignore[no-untyped-def]
    """``a.max()`` of 16 float32 without NaN."""

    def generate(context, builder, signature, values):  # type: ignore[no-untyped-def]
        value, lanes = values[0], LANES
        while lanes > 1:
            lanes //= 2
            halves = [
                builder.shuffle_vector(value, value, ir.Constant(ir.VectorType(i32, lanes), list(range(s, s + lanes))))
                for s in (0, lanes)
            ]
            value = _larger(builder, *halves)
        return builder.extract_element(value, i32(0))

    return types.float32(F32), generate


@intrinsic
def transpose(typing, x, rows, first, offset, stride, y, at, step):  # type: ignore[no-untyped-def]
    """``y.ravel()[at + step * c + r] = x.ravel()[offset + stride * rows[first + r] + c]`` for r and c from 0 to 15.

    Four rounds of 16 shuffles: each lays the first and the second half of 16 registers together, number by number.
    """
    for array, dtype in ((x, types.float32), (rows, types.int64), (y, types.float32)):
        array_of(array, dtype)

    def generate(context, builder, signature, values):  # type: ignore[no-untyped-def]
        source, order, start, offset, stride, target, at, step = values
        registers = []
        for r in range(LANES):
            place = pointer(context, builder, rows, order, builder.add(start, i64(r)))
            row = builder.mul(stride, builder.load(place, align=8, typ=i64))
            place = pointer(context, builder, x, source, builder.add(offset, row))
            registers.append(builder.load(place, align=4, typ=F32.llvm))
        for _ in range(4):
            mixed = []
            for low, high in zip(registers[:8], registers[8:], strict=True):
                for s in (0, 8):
                    pick = [lane for k in range(s, s + 8) for lane in (k, LANES + k)]
                    mixed.append(builder.shuffle_vector(low, high, ir.Constant(I32.llvm, pick)))
            registers = mixed
        for c, register in enumerate(registers):
            place = pointer(context, builder, y, target, builder.add(at, builder.mul(step, i64(c))))
            write(builder, register, place, 4)
        return context.get_dummy_value()

    kinds = (x, rows, types.intp, types.intp, types.intp, y, types.intp, types.intp)
    return types.void(*kinds), generate
