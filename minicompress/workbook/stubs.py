"""The exercises as they are handed out, kept in the package so that a reset never depends on git or on a copy.

``python -m minicompress.workbook.stubs`` writes ``stubs.json`` anew from ``exercises/`` (maintainers only: it refuses a
file that is not a stub, so that an attempt is never shipped).
"""

from __future__ import annotations

import ast
import json
from functools import cache
from pathlib import Path

from minicompress.storage import write_atomic
from minicompress.workbook.worker import is_placeholder

_FILE = Path(__file__).with_name("stubs.json")


@cache
def shipped() -> dict[str, str]:
    """Return the text of every stub, by ``chapter/name.py``."""
    if not _FILE.is_file():
        return {}
    lines: dict[str, list[str]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return {key: "\n".join(value) + "\n" for key, value in lines.items()}


def collect(root: Path) -> dict[str, str]:
    """Return the stubs of the workbook at ``root``; a file that holds an attempt is a ``ValueError``."""
    found = {}
    for grader in sorted((root / "exercises").glob("[0-9][0-9]_*/test_*.py")):
        path = grader.with_name(grader.name.removeprefix("test_"))
        text = path.read_text(encoding="utf-8")
        functions = {n.name: n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef)}
        if path.stem not in functions or not is_placeholder(functions[path.stem]):
            raise ValueError(f"{path} is not a stub: {path.stem}() must only raise NotImplementedError")
        found[f"{path.parent.name}/{path.name}"] = text
    return found


def write(root: Path, target: Path = _FILE) -> int:
    """Write the stubs of ``root`` to ``target`` and return their number."""
    stubs = {key: text.rstrip("\n").split("\n") for key, text in collect(root).items()}
    write_atomic(target, json.dumps(stubs, ensure_ascii=False, indent=1).encode() + b"\n")
    return len(stubs)


if __name__ == "__main__":
    write(Path(__file__).resolve().parents[2])
