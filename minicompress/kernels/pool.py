"""The native half of the thread pool: parts of a job are claimed, done and counted without Python.

    state   [ticket][done][address][table][parts]      five int64 words that all threads share

``ticket`` is (job number << 32) + the next part to claim. A thread reads the job's fields, then moves the ticket on by
one with compare-and-swap: if that succeeds, no other job has begun in between, and the part is its own. A thread that
comes late finds all parts claimed and has nothing to do: nobody waits for it. That is why this is not OpenMP, whose
barrier waits for every thread, for milliseconds where another process holds the core.
"""

from __future__ import annotations

from typing import Any

import numba
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from minicompress.kernels.codegen import call, i64
from minicompress.kernels.compiler import Native
from minicompress.kernels.isa import ON_X86

__all__ = ["HELP", "RUN", "WAIT", "WORDS"]

TICKET, DONE, ADDRESS, TABLE, PARTS, WORDS = 0, 1, 2, 3, 4, 5
CLOSED = 0xFFFFFFFF  # a part that no job has
_STATE = types.CPointer(types.int64)


def _word(builder: Any, state: Any, index: Any) -> Any:
    return builder.gep(state, [index], source_etype=i64)


@intrinsic
def _load(typing, state, index):  # type: ignore[no-untyped-def]
    """``state[index]``, and nothing that follows is read before it."""

    def generate(context, builder, signature, values):  # type: ignore[no-untyped-def]
        return builder.load_atomic(_word(builder, *values), "acquire", 8, typ=i64)

    return types.int64(_STATE, types.int64), generate


@intrinsic
def _store(typing, state, index, value):  # type: ignore[no-untyped-def]
    """``state[index] = value``, after all that was written before it."""

    def generate(context, builder, signature, values):  # type: ignore[no-untyped-def]
        builder.store_atomic(values[2], _word(builder, *values[:2]), "release", 8)
        return context.get_dummy_value()

    return types.void(_STATE, types.int64, types.int64), generate


@intrinsic
def _add(typing, state, index, value):  # type: ignore[no-untyped-def]
    """``state[index] += value``, at once for all threads."""

    def generate(context, builder, signature, values):  # type: ignore[no-untyped-def]
        builder.atomic_rmw("add", _word(builder, *values[:2]), values[2], "acq_rel")
        return context.get_dummy_value()

    return types.void(_STATE, types.int64, types.int64), generate


@intrinsic
def _swap(typing, state, index, old, new):  # type: ignore[no-untyped-def]
    """Write ``new`` where ``old`` still stands; return whether it did."""

    def generate(context, builder, signature, values):  # type: ignore[no-untyped-def]
        pair = builder.cmpxchg(_word(builder, *values[:2]), values[2], values[3], "acq_rel", "acquire")
        return builder.extract_value(pair, 1)

    return types.boolean(_STATE, types.int64, types.int64, types.int64), generate


@intrinsic
def _call(typing, address, table, part, parts):  # type: ignore[no-untyped-def]
    """Call the kernel at ``address``."""

    def generate(context, builder, signature, values):  # type: ignore[no-untyped-def]
        kind = ir.FunctionType(ir.VoidType(), [i64, i64, i64])
        builder.call(builder.inttoptr(values[0], kind.as_pointer()), list(values[1:]))
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64, types.int64), generate


@intrinsic
def _pause(typing):  # type: ignore[no-untyped-def]
    """Tell the CPU that this is a waiting loop."""

    def generate(context, builder, signature, values):  # type: ignore[no-untyped-def]
        if ON_X86:
            call(builder, "llvm.x86.sse2.pause", ir.VoidType(), [])
        return context.get_dummy_value()

    return types.void(), generate


@numba.njit
def _work(state):  # type: ignore[no-untyped-def]
    """Claim and do parts until none is left; return the ticket that said so."""
    while True:
        ticket = _load(state, TICKET)
        address, table, parts = _load(state, ADDRESS), _load(state, TABLE), _load(state, PARTS)
        part = ticket & CLOSED
        if part >= parts:
            return ticket
        if _swap(state, TICKET, ticket, ticket + 1):
            _call(address, table, part, parts)
            _add(state, DONE, 1)


def _help(state, spins):  # type: ignore[no-untyped-def]
    """Do parts of every job that begins, until ``spins`` looks in a row have found none."""
    left = spins
    seen = _load(state, TICKET)
    while left > 0:
        ticket = _load(state, TICKET)
        if ticket == seen:
            _pause()
            left -= 1
        else:
            seen = _work(state)
            left = spins


def _run(state, address, table, parts, spins):  # type: ignore[no-untyped-def]
    """Begin a job, work on it, and wait a little for parts that others have claimed; return how many are missing."""
    # Closed while the fields change: a thread that still holds the old ticket fails to move it.
    job = (_load(state, TICKET) >> 32) + 1
    _store(state, TICKET, (job << 32) | CLOSED)
    _store(state, DONE, 0)
    _store(state, ADDRESS, address)
    _store(state, TABLE, table)
    _store(state, PARTS, parts)
    _store(state, TICKET, job << 32)
    _work(state)
    return _wait(state, spins)


@numba.njit
def _wait(state, spins):  # type: ignore[no-untyped-def]
    parts = _load(state, PARTS)
    while spins > 0 and _load(state, DONE) < parts:
        _pause()
        spins -= 1
    return parts - _load(state, DONE)


def _wait_more(state, spins):  # type: ignore[no-untyped-def]
    return _wait(state, spins)


_I = types.int64
HELP = Native(_help, types.void(_STATE, _I), {})
RUN = Native(_run, types.int64(_STATE, _I, _I, _I, _I), {})
WAIT = Native(_wait_more, types.int64(_STATE, _I), {})
