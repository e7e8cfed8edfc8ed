"""Grading through pytest, run as a learner runs it: in a process of its own, with warnings as errors."""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

CONFTEST = "from minicompress.workbook.plugin import (%s)\n" % ", ".join(  # noqa: UP031
    [
        "exercise",
        *(
            f"pytest_{hook}"
            for hook in (
                "addoption",
                "collection_finish",
                "configure",
                "pyfunc_call",
                "report_teststatus",
                "runtest_makereport",
                "sessionfinish",
                "terminal_summary",
            )
        ),
    ]
)
GRADER = """
import numpy as np
import pytest

@pytest.mark.parametrize("x", [1, 2, 3])
def test_value(exercise, x):
    exercise(np.array([x])).equals(np.array([2 * x]), known={"it was squared": np.array([x * x])})

def test_error(exercise):
    exercise.raises(ValueError, None)
"""
STUB = '"""Twice.\n\nQuestions: B01 | Difficulty: 1/5 | Minutes: 5 | Points: 8\n"""\ndef {name}(x):\n  {body}\n'
BODIES = {
    "stub": "raise NotImplementedError",
    "right": "\n  if x is None: raise ValueError(x)\n  return 2 * x",
    "wrong": "\n  if x is None: raise ValueError(x)\n  print('squaring')\n  return x * x",
    "warns": "\n  import warnings\n  warnings.warn('w')\n  if x is None: raise ValueError(x)\n  return 2 * x",
    "broken": "return (",
}


@pytest.fixture
def workbook(tmp_path):
    """Return a function that writes exercises ``{name: body}`` and one that grades them."""
    (tmp_path / "exercises/01_x").mkdir(parents=True)
    (tmp_path / "exercises/conftest.py").write_text(CONFTEST)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib\nfilterwarnings = error\n")

    def run(bodies, *options, folder="exercises"):
        for name, body in bodies.items():
            chapter = tmp_path / folder / "01_x"
            chapter.mkdir(parents=True, exist_ok=True)
            (chapter / f"{name}.py").write_text(STUB.format(name=name, body=BODIES.get(body, body)))
            (tmp_path / f"exercises/01_x/test_{name}.py").write_text(GRADER)
        env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "COV_"))}
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "exercises", *options]
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout + done.stderr

    return run


def test_the_shipped_conftest_names_every_hook(request):
    text = (request.config.rootpath / "exercises/conftest.py").read_text()
    names = [word.strip(" ,") for word in CONFTEST.partition("(")[2].rstrip(")\n").split(",")]
    assert len(names) == 9
    assert all(f"    {name},\n" in text for name in names)


def test_not_attempted_is_calm_but_no_pass(workbook):
    code, out = workbook({"one": "stub"})
    assert code == 0, out
    assert "4 not attempted in" in out
    assert "\nnot attempted: 1; next: minicompress check one\n" in out
    assert " passed in" not in out


def test_a_newcomer_sees_a_calm_board(workbook):
    code, out = workbook({f"task_{i}": "stub" for i in range(30)}, "-q")
    assert code == 0, out
    assert "\nnot attempted: 30; next: minicompress check task_0\n" in out
    assert len(out.strip().split("\n")) < 12, out
    assert out.partition(" grades ")[0].count("-") == 30, "one mark per exercise"
    for word in ("FAIL", "SKIP", "Error", "\x1b[31m"):
        assert word not in out


def test_the_board_lists_what_was_attempted(workbook):
    code, out = workbook({"one": "stub", "two": "right"})
    assert code == 0, out
    assert "two                       passed             4/4 tests       8 / 8 points" in out
    assert "not attempted: 1; next: minicompress check one\ntotal" in out
    assert "1/2 passed" in out


def test_right_wrong_broken_and_warning(workbook, tmp_path):
    options = ("--grade-report", "out/grades.json", "--junitxml", "grades.xml")
    code, out = workbook({"a": "right", "b": "wrong", "c": "stub", "d": "broken", "e": "warns"}, *options)
    assert code == 1, out
    assert "Looks like it was squared." in out
    assert "your code printed:\nsquaring" in out
    assert "SyntaxError" in out
    assert "workbook/caller.py" not in out, "no traceback of the engine"
    report = json.loads((tmp_path / "out/grades.json").read_text())
    assert report["schema"] == 1
    rows = {row["name"]: (row["status"], row["passed"], row["total"], row["earned"]) for row in report["exercises"]}
    assert rows == {
        "a": ("passed", 4, 4, 8.0),
        "b": ("failed", 2, 4, 4.0),
        "c": ("not attempted", 0, 4, 0.0),
        "d": ("failed", 0, 4, 0.0),
        "e": ("passed", 4, 4, 8.0),
    }
    assert (report["earned"], report["points"]) == (20.0, 40)
    assert {t["kind"] for t in report["exercises"][3]["tests"]} == {"raised"}
    suite = ET.parse(tmp_path / "grades.xml").getroot().find("testsuite")
    assert {k: suite.get(k) for k in ("tests", "failures", "skipped", "errors")} == {
        "tests": "20",
        "failures": "6",
        "skipped": "4",
        "errors": "0",
    }


def test_parallel_grading_gives_the_same_board(workbook):
    pytest.importorskip("xdist")
    bodies = {"a": "right", "b": "wrong", "c": "stub"}
    alone, together = workbook(bodies), workbook(bodies, "-n", "2")
    assert alone[0] == together[0] == 1
    boards = [out.partition(" grades ")[2].partition("total")[0].partition("\n")[2] for _, out in (alone, together)]
    assert "b                         failed" in boards[0]
    assert boards[0] == boards[1]


def test_submissions(workbook):
    code, out = workbook({"one": "stub"})
    code, out = workbook({"one": "right"}, "--submissions", "handed_in", folder="handed_in")
    assert code == 0, out
    assert "4 passed" in out
    code, out = workbook({}, "--submissions", "handed_in/01_x/one.py")
    assert (code, "4 passed" in out) == (0, True), out
    code, out = workbook({}, "--submissions", "handed_in/01_x/one.py:other")
    assert code == 1
    assert "no function" in out
    code, out = workbook({"two": "stub"}, "--submissions", "handed_in")
    assert code == 1
    assert "no file at" in out
    code, out = workbook({}, "--submissions", "handed_in/01_x/one.py")
    assert code == 4
    assert "names one file, but 2 exercises" in out


@pytest.mark.parametrize(
    ("options", "code", "text"),
    [
        (("--submissions", "nowhere"), 4, "no file or folder"),
        (("--time-limit", "-1"), 4, "must be above 0"),
        (("-k", "no_such_test"), 5, "no exercise was graded"),
    ],
)
def test_mistakes_in_the_call(workbook, options, code, text):
    got, out = workbook({"one": "right"}, *options)
    assert got == code, out
    assert text in out


def test_collecting_nothing_is_an_error(workbook, tmp_path):
    code, out = workbook({})
    assert code == 5
    assert "no exercise was graded" in out


def test_a_prompt_without_header_is_an_error(workbook, tmp_path):
    workbook({"one": "right"})
    (tmp_path / "exercises/01_x/one.py").write_text("def one(x): return x\n")
    code, out = workbook({})
    assert code == 4
    assert "exercise one has no header line" in out


def test_time_limit(workbook):
    code, out = workbook({"one": "\n  while True: pass"}, "--time-limit", "0.4")
    assert code == 1
    assert "is there a loop that never ends?" in out
    assert "not run: 2 calls before" in out
