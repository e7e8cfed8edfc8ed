"""Take a chapter apart: one section a question, found by its id, with its parts by label.

The chapters are the single source of the answers; the quiz, the mock interview and the tests read them through here.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from minicompress.workbook.notebooks import text_outputs

__all__ = ["PARTS", "Section", "sections"]

#: The parts of a section, in the order of the form.
PARTS = (
    "In 30 seconds",
    "三十秒",
    "In depth",
    "Run it",
    "They will ask next",
    "Red flags",
    "Sources",
    "Practise",
)
HEAD = re.compile(r"^### ([A-Z]\d\d) · (.+?) · (.+)$", re.MULTILINE)
LABEL = re.compile(rf"^\*\*({'|'.join(PARTS)})\*\*", re.MULTILINE)


@dataclasses.dataclass
class Section:
    """One question: its heading, its parts' text by label, and its code cells."""

    id: str
    en: str
    zh: str
    parts: dict[str, str]
    code: list[Any]

    def shown(self) -> str:
        """All text that the section's cells put out."""
        return "\n".join(text_outputs(cell) for cell in self.code)


def sections(notebook: Any) -> list[Section]:
    """Return the sections of a notebook: each runs from its heading to the next heading of its level or above."""
    found: list[Section] = []
    text: list[str] = []
    current: Section | None = None

    def close() -> None:
        if current is not None:
            pieces = LABEL.split("\n".join(text))
            current.parts = dict(zip(pieces[1::2], (p.strip() for p in pieces[2::2]), strict=True))
            found.append(current)

    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            head = HEAD.search(cell.source)
            ends = re.search(r"^#{1,3} ", cell.source, re.MULTILINE)
            if ends:
                close()
                current, text = None, []
            if head:
                current = Section(head[1], head[2].strip(), head[3].strip(), {}, [])
            if current is not None:
                text.append(cell.source)
        elif current is not None:
            current.code.append(cell)
    close()
    return found
