"""16 values looked up at once: lane l takes ``levels[code & 15]``, the code being the low bits of lane l.

    avx512      vpermps on 512 bits: the list is a register, the code its lane; bits above the low four do not count
    avx2        vpermps on 256 bits knows 8 values: one for the low half of the list, one for the high half, and bit 3
                of the code, moved to the sign, picks between the two
    generic     a gather from the list in memory

A register of 4-bit codes holds 8 for each of 16 outputs. Seven shifts and 8 look-ups spell it out as 8 registers of
float32; a shift, a look-up and a fused multiply-add make 16 products, and no code is masked or converted.
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
    call,
    constant,
    f32,
    halves,
    i32,
    i64,
    join,
    members,
    pointer,
    write,
)
from minicompress.kernels.isa import choose_isa
from minicompress.kernels.tile import pack_tile, row_values, unpack_tile

__all__ = ["fma_levels", "fma_nibbles", "spell_levels"]

_HALF_F, _HALF_I = ir.VectorType(f32, 8), ir.VectorType(i32, 8)


def _avx512(builder: Any, levels: Any, lanes: Any) -> Any:
    return call(builder, "llvm.x86.avx512.permvar.sf.512", F32.llvm, [levels, lanes])


def _avx2(builder: Any, levels: Any, lanes: Any) -> Any:
    low, high = halves(builder, levels)
    found = []
    for codes in halves(builder, lanes):
        picks = [call(builder, "llvm.x86.avx2.permps", _HALF_F, [half, codes]) for half in (low, high)]
        upper = builder.icmp_signed("<", builder.shl(codes, constant(i32, 28, 8)), constant(i32, 0, 8))
        found.append(builder.select(upper, picks[1], picks[0]))
    return join(builder, *found)


def _generic(builder: Any, levels: Any, lanes: Any) -> Any:
    # LLVM reads a lane of a register by a number that it does not know through memory: a load for each lane.
    codes = builder.and_(lanes, constant(i32, 15, LANES))
    value = ir.Constant(F32.llvm, ir.Undefined)
    for lane in range(LANES):
        one = builder.extract_element(levels, builder.extract_element(codes, i32(lane)))
        value = builder.insert_element(value, one, i32(lane))
    return value


_LOOKUP = {"avx512vnni": _avx512, "avxvnni": _avx2, "avx2": _avx2, "generic": _generic}[choose_isa()]
_SHIFTS = (0, 8, 16, 24, 4, 12, 20, 28)  # of the inputs 0 .. 7 of a step: see panel_codes


def _shifted(builder: Any, register: Any) -> list[Any]:
    lanes = builder.bitcast(register, I32.llvm)
    return [builder.lshr(lanes, constant(i32, shift, LANES)) if shift else lanes for shift in _SHIFTS]


def _looked_up(builder: Any, levels: Any, register: Any) -> list[Any]:
    """The weights of the inputs 0 .. 7 of one register of codes."""
    return [_LOOKUP(builder, levels, lanes) for lanes in _shifted(builder, register)]


def _converted(builder: Any, register: Any) -> list[Any]:
    """The codes of the inputs 0 .. 7 as they are, in float32."""
    if _LOOKUP is _avx512:
        return _looked_up(builder, ir.Constant(F32.llvm, [float(code) for code in range(16)]), register)
    low = constant(i32, 15, LANES)
    return [builder.sitofp(builder.and_(lanes, low), F32.llvm) for lanes in _shifted(builder, register)]


def _fma(context: Any, builder: Any, columns: Any, weights: Any, kind: Any, where: Any) -> Any:
    """``columns[c][r] += sum over t of weights[c][t] * x[offset + t + r * stride]``; ``where`` = x, offset, stride."""
    x, offset, stride = where
    for t, step in enumerate(zip(*weights, strict=True)):
        at = builder.add(offset, i64(t))
        values = row_values(context, builder, kind, (x, at, stride), len(columns[0]), f32)
        columns = [
            [call(builder, "llvm.fmuladd.v16f32", F32.llvm, [w, v, s]) for v, s in zip(values, column, strict=True)]
            for w, column in zip(step, columns, strict=True)
        ]
    return columns


@intrinsic
def fma_levels(typing, tile, weights, levels, x, offset, stride):  # type: ignore[no-untyped-def]
    """``tile[c][r] += sum over t of levels[c][code[c][t]] * x.ravel()[offset + t + r * stride]``, t = 0 .. 7."""
    array_of(x, types.float32)

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        lists, registers = members(builder, arguments[2], levels), members(builder, arguments[1], weights)
        found = [_looked_up(builder, values, register) for values, register in zip(lists, registers, strict=True)]
        columns = unpack_tile(builder, tile, arguments[0])
        return pack_tile(context, builder, tile, _fma(context, builder, columns, found, x, arguments[3:]))

    return tile(tile, weights, levels, x, types.intp, types.intp), generate


@intrinsic
def fma_nibbles(typing, tile, weights, x, offset, stride):  # type: ignore[no-untyped-def]
    """``tile[c][r] += sum over t of code[c][t] * x.ravel()[offset + t + r * stride]``, t = 0 .. 7."""
    array_of(x, types.float32)

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        found = [_converted(builder, register) for register in members(builder, arguments[1], weights)]
        columns = unpack_tile(builder, tile, arguments[0])
        return pack_tile(context, builder, tile, _fma(context, builder, columns, found, x, arguments[2:]))

    return tile(tile, weights, x, types.intp, types.intp), generate


@intrinsic
def spell_levels(typing, weights, levels, scale, array, offset, stride):  # type: ignore[no-untyped-def]
    """``array.ravel()[offset + t * stride :][:16] = levels[code[t]] * scale`` of one register, t = 0 .. 7."""
    array_of(array, types.float32)

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        for t, value in enumerate(_looked_up(builder, arguments[1], arguments[0])):
            at = builder.add(arguments[4], builder.mul(arguments[5], i64(t)))
            write(builder, builder.fmul(value, arguments[2]), pointer(context, builder, array, arguments[3], at), 4)
        return context.get_dummy_value()

    return types.void(weights, levels, scale, array, types.intp, types.intp), generate
