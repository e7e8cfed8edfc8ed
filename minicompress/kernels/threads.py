"""How a kernel is spread over threads: ``launch`` runs its parts on this thread, with the help of others that are free.

    launch(kernel, parts=4, ...)    this thread      0 . . 3 . . return
                                    a helper         . 1 2 . . . looks for work, then sleeps

The calling thread takes part after part; helpers take what they can get. Where no helper comes in time the caller does
all by itself, so a busy machine costs speed, never a stall. Helpers look for work for a moment after a job, then
sleep. One job runs at a time: a second Python thread that asks meanwhile runs its job alone.

Measured: 2 us for any launch, 2 us more to share it with a helper that is awake, 10 to 50 us until one that sleeps
joins in. Kernels therefore cut their work into parts of 5 us and more, and anything under two such parts stays whole.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
from typing import Any

import numba
import numpy as np

from minicompress.kernels import pool
from minicompress.kernels.compiler import Kernel

__all__ = ["launch", "parts_for", "share", "thread_limit"]

_SPINS = 20_000  # looks for work before a helper sleeps: about a millisecond
_PARTS_PER_THREAD = 4


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def thread_limit() -> int:
    """Return how many threads a kernel may use: ``MINICOMPRESS_NUM_THREADS``, or the cores of this process.

    Raises
    ------
    ValueError
        If the variable is not an integer of at least 1.
    """
    asked = os.environ.get("MINICOMPRESS_NUM_THREADS")
    if asked is None:
        return _cores()
    if not asked.isdigit() or int(asked) < 1:
        raise ValueError(f"MINICOMPRESS_NUM_THREADS must be an integer of at least 1; got {asked!r}")
    return int(asked)


def parts_for(work: float, least: float) -> int:
    """Return into how many parts to cut ``work``, of which one part should hold at least ``least``."""
    if work < 2 * least:
        return 1
    limit = thread_limit()
    return 1 if limit == 1 else min(int(work // least), _PARTS_PER_THREAD * limit)


@numba.njit(inline="always")
def share(total, part, parts):  # type: ignore[no-untyped-def]
    """The range ``(first, last)`` of part ``part`` when ``total`` things are dealt out evenly."""
    return part * total // parts, (part + 1) * total // parts


class _Pool:
    """The helpers, started when they are first needed."""

    def __init__(self) -> None:
        self.busy = threading.Lock()
        self._state = np.zeros(pool.WORDS, np.int64)
        self._state[pool.TICKET] = pool.CLOSED
        self._asleep: list[threading.Semaphore] = []
        self._threads: list[threading.Thread] = []
        self._stopping = False

    def run(self, address: int, table: int, parts: int, helpers: int) -> None:
        while len(self._threads) < helpers:
            thread = threading.Thread(target=self._help, name="minicompress-kernel", daemon=True)
            self._threads.append(thread)
            thread.start()
        while self._asleep:
            self._asleep.pop().release()
        state = self._state.ctypes.data
        missing = pool.RUN.compile()(state, address, table, parts, _SPINS)
        while missing:  # a helper holds a part and has lost its core: let it have this one
            time.sleep(0)
            missing = pool.WAIT.compile()(state, _SPINS)

    def _help(self) -> None:
        work, state, wake = pool.HELP.compile(), self._state.ctypes.data, threading.Semaphore(0)
        while not self._stopping:
            work(state, _SPINS)
            # A job that begins before this line is lost on this helper, not on its caller.
            self._asleep.append(wake)
            wake.acquire()

    def stop(self) -> None:
        """End the helpers before the interpreter takes away what they stand on."""
        self._stopping = True
        for thread in self._threads:
            while thread.is_alive():
                while self._asleep:
                    self._asleep.pop().release()
                thread.join(0.01)


_pool = _Pool()


def launch(kernel: Kernel, parts: int, *arguments: Any) -> None:
    """Run all parts of ``kernel``."""
    run, table = kernel.compile(), kernel.table(arguments)
    address = table.buffer_info()[0]
    if parts == 1:
        run(address, 0, 1)
        return
    helpers = min(parts, thread_limit()) - 1
    if helpers and _pool.busy.acquire(blocking=False):
        try:
            _pool.run(kernel.address, address, parts, helpers)
        finally:
            _pool.busy.release()
    else:
        for part in range(parts):
            run(address, part, parts)


def _in_child() -> None:
    global _pool
    _pool = _Pool()  # the parent's helpers did not come along


atexit.register(lambda: _pool.stop())
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
