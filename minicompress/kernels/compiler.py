"""How a kernel is compiled: once, at its first call, with one signature, cached on disk in a folder that cannot lie.

A kernel is a function ``(table, part, parts)`` that does its share of the work. ``table`` holds its arguments as 64-bit
integers (numbers and addresses), so that one thread pool serves all kernels
(:mod:`minicompress.kernels.threads`), arguments that are read-only need no second compilation, and ``warmup`` can
compile everything without data.

Numba's own cache key sees the source file of a kernel and the host's CPU. It does not see the source of helpers in
other files nor the environment. The folder therefore carries the package version, the instruction path and a hash of
every kernel file: after an edit or a switch, other code is compiled and run.
"""

from __future__ import annotations

import array
import contextlib
import ctypes
import functools
import hashlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numba import types
from numba.core import config, sigutils
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array

from minicompress._version import __version__
from minicompress.kernels.codegen import i64
from minicompress.kernels.isa import choose_isa

__all__ = [
    "KERNELS",
    "Kernel",
    "Native",
    "arguments",
    "cache_counts",
    "cache_folder",
    "cached",
    "check_layout",
    "contiguous",
    "kernel",
    "unpack",
]


def _user_cache() -> Path:
    if asked := os.environ.get("MINICOMPRESS_CACHE"):
        return Path(asked)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "minicompress"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "minicompress"


@functools.cache
def _source_hash() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def cache_folder() -> Path:
    """Return the folder of the compiled kernels: ``<user cache>/kernels/<version>-<path>-<hash of the sources>``."""
    return _user_cache() / "kernels" / f"{__version__}-{choose_isa()}-{_source_hash()}"


@contextlib.contextmanager
def _numba_cache_in(folder: Path) -> Iterator[None]:
    # Numba reads the setting when a function is decorated, so it can be lent for that moment: the user's own
    # numba functions keep their own cache.
    before = config.CACHE_DIR
    config.CACHE_DIR = str(folder)
    try:
        yield
    finally:
        config.CACHE_DIR = before


def cached(decorate: Callable[..., Any], *positional: Any, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """``decorate(*positional, cache=True, **options)`` with the cache in :func:`cache_folder`, or without a cache.

    Where the folder cannot be written the kernel is compiled in memory, at each start.
    """

    def apply(function: Callable[..., Any]) -> Any:
        try:
            with _numba_cache_in(cache_folder()):
                return decorate(*positional, cache=True, **options)(function)
        except (RuntimeError, OSError):
            return decorate(*positional, **options)(function)

    return apply


def arguments(signature: str) -> types.Tuple:
    """Return the numba types of a kernel's arguments, from numba's notation.

    >>> len(arguments("float32[:, ::1], int64"))
    2
    """
    return types.Tuple(sigutils.normalize_signature(f"void({signature})")[0])


# NumPy's PyArrayObject, as words of 8 bytes: Python's own head, then data, nd, dimensions, strides ...
# (numpy.org/doc/stable/reference/c-api/types-and-structures.html). The address of the object is its id.
_DATA = object.__basicsize__ // 8
_SHAPE = _DATA + 2


def check_layout() -> None:
    """Refuse to run where an array's object is not laid out as NumPy documents it: nothing else would notice."""
    a = np.zeros((3, 5), np.uint8)
    words = (ctypes.c_int64 * (_SHAPE + 1)).from_address(id(a))
    lengths = (ctypes.c_int64 * 2).from_address(words[_SHAPE]) if words[_DATA] == a.ctypes.data else ()
    if tuple(lengths) != a.shape:
        raise ImportError(
            f"NumPy {np.__version__} on this Python lays out arrays in a way that the kernels do not know; "
            "set MINICOMPRESS_BACKEND=reference, and please report it"
        )


check_layout()


@intrinsic
def unpack(typing, table, kinds):  # type: ignore[no-untyped-def]
    """The arguments that :meth:`Kernel.table` wrote: a tuple of arrays and int64 numbers of the given kinds."""
    result = kinds.instance_type

    def generate(context, builder, signature, values):  # type: ignore[no-untyped-def]
        at = iter(range(1 << 30))

        def at_word(place, index):  # type: ignore[no-untyped-def]
            return builder.load(builder.gep(place, [i64(index)], source_etype=i64), typ=i64)

        def word():  # type: ignore[no-untyped-def]
            return at_word(values[0], next(at))

        def one(kind):  # type: ignore[no-untyped-def]
            if not isinstance(kind, types.Array):
                return word()
            fields = builder.inttoptr(word(), i64.as_pointer())
            lengths = builder.inttoptr(at_word(fields, _SHAPE), i64.as_pointer())
            made = context.make_array(kind)(context, builder)
            data = builder.inttoptr(at_word(fields, _DATA), context.get_value_type(kind.dtype).as_pointer())
            shape = [at_word(lengths, axis) for axis in range(kind.ndim)]
            size = i64(kind.dtype.bitwidth // 8)
            strides = [size]
            for length in reversed(shape[1:]):
                strides.insert(0, builder.mul(strides[0], length))
            populate_array(made, data=data, shape=shape, strides=strides, itemsize=size, meminfo=None)
            return made._getvalue()

        return context.make_tuple(builder, result, [one(kind) for kind in result])

    return result(table, kinds), generate


#: Every function of the modules imported so far that is compiled at its first call, by qualified name.
KERNELS: dict[str, Native] = {}

_ENTRY = types.void(types.CPointer(types.int64), types.int64, types.int64)
_compiling = threading.RLock()


class Native:
    """A Python function that is compiled to a C function of one signature, at its first call."""

    def __init__(self, function: Callable[..., Any], signature: Any, options: dict[str, Any]) -> None:
        self.name = f"{function.__module__}.{function.__qualname__}".removeprefix("minicompress.kernels.")
        self.__doc__ = function.__doc__
        self._function, self._signature, self._options = function, signature, options
        self._compiled: Any = None
        self._call: Callable[..., Any] | None = None
        KERNELS[self.name] = self

    def compile(self) -> Callable[..., Any]:
        """Return the C function, compiling it or loading it from disk the first time; pointers are passed as int."""
        if self._call is None:
            with _compiling:
                self._compiled = cached(numba.cfunc, self._signature, **self._options)(self._function)
                result = None if self._signature.return_type == types.void else ctypes.c_int64
                kinds = [
                    ctypes.c_void_p if isinstance(a, types.CPointer) else ctypes.c_int64 for a in self._signature.args
                ]
                self._call = ctypes.CFUNCTYPE(result, *kinds)(self._compiled.address)
        return self._call

    @property
    def address(self) -> int:
        """Where the compiled code begins."""
        self.compile()
        return int(self._compiled.address)

    @property
    def loaded_from_disk(self) -> bool | None:
        """Whether the compiled code came from the disk cache; ``None`` before the first call."""
        return None if self._compiled is None else bool(self._compiled.cache_hits)


class Kernel(Native):
    """A compiled function ``(table, part, parts)``; see :func:`kernel`."""

    def __init__(self, function: Callable[..., Any], kinds: types.Tuple, options: dict[str, Any]) -> None:
        super().__init__(function, _ENTRY, options)
        self._dtypes = [np.dtype(str(k.dtype)) if isinstance(k, types.Array) else None for k in kinds]
        self._ndims = [k.ndim if isinstance(k, types.Array) else 0 for k in kinds]

    def table(self, values: tuple[Any, ...]) -> array.array[int]:
        """Write the arguments as int64: a number as it is, an array as the address of its object.

        The arrays must live as long as the call.

        Raises
        ------
        TypeError
            If an array is not C-contiguous or of another dtype or number of dimensions than the kernel reads.
        """
        words = array.array("q")
        for value, dtype, ndim in zip(values, self._dtypes, self._ndims, strict=True):
            if dtype is None:
                words.append(int(value))
            elif value.dtype == dtype and value.ndim == ndim and value.flags.c_contiguous:
                words.append(id(value))
            else:
                raise TypeError(
                    f"kernel {self.name}: argument {len(words)} must be a C-contiguous {ndim}-d array of {dtype}; "
                    f"got shape {value.shape}, dtype {value.dtype}, strides {value.strides}"
                )
        return words


def contiguous(*arrays: np.ndarray) -> list[np.ndarray]:
    """Return the arrays in C order, copied only where they are not."""
    return [np.ascontiguousarray(a) for a in arrays]


def kernel(kinds: types.Tuple, **options: Any) -> Callable[[Callable[..., Any]], Kernel]:
    """Make ``function(table, part, parts)`` a :class:`Kernel` whose arguments have the given kinds."""

    def decorate(function: Callable[..., Any]) -> Kernel:
        return Kernel(function, kinds, options)

    return decorate


def cache_counts() -> tuple[int, int]:
    """Return how many kernels this process compiled, and how many it loaded from disk."""
    ready = [made.loaded_from_disk for made in KERNELS.values() if made.loaded_from_disk is not None]
    return len(ready) - sum(ready), sum(ready)
