"""The 8-bit dot product, u8 x s8 -> s32 in each of 16 lanes, on each path of :mod:`minicompress.kernels.isa`.

    lane l:   sum[l] += u[4 l] s[4 l] + u[4 l + 1] s[4 l + 1] + u[4 l + 2] s[4 l + 2] + u[4 l + 3] s[4 l + 3]

All sums are exact. These are code generators: LLVM values in, an LLVM value out.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir

from minicompress.kernels.codegen import I32, LANES, call, constant, halves, i16, i32, join

__all__ = ["DOT"]


def _dot_vnni(builder: Any, total: Any, u: Any, s: Any) -> Any:
    return call(builder, "llvm.x86.avx512.vpdpbusd.512", I32.llvm, [total, u, s])


def _dot_vnni_256(builder: Any, total: Any, u: Any, s: Any) -> Any:
    half = ir.VectorType(i32, 8)
    parts = zip(*(halves(builder, v) for v in (total, u, s)), strict=True)
    return join(builder, *(call(builder, "llvm.x86.avx512.vpdpbusd.256", half, list(part)) for part in parts))


def _dot_avx2(builder: Any, total: Any, u: Any, s: Any) -> Any:
    """Even and odd bytes as 16-bit numbers, then vpmaddwd, which adds two exact products in 32 bits."""
    shorts = ir.VectorType(i16, 16)
    low_byte, eight = constant(i16, 255, 16), constant(i16, 8, 16)
    sums = []
    for t, a, b in zip(*(halves(builder, v) for v in (total, u, s)), strict=True):
        codes, signed = builder.bitcast(a, shorts), builder.bitcast(b, shorts)
        even = (builder.and_(codes, low_byte), builder.ashr(builder.shl(signed, eight), eight))
        odd = (builder.lshr(codes, eight), builder.ashr(signed, eight))
        for pair in (even, odd):
            t = builder.add(t, call(builder, "llvm.x86.avx2.pmadd.wd", ir.VectorType(i32, 8), list(pair)))
        sums.append(t)
    return join(builder, *sums)


def _dot_generic(builder: Any, total: Any, u: Any, s: Any) -> Any:
    for t in range(4):
        code = builder.and_(builder.lshr(u, constant(i32, 8 * t, LANES)), constant(i32, 255, LANES))
        signed = builder.ashr(builder.shl(s, constant(i32, 24 - 8 * t, LANES)), constant(i32, 24, LANES))
        total = builder.add(total, builder.mul(code, signed))
    return total


#: total + dot(u, s) for I32 registers: ``u`` holds unsigned bytes, ``s`` signed ones.
DOT = {"avx512vnni": _dot_vnni, "avxvnni": _dot_vnni_256, "avx2": _dot_avx2, "generic": _dot_generic}
