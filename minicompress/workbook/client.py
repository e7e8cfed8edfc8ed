"""The parent's side of the worker: start it, call it, and end it when the time limit passes."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any, BinaryIO

import minicompress
from minicompress.workbook import codec

START_LIMIT = 60.0


class WorkerTimeout(Exception):
    """No reply within the limit; the worker has been ended."""


class WorkerCrash(Exception):
    """The worker ended without a reply; the text says how."""


class Worker:
    """One process that holds one submission; it starts at the first request and restarts after it was ended.

    >>> with Worker("no_such_file.py") as worker:
    ...     worker.request({"op": "load"}, limit=10)["type"]
    'FileNotFoundError'
    """

    def __init__(self, target: str) -> None:
        self.target = target
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self._replies: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    @property
    def running(self) -> bool:
        """Whether there is a process that can take a request."""
        return self._process is not None

    def request(self, message: dict[str, Any], *, limit: float) -> dict[str, Any]:
        """Send one request and return its reply; raise `WorkerTimeout` or `WorkerCrash`."""
        if self._process is None:
            self._start()
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(codec.encode(message, strict=True))
            self._process.stdin.flush()
        except OSError:
            raise WorkerCrash(self._ended()) from None
        return self._receive(limit)

    def close(self) -> None:
        """End the process and everything that it started, and release the pipes."""
        process, self._process = self._process, None
        if process is None:
            return
        try:
            os.killpg(process.pid, signal.SIGKILL)  # its own session: children of the learner's code included
        except (AttributeError, OSError):
            process.kill()
        process.wait()
        if self._reader is not None:
            self._reader.join(timeout=5)
        for pipe in (process.stdin, process.stdout, process.stderr):
            try:
                if pipe is not None:
                    pipe.close()
            except OSError:  # bytes that the dead process never read
                pass

    def _start(self) -> None:
        package_parent = str(Path(minicompress.__file__).resolve().parents[1])
        paths = [package_parent, *filter(None, [os.environ.get("PYTHONPATH")])]
        env = {k: v for k, v in os.environ.items() if k not in ("PYTHONWARNINGS", "PYTHONSTARTUP")}
        env |= {"PYTHONPATH": os.pathsep.join(paths), "PYTHONHASHSEED": "0"}
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "minicompress.workbook.worker", self.target],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=env,
            cwd=tempfile.gettempdir(),  # so that a stray open("out.txt", "w") litters no source folder
            start_new_session=True,
        )
        self._replies = queue.SimpleQueue()
        assert self._process.stdout is not None
        self._reader = threading.Thread(target=_read_frames, args=(self._process.stdout, self._replies), daemon=True)
        self._reader.start()
        self._receive(START_LIMIT)

    def _receive(self, limit: float) -> dict[str, Any]:
        try:
            frame = self._replies.get(timeout=limit)
        except queue.Empty:
            self.close()
            raise WorkerTimeout(f"no answer within {limit:g} s") from None
        if frame is None:
            raise WorkerCrash(self._ended())
        return codec.decode(frame)

    def _ended(self) -> str:
        """Say how the process ended, and release it."""
        process = self._process
        assert process is not None
        try:
            code: int | None = process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            code = None  # it lives, but it closed the pipe
        startup = b""
        if code is not None and process.stderr is not None:
            startup = process.stderr.read()[-400:]
        self.close()
        return _exit_text(code) + (f"\n{startup.decode(errors='replace')}" if startup else "")


def _exit_text(code: int | None) -> str:
    if code is None:
        return "it closed the channel to the grader"
    if code >= 0:
        return f"the process ended with exit code {code} (os._exit?)"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    why = {"SIGSEGV": ", a memory error in native code", "SIGKILL": ", perhaps out of memory"}.get(name, "")
    return f"the process was ended by {name}{why}"


def _read_frames(pipe: BinaryIO, replies: queue.SimpleQueue[bytes | None]) -> None:
    """Put each whole frame into ``replies``; ``None`` at the end of the stream, or where it makes no sense."""
    try:
        while len(header := pipe.read(codec.HEADER.size)) == codec.HEADER.size:
            size = sum(codec.HEADER.unpack(header))
            if size > 2 * codec.MAX_BYTES:
                break
            body = pipe.read(size)
            if len(body) < size:
                break
            replies.put(header + body)
    except (OSError, ValueError):
        pass
    replies.put(None)
