"""``import minicompress`` costs next to nothing: no heavy library, and little time beyond NumPy."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

SCRIPT = """
import json, sys, time
import numpy
before = set(sys.modules)
start = time.perf_counter()
import minicompress
seconds = time.perf_counter() - start
new = sorted({name.split(".")[0] for name in set(sys.modules) - before})
print(json.dumps({"seconds": seconds, "new": new}))
"""
HEAVY = ("numba", "llvmlite", "matplotlib", "scipy", "torch", "babel", "sklearn", "onnx", "safetensors", "pandas")


def fresh_import() -> dict:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=60)
    return json.loads(done.stdout)


@pytest.mark.parametrize("library", HEAVY)
def test_import_loads_no_heavy_library(library: str) -> None:
    new = fresh_import()["new"]
    assert "minicompress" in new
    assert library not in new


def test_import_takes_under_a_fifth_of_a_second_beyond_numpy() -> None:
    # The best of several: another process may slow down any one of them.
    assert min(fresh_import()["seconds"] for _ in range(5)) < 0.2


def test_the_facade_offers_what_it_lists() -> None:
    import minicompress

    for name in dir(minicompress):
        assert getattr(minicompress, name) is not None
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = minicompress.no_such_name
