"""Which instructions this process uses for the 8-bit dot product: chosen once, from what the CPU can do.

    avx512vnni  one vpdpbusd on 512 bits: 64 products and 64 sums in one instruction
    avxvnni     vpdpbusd on 256 bits, twice
    avx2        bytes widened to 16 bits, then vpmaddwd: exact where vpmaddubsw would saturate (2 * 255 * 127 = 64,770)
    generic     shifts, products and sums of 32-bit lanes; LLVM writes them for any CPU (on ARM: NEON)

Everything else in :mod:`minicompress.kernels.vector` is portable vector code and the same on every path.
``MINICOMPRESS_ISA`` forces a path.
"""

from __future__ import annotations

import functools
import os
import platform

import llvmlite.binding

__all__ = ["ON_X86", "PATHS", "choose_isa", "runnable"]

ON_X86 = platform.machine().lower() in ("x86_64", "amd64", "i386", "i686", "x86")

#: All paths, the fastest first.
PATHS = ("avx512vnni", "avxvnni", "avx2", "generic")


@functools.cache
def runnable() -> tuple[str, ...]:
    """Return the paths that this CPU can run, the fastest first.

    >>> runnable()[-1]
    'generic'
    """
    features = llvmlite.binding.get_host_cpu_features()

    def has(*names: str) -> bool:
        return all(features.get(name, False) for name in names)

    able = {
        "avx512vnni": has("avx512f", "avx512bw", "avx512vl", "avx512vnni"),
        "avxvnni": has("avx2", "avxvnni") or has("avx512vl", "avx512vnni"),
        "avx2": has("avx2"),
        "generic": True,
    }
    return tuple(path for path in PATHS if able[path])


def choose_isa() -> str:
    """Return the path that ``MINICOMPRESS_ISA`` forces, or else the fastest one.

    Raises
    ------
    ValueError
        If the forced path is unknown, or this CPU cannot run it.
    """
    asked = os.environ.get("MINICOMPRESS_ISA", "auto")
    if asked == "auto":
        return runnable()[0]
    if asked not in PATHS:
        raise ValueError(f"MINICOMPRESS_ISA must be auto or one of {', '.join(PATHS)}; got {asked!r}")
    if asked not in runnable():
        raise ValueError(f"MINICOMPRESS_ISA: this CPU runs {', '.join(runnable())}; got {asked!r}")
    return asked
