"""Every chapter runs from a clean kernel and gives its saved text again."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted((ROOT / "chapters").glob("[0-9][0-9]_*.ipynb"))

pytest.importorskip("nbclient")
pytestmark = [pytest.mark.notebooks, pytest.mark.timeout(600)]

# Seconds, alone on two cores; beside another chapter, with whom it shares cores and caches, half as much again.
LIMIT = 240 if "PYTEST_XDIST_WORKER" not in os.environ else 360


def skip_without_its_model(chapter: Path) -> None:
    """The capstone runs a model that is not ours to ship: without it, skip and say how to get it."""
    if chapter.stem != "16_capstone":
        return
    from minicompress.models import find_pretrained

    try:
        find_pretrained("all-MiniLM-L6-v2")
    except FileNotFoundError as missing:
        pytest.skip(str(missing))
    pytest.importorskip("tokenizers", reason="the capstone needs tokenizers: pip install 'minicompress[models]'")


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_runs_clean_and_gives_its_outputs_again(chapter):
    from minicompress.workbook import notebooks

    skip_without_its_model(chapter)
    saved = notebooks.read(chapter)
    start = time.perf_counter()
    fresh = notebooks.execute(chapter)
    took = time.perf_counter() - start
    found = list(notebooks.differences(saved, fresh))
    assert not found, f"{chapter.relative_to(ROOT)} prints something else now:\n" + "\n".join(found)
    warnings = [
        output.text
        for cell in fresh.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type == "stream" and output.name == "stderr"
    ]
    assert not warnings, f"something was written to stderr: {warnings[0]}"
    assert took < LIMIT, f"{took:.0f} s; a chapter must run in {LIMIT} s"
