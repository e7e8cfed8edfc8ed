"""The back of the book, made from its chapters: ``python -m minicompress.workbook.book``.

It writes ``chapters/glossary.md`` (every chapter's table of words, in one alphabet) and ``chapters/index.md`` (the
questions by source, by topic and by difficulty).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from minicompress.storage import write_atomic
from minicompress.workbook.discover import discover, find_root
from minicompress.workbook.notebooks import read
from minicompress.workbook.questions import Question, question
from minicompress.workbook.sections import sections

__all__ = ["SOURCES", "Answered", "Word", "answered", "glossary", "index", "words", "write"]

#: What the letter of a question's id stands for.
SOURCES = {
    "B": "the set of a search company (30 questions)",
    "G": "a guide: frequent questions, formulas, a worked example (11)",
    "H": "the set of a telecommunications company (10)",
    "S": "a set on neural software (10)",
    "K": "a set on distillation and compression of large models (30)",
    "M": "asked since (37)",
}
_WORDS = '<a id="words"></a>'
_ROW = re.compile(r"^\| (?P<en>.+?) \| (?P<zh>.+?) \| (?P<meaning>.+) \|$", re.MULTILINE)
_MADE = "Written by `python -m minicompress.workbook.book` from the chapters; do not edit."


@dataclasses.dataclass(frozen=True)
class Word:
    """A term in both languages, its meaning in a line, and the chapter that explains it."""

    en: str
    zh: str
    meaning: str
    chapter: str


@dataclasses.dataclass(frozen=True)
class Answered:
    """A question that a chapter answers, and its difficulty: that of the hardest exercise linked from the answer."""

    question: Question
    difficulty: int


def chapters(root: Path) -> list[Path]:
    """Return the notebooks of the book at ``root``, in order."""
    return sorted((root / "chapters").glob("[0-9][0-9]_*.ipynb"))


def words(root: Path) -> list[Word]:
    """Return the words of all chapters, in the order of their English."""
    found = []
    for path in chapters(root):
        for cell in read(path).cells:
            if cell.cell_type == "markdown" and _WORDS in cell.source:
                rows = list(_ROW.finditer(cell.source))[2:]  # after the headings and the rule below them
                found += [Word(**row.groupdict(), chapter=path.stem) for row in rows]
    return sorted(found, key=lambda word: word.en.casefold())


def answered(root: Path) -> list[Answered]:
    """Return the questions that the chapters answer, in the order of the book."""
    difficulty = {f"{e.chapter}/{e.name}": e.header.difficulty for e in discover(root)}
    found = []
    for path in chapters(root):
        for section in sections(read(path)):
            links = re.findall(r"\]\(\.\./exercises/([^)#]+)\.py\)", section.parts.get("Practise", ""))
            hardest = max((difficulty[link] for link in links if link in difficulty), default=0)
            found.append(Answered(question(section.id), hardest))
    return found


def glossary(root: Path) -> str:
    """Return the glossary as Markdown."""
    found = words(root)
    lines = ["# Glossary · 术语表", "", _MADE, "", f"{len(found)} terms.", ""]
    lines += ["| term | 中文 | meaning | chapter |", "| --- | --- | --- | --- |"]
    for word in found:
        link = f"[{word.chapter[:2]}]({word.chapter}.ipynb#words)"
        lines.append(f"| {word.en} | {word.zh} | {word.meaning} | {link} |")
    return "\n".join(lines) + "\n"


def index(root: Path) -> str:
    """Return the index of questions as Markdown: by source, by topic, by difficulty."""
    found = answered(root)
    lines = ["# Index of questions · 题目索引", "", _MADE, "", f"{len(found)} questions are answered.", ""]
    lines += _grouped("By source · 按来源", found, lambda a: a.question.id[0], lambda s: f"{s}: {SOURCES[s]}")
    lines += _grouped("By topic · 按主题", found, lambda a: a.question.topic, str)
    lines += [
        "## By difficulty · 按难度",
        "",
        "The difficulty, 1 to 5, is that of the hardest exercise which the answer links to.",
    ]
    lines += _grouped("", found, lambda a: str(a.difficulty), lambda d: f"Difficulty {d}")
    return "\n".join(lines).rstrip() + "\n"


def _grouped(
    heading: str, found: Sequence[Answered], key: Callable[[Answered], str], name: Callable[[str], str]
) -> list[str]:
    lines = [f"## {heading}", ""] if heading else [""]
    for group in sorted({key(a) for a in found}):
        lines += [f"### {name(group)}", ""]
        for a in sorted((a for a in found if key(a) == group), key=lambda a: a.question.id):
            q = a.question
            lines.append(f"- [{q.id}]({q.chapter}.ipynb#{q.id}) {q.en} {q.zh}")
        lines.append("")
    return lines


def write(root: Path) -> tuple[Path, Path]:
    """Write both pages of the book at ``root`` and return their paths."""
    pages = root / "chapters" / "glossary.md", root / "chapters" / "index.md"
    for page, text in zip(pages, (glossary(root), index(root)), strict=True):
        write_atomic(page, text.encode())
    return pages


if __name__ == "__main__":
    write(find_root())
