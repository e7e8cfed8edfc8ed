"""The parent's side of a process that grades mutants: send one, wait, and end the process when it does not answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from select import select
from typing import Any

import minicompress
from minicompress.workbook.discover import Exercise
from minicompress.workbook.mutators import Mutant

_START = 60.0
_KILLED = {"killed": True, "by": "", "kind": ""}


class Process:
    """One process; it starts at the first mutant and again after a mutant has ended it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._known: set[str] = set()

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def grade(self, exercise: Exercise, mutant: Mutant, limit: float) -> dict[str, Any]:
        """Return ``{"killed", "by", "kind"}``; no answer in time, or no process left, is a kill.

        Raises
        ------
        RuntimeError
            If the grader cannot be used at all.
        """
        if self._process is None:
            self._start()
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        job = {"name": exercise.name, "chapter": exercise.chapter, "root": str(exercise.root), "limit": limit}
        try:
            process.stdin.write(json.dumps(job | {"source": mutant.source}).encode() + b"\n")
            process.stdin.flush()
            # two late calls end the patience of the caller; the rest is time for the grader's own sums
            ready, _, _ = select([process.stdout], [], [], 20 * limit + _START)
            line = process.stdout.readline() if ready else b""
        except OSError:
            line, ready = b"", [process.stdout]
        if not line:
            self.close()
            return {**_KILLED, "kind": "crashed" if ready else "timed out"}
        reply: dict[str, Any] = json.loads(line)
        if "error" in reply:
            raise RuntimeError(reply["error"])
        return reply

    def _start(self) -> None:
        package_parent = str(Path(minicompress.__file__).resolve().parents[1])
        env = {k: v for k, v in os.environ.items() if k not in ("PYTHONWARNINGS", "PYTHONSTARTUP")}
        env["PYTHONPATH"] = os.pathsep.join(filter(None, [package_parent, os.environ.get("PYTHONPATH")]))
        # One thread each, and kernels as plain Python: compiling each mutant would take seconds, and a mutant that
        # writes past the end of an array must be an IndexError, not a corrupted process.
        env |= {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        env |= {"NUMBA_DISABLE_JIT": "1", "MINICOMPRESS_SPEED": "0"}
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "minicompress.workbook.mutant_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=env,
        )
