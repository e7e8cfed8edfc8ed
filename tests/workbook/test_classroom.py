"""A folder of submissions: every mishap of one student is a result, and no other student notices."""

import json
import xml.etree.ElementTree as ET

import pytest

from minicompress.cli.app import main
from minicompress.workbook import classroom
from minicompress.workbook.discover import discover
from minicompress.workbook.outcome import Status

PROMPT = '"""{name}.\n\nQuestions: B01 | Difficulty: 1/5 | Minutes: 5 | Points: 10\n"""\n'
PROMPT += "def {name}(x):\n  raise NotImplementedError\n"
GRADER = """
def test_one(exercise):
    exercise(1).equals(2)
def test_two(exercise):
    exercise(2).equals({two})
"""
HANDED_IN = {
    "ada/twice.py": "def twice(x):\n  return x + x\n",
    "ada/week 2/deep/square.py": "def square(x):\n  return x * x + (x == 1)\n",
    "bob/twice.py": "def twice(x):\n  print('\\x1b[31mred', '\\ud800')\n  return x + 1\n",
    "bob/copy/twice.py": "def twice(x):\n  return x + x\n",
    "bob/squares.py": "def squares(x):\n  return 4\n",
    "cy/twice.py": "import os\ndef twice(x):\n  os._exit(9)\n",
    "cy/square.py": "def square(x):\n  while True: pass\n",
    "dee/twice.py": "def twice(x:\n",
    "dee/square.py": PROMPT.format(name="square"),
    "eve/notes.txt": "",
    "零点/twice.py": "def twice(x):\n  return 2 * x\n",
}


@pytest.fixture
def root(tmp_path, monkeypatch):
    chapter = tmp_path / "book/exercises/01_x"
    chapter.mkdir(parents=True)
    for name, two in (("twice", 4), ("square", 4)):
        (chapter / f"{name}.py").write_text(PROMPT.format(name=name))
        (chapter / f"test_{name}.py").write_text(GRADER.format(two=two))
    for name, text in HANDED_IN.items():
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "in/.git").mkdir()
    monkeypatch.setenv("MINICOMPRESS_WORKBOOK", str(tmp_path / "book"))
    return tmp_path


@pytest.fixture
def students(root):
    counts = []
    found = classroom.grade_folder(
        root / "in", discover(root / "book"), time_limit=0.5, advance=lambda done, total: counts.append((done, total))
    )
    assert counts == [(i + 1, 8) for i in range(8)]
    return {s.name: s for s in found}


def test_every_student_is_graded(students):
    outcomes = {name: tuple(str(s.results[e].status) for e in ("twice", "square")) for name, s in students.items()}
    assert outcomes == {
        "ada": ("passed", "passed"),
        "bob": ("failed", "not attempted"),
        "cy": ("failed", "failed"),
        "dee": ("failed", "not attempted"),
        "eve": ("not attempted", "not attempted"),
        "零点": ("passed", "not attempted"),
    }
    assert {name: s.earned for name, s in students.items()} == {
        "ada": 20, "bob": 5, "cy": 0, "dee": 0, "eve": 0, "零点": 10
    }  # fmt: skip
    kinds = {t.kind for r in students["cy"].results.values() for t in r.tests}
    assert {str(k) for k in kinds} == {"crashed", "timed out"}


def test_what_was_not_graded_is_said(students):
    assert students["ada"].files == {"twice": "twice.py", "square": "week 2/deep/square.py"}
    assert students["bob"].notes == [
        "squares.py was not graded: no exercise has this name; square is the nearest",
        "copy/twice.py was not graded: twice.py was",
    ]
    lines = classroom.table(students.values()).split("\n")
    assert lines[1].split() == ["ada", "2", "0", "0", "0", "20", "/", "20"]
    assert lines[2].split() == ["bob", "0", "1", "0", "1", "5", "/", "20"]
    assert lines[-1] == "note: bob: copy/twice.py was not graded: twice.py was"


def test_the_xml_is_valid_and_counts_right(students):
    top = ET.fromstring(classroom.junit(students.values()))
    suites = {s.get("name"): s for s in top}
    assert set(suites) == set(students)
    for name, suite in suites.items():
        tests = [t for r in students[name].results.values() for t in r.tests]
        failed = sum(t.status is Status.FAILED for t in tests)
        waiting = sum(t.status is Status.NOT_ATTEMPTED for t in tests)
        assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == tuple(
            str(n) for n in (len(tests), failed, waiting)
        )
        assert len(suite.findall("testcase/failure")) == failed
        assert len(suite.findall("testcase/skipped")) == waiting
    crash = suites["cy"].find("testcase[@classname='01_x.twice']/failure")
    assert crash.get("type") == "crashed"
    assert "exit code 9" in crash.text
    assert "\ufffd[31mred" in suites["bob"].find("testcase/system-out").text


def test_the_command(root, monkeypatch, capsys):
    files = root / "out/grades.json", root / "out/grades.xml"
    code = main(["grade", str(root / "in"), "--report", str(files[0]), "--junit", str(files[1]), "--time-limit", "0.5"])
    out = capsys.readouterr().out
    assert code == 1
    assert out.startswith("student")
    report = json.loads(files[0].read_text(encoding="utf-8"))
    assert [s["student"] for s in report["students"]] == ["ada", "bob", "cy", "dee", "eve", "零点"]
    assert report["students"][0]["exercises"][0]["file"] in ("twice.py", "week 2/deep/square.py")
    assert report["students"][4]["exercises"][0]["file"] is None
    assert len(ET.parse(files[1]).getroot()) == 6


def test_a_choice_of_exercises(root, capsys):
    assert main(["grade", str(root / "in"), "--exercise", "square", "--time-limit", "0.5"]) == 1
    assert "/ 10" in capsys.readouterr().out
    (root / "in/cy/square.py").unlink()
    assert main(["grade", str(root / "in"), "--exercise", "square"]) == 0


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["nowhere"], "DIR must be a folder with one folder per student"),
        (["in/eve"], "no student in"),
        (["in", "--exercise", "twise"], "did you mean twice"),
        (["in", "--chapter", "99_x"], "no exercise is in chapter '99_x'"),
    ],
)
def test_mistakes_in_the_call(root, arguments, text, capsys):
    assert main(["grade", str(root / arguments[0]), *arguments[1:]]) == 2
    assert text in capsys.readouterr().err
