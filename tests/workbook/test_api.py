"""The API page: complete, up to date, and its links lead to files."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from minicompress.workbook.api import PAGE, first_sentence, main, page, public_packages, signature

ROOT = Path(__file__).parents[2]


def test_the_page_is_up_to_date() -> None:
    shipped = (ROOT / PAGE).read_text("utf-8")
    assert shipped == page(), "run: python -m minicompress.workbook.api"


def test_every_public_name_has_an_entry() -> None:
    text, count = page(), 0
    for module in public_packages():
        section = text.split(f"\n## {module.__name__}\n")[1].split("\n## ")[0]
        names = [name for name in module.__all__ if not name.startswith("_")]
        assert re.findall(r"^- `(\w+)", section, flags=re.MULTILINE) == names
        count += len(names)
    assert count > 250
    assert text.count("](../minicompress/") == count


def test_every_link_leads_to_a_file_and_every_entry_says_something() -> None:
    entries = re.findall(r"^- `[^`]+`  \n  (.+?) \[[\w/.]+\]\((.+?)\)$", page(), flags=re.MULTILINE)
    assert len(entries) == page().count("](../minicompress/")
    for text, link in entries:
        assert (ROOT / PAGE.parent / link).is_file(), link
        assert len(text.split()) >= 2, (text, link)


def test_it_is_written_where_asked_with_links_that_hold(tmp_path: Path) -> None:
    target = tmp_path / "page.md"
    assert main([str(target)]) == 0
    link = re.findall(r"\]\((.+?)\)", target.read_text("utf-8"))[0]
    assert (tmp_path / link).resolve().is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["page.md"]


def test_the_page_does_not_depend_on_the_run(tmp_path: Path) -> None:
    """Defaults whose text holds an address, and sets, would change from run to run."""
    command = [sys.executable, "-W", "error", "-m", "minicompress.workbook.api", str(tmp_path / "a.md")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a.md").read_text("utf-8") == page(tmp_path)
    assert " at 0x" not in page()


@pytest.mark.parametrize(
    ("doc", "sentence"),
    [
        ("One. Two.", "One."),
        ("Weights within 1.5 of (rows, columns), as e.g. numpy has them.", None),
        ("A name\nover two lines.\n\nMore.", "A name over two lines."),
        ("No end", "No end"),
        ("Undo :func:`pack_bits`. Twice.", "Undo `pack_bits`."),
        ("Shell wildcards: `*`. More.", "Shell wildcards: `*`."),
        ("", ""),
        (None, ""),
    ],
)
def test_first_sentences(doc: str | None, sentence: str | None) -> None:
    assert first_sentence(doc) == (doc if sentence is None else sentence)


def test_signatures() -> None:
    def f(a: int, *rest: int, b: type = float, c: object = test_signatures, d: object = ..., **more: str) -> None: ...

    assert signature("f", f) == "f(a, *rest, b=float, c=test_signatures, d=Ellipsis, **more)"
    assert signature("N", 3) == "N"
    assert signature("g", lambda x=object(): x) == "g(x=...)"  # noqa: B008
