"""Every instruction path that this CPU can run, forced in a process of its own; and a disk cache that does not lie."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("numba")

import minicompress
from minicompress.kernels import isa

HERE = Path(__file__).parent

# The operations whose instructions differ: to the bit on every path where they are integers, the extremes among them.
CHECK = """
import sys
sys.path.insert(0, {here!r})
import numpy as np, cases
from minicompress import ops
from minicompress.kernels import tile
count = 0
for case in cases.cases("affine_linear_int8"):
    got, wanted = (ops.operation("affine_linear_int8", which)(**case) for which in ("numba", "reference"))
    np.testing.assert_array_equal(got, wanted)
    count += 1
for name in ("codebook_linear", "affine_linear"):
    for case in cases.cases(name):
        got, wanted = (ops.operation(name, which)(**case) for which in ("numba", "reference"))
        np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-4 * np.abs(wanted).max())
        count += 1
print(tile.ISA, count)
"""

PROBE = """
import numpy as np
from minicompress.kernels import tile, vector
from minicompress.kernels.compiler import KERNELS, arguments, kernel, unpack
from minicompress.kernels.threads import launch

KINDS = arguments("uint8[::1], int8[::1], float32[::1]")

@kernel(KINDS)
def probe(table, part, parts):
    w, q, y = unpack(table, KINDS)
    zero = tile.load_f32(y, 0, 0, (0,))
    sums = np.zeros(1, np.int32)
    part = tile.dot(tile.start(zero, sums, 0, 0, (0,)), tile.load_u8(w, 0, 0, (0,)), q, 0, 0)
    one = np.ones(16, np.float32)
    tile.store(tile.add_scaled(tile.zeros((0,), (0,)), part, tile.load_f32(one, 0, 0, (0,))), y, 0, 0, 16)

def run():
    y = np.zeros(16, np.float32)
    launch(probe, 1, np.full(64, 3, np.uint8), np.array([1, 2, 3, 4], np.int8), y)
    (made,) = [k for n, k in KERNELS.items() if n == "probe.probe"]
    print(int(y[0]), "disk" if made.loaded_from_disk else "compiled")
"""


def _run(code: str, folder: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MINICOMPRESS_BACKEND": "numba", **environment}
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=folder, capture_output=True, text=True, timeout=400
    )


@pytest.mark.timeout(420)  # kernels are compiled in a process of their own
@pytest.mark.parametrize("path", isa.runnable())
def test_every_runnable_path_equals_the_definition(path: str) -> None:
    done = _run(CHECK.format(here=str(HERE)), MINICOMPRESS_ISA=path)
    assert done.returncode == 0, done.stderr[-2000:]
    chosen, count = done.stdout.split()
    assert chosen == path
    assert int(count) > 200


def test_the_generic_path_runs_everywhere() -> None:
    assert isa.runnable()[-1] == "generic"


def test_unknown_and_unrunnable_paths_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINICOMPRESS_ISA", "sse9")
    with pytest.raises(ValueError, match=r"avx512vnni, avxvnni, avx2, generic; got 'sse9'"):
        isa.choose_isa()
    monkeypatch.setattr(isa, "runnable", lambda: ("generic",))
    monkeypatch.setenv("MINICOMPRESS_ISA", "avx2")
    with pytest.raises(ValueError, match="this CPU runs generic; got 'avx2'"):
        isa.choose_isa()


@pytest.mark.timeout(420)  # kernels are compiled in a process of their own
def test_an_edit_or_a_switch_runs_other_code(tmp_path: Path) -> None:
    """One cache folder: a second run loads from it, an edited block or another path does not."""
    package = tmp_path / "src" / "minicompress"
    shutil.copytree(Path(minicompress.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "kernels" / "probe.py").write_text(PROBE)
    code = "from minicompress.kernels.probe import run; run()"

    def run(path: str) -> str:
        # The copy comes first on the path: "" stands for the folder that the process starts in.
        done = _run(code, package.parent, MINICOMPRESS_ISA=path, MINICOMPRESS_CACHE=str(tmp_path / "cache"))
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout.strip()

    right = str(3 * (1 + 2 + 3 + 4))
    assert run("generic") == f"{right} compiled"
    assert run("generic") == f"{right} disk"
    block = package / "kernels" / "dot.py"
    source = block.read_text()
    assert source.count("builder.mul(code, signed)") == 1
    block.write_text(source.replace("builder.mul(code, signed)", "builder.sub(code, signed)"))
    assert run("generic") == f"{4 * 3 - (1 + 2 + 3 + 4)} compiled"
    if isa.runnable()[0] != "generic":
        assert run(isa.runnable()[0]) == f"{right} compiled"
    block.write_text(source)
    assert run("generic") == f"{right} disk"
