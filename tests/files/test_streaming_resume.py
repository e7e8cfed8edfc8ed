"""A run that is stopped anywhere leaves its journal and never half a target; the next one goes on where it stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from minicompress.files import compress_file, streaming
from minicompress.files.journal import fingerprint
from minicompress.files.streaming import Task, compress_part
from minicompress.pipeline import Recipe, Rule
from minicompress.storage import Checkpoint
from tests.files.streamed import RECIPE, Backwards, whole, write_checkpoint

TENSORS = 14


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_checkpoint(tmp_path / "w.safetensors")


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def parts(folder: Path) -> list[Path]:
    return sorted((folder / ".out.part").glob("*/[0-9]*.safetensors"))


def stop_at(monkeypatch: pytest.MonkeyPatch, number: int, error: BaseException) -> list[str]:
    """Let the worker raise at the ``number``-th tensor; the names that were begun are put into the list."""
    begun: list[str] = []

    def faulty(task: Task) -> str:
        begun.append(task.entry.name)
        if len(begun) == number:
            raise error
        return compress_part(task)

    monkeypatch.setattr(streaming, "compress_part", faulty)
    return begun


def resumed(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **options: Any) -> tuple[list[str], int]:
    """Run again to the end and compare with the whole; the messages, and how many tensors were compressed."""
    begun = stop_at(monkeypatch, -1, OSError())
    said: list[str] = []
    seen: list[str] = []
    compress_file(
        source, tmp_path / "out", RECIPE, on_message=said.append, on_tensor=seen.append, **{"executor": None, **options}
    )
    assert len(seen) == len(set(seen)) == TENSORS, "the progress bar hears of every tensor once"
    whole(source, tmp_path / "whole")
    assert (tmp_path / "out").read_bytes() == (tmp_path / "whole").read_bytes()
    (tmp_path / "whole").unlink()
    assert names(tmp_path) == ["out", source.name]
    return said, len(begun)


@pytest.mark.parametrize("error", [OSError("no space left"), KeyboardInterrupt(), MemoryError()], ids=repr)
@pytest.mark.parametrize("pool", [None, "threads", "backwards"])
def test_a_fault_in_the_middle(source, tmp_path, monkeypatch, error, pool) -> None:
    stop_at(monkeypatch, 6, error)
    executor: Executor | None = {"threads": lambda: ThreadPoolExecutor(1), "backwards": Backwards}.get(
        pool or "", lambda: None
    )()
    with pytest.raises(type(error)):
        compress_file(source, tmp_path / "out", RECIPE, executor=executor)
    if executor is not None:
        executor.shutdown()
    assert names(tmp_path) == [".out.part", source.name]
    done = len(parts(tmp_path))
    assert done == 5 or (executor is not None and 5 <= done < TENSORS), "one may have run while the fault was told"
    said, begun = resumed(source, tmp_path, monkeypatch)
    assert begun == TENSORS - done
    assert said == [f"going on with {tmp_path / '.out.part'}: {done} of {TENSORS} tensors are done"]


def test_tensors_at_work_are_waited_for(source, tmp_path, monkeypatch) -> None:
    begun: list[str] = []
    ended: list[str] = []
    fault = threading.Event()

    def slow(task: Task) -> str:
        begun.append(task.entry.name)
        if len(begun) == 2:
            fault.set()
            raise ValueError("bad")
        fault.wait(10)
        time.sleep(0.2)
        ended.append(compress_part(task))
        return ended[-1]

    monkeypatch.setattr(streaming, "compress_part", slow)
    said: list[str] = []
    with ThreadPoolExecutor(2) as pool:
        with pytest.raises(ValueError, match="bad"):
            compress_file(source, tmp_path / "out", RECIPE, executor=pool, on_message=said.append)
        assert ended == begun[:1], "it wrote its part before the journal was thrown away"
    assert len(said) == 1
    assert said[0] == "finishing the tensors at work (1), then stopping"
    assert names(tmp_path) == [source.name]


def test_a_fault_at_the_first_tensor_leaves_nothing(source, tmp_path, monkeypatch) -> None:
    stop_at(monkeypatch, 1, OSError("no space left"))
    with pytest.raises(OSError, match="no space left"):
        compress_file(source, tmp_path / "out", RECIPE)
    assert names(tmp_path) == [source.name]


def test_an_old_target_stays_until_the_new_one_is_whole(source, tmp_path, monkeypatch) -> None:
    (tmp_path / "out").write_bytes(b"old")
    stop_at(monkeypatch, TENSORS, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        compress_file(source, tmp_path / "out", RECIPE)
    assert (tmp_path / "out").read_bytes() == b"old"
    assert resumed(source, tmp_path, monkeypatch)[1] == 1


def interrupted(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stop_at(monkeypatch, 8, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        compress_file(source, tmp_path / "out", RECIPE)
    assert len(parts(tmp_path)) == 7


def test_without_resume_all_is_done_again(source, tmp_path, monkeypatch) -> None:
    interrupted(source, tmp_path, monkeypatch)
    assert resumed(source, tmp_path, monkeypatch, resume=False) == ([], TENSORS)


def test_a_broken_part_is_made_again(source, tmp_path, monkeypatch) -> None:
    interrupted(source, tmp_path, monkeypatch)
    part = parts(tmp_path)[2]
    part.write_bytes(part.read_bytes()[:-1])
    assert resumed(source, tmp_path, monkeypatch)[1] == TENSORS - 6


@pytest.mark.parametrize("change", ["time", "values", "recipe", "version", "backend", "calibration"])
def test_another_fingerprint_starts_again_and_says_so(source, tmp_path, monkeypatch, change) -> None:
    stop_at(monkeypatch, 8, KeyboardInterrupt())
    recipe = Recipe("mixed", (Rule("embed*", "rtn", {"bits": 4}), *RECIPE.rules[1:])) if change == "recipe" else RECIPE
    calibration = {"head": np.ones((1, 16))} if change == "calibration" else None
    with monkeypatch.context() as patched:
        if change == "version":
            patched.setattr("minicompress.files.journal.__version__", "0.0.0")
        elif change == "backend":
            patched.setattr("minicompress.ops.backend", lambda: "other")
        with pytest.raises(KeyboardInterrupt):
            compress_file(source, tmp_path / "out", recipe, calibration)
    state = source.stat()
    if change == "time":
        os.utime(source, ns=(state.st_atime_ns, state.st_mtime_ns + 1))
    elif change == "values":
        write_checkpoint(source, seed=1)
        os.utime(source, ns=(state.st_atime_ns, state.st_mtime_ns + 10**6))  # clocks of file systems are coarse
        assert source.stat().st_size == state.st_size
    said, begun = resumed(source, tmp_path, monkeypatch)
    assert begun == TENSORS
    assert said == [f"{tmp_path / '.out.part'} is of another source, recipe or version: starting again"]


def test_the_fingerprint_sees_values_of_calibration(source) -> None:
    checkpoint = Checkpoint.open(source)
    given = [{"head": np.ones((1, 16))}, {"head": np.zeros((1, 16))}, {"head": np.ones((2, 8))}, {"bias": np.ones(16)}]
    digests = [fingerprint(checkpoint, RECIPE, calibration) for calibration in (None, *given)]
    assert len(set(digests)) == 5
    assert digests[1] == fingerprint(checkpoint, RECIPE, {"head": np.ones((1, 16))})


# ---- the process killed ------------------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from pathlib import Path
from minicompress.files import compress_file, streaming
from minicompress.storage import writing
from tests.files.streamed import RECIPE

where, count = sys.argv[3], [0]
def counted(function):
    def wrapped(*arguments):
        count[0] += 1
        if count[0] == 9:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments)
    return wrapped
if where == "between":
    streaming.compress_part = counted(streaming.compress_part)
elif where == "writing":  # a part: half of its bytes are there
    from minicompress.files import container
    def killed(path, arrays, metadata, write=container.write_tensors):
        write(path, arrays, metadata)
        count[0] += 1
        if count[0] == 9:
            os.truncate(path, os.path.getsize(path) // 2)
            os.kill(os.getpid(), signal.SIGKILL)
    container.write_tensors = killed
elif where == "joining":
    writing._copy = counted(writing._copy)
compress_file(sys.argv[1], sys.argv[2], RECIPE)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
@pytest.mark.parametrize("where", ["between", "writing", "joining"])
def test_a_killed_process_leaves_the_journal_alone(source, tmp_path, monkeypatch, where) -> None:
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", KILLED, str(source), str(tmp_path / "out"), where]
    ended = subprocess.run(command, cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert names(tmp_path) == [".out.part", source.name]
    done = len(parts(tmp_path))
    assert done == (TENSORS if where == "joining" else 8)
    said, begun = resumed(source, tmp_path, monkeypatch)
    assert begun == TENSORS - done
    assert len(said) == 1
    assert said[0].startswith("going on with")
