"""The form of a chapter: questions found by id, all parts there, links that lead somewhere, quoted figures computed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted((ROOT / "chapters").glob("[0-9][0-9]_*.ipynb"))

pytest.importorskip("nbformat")

from minicompress.workbook import notebooks  # noqa: E402
from minicompress.workbook.questions import questions  # noqa: E402
from minicompress.workbook.sections import PARTS, sections  # noqa: E402

QUESTIONS = {question.id: question for question in questions()}
SECTIONS = [(path, section) for path in CHAPTERS for section in sections(notebooks.read(path))]
IDS = [section.id for _, section in SECTIONS]
ANSWERED = {QUESTIONS[i].chapter for i in IDS}


def test_chapters_and_sections_are_found():
    assert len(CHAPTERS) >= 2
    assert len(SECTIONS) >= 6


def test_every_question_of_an_answered_chapter_stands_once():
    wanted = [q.id for q in QUESTIONS.values() if q.chapter in ANSWERED]
    assert sorted(IDS) == sorted(wanted)


@pytest.mark.parametrize(("path", "section"), SECTIONS, ids=IDS)
class TestSection:
    def test_stands_in_its_chapter_under_its_own_words(self, path, section):
        question = QUESTIONS[section.id]
        assert path.stem == question.chapter
        assert section.en == question.en
        assert section.zh == question.zh

    def test_has_every_part_and_none_is_trivial(self, path, section):
        missing = [part for part in PARTS if part not in section.parts]
        assert not missing, f"{section.id} lacks {missing}"
        assert list(section.parts) == list(PARTS), "the parts stand in the order of the form"
        for part, text in section.parts.items():
            assert len(text) >= (20 if part in ("Run it", "Practise") else 80), f"{section.id}: {part} is too short"

    def test_the_spoken_answers_have_a_speakable_length(self, path, section):
        english = len(section.parts["In 30 seconds"].split())
        chinese = len(re.findall(r"[\u4e00-\u9fff]", section.parts["三十秒"]))
        assert 50 <= english <= 140, f"{section.id}: {english} words"
        assert 90 <= chinese <= 320, f"{section.id}: {chinese} characters"

    def test_runs_something_and_shows_it(self, path, section):
        assert section.code, f"{section.id} has no code cell"
        assert any(cell.outputs for cell in section.code), f"{section.id} shows nothing"

    def test_an_erratum_becomes_a_red_flag_with_a_refutation(self, path, section):
        question = QUESTIONS[section.id]
        if question.verdict == "wrong":
            assert "assert" in "".join(cell.source for cell in section.code), f"{section.id}: refute it in a cell"

    def test_figures_quoted_in_the_answer_were_computed(self, path, section):
        shown = section.shown()
        for part in ("In 30 seconds", "三十秒"):
            for number in quoted(section.parts[part]):
                assert number in shown, f"{section.id}: {part} quotes {number}, which no cell of the section prints"

    def test_sources_name_a_paper_that_can_be_found(self, path, section):
        assert re.search(r"arXiv:\d{4}\.\d{4,5}|doi:10\.\d+/\S+", section.parts["Sources"])

    def test_practise_links_to_exercises_that_exist(self, path, section):
        links = re.findall(r"\]\((\.\./exercises/[^)#]+)\)", section.parts["Practise"])
        assert links, f"{section.id} links to no exercise"
        for link in links:
            assert (path.parent / link).resolve().is_file(), f"{link} does not exist"


def quoted(text: str) -> list[str]:
    """Numbers with a decimal point or a percent sign: figures, not counts, bit widths or years."""
    return re.findall(r"\d+\.\d+|\d+(?=\s?%)", text)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
class TestChapter:
    def test_was_executed_without_errors_and_is_small(self, chapter):
        assert chapter.stat().st_size < 1_000_000
        for cell in notebooks.read(chapter).cells:
            if cell.cell_type == "code" and cell.source.strip():
                assert cell.execution_count, f"not executed: {cell.source[:60]!r}"
                assert not [o for o in cell.outputs if o.output_type == "error"]
                assert not [o for o in cell.outputs if o.output_type == "stream" and o.name == "stderr"]

    def test_local_links_lead_somewhere(self, chapter):
        text = "\n".join(c.source for c in notebooks.read(chapter).cells if c.cell_type == "markdown")
        links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
        assert links
        for link in links:
            target, _, anchor = link.partition("#")
            path = (chapter.parent / target).resolve() if target else chapter
            assert path.exists(), f"{link} leads nowhere"
            assert ROOT in path.parents, f"{link} leads out of the repository"
            if anchor and path.suffix == ".ipynb":
                assert anchor in anchors(path), f"{link}: no heading has this anchor"

    def test_speaks_of_no_machine(self, chapter):
        assert not re.search(r"(?<![\w.$}/])/(home|root|work|Users|tmp|opt)/\w", chapter.read_text("utf-8"))


def anchors(path) -> set[str]:
    """The places that a link can name: ``<a id="...">``, and headings with dashes for spaces as JupyterLab has them."""
    text = "\n".join(c.source for c in notebooks.read(path).cells if c.cell_type == "markdown")
    headings = {h.strip().replace(" ", "-") for h in re.findall(r"^#{1,6}\s+(.+)$", text, re.MULTILINE)}
    return headings | set(re.findall(r'<a id="([^"]+)">', text))
