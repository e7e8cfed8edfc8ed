"""The mutants themselves: what is changed, what is left alone, and that a weak grader lets one through."""

import ast
import json

import pytest

from minicompress.workbook import mutants
from minicompress.workbook.discover import find
from minicompress.workbook.mutators import mutants as mutants_of

HEADER = "Questions: B01 | Difficulty: 1/5 | Minutes: 5 | Points: 10"
SOLUTION = '''"""Answer: 1 + 1."""

import numpy as np


def span(x: np.ndarray, *, axis: int = 0) -> np.ndarray:
    """Return 2 * 2."""
    if x.ndim < 2:
        raise ValueError(f"x must have {2} axes")
    return x.max(axis=axis) - x.min(axis=axis)
'''
GRADER = '''"""Grader."""

import numpy as np
import pytest

X = np.array([[1, 5], [4, -2]])


def test_columns(exercise):
    exercise(X).equals(np.array([3, 7]))


def test_rows(exercise):
    exercise(X, axis=1).equals(np.array([4, 6]))


def test_refuses_a_vector(exercise):
    exercise.raises(ValueError, np.arange(3))
'''


def make(root, solution=SOLUTION, grader=GRADER, name="span"):
    for folder, text in (("exercises", f'"""{HEADER}"""\n'), ("solutions", "")):
        (root / folder / "01_x").mkdir(parents=True, exist_ok=True)
        (root / folder / "01_x" / f"{name}.py").write_text(text)
    (root / "solutions/01_x" / f"{name}.py").write_text(solution)
    (root / "exercises/01_x" / f"{name}.py").write_text(f'"""Span.\n\n{HEADER}\n"""\n')
    (root / "exercises/01_x" / f"test_{name}.py").write_text(grader)
    return find(name, root)


def changes(line):
    return {m.mutant for m in mutants_of(line)}


@pytest.mark.parametrize(
    ("line", "some"),
    [
        ("y = a - b", {"y = a + b", "y = b - a", "y = a"}),
        ("y = a < b", {"y = a <= b", "y = a >= b"}),
        ("y = a and b", {"y = a or b", "y = a", "y = b"}),
        ("y = 3", {"y = 4", "y = 2", "y = -3"}),
        ("y = True", {"y = False"}),
        ("y = 0.5", {"y = 1.0", "y = 0.0", "y = -0.5"}),
        ("y = -a", {"y = a"}),
        ("y = np.abs(a)", {"y = a"}),
        ("y = a.max(axis=1)", {"y = a.min(axis=1)", "y = a.max(axis=0)", "y = a.max(axis=2)", "y = a.max()", "y = a"}),
        ("y = np.where(c, a, b)", {"y = np.where(a, c, b)", "y = np.where(c, b, a)", "y = c"}),
        ("y = np.zeros(n, np.int8)", {"y = np.ones(n, np.int8)", "y = np.zeros(n, np.uint8)"}),
        ("y = a[:n]", {"y = a[:n + 1]", "y = a[:n - 1]", "y = a[:]"}),
        ("y = a[1::2]", {"y = a[0::2]", "y = a[2::2]", "y = a[::2]", "y = a[1::3]", "y = a[1::1]", "y = a[1:]"}),
        ("y = a if c else b", {"y = b if c else a"}),
        ("y += a", {"y -= a", "y = a", "(removed)"}),
        ("y[i] = a", {"(removed)"}),
        ("np.add.at(y, i, a)", {"(removed)", "np.add.at(i, y, a)"}),
        ("y = a.T @ b", {"y = a @ b", "y = a.T * b", "y = b @ a.T"}),
        ("if a > 0:\n    b = 1", {"if False:", "if a >= 0:", "if a <= 0:", "if a > 1:"}),
        ("if a > 0:\n    raise ValueError('no 1')", {"if a > 0: raise TypeError", "(removed)"}),
        ("def f():\n    return (a, b)", {"return (b, a)", "return None"}),
    ],
)
def test_what_is_changed(line, some):
    assert some <= changes(line)


@pytest.mark.parametrize("line", ["y = (a - b) ** n", "y = np.clip(a, b, c)", "y = np.maximum(a, b)", "y = a[0:n]"])
def test_what_would_change_nothing_is_left_out(line):
    same = {"y = (b - a) ** n", "y = np.clip(b, a, c)", "y = np.maximum(b, a)", "y = a[:n]"}
    assert not same & changes(line)


def test_casts_in_a_compiled_function_are_about_speed():
    body = "def f(x):\n    return np.float32(x)"
    assert changes(body) >= {"return x", "return np.float64(x)"}
    assert changes(f"@numba.njit(fastmath=True)\n{body}") == {"return None"}


def test_texts_are_not_graded_and_not_changed():
    found = mutants_of(SOLUTION)
    for mutant in found:
        compile(mutant.source, "mutant", "exec")
        tree = ast.parse(mutant.source)
        assert ast.get_docstring(tree) == "Answer: 1 + 1."
        assert "-> np.ndarray" in mutant.source
        assert "'Return 2 * 2.'" in mutant.source or '"""Return 2 * 2."""' in mutant.source
    assert len({m.source for m in found}) == len(found) > 15
    assert not any("{3}" in m.source for m in found)
    assert SOLUTION.split("\n")[found[-1].line - 1].strip().startswith("return")


def test_a_strong_grader_kills_all(tmp_path):
    report = mutants.run([make(tmp_path)])
    assert report.survivors == []
    assert report.problems() == []
    assert report.rows() == [
        {"name": "span", "chapter": "01_x", "total": len(report.trials), "killed": len(report.trials), "equivalent": 0}
    ]


def test_a_weakened_grader_shows_its_survivors(tmp_path):
    weak = GRADER.replace("np.arange(3)", "np.float64(3)")  # a vector is refused by nobody now
    report = mutants.run([make(tmp_path, grader=weak)])
    keys = {t.mutant.key for t in report.survivors}
    assert keys == {"if x.ndim < 2: => if x.ndim < 1:"}
    assert report.survivors[0].place == "solutions/01_x/span.py:8"
    assert report.as_dict()["survivors"][0]["mutant"] == "if x.ndim < 1:"
    assert any("survivor: solutions/01_x/span.py:8" in p for p in report.problems())


def test_a_listed_mutant_is_no_problem_until_it_is_stale(tmp_path):
    weak = GRADER.replace("np.arange(3)", "np.float64(3)")
    exercise = make(tmp_path, grader=weak)
    key = ("span", "if x.ndim < 2: => if x.ndim < 1:")
    report = mutants.run([exercise], listed={key: "for the test"})
    assert [t.reason for t in report.trials if not t.killed] == ["for the test"]
    killed = len(report.trials) - 1
    assert report.problems() == [f"{killed} of {killed + 1} mutants are killed, fewer than 97%"]
    report = mutants.run([make(tmp_path)], listed={key: "for the test", ("span", "a => b"): "never there"})
    assert "listed as equivalent, but it is killed: span: if x.ndim < 2: => if x.ndim < 1:" in report.problems()
    assert "listed as equivalent, but there is no such mutant: span: a => b" in report.problems()


def test_hangs_and_crashes_are_kills(tmp_path):
    solution = (
        "import os\ndef f(n):\n    while n < 3:\n        n += 1\n    if n != 3:\n        os._exit(7)\n    return n\n"
    )
    grader = "def test_f(exercise):\n  exercise(1).equals(3)\n"
    report = mutants.run([make(tmp_path, solution, grader, "f")], limit=0.5)
    kinds = {t.mutant.key: t.kind for t in report.trials}
    assert kinds["n += 1 => n -= 1"] == "timed out"
    assert kinds["if n != 3: => if n == 3:"] == "crashed"
    assert all(t.killed for t in report.trials if t.kind)


def test_a_solution_that_fails_stops_the_run(tmp_path):
    with pytest.raises(RuntimeError, match="the solution of span fails test_columns"):
        mutants.run([make(tmp_path, SOLUTION.replace("max", "mean"))])
    with pytest.raises(RuntimeError, match="span: NameError"):
        mutants.run([make(tmp_path, grader="no_such_name\n")])


def test_a_sample_is_the_same_for_the_same_seed_and_holds_what_is_listed(tmp_path):
    exercise = make(tmp_path)
    key = mutants_of(SOLUTION)[0].key
    first, again, other = (mutants.run([exercise], sample=5, seed=s, listed={("span", key): "x"}) for s in (1, 1, 2))
    keys = [[t.mutant.source for t in report.trials] for report in (first, again, other)]
    assert keys[0] == keys[1] != keys[2]
    assert all(key in {t.mutant.key for t in report.trials} for report in (first, other))
    assert 5 <= len(first.trials) <= 7


def test_changed_means_answer_or_grader(tmp_path):
    exercise = make(tmp_path)
    record = tmp_path / "mutants.json"
    assert mutants.changed([exercise], record) == [exercise]
    record.write_text(json.dumps({"digests": {"span": mutants.digest(exercise)}}))
    assert mutants.changed([exercise], record) == []
    exercise.grader.write_text(GRADER + "\n# more\n")
    assert mutants.changed([exercise], record) == [exercise]


def test_the_list_of_equivalents_is_checked(tmp_path):
    path = tmp_path / "list.toml"
    entry = '[[mutant]]\nexercise = "a"\nmutant = "b => c"\nreason = "same"\n'
    path.write_text(entry)
    assert mutants.equivalents(path) == {("a", "b => c"): "same"}
    path.write_text(entry + entry)
    with pytest.raises(ValueError, match="twice"):
        mutants.equivalents(path)
    path.write_text(entry.replace('"same"', '" "'))
    with pytest.raises(ValueError, match="none empty"):
        mutants.equivalents(path)


def test_the_command(tmp_path, monkeypatch, capsys):
    make(tmp_path, grader=GRADER.replace("np.arange(3)", "np.float64(3)"))
    monkeypatch.setenv("MINICOMPRESS_WORKBOOK", str(tmp_path))
    assert mutants.main(["span", "--jobs", "1", "--json", str(tmp_path / "out.json")]) == 1
    out = capsys.readouterr().out
    assert "solutions/01_x/span.py:8\n  if x.ndim < 2:\n  => if x.ndim < 1:" in out
    report = json.loads((tmp_path / "out.json").read_text())
    assert report["total"] - report["killed"] == len(report["survivors"]) == 1
    with pytest.raises(SystemExit, match="--record is for"):
        mutants.main(["span", "--record"])
