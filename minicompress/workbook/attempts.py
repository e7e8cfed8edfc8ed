"""Bring a stub back without losing the attempt."""

from __future__ import annotations

import os
from pathlib import Path

from minicompress.storage import write_atomic
from minicompress.workbook import stubs
from minicompress.workbook.discover import Exercise


def reset(exercise: Exercise) -> Path | None:
    """Write the stub over the learner's file; return the copy kept of the attempt, ``None`` where there was none.

    Raises
    ------
    ValueError
        If no stub is shipped for the exercise, so that the file was not touched.
    """
    stub = stubs.shipped().get(f"{exercise.chapter}/{exercise.name}.py")
    if stub is None:
        raise ValueError(f"no stub is shipped for {exercise.name}; its file was left as it is")
    attempt = exercise.path.read_bytes() if exercise.path.exists() else None
    if attempt == stub.encode():
        return None
    kept = None if attempt is None else _keep(exercise, attempt)
    write_atomic(exercise.path, stub.encode())
    return kept


def _keep(exercise: Exercise, attempt: bytes) -> Path:
    """Store the attempt under the next free number."""
    folder = exercise.root / ".minicompress" / "attempts"
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, 10**6):
        path = folder / f"{exercise.name}.{number:03d}.py"
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        except FileExistsError:
            continue
        with os.fdopen(handle, "wb") as stream:
            stream.write(attempt)
            stream.flush()
            os.fsync(stream.fileno())
        return path
    raise OSError(f"{folder} is full")
