"""Learners' code that misbehaves: each case ends in a graded result, and the next call works."""

import os
import subprocess
import sys
import time

import numpy as np
import pytest

from minicompress.workbook.caller import Caller
from minicompress.workbook.outcome import GradeFailure, Kind, NotAttempted

MISBEHAVED = {
    "never_ends": ("while True: pass", Kind.TIMED_OUT, "is there a loop that never ends"),
    "sleeps": ("import time; time.sleep(60)", Kind.TIMED_OUT, "no result after"),
    "leaves": ("import sys; sys.exit(3)", Kind.CRASHED, r"sys\.exit\(3\)"),
    "leaves_at_once": ("import os; os._exit(5)", Kind.CRASHED, "exit code 5"),
    "breaks_memory": ("import ctypes; ctypes.string_at(0)", Kind.CRASHED, "SIGSEGV"),
    "kills_itself": ("import os; os.kill(os.getpid(), 9)", Kind.CRASHED, "SIGKILL"),
    "aborts": ("import os; os.abort()", Kind.CRASHED, "SIGABRT"),
    "closes_every_pipe": ("import os; os.closerange(0, 99)", Kind.CRASHED, "process ended"),
    "calls_itself": ("return f(x)", Kind.RAISED, "RecursionError"),
    "fails": ("return x / undefined", Kind.RAISED, "line 2, in f: return x / undefined\n  NameError"),
    "interrupts": ("raise KeyboardInterrupt", Kind.RAISED, "KeyboardInterrupt"),
    "needs_memory": ("import numpy; return numpy.ones(2**40)", Kind.RAISED, "MemoryError"),
    "asks": ("return input('? ')", Kind.RAISED, "EOFError"),
    "returns_too_much": ("import numpy; return numpy.zeros(10**8)", Kind.WRONG_VALUE, "too large"),
    "raises_rudely": (
        "\n  class Rude(Exception):\n    def __str__(self): raise self\n  raise Rude",
        Kind.RAISED,
        "Rude: <no text",
    ),
}


@pytest.fixture
def submit(tmp_path):
    """Write a file and return a caller of its function ``f``."""
    opened = []

    def write(source, **options):
        path = tmp_path / "answer.py"
        path.write_text(source, encoding="utf-8")
        opened.append(Caller.open("f", path, **{"time_limit": 5, **options}))
        return opened[-1]

    yield write
    for caller in opened:
        caller.close()


@pytest.mark.parametrize("case", MISBEHAVED)
def test_misbehaviour_is_graded_and_the_next_call_works(submit, case):
    body, kind, text = MISBEHAVED[case]
    limit = 0.6 if kind is Kind.TIMED_OUT else 5
    caller = submit(f"def f(x):\n  {body}\ndef g(x):\n  return x + 1\n", time_limit=limit)
    started = time.perf_counter()
    with pytest.raises(GradeFailure, match=text) as failure:
        caller(1)
    assert failure.value.kind is kind
    assert time.perf_counter() - started < 5
    assert caller.configured(function="g", time_limit=5)(1).value == 2


@pytest.mark.parametrize(
    ("source", "kind", "text"),
    [
        ("def f(x):\n  return (1\n", Kind.RAISED, "line 2: return \\(1\n  SyntaxError: '\\(' was never closed"),
        ("\x00", Kind.RAISED, "SyntaxError|ValueError"),
        ("import nothing_of_that_name\n", Kind.RAISED, "line 1, in <module>.*\n.*ModuleNotFoundError"),
        ("import sys\nsys.exit('bye')\n", Kind.CRASHED, r"sys\.exit\('bye'\)"),
        ("while True: pass\n", Kind.TIMED_OUT, "loading answer.py"),
        ("def ff(x): return x\n", Kind.MISSING, "no function f in the file; it defines: ff"),
        ("", Kind.MISSING, "it defines: none"),
    ],
)
def test_files_that_cannot_be_used(submit, source, kind, text):
    with pytest.raises(GradeFailure, match=text) as failure:
        submit(source, time_limit=1)(1)
    assert failure.value.kind is kind


def test_file_that_is_not_utf8(submit):
    caller = submit("")
    caller.session.path.write_bytes(b"def f(x): return '\xff'\n")
    with pytest.raises(GradeFailure, match="SyntaxError"):
        caller(1)


def test_deleted_file(submit):
    caller = submit("def f(x): return x\n")
    caller.session.path.unlink()
    with pytest.raises(GradeFailure, match="minicompress reset answer") as failure:
        caller(1)
    assert failure.value.kind is Kind.MISSING


@pytest.mark.parametrize("body", ["raise NotImplementedError", "pass", "...", "'Doc.'", "return helper(x)"])
def test_not_attempted(submit, body):
    with pytest.raises(NotAttempted):
        submit(f"def helper(x):\n  raise NotImplementedError('todo')\ndef f(x):\n  {body}\n")(1)


def test_a_flood_of_prints_is_cut(submit):
    source = "def f(x):\n  for i in range(200):\n    print('x' * 2**20)\n  return x\n"
    caller = submit(source, time_limit=10)
    started = time.perf_counter()
    assert caller(1).value == 1
    assert time.perf_counter() - started < 8
    (printed,) = caller.session.printed
    assert len(printed) < 5000
    assert f"{200 * (2**20 + 1) - 4000} more bytes printed" in printed


@pytest.mark.parametrize(
    "line",
    [
        "os.write(1, b'noise' * 10**6); os.write(2, b'noise')",
        "print('noise', file=sys.__stdout__, flush=True)",
        "sys.stdout.close()",
        "sys.stdout = None",
        "os.close(x)",
        "os.system('echo noise; echo noise >&2')",
        "sys.stdout.buffer.write(b'noise')",
    ],
)
def test_output_by_other_ways_never_reaches_the_pipes(submit, line):
    caller = submit(f"import os, sys\ndef f(x):\n  {line}\n  return x\n")
    assert caller(1).value == 1
    assert caller(2).value == 2


def test_prints_are_kept_for_the_message_with_their_text(submit):
    caller = submit("import sys\ndef f(x):\n  print('量化', '\\ud800'); print('e', file=sys.stderr)\n  return x\n")
    caller(1)
    assert caller.session.printed == ["量化 \\ud800\ne\n"]


def test_unicode_in_messages(submit):
    caller = submit("def f(x):\n  raise ValueError('零点 \\ud800 \\x1b[31m')\n")
    with pytest.raises(GradeFailure, match="零点") as failure:
        caller("输入")
    failure.value.message.encode("utf-8")


def test_warnings_are_no_failures(submit, monkeypatch):
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    source = "import warnings, numpy as np\ndef f(x):\n  warnings.warn('old')\n  return np.log(x)\n"
    assert submit(source)(np.zeros(2)).value[0] == -np.inf


def test_changed_arguments(submit):
    source = "def f(x, *, out=None, d=None):\n  x[0, 1] = 9\n  if d is not None: d['k'] = 1\n  return x\n"
    caller = submit(source)
    with pytest.raises(GradeFailure, match=r"after the call, x is \[\[0., 9.") as failure:
        caller(np.zeros((2, 2)))
    assert failure.value.kind is Kind.CHANGED_ARGUMENT
    with pytest.raises(GradeFailure, match="after the call, d is"):
        caller.configured(may_change=["x"])(np.zeros((2, 2)), d={})
    np.testing.assert_array_equal(caller.configured(may_change=["x"])(np.zeros((1, 2))).value, [[0, 9]])


def test_arguments_arrive_as_they_are(submit):
    source = (
        "def f(x, rng, opt=None):\n"
        "  return str(x.dtype), x.flags.f_contiguous, x.flags.c_contiguous, rng.normal(), type(opt).__name__\n"
    )
    x = np.asfortranarray(np.ones((2, 3), np.float16))
    rng = np.random.default_rng(3)
    value = submit(source)(x, rng, opt=(1,)).value
    assert value == ("float16", True, False, rng.normal(), "tuple")


def test_the_callers_array_is_not_shared(submit):
    x = np.zeros(3)
    with pytest.raises(GradeFailure):
        submit("def f(x):\n  x += 1\n  return x\n")(x)
    np.testing.assert_array_equal(x, 0)


@pytest.mark.parametrize("value", ["object()", "{1}", "lambda: 1", "iter([])", "__import__('numpy').matrix([[1]])"])
def test_odd_results_are_wrong_types(submit, value):
    with pytest.raises(GradeFailure, match="returned a ") as failure:
        submit(f"def f(x):\n  return {value}\n")(1).equals(1)
    assert failure.value.kind is Kind.WRONG_TYPE


def test_raises(submit):
    source = "class Own(ValueError): pass\ndef f(x):\n  if x: raise Own('bits is wrong')\n  return 7\n"
    caller = submit(source)
    caller.raises(ValueError, 1)
    caller.raises(ValueError, 1, mentions="bits")
    with pytest.raises(GradeFailure, match="should mention 'group'"):
        caller.raises(ValueError, 1, mentions="group")
    with pytest.raises(GradeFailure, match="expected ValueError, returned 7; x must be 1") as failure:
        caller.raises(ValueError, 0, because="x must be 1")
    assert failure.value.kind is Kind.DID_NOT_RAISE
    with pytest.raises(GradeFailure, match="expected TypeError.*raised instead:\n.*\n  Own: bits is wrong"):
        caller.raises(TypeError, 1)


def test_two_timeouts_end_the_patience(submit):
    caller = submit("def f(x):\n  while True: pass\n", time_limit=0.3)
    for _ in range(2):
        with pytest.raises(GradeFailure, match="no result after"):
            caller(1)
    started = time.perf_counter()
    with pytest.raises(GradeFailure, match="not run: 2 calls before"):
        caller(1)
    assert time.perf_counter() - started < 0.1


def test_nothing_is_left_running(submit):
    source = "import subprocess\ndef f(x):\n  return subprocess.Popen(['sleep', '60']).pid\n"
    caller = submit(source)
    pid = caller(1).value
    caller.close()
    deadline = time.monotonic() + 5
    while _alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _alive(pid)


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="reads /proc")
def test_an_endless_loop_ends_with_its_parent(tmp_path):
    (tmp_path / "answer.py").write_text("def f(x):\n  while True: pass\n")
    source = (
        "import pathlib, threading, time\n"
        "from minicompress.workbook.caller import Caller\n"
        f"caller = Caller.open('f', pathlib.Path({str(tmp_path / 'answer.py')!r}), time_limit=60)\n"
        "threading.Thread(target=caller, args=(1,), daemon=True).start()\n"
        "while not caller.session.loaded: time.sleep(0.01)\n"
        "time.sleep(0.2)\n"
        "print(caller.session.worker._process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE, text=True) as parent:
        pid = int(parent.stdout.readline())
        assert _alive(pid)
        parent.kill()
    deadline = time.monotonic() + 10
    while _alive(pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _alive(pid)


def _alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stream:
            return stream.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        try:
            os.kill(pid, 0)
        except OSError:
            return False
        return not os.path.isdir("/proc/self")


def test_arguments_that_cannot_travel_are_the_graders_mistake(submit):
    with pytest.raises(TypeError, match="cannot be passed to an exercise"):
        submit("def f(x): return x\n")(lambda: 1)
