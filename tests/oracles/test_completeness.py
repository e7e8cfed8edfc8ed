"""Each public technique is held against something not written here: one without a row in the table is a failure."""

from __future__ import annotations

import importlib
import inspect
import json
import os
import pkgutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import minicompress
from minicompress import ops
from tests.oracles.table import PACKAGES

ROOT = Path(__file__).parents[2]
#: Where the markers of these packages' techniques stand.
FOLDERS = (*PACKAGES, "conformance")

#: Public names that are no technique, so that there is nothing to compare.
EXEMPT = {
    "FORMATS": "a dict: the registered formats, held by tests/conformance/test_registries.py",
    "GGUF_KINDS": "a tuple of names",
    "CompressedTensor": "the abstract base of all formats; each format has its row",
    "SparseMatrix": "the abstract base of the sparse formats",
    "Observer": "the abstract base of the observers",
    "QParams": "a record of scale, zero point and grid, without arithmetic",
    "TinyBertGradients": "a record of the gradients that tinybert_loss returns",
}


def public_names() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for package in PACKAGES:
        module = importlib.import_module(f"minicompress.{package}")
        found |= {name: getattr(module, name) for name in module.__all__}
    return found


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The rows that a collection of the packages' tests finds, parametrized ones included."""
    target = tmp_path_factory.mktemp("oracles") / "rows.json"
    tests = [str(ROOT / "tests" / name) for name in FOLDERS]
    command = [sys.executable, "-m", "pytest", "-q", "--collect-only", "-p", "no:cacheprovider", *tests]
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "COV_"))}
    done = subprocess.run(
        [*command, f"--oracle-table={target}"], cwd=ROOT, env=kept, capture_output=True, text=True, timeout=110
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return list(json.loads(target.read_text("utf-8")))


def test_every_technique_has_a_row(rows: list[dict[str, Any]]) -> None:
    names = public_names()
    held = {row["technique"] for row in rows}
    assert len(names) > 150
    assert sorted(names.keys() - held - EXEMPT.keys()) == [], "techniques without @pytest.mark.oracle"


def test_no_row_names_what_is_not_public(rows: list[dict[str, Any]]) -> None:
    """A misspelt technique would hold nothing. Operations of `minicompress.ops` count as public here."""
    known = set(minicompress.__all__)
    for info in pkgutil.iter_modules(minicompress.__path__):
        if info.ispkg and info.name not in ("kernels", "cli", "workbook"):
            known |= set(getattr(importlib.import_module(f"minicompress.{info.name}"), "__all__", ()))
    assert [n for n in sorted({row["technique"] for row in rows} - known) if not hasattr(ops, n)] == []


def test_exemptions_are_needed(rows: list[dict[str, Any]]) -> None:
    names = public_names()
    assert EXEMPT.keys() <= names.keys(), "an exempt name is no longer public"
    assert not EXEMPT.keys() & {row["technique"] for row in rows}, "an exempt name has a row: take it off the list"
    for name, reason in EXEMPT.items():
        thing = names[name]
        record = inspect.isclass(thing) and (inspect.isabstract(thing) or hasattr(thing, "__dataclass_fields__"))
        assert reason
        assert record or not callable(thing), f"{name} computes something: it needs an oracle"
