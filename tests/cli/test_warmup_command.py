"""``minicompress warmup``: what it compiles and says, and the notice on paths without an 8-bit dot product."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("numba")

from minicompress.kernels.isa import runnable

# One family that has kernels and one that has none: the test compiles for seconds, not for a minute.
CODE = """
import sys
from minicompress import ops
from minicompress.cli import main
ops.FAMILIES = ("rans", "levels")
for _ in range(2):
    assert main(["warmup"]) == 0
from minicompress.kernels.compiler import KERNELS
assert all(kernel.loaded_from_disk is not None for kernel in KERNELS.values())
print(len(KERNELS))
"""


def _warmup(cache: Path, **environment: str) -> list[str]:
    environment = {**os.environ, "MINICOMPRESS_BACKEND": "numba", "MINICOMPRESS_CACHE": str(cache), **environment}
    command = [sys.executable, "-c", CODE]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()


@pytest.mark.parametrize("path", sorted({runnable()[0], "generic"}))
def test_compiles_once_and_says_what_the_path_lacks(path: str, tmp_path: Path) -> None:
    first, second = (_warmup(tmp_path, MINICOMPRESS_ISA=path) for _ in range(2))
    count = int(first[-1])
    assert count >= 5, "the family and the thread pool"
    for lines, counts in ((first, f"{count} compiled, 0 loaded"), (second, f"0 compiled, {count} loaded")):
        results = [line for line in lines if line.startswith(f"{count} kernels, path {path}: {counts}")]
        assert len(results) == 2
        notices = [line for line in lines if "no 8-bit dot product" in line]
        assert len(notices) == int("vnni" not in path), "said once, however often the command runs"
        for notice in notices:
            assert f"path {path}" in notice
            assert notice.startswith("this CPU has" if path == runnable()[0] else "the path that MINICOMPRESS_ISA")


def test_reference_has_nothing_to_compile(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from minicompress.cli import main

    monkeypatch.setenv("MINICOMPRESS_BACKEND", "reference")
    assert main(["warmup"]) == 0
    assert "nothing to compile" in capsys.readouterr().out
