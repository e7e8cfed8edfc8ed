"""Run the chapters from a clean kernel, and hold what comes out against what was saved.

    python -m minicompress.workbook.notebooks chapters/03_quantization.ipynb    executes it and saves it in place

A cell tagged ``measured`` prints what varies from run to run (timings, ratios): its text is not compared, but it must
run, and its own ``assert`` holds the direction of its claim.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from minicompress.storage import atomic_path

__all__ = ["differences", "execute", "read", "text_outputs", "write"]

_TIME_LIMIT = 240  # seconds for one cell


def _nbformat() -> Any:
    try:
        import nbformat
    except ImportError as error:
        raise ImportError("chapters need nbformat and nbclient: pip install 'minicompress[study]'") from error
    return nbformat


def read(path: str | Path) -> Any:
    """Return a notebook, validated."""
    nbformat = _nbformat()
    notebook = nbformat.read(str(path), as_version=4)
    nbformat.validate(notebook)
    return notebook


def write(notebook: Any, path: str | Path) -> None:
    """Save a notebook without what changes at each run: execution times, kernel versions."""
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    with atomic_path(path) as temporary:
        temporary.write_text(_nbformat().writes(notebook) + "\n", "utf-8")


def execute(path: str | Path) -> Any:
    """Return a copy of the notebook, run from a clean kernel in its own folder; a cell that fails raises."""
    from nbclient import NotebookClient

    notebook = read(path)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    client = NotebookClient(
        notebook, timeout=_TIME_LIMIT, kernel_name="python3", resources={"metadata": {"path": str(Path(path).parent)}}
    )
    client.execute()
    return notebook


def text_outputs(cell: Any) -> str:
    """Return what a code cell printed and returned as text; pictures and widgets are left out."""
    parts: list[str] = []
    stream = ""  # a kernel may send one cell's prints in several pieces: neighbours are one text
    for output in cell.get("outputs", []):
        if output.output_type == "stream" and stream == output.name:
            parts[-1] += output.text
            continue
        stream = output.name if output.output_type == "stream" else ""
        if output.output_type == "stream":
            parts.append(f"[{output.name}] {output.text}")
        elif output.output_type in ("execute_result", "display_data"):
            data = output.data
            if "image/png" not in data and "image/svg+xml" not in data and "text/plain" in data:
                parts.append(data["text/plain"])
        elif output.output_type == "error":
            parts.append(f"{output.ename}: {output.evalue}")
    return "\n".join(part.rstrip() for part in parts)


def differences(saved: Any, fresh: Any) -> Iterator[str]:
    """Yield a message for each cell whose text differs between two runs, ``measured`` cells apart."""
    for index, (old, new) in enumerate(zip(saved.cells, fresh.cells, strict=True)):
        if old.cell_type != "code" or "measured" in old.metadata.get("tags", []):
            continue
        before, after = text_outputs(old), text_outputs(new)
        if before != after:
            lines = difflib.unified_diff(before.splitlines(), after.splitlines(), "saved", "fresh", lineterm="", n=1)
            yield f"cell {index} ({old.source.splitlines()[0] if old.source else ''}):\n" + "\n".join(lines)


def _main(paths: list[str]) -> int:
    from rich.progress import track

    for path in track(paths, description="running chapters"):
        write(execute(path), path)
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
