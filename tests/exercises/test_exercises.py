"""The proof of every exercise: the stub is not attempted, right answers pass, each wrong one fails with its message."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from minicompress.workbook import catalogue, stubs
from minicompress.workbook.discover import Exercise, discover, find
from minicompress.workbook.grading import grade
from minicompress.workbook.outcome import Kind, Status
from minicompress.workbook.questions import questions
from minicompress.workbook.worker import is_placeholder

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
EXERCISES = discover(ROOT)  # raises when it finds none
MIN_WRONG = 5
SOLVERS = "Solver's mistake."  # a line of the docstring: made from the prompt, not by editing the solution
each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.name)


def functions(folder: str, exercise: Exercise) -> Iterator[tuple[Path, ast.FunctionDef]]:
    """Yield the public functions of the exercise's file in ``folder``, without importing it."""
    path = HERE / folder / exercise.chapter / f"{exercise.name}.py"
    if path.exists():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield path, node


def cases(folder: str) -> list:
    """The first of each exercise in every run; the others, some minutes of work, are marked ``thorough``."""
    found = [(e, path, node) for e in EXERCISES for path, node in functions(folder, e)]
    assert found, f"no function found in {folder}"
    seen: set[str] = set()
    params = []
    for case in found:
        marks = [pytest.mark.thorough] if case[0].name in seen else []
        params.append(pytest.param(*case, id=f"{case[0].name}-{case[2].name}", marks=marks))
        seen.add(case[0].name)
    return params


@each_exercise
def test_stub_is_not_attempted(exercise, tmp_path):
    stub = tmp_path / f"{exercise.name}.py"
    stub.write_text(exercise.stub, encoding="utf-8")
    result = grade(exercise, stub)
    assert result.total > 0
    assert result.passed == 0
    assert {t.status for t in result.tests} == {Status.NOT_ATTEMPTED}, str(result)


@each_exercise
def test_solution_passes(exercise):
    result = grade(exercise, exercise.solution)
    assert result.status is Status.PASSED, str(result)
    assert result.earned == result.points
    # On a quiet machine 3 seconds are the aim; this bound only finds a grader that is out of all proportion.
    assert sum(t.seconds for t in result.tests) < 20, "an exercise should grade in a few seconds"


@pytest.mark.parametrize(("exercise", "path", "node"), cases("alternatives"))
def test_alternative_passes(exercise, path, node):
    result = grade(exercise, path, function=node.name)
    assert result.status is Status.PASSED, str(result)


@pytest.mark.parametrize(("exercise", "path", "node"), cases("wrong_answers"))
def test_wrong_answer_fails_with_its_message(exercise, path, node):
    wanted = (ast.get_docstring(node) or "").split("\n")[0]
    assert wanted, "the docstring's first line must be a regular expression for the message"
    result = grade(exercise, path, function=node.name, time_limit=2)
    assert result.status is Status.FAILED, str(result)
    assert Kind.GRADER not in {t.kind for t in result.failures}, str(result)
    messages = "\n\n".join(t.message for t in result.failures)
    assert any(re.search(wanted, t.message) for t in result.failures), f"{wanted!r} is in none of\n{messages}"


@each_exercise
def test_wrong_answers_are_many_and_distinct(exercise):
    nodes = [node for _, node in functions("wrong_answers", exercise)]
    assert len({node.name for node in nodes}) == len(nodes) >= MIN_WRONG


def test_a_third_of_the_wrong_answers_are_solvers_mistakes():
    """What someone writes who has seen the prompt only; the docstring says so below its first line."""
    texts = [
        (ast.get_docstring(node) or "").split("\n") for e in EXERCISES for _, node in functions("wrong_answers", e)
    ]
    marked = [lines for lines in texts if SOLVERS in lines[1:]]
    assert 3 * len(marked) >= len(texts) > 0, f"{len(marked)} of {len(texts)}"


@each_exercise
def test_prompt(exercise):
    tree = ast.parse(exercise.path.read_text(encoding="utf-8"))
    prompt = ast.get_docstring(tree) or ""
    header = exercise.header
    assert f"Difficulty: {header.difficulty}/5" in prompt
    assert set(header.questions) <= {q.id for q in questions()}
    assert header.points > 0
    assert 0 < header.minutes <= 120
    assert re.search(r"[\u4e00-\u9fff]", prompt), "the prompt names its terms in Chinese too"
    found = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == exercise.name]
    assert len(found) == 1, f"the file must define {exercise.name}()"
    typed = [a.annotation for a in (*found[0].args.args, *found[0].args.kwonlyargs)]
    assert None not in [*typed, found[0].returns], "the stub must be typed"


@each_exercise
def test_hints(exercise):
    hints = exercise.hints()
    assert len(hints) == 3
    assert all(len(hint.split("\n", 1)[-1].strip()) > 20 for hint in hints)


def test_shipped_stubs_equal_the_exercises():
    """After a change: ``python -m minicompress.workbook.stubs``."""
    assert stubs.shipped() == stubs.collect(ROOT)


def test_table_of_exercises():
    """After a change: ``python -m minicompress.workbook.catalogue``."""
    assert (ROOT / "exercises" / "TABLE.md").read_text(encoding="utf-8") == catalogue.table(ROOT)


def test_solutions_and_cases_belong_to_an_exercise():
    known = {f"{e.chapter}/{e.name}" for e in EXERCISES}
    for folder in (ROOT / "solutions", HERE / "wrong_answers", HERE / "alternatives"):
        found = {f"{p.parent.name}/{p.stem}" for p in folder.glob("*/*.py")}
        assert found <= known, f"{folder}: no exercise for {found - known}"


def test_discovery_of_nothing_is_an_error(tmp_path):
    (tmp_path / "exercises").mkdir()
    with pytest.raises(ValueError, match="no exercise found"):
        discover(tmp_path)


def test_unknown_name_is_answered_with_suggestions():
    name = EXERCISES[0].name
    with pytest.raises(ValueError, match=f"did you mean .*{name}"):
        find(name[:-1] + "_", ROOT)


def test_placeholder_is_told_from_an_attempt():
    stub, attempt = ast.parse("def f():\n 'Doc.'\n raise NotImplementedError\ndef g(x):\n return x").body
    assert is_placeholder(stub)
    assert not is_placeholder(attempt)
