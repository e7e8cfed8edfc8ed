"""The glossary and the index are what the chapters say, and lead where they say."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("nbformat")

from minicompress.workbook import book  # noqa: E402
from minicompress.workbook.notebooks import read  # noqa: E402
from minicompress.workbook.questions import questions  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
WORDS = book.words(ROOT)


@pytest.mark.parametrize("page", ["glossary", "index"])
def test_the_pages_are_up_to_date(page):
    made = getattr(book, page)(ROOT)
    assert (ROOT / "chapters" / f"{page}.md").read_text("utf-8") == made, "run python -m minicompress.workbook.book"


def test_the_glossary_is_bilingual_and_says_each_term_once():
    assert len(WORDS) >= 120
    for column in ("en", "zh"):
        counted = Counter(getattr(word, column).casefold() for word in WORDS)
        assert not [term for term, n in counted.items() if n > 1]
    for word in WORDS:
        assert re.search(r"[\u4e00-\u9fff]", word.zh), word
        assert re.search(r"[A-Za-z]", word.en), word
        assert 15 <= len(word.meaning) <= 200, word


def test_every_chapter_with_questions_has_words():
    answering = {a.question.chapter for a in book.answered(ROOT)}
    assert answering <= {word.chapter for word in WORDS}


def test_the_index_holds_every_answered_question_under_each_heading():
    text = (ROOT / "chapters" / "index.md").read_text("utf-8")
    listed = Counter(re.findall(r"^- \[([A-Z]\d\d)\]", text, re.MULTILINE))
    assert listed == {a.question.id: 3 for a in book.answered(ROOT)}
    assert all(1 <= a.difficulty <= 5 for a in book.answered(ROOT))


def test_links_lead_to_anchors_that_stand():
    for page in ("glossary", "index"):
        text = (ROOT / "chapters" / f"{page}.md").read_text("utf-8")
        links = set(re.findall(r"\]\(([^)#]+)#([^)]+)\)", text))
        assert links
        for name, anchor in links:
            cells = read(ROOT / "chapters" / name).cells
            assert any(f'<a id="{anchor}"></a>' in c.source for c in cells if c.cell_type == "markdown"), (name, anchor)


def test_the_letters_of_the_sources_count_what_they_say():
    counted = Counter(q.id[0] for q in questions())
    for letter, text in book.SOURCES.items():
        assert int(re.search(r"\((\d+)", text)[1]) == counted[letter]


def test_words_are_read_from_the_table_under_their_anchor_alone(tmp_path):
    import nbformat
    from nbformat.v4 import new_markdown_cell, new_notebook

    table = "| term | 中文 | meaning |\n| --- | --- | --- |\n| scale | 步长 | the distance between two codes |"
    cells = [new_markdown_cell(f'<a id="words"></a>\n## Words\n\n{table}'), new_markdown_cell(table)]
    (tmp_path / "chapters").mkdir()
    nbformat.write(new_notebook(cells=cells), tmp_path / "chapters" / "03_made.ipynb")
    assert book.words(tmp_path) == [book.Word("scale", "步长", "the distance between two codes", "03_made")]
