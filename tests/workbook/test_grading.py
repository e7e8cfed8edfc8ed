"""``grade``, ``check`` and discovery on a small workbook made for the test."""

import itertools
import sys

import pytest

from minicompress.workbook import check
from minicompress.workbook.board import board
from minicompress.workbook.discover import discover, find, find_root, parse_header
from minicompress.workbook.grading import grade
from minicompress.workbook.outcome import Kind, Status

GRADER = """
import pytest
CASES = [pytest.param(1, 2, id="one"), (2, 4)]

@pytest.mark.parametrize(("x", "y"), CASES)
@pytest.mark.parametrize("scale", [1, 10])
def test_doubles(exercise, x, y, scale):
    exercise(x * scale).equals(y * scale, known={"it was squared": (x * scale) ** 2})

def test_refuses_text(exercise):
    exercise.raises(TypeError, "1")
"""
RIGHT = "def twice(x):\n  if isinstance(x, str): raise TypeError(x)\n  return x + x\n"
HEADER = "Questions: B01 | Difficulty: 1/5 | Minutes: 5 | Points: 10"


def make(root, name="twice", grader=GRADER, answer="", chapter="01_foundations"):
    folder = root / "exercises" / chapter
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"test_{name}.py").write_text(grader)
    text = answer or f"def {name}(x):\n  raise NotImplementedError\n"
    (folder / f"{name}.py").write_text(f'"""Twice.\n\n{HEADER}\n"""\n{text}')
    return find(name, root)


def test_stub(tmp_path):
    result = grade(make(tmp_path))
    assert (result.status, result.passed, result.total, result.earned) == (Status.NOT_ATTEMPTED, 0, 5, 0.0)
    assert "write the function in exercises/01_foundations/twice.py" in str(result)


def test_right_answer_and_the_names_of_its_tests(tmp_path):
    result = grade(make(tmp_path, answer=RIGHT))
    assert (result.status, result.earned) == (Status.PASSED, 10)
    cases = {f"test_doubles[{a}-{b}]" for a, b in itertools.product(("1", "10"), ("one", "2-4"))}
    assert {t.name for t in result.tests} == cases | {"test_refuses_text"}


def test_partial_credit_and_diagnosis(tmp_path):
    result = grade(make(tmp_path, answer="def twice(x):\n  print('hm', x)\n  return x ** 2\n"))
    assert (result.status, result.passed, result.earned) == (Status.FAILED, 2, 4.0)  # 2 ** 2; TypeError by itself
    text = str(result)
    assert "Looks like it was squared." in text
    assert "your code printed:\n    | hm 1" in text


def test_half_written(tmp_path):
    source = "def twice(x):\n  if isinstance(x, str): raise NotImplementedError\n  return x + x\n"
    result = grade(make(tmp_path, answer=source))
    assert (result.status, result.passed, result.earned) == (Status.IN_PROGRESS, 4, 8.0)
    assert "1 tests reached a NotImplementedError" in str(result)


@pytest.mark.parametrize(
    ("grader", "text"),
    [
        ("def test_a(exercise):\n  exercise(1)\n", "made 1 calls and 0 checks"),
        ("def test_a(exercise):\n  pass\n", "made 0 calls and 0 checks"),
        ("def test_a(exercise):\n  1 / 0\n", "test_twice.py:2: ZeroDivisionError"),
        ("def test_a(exercise):\n  exercise(1).equals(float('nan'))\n", "expected holds a NaN"),
        ("def test_a(exercise):\n  exercise(len)\n", "cannot be passed to an exercise"),
    ],
)
def test_a_faulty_grader_is_no_pass(tmp_path, grader, text):
    result = grade(make(tmp_path, grader=grader, answer=RIGHT))
    assert (result.status, result.tests[0].kind) == (Status.FAILED, Kind.GRADER)
    assert text in result.tests[0].message


def test_graders_that_cannot_run(tmp_path):
    with pytest.raises(ValueError, match="holds no test"):
        grade(make(tmp_path, grader="x = 1\n"))
    with pytest.raises(ValueError, match="only `exercise` and its parameters"):
        grade(make(tmp_path, grader="def test_a(exercise, tmp_path): pass\n"))


def test_grading_without_pytest_says_how_to_get_it(tmp_path, monkeypatch):
    exercise = make(tmp_path)
    monkeypatch.setitem(sys.modules, "pytest", None)
    with pytest.raises(ValueError, match="grading needs pytest: pip install"):
        grade(exercise)


def test_time_limit_of_a_grader(tmp_path):
    grader = "TIME_LIMIT = 0.4\ndef test_a(exercise):\n  exercise(1).equals(2)\n"
    result = grade(make(tmp_path, grader=grader, answer="def twice(x):\n  while True: pass\n"))
    assert result.tests[0].kind is Kind.TIMED_OUT
    assert result.tests[0].seconds < 3


def test_discovery(tmp_path):
    for number, name in ((2, "b_late"), (1, "a_early"), (1, "b_first")):
        make(tmp_path, name, chapter=f"0{number}_x")
    path = tmp_path / "exercises/01_x/a_early.py"
    path.write_text(path.read_text().replace("1/5", "2/5"))
    assert [e.name for e in discover(tmp_path)] == ["b_first", "a_early", "b_late"]
    with pytest.raises(ValueError, match="same name: b_late"):
        make(tmp_path, "b_late", chapter="03_x")


def test_root_is_found_upwards_or_by_the_environment(tmp_path, monkeypatch):
    make(tmp_path)
    monkeypatch.delenv("MINICOMPRESS_WORKBOOK", raising=False)
    assert find_root(tmp_path / "exercises" / "01_foundations") == tmp_path.resolve()
    monkeypatch.setenv("MINICOMPRESS_WORKBOOK", str(tmp_path))
    assert find_root() == tmp_path.resolve()
    monkeypatch.setenv("MINICOMPRESS_WORKBOOK", str(tmp_path / "nowhere"))
    with pytest.raises(ValueError, match="must name a folder with exercises/"):
        find_root()


@pytest.mark.parametrize(
    "line", ["", HEADER.replace("1/5", "6/5"), HEADER.replace(" | ", ", "), HEADER.replace("B01", "b1")]
)
def test_header_errors(line):
    with pytest.raises(ValueError, match="exercise twice has no header line"):
        parse_header(line, "twice")


def test_check_is_html_in_a_notebook_and_text_elsewhere(tmp_path):
    make(tmp_path, answer="def twice(x):\n  print('<b>&</b>')\n  raise ValueError('<script>alert(1)</script>')\n")
    outcome = check("twice", root=tmp_path)
    assert not outcome.passed
    page = outcome._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;b&gt;&amp;&lt;/b&gt;" in page
    assert "<script>alert(1)</script>" in str(outcome)
    assert (tmp_path / ".minicompress/progress.json").exists()


def test_check_of_another_file_records_nothing(tmp_path):
    make(tmp_path)
    (tmp_path / "mine.py").write_text(RIGHT)
    assert check("twice", tmp_path / "mine.py", root=tmp_path).passed
    assert not (tmp_path / ".minicompress").exists()


def test_board():
    row = {"status": "passed", "passed": 3, "total": 3, "earned": 6.67, "points": 10}
    lines = board([{**row, "name": "b", "chapter": "02_x"}, {**row, "name": "a", "chapter": "01_x"}]).split("\n")
    assert [line.split()[0] for line in lines] == ["01_x", "a", "02_x", "b", "total"]
    assert lines[1].split()[-4:] == ["6.67", "/", "10", "points"]
    assert lines[-1].split() == ["total", "2/2", "passed", "13.34", "/", "20", "points"]
