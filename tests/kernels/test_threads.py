"""Kernels on several threads: every part once, several callers at once, after a fork, and at exit."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import numpy as np
import pytest

pytest.importorskip("numba")

from minicompress import ops
from minicompress.kernels import threads
from minicompress.kernels.compiler import arguments, kernel, unpack

WORK = """
import threading
import numpy as np
from minicompress import ops
rng = np.random.default_rng(0)
w = rng.standard_normal((600, 700)).astype(np.float32)
data, indices, indptr = ops.csr_from_dense(w)
x = rng.standard_normal((700, 40)).astype(np.float32)
wanted = w @ x
bad = []
def work():
    for _ in range(20):
        if not np.allclose(ops.csr_matmul(data, indices, indptr, x), wanted, rtol=1e-3, atol=1e-3):
            bad.append(1)
pool = [threading.Thread(target=work) for _ in range(3)]
[t.start() for t in pool]
[t.join() for t in pool]
assert not bad
"""


def _run(code: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MINICOMPRESS_BACKEND": "numba", "MINICOMPRESS_NUM_THREADS": "3"}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=110)


def test_several_python_threads_and_a_clean_exit() -> None:
    done = _run(WORK + "print(sum(t.name == 'minicompress-kernel' for t in threading.enumerate()))")
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stderr == ""
    assert done.stdout.strip() == "2"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_computes_the_same() -> None:
    code = WORK + (
        "\nimport os, warnings\nwarnings.simplefilter('ignore')\nchild = os.fork()\n"
        "if child == 0:\n    work()\n    os._exit(len(bad))\n"
        "assert os.waitpid(child, 0)[1] == 0\n"
    )
    done = _run(code)
    assert done.returncode == 0, done.stderr[-2000:]


def test_limit_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINICOMPRESS_NUM_THREADS", "1")
    assert threads.thread_limit() == 1
    assert threads.parts_for(1e12, 1) == 1
    for wrong in ("0", "two", "-1"):
        monkeypatch.setenv("MINICOMPRESS_NUM_THREADS", wrong)
        with pytest.raises(ValueError, match="MINICOMPRESS_NUM_THREADS must be an integer of at least 1; got"):
            threads.thread_limit()


def test_small_work_stays_in_one_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINICOMPRESS_NUM_THREADS", "2")
    assert threads.parts_for(10, 100) == 1
    assert threads.parts_for(199, 100) == 1
    assert threads.parts_for(300, 100) == 3
    assert threads.parts_for(1e9, 100) == 8


COUNT = arguments("int64[::1], int64")


@kernel(COUNT)
def _count(table, part, parts):
    seen, _ = unpack(table, COUNT)
    for _ in range(200):
        seen[part] += 1


def test_every_part_runs_exactly_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINICOMPRESS_NUM_THREADS", "3")
    for parts in (1, 2, 3, 8, 50):
        seen = np.zeros(parts, np.int64)
        for _ in range(400):
            threads.launch(_count, parts, seen, 0)
        np.testing.assert_array_equal(seen, np.full(parts, 400 * 200))


def test_the_limit_holds_in_other_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINICOMPRESS_NUM_THREADS", "1")
    seen: list[int] = []
    other = threading.Thread(target=lambda: seen.append(threads.thread_limit()))
    other.start()
    other.join()
    assert seen == [1]


def test_a_wrong_array_is_refused_before_the_kernel_sees_it() -> None:
    codes = np.zeros((3, 4), np.int64)
    with pytest.raises(
        TypeError,
        match=r"argument 0 must be a C-contiguous 2-d array of uint8; got shape \(3, 4\), dtype int64",
    ):
        ops.operation("pack_bits", "numba")(codes, 4)
