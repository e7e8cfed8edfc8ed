"""``%%exercise`` in a real IPython shell, and in a notebook run from a clean kernel."""

import pytest

pytest.importorskip("IPython")

from IPython.core.interactiveshell import InteractiveShell  # noqa: E402

import minicompress.workbook  # noqa: E402
from minicompress.workbook import magic  # noqa: E402
from minicompress.workbook.progress import Progress  # noqa: E402

PROMPT = '''"""Twice, elementwise.

Questions: B01 | Difficulty: 1/5 | Minutes: 5 | Points: 10
"""

import numpy as np


def twice(x: np.ndarray) -> np.ndarray:
    raise NotImplementedError
'''
GRADER = """
import numpy as np
def test_doubles(exercise):
    x = np.array([1, 3])
    exercise(x).equals(2 * x, known={"it was squared": x * x})
"""
RIGHT = "def twice(x):\n    return np.multiply(x, 2)\n"


@pytest.fixture
def root(tmp_path, monkeypatch):
    folder = tmp_path / "exercises/01_foundations"
    folder.mkdir(parents=True)
    (folder / "twice.py").write_text(PROMPT)
    (folder / "test_twice.py").write_text(GRADER)
    monkeypatch.setenv("MINICOMPRESS_WORKBOOK", str(tmp_path))
    return tmp_path


@pytest.fixture
def shell(root, monkeypatch, tmp_path):
    """Return a shell of its own, without the user's profile and history."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.history_manager.enabled = False
    shell.run_cell("%load_ext minicompress.workbook").raise_error()
    yield shell
    shell.history_manager.end_session()
    InteractiveShell.clear_instance()


def graded(shell, cell, line="%%exercise twice"):
    done = shell.run_cell(f"{line}\n{cell}")
    done.raise_error()
    return done.result


def test_a_right_cell_passes_is_recorded_and_defined(shell, root):
    outcome = graded(shell, RIGHT)
    assert outcome.passed, str(outcome)
    assert "1/1 tests, 10 / 10 points" in outcome._repr_html_()
    assert Progress(root).record("twice")["status"] == "passed"
    assert shell.run_cell("twice(np.array([4])).tolist()").result == [8]


def test_a_wrong_cell_is_told_what_it_looks_like(shell, root):
    outcome = graded(shell, "def twice(x):\n    return x * x\n")
    assert not outcome.passed
    assert "Looks like it was squared." in str(outcome)
    assert Progress(root).record("twice")["status"] == "failed"


def test_line_numbers_are_those_of_the_cell(shell):
    outcome = graded(shell, "def twice(x):\n    y = 2 * x\n    return z\n")
    assert "line 4, in twice: return z" in str(outcome)


def test_a_cell_that_does_not_load_is_graded_and_not_run_here(shell):
    outcome = graded(shell, "import os\nos._exit(3)\n")
    assert not outcome.passed
    assert "exit code 3" in str(outcome)
    assert "line 2" in str(graded(shell, "def twice(x:\n"))
    outcome = graded(shell, "x = 1\nraise KeyError('k')\n")
    assert "KeyError" in str(outcome)
    assert "x" not in shell.user_ns


def test_a_stub_in_the_cell_is_not_attempted(shell):
    outcome = graded(shell, PROMPT.partition("import numpy as np\n")[2])
    assert "not attempted" in str(outcome)
    assert "the cell, below its first line" in outcome._repr_html_()


@pytest.mark.parametrize(
    ("line", "text"), [("%%exercise", "write the name of one exercise"), ("%%exercise twise", "did you mean twice")]
)
def test_mistakes_on_the_line(shell, line, text, capsys):
    done = shell.run_cell(f"{line}\n{RIGHT}")
    assert done.error_in_exec is not None
    assert text in str(done.error_in_exec)


def test_importing_check_registers_the_magic(root, monkeypatch):
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.history_manager.enabled = False
    try:
        assert "exercise" not in shell.magics_manager.magics["cell"]
        shell.run_cell("from minicompress.workbook import check").raise_error()
        assert "exercise" in shell.magics_manager.magics["cell"]
    finally:
        shell.history_manager.end_session()
        InteractiveShell.clear_instance()


def test_outside_ipython_nothing_is_registered():
    magic.register_here()
    assert callable(minicompress.workbook.check)


def test_in_a_notebook(root):
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    cells = ["from minicompress.workbook import check", f"%%exercise twice\n{RIGHT}", "twice([1]).tolist()"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    nbclient.NotebookClient(notebook, timeout=100, kernel_name="python3").execute()
    (output,) = notebook.cells[1].outputs
    assert "twice: passed, 1/1 tests" in output.data["text/plain"]
    assert "<b>twice</b>: passed" in output.data["text/html"]
    assert notebook.cells[2].outputs[0].data["text/plain"] == "[2]"
