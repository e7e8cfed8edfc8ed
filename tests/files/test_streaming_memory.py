"""Checkpoints larger than what a process may take: memory is that of the largest tensor, not of the file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.large import write_checkpoint
from minicompress import files
from minicompress.storage import Checkpoint, read_entries
from minicompress.tensors.container import fields_by_tensor

resource = pytest.importorskip("resource", reason="limits on memory are a POSIX matter")
pytestmark = pytest.mark.skipif(
    not Path("/proc/self/status").is_file(), reason="the size of a process is read in /proc"
)

ROOT = Path(__file__).resolve().parents[2]

# Kernels, libraries and threads take address space of their own: what counts is what comes on top of it.
LIMITED = """
import json, resource, sys
from pathlib import Path
import numpy as np
from minicompress import files, pipeline
from minicompress.storage import Checkpoint

def status(field):
    return 1024 * int(Path("/proc/self/status").read_text().split(field + ":")[1].split()[0])

source, target, recipe, room = *sys.argv[1:4], int(sys.argv[4])
pipeline.compress({"w": np.eye(512, dtype=np.float32)}, recipe)
limit = status("VmSize") + room if room < 2_000_000_000 else room
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
files.compress_file(source, target, recipe)
peak = status("VmHWM")  # ru_maxrss counts what the process was before exec: a copy of the tests'
kept = []
try:
    for entry in Checkpoint.open(source).entries.values():
        kept.append(entry.read())
    fits = True
except MemoryError:
    fits = False
print(json.dumps({"limit": limit, "peak": peak, "the whole fits": fits}))
"""


def limited(source: Path, target: Path, recipe: str, room: int) -> dict[str, float]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "MINICOMPRESS_NUM_THREADS": "1"}
    command = [sys.executable, "-c", LIMITED, str(source), str(target), recipe, str(room)]
    ended = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    found: dict[str, float] = json.loads(ended.stdout)
    return found


def check_result(source: Path, target: Path) -> None:
    """Whether every tensor of the source is in the target."""
    entries = Checkpoint.open(source).entries
    assert fields_by_tensor(read_entries(target / "model.safetensors")[0]).keys() == entries.keys()


def test_200_megabytes_in_the_room_of_160(tmp_path: Path) -> None:
    """One tensor of 32 MB (as float32) among many of 4 MB."""
    source, target = tmp_path / "model", tmp_path / "small"
    source.mkdir()
    written = write_checkpoint(source, 200_000_000, rng=np.random.default_rng(0), width=1024, vocabulary=8192)
    assert 200_000_000 <= written < 240_000_000
    assert len(list(source.glob("*.safetensors"))) == 1
    found = limited(source, target, "int4-g64", 160_000_000)
    assert not found["the whole fits"], "else the limit shows nothing"
    assert found["peak"] < found["limit"]
    check_result(source, target)
    model = files.load(target / "model.safetensors")
    name = "model.layers.3.mlp.up_proj.weight"
    exact = Checkpoint.open(source).entries[name].read()
    error = np.linalg.norm(exact - model.tensors[name].to_dense()) / np.linalg.norm(exact)
    assert float(error) == pytest.approx(model.records[name].relative_error, rel=1e-4)
    assert 0.05 < error < 0.15, "4 bits of normal values"


@pytest.mark.large
@pytest.mark.timeout(3600)
def test_4_gigabytes_in_2(tmp_path: Path) -> None:
    source, target = tmp_path / "model", tmp_path / "small"
    source.mkdir()
    written = write_checkpoint(source, 4_000_000_000, rng=np.random.default_rng(0))
    assert written >= 4_000_000_000
    assert len(list(source.glob("*.safetensors"))) == 2
    found = limited(source, target, "int4-g64", 2_000_000_000)
    assert found["limit"] == 2_000_000_000
    assert not found["the whole fits"]
    check_result(source, target)
