"""The retrieval task: enough pairs, one right answer each, and nothing shared between the two sets."""

from __future__ import annotations

from minicompress.data.docstrings import Docstring, load_docstrings
from minicompress.data.retrieval import load_retrieval, retrieval_set

REST = "Both of the numbers must be finite, or else it fails."


def test_two_sets_that_share_nothing() -> None:
    task = load_retrieval()
    assert len(task.report) >= 1000
    assert len(task.calibration) >= 1000
    assert not task.report.packages & task.calibration.packages
    assert len(task.report.packages) >= 20
    for pairs in (task.report, task.calibration):
        assert len(set(pairs.queries)) == len(set(pairs.documents)) == len(pairs)
        assert min(map(len, pairs.documents)) >= 40
    assert task.provenance["python"] == load_docstrings().provenance["python"]


def test_pairs_are_the_two_parts_of_one_docstring() -> None:
    corpus = load_docstrings()
    known = {(d.summary, d.rest) for d in (*corpus.train, *corpus.validation, *corpus.test)}
    pairs = load_retrieval().report
    assert set(zip(pairs.queries, pairs.documents, strict=True)) <= known


def test_what_is_left_out() -> None:
    made = retrieval_set(
        [
            Docstring("a", "kept", f"Add two numbers up.\n\n{REST}"),
            Docstring("b", "same summary", f"Add two numbers up.\n\n{REST} Or not."),
            Docstring("c", "same rest", f"Add up a list of numbers.\n\n{REST}"),
            Docstring("d", "few words", f"Add two numbers.\n\n{REST} It may."),
            Docstring("e", "short rest", "Take one number from another.\n\nNo more."),
        ]
    )
    assert made.queries == ("Add two numbers up.",)
    assert made.documents == (REST,)
    assert made.packages == {"a"}
