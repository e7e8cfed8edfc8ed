"""The learner's progress: one JSON file, ``.minicompress/progress.json``, that is never half written and never lost.

The file before each change is kept as ``progress.json.bak``. A file that cannot be read is renamed, not overwritten,
and the backup takes its place; a file of a newer schema is left alone.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from minicompress.storage import write_atomic
from minicompress.workbook.outcome import ExerciseResult, Status

SCHEMA = 1
# From schema n to n + 1: each takes and returns the whole document.
MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


class NewerSchema(ValueError):
    """The file was written by a later version of minicompress."""


class Progress:
    """Reads and changes the progress of the workbook at ``root``; ``messages`` says what had to be repaired."""

    def __init__(self, root: Path) -> None:
        self.folder = Path(root) / ".minicompress"
        self.path = self.folder / "progress.json"
        self.backup = self.folder / "progress.json.bak"
        self.messages: list[str] = []

    def read(self) -> dict[str, Any]:
        """Return the document ``{"schema": 1, "exercises": {name: record}}``; empty where there is none yet."""
        if self.path.exists():
            with contextlib.suppress(_Unreadable):
                return _parse(self.path)
            self._set_aside()
        elif not self.backup.exists():
            return {"schema": SCHEMA, "exercises": {}}
        try:
            found = _parse(self.backup)
        except (_Unreadable, OSError):
            self.messages.append("there was no readable backup: progress starts anew")
            return {"schema": SCHEMA, "exercises": {}}
        self.messages.append(f"progress was recovered from {self.backup.name}")
        return found

    def record(self, name: str) -> dict[str, Any]:
        """Return what is known of one exercise."""
        return dict(self.read()["exercises"].get(name, {}))

    def update(self, name: str, **changes: Any) -> dict[str, Any]:
        """Set fields of one exercise's record and return it; all other fields, known or not, are kept."""
        with self._locked():
            document = self.read()
            record = document["exercises"].setdefault(name, {})
            record.update(changes)
            if self.path.exists():
                write_atomic(self.backup, self.path.read_bytes())
            write_atomic(self.path, json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n")
        return dict(record)

    def note_result(self, result: ExerciseResult) -> None:
        """Store the outcome of a check; the time of the first pass stays when a later check fails."""
        old = self.record(result.name)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        fields = {k: v for k, v in result.as_dict().items() if k not in ("tests", "name")}
        fields |= {"checks": int(old.get("checks", 0)) + 1, "checked": now}
        if result.status is Status.PASSED and not old.get("first_passed"):
            fields["first_passed"] = now
        self.update(result.name, **fields)

    def _set_aside(self) -> None:
        number = 1
        while (target := self.folder / f"progress.corrupt-{number}.json").exists():
            number += 1
        os.replace(self.path, target)
        self.messages.append(f"{self.path} could not be read; it was kept as {target.name}")

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep a notebook and a terminal from losing each other's change (where the system has file locks)."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / "lock", "w") as stream:
            with contextlib.suppress(ImportError, OSError):
                import fcntl

                fcntl.flock(stream, fcntl.LOCK_EX)
            yield


class _Unreadable(Exception):
    """Not a progress file."""


def _parse(path: Path) -> dict[str, Any]:
    """Return the document at ``path`` in today's schema."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        schema, exercises = document["schema"], document["exercises"]
    except (ValueError, KeyError, TypeError):
        raise _Unreadable(str(path)) from None
    if not isinstance(schema, int) or not isinstance(exercises, dict):
        raise _Unreadable(str(path))
    if schema > SCHEMA:
        raise NewerSchema(
            f"{path} has schema {schema}; this version of minicompress knows up to {SCHEMA}. "
            "Update minicompress; the file was left as it is"
        )
    for version in range(schema, SCHEMA):
        if version not in MIGRATIONS:
            raise _Unreadable(str(path))
        document = MIGRATIONS[version](document)
    if not all(isinstance(record, dict) for record in document["exercises"].values()):
        raise _Unreadable(str(path))
    return {**document, "schema": SCHEMA}
