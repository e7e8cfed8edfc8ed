"""The learner's commands, run as a learner runs them, in a copy of the workbook that holds one exercise."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from minicompress.cli import app
from minicompress.workbook import stubs

ROOT = Path(__file__).parents[2]
KEY = "03_quantization/affine_qparams.py"
NAME = "affine_qparams"


@pytest.fixture
def root(tmp_path):
    """Return a workbook with the stub, the grader, the hints and the solution of one exercise."""
    exercises, solutions = tmp_path / "exercises/03_quantization", tmp_path / "solutions/03_quantization"
    exercises.mkdir(parents=True)
    solutions.mkdir(parents=True)
    for name in (f"test_{NAME}.py", f"{NAME}.hints.md"):
        (exercises / name).write_bytes((ROOT / "exercises/03_quantization" / name).read_bytes())
    (exercises / f"{NAME}.py").write_text(stubs.shipped()[KEY], encoding="utf-8")
    (solutions / f"{NAME}.py").write_bytes((ROOT / "solutions" / KEY).read_bytes())
    return tmp_path


def environment(root, **extra):
    return {**os.environ, "MINICOMPRESS_WORKBOOK": str(root), "COLUMNS": "120", "PYTHONPATH": str(ROOT), **extra}


def start(root, *arguments, **extra):
    return subprocess.Popen(
        [sys.executable, "-m", "minicompress.cli", *arguments],
        env=environment(root, **extra),
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=None if os.name == "nt" else _heed_interrupts,
    )


def _heed_interrupts():
    """A shell starts background jobs deaf to SIGINT, and what they start inherits it; a terminal's user is heard."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def run(root, *arguments, **extra):
    """Return exit code, stdout and stderr of one command."""
    with start(root, *arguments, **extra) as process:
        out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def solve(root, wrong=False):
    path = root / "exercises" / KEY
    text = (root / "solutions" / KEY).read_text(encoding="utf-8")
    path.write_text(text.replace("2**bits - 1", "2**bits") if wrong else text, encoding="utf-8")


def record(root):
    return json.loads((root / ".minicompress/progress.json").read_text(encoding="utf-8"))["exercises"][NAME]


def test_help_lists_every_command_quickly(root):
    run(root, "--help")  # warm the file cache
    started = time.perf_counter()
    code, out, _ = run(root, "--help")
    assert time.perf_counter() - started < 2  # 0.12 s when measured; the suite may share its CPU
    assert code == 0
    for name in ("study", "check", "watch", "hint", "solution", "reset", "progress"):
        assert f" {name} " in out


def test_help_imports_nothing_heavy(root):
    code = (
        "import sys; from minicompress.cli import main; code = main(['--help']); "
        "heavy = {'numba', 'scipy', 'matplotlib', 'pytest', 'jupyterlab', 'torch'} & set(sys.modules); "
        "sys.exit(f'imported {heavy}' if heavy else code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(root), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


def test_check(root):
    code, out, _ = run(root, "check", NAME)
    advice = f"write the function in exercises/{KEY}, then check again\n"
    assert re.fullmatch(rf"{NAME}: not attempted, 0/\d+ tests, 0 / 10 points\n{advice}", out)
    assert code == 0
    solve(root, wrong=True)
    code, out, _ = run(root, "check", NAME)
    assert code == 1
    assert "there are 2**bits - 1 steps between 2**bits codes" in out
    solve(root)
    code, out, _ = run(root, "check", f"exercises/{KEY}")
    assert re.fullmatch(rf"{NAME}: passed, (\d+)/\1 tests, 10 / 10 points\n", out)
    assert code == 0
    assert (record(root)["status"], record(root)["checks"]) == ("passed", 3)


def test_check_all_and_progress(root):
    code, out, _ = run(root, "progress")
    assert (code, "0/1 passed" in out, "0 / 10 points" in out) == (0, True, True)
    solve(root)
    code, out, err = run(root, "check", "all")
    assert (code, err) == (0, "")
    assert "1/1 passed" in out
    assert run(root, "progress")[1] == out
    solve(root, wrong=True)
    assert run(root, "check", "all")[0] == 1


def test_unknown_names_are_answered_with_suggestions(root):
    for command in ("check", "hint", "solution", "reset", "watch"):
        code, out, err = run(root, command, "afine_qparam")
        assert (code, out) == (2, "")
        assert err == f"error: no exercise is called 'afine_qparam'; did you mean {NAME}?\n"


def test_debug_shows_the_traceback(root):
    for arguments in (("--debug", "check", "nothing"), ("check", "nothing", "--debug")):
        code, _, err = run(root, *arguments)
        assert code == 1
        assert err.startswith("Traceback")


def test_wrong_usage(root):
    code, _, err = run(root, "chekc")
    assert code == 2
    assert "No such command" in err


def test_hints_come_one_by_one_and_are_recorded(root):
    seen = [run(root, "hint", NAME)[1].split("\n")[0] for _ in range(4)]
    assert seen == [
        "hint 1 of 3: A nudge",
        "hint 2 of 3: The idea",
        "hint 3 of 3: The skeleton",
        "hint 3 of 3: The skeleton",
    ]
    assert run(root, "hint", NAME, "--level", "1")[1].startswith("hint 1 of 3")
    assert record(root)["hints"] == 3
    assert run(root, "hint", NAME, "--level", "4")[0] == 2


def test_solution_when_asked_twice(root):
    answer = (root / "solutions" / KEY).read_text(encoding="utf-8")
    code, out, _ = run(root, "solution", NAME)
    assert code == 0
    assert "ask for the solution once more" in out
    assert "def " not in out
    assert run(root, "solution", NAME)[1] == answer


def test_solution_after_a_pass(root):
    solve(root)
    run(root, "check", NAME)
    assert run(root, "solution", NAME)[1] == (root / "solutions" / KEY).read_text(encoding="utf-8")


def test_reset_keeps_the_attempt_and_the_first_pass(root):
    solve(root)
    attempt = (root / "exercises" / KEY).read_bytes()
    run(root, "check", NAME)
    code, out, _ = run(root, "reset", NAME)
    kept = root / f".minicompress/attempts/{NAME}.001.py"
    assert (code, str(kept) in out) == (0, True)
    assert kept.read_bytes() == attempt
    assert (root / "exercises" / KEY).read_text(encoding="utf-8") == stubs.shipped()[KEY]
    assert record(root)["status"] == "not attempted"
    assert record(root)["first_passed"]
    assert "it is the stub already" in run(root, "reset", NAME)[1]
    (root / "exercises" / KEY).unlink()
    assert "the stub was restored" in run(root, "reset", NAME)[1]


def test_a_deleted_file_is_graded_with_advice(root):
    (root / "exercises" / KEY).unlink()
    code, out, _ = run(root, "check", NAME)
    assert code == 1
    assert f"`minicompress reset {NAME}` brings the stub back" in out


def test_corrupt_progress_is_said_and_repaired(root):
    run(root, "hint", NAME)
    run(root, "hint", NAME)
    (root / ".minicompress/progress.json").write_text("{oops")
    code, _, err = run(root, "progress")
    assert code == 0
    assert "it was kept as progress.corrupt-1.json" in err
    assert "recovered" in err
    assert run(root, "hint", NAME)[1].startswith("hint 2 of 3")


def test_watch_grades_on_save_and_goes_on(root):
    with start(root, "watch", PYTHONUNBUFFERED="1") as process:
        assert "watching" in process.stdout.readline()
        lines = [process.stdout.readline() for _ in range(2)]
        assert "not attempted" in lines[1]
        solve(root)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert f"{NAME}: passed" in out
    assert out.endswith("every exercise is passed\n")
    assert run(root, "watch")[1] == "every exercise is passed\n"


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT for one process")
def test_watch_ends_cleanly_on_interrupt(root):
    with start(root, "watch", PYTHONUNBUFFERED="1") as process:
        assert "watching" in process.stdout.readline()
        lines = [process.stdout.readline() for _ in range(4)]
        assert "not attempted" in "".join(lines)
        time.sleep(1.0)  # it is waiting for a change by now
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    assert "stopped; your progress is kept" in out


def stand_in(root, text):
    """Put a module ``jupyterlab`` in front of any installed one."""
    folder = root / "stand_in"
    folder.mkdir()
    (folder / "jupyterlab.py").write_text(text)
    return {"PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])}


def test_study_opens_the_first_chapter(root):
    pretend = stand_in(root, "import json, os, sys\nprint(json.dumps([os.getcwd(), *sys.argv[1:]]))\nsys.exit(0)\n")
    code, _, err = run(root, "study", **pretend)
    assert code == 2
    assert "there is no chapter at" in err
    (root / "chapters").mkdir()
    (root / "chapters/00_start_here.ipynb").write_text("{}")
    code, out, _ = run(root, "study", "--no-browser", **pretend)
    assert code == 0
    where, *options = json.loads(out)
    assert Path(where) == root.resolve()
    assert options == [
        f"--ServerApp.root_dir={root.resolve()}",
        "--LabApp.default_url=/lab/tree/chapters/00_start_here.ipynb",
        "--no-browser",
    ]


def test_study_without_jupyterlab_says_how_to_get_it(root, monkeypatch, capsys):
    monkeypatch.setenv("MINICOMPRESS_WORKBOOK", str(root))
    monkeypatch.setattr("importlib.util.find_spec", lambda name, *_: None)
    assert app.main(["study"]) == 2
    assert capsys.readouterr().err == "error: study needs JupyterLab: pip install 'minicompress[study]'\n"


def test_no_workbook(root):
    code, _, err = run(root, "progress", MINICOMPRESS_WORKBOOK=str(root / "solutions"))
    assert code == 2
    assert "MINICOMPRESS_WORKBOOK must name a folder with exercises/ in it" in err


def test_a_closed_pipe_is_no_traceback(root):
    command = f"{sys.executable} -m minicompress.cli progress | true"
    done = subprocess.run(
        command, shell=True, env=environment(root), capture_output=True, text=True, timeout=60, check=False
    )
    assert "Traceback" not in done.stderr
