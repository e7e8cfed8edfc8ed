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
    "DenseMessage": "what is sent: a record",
    "LowRankMessage": "what is sent: a record",
    "SignMessage": "what is sent: a record",
    "SparseMessage": "what is sent: a record",
    "Message": "what all of them share",
    "SpeculativeRun": "a record of the tokens and of how many were accepted",
    "IGNORE": "a number: the label that does not count",
    "LLAMA_2_7B": "published sizes; ModelShape has the rows",
    "LLAMA_2_70B": "published sizes; ModelShape has the rows",
    "LLAMA_3_8B": "published sizes; ModelShape has the rows",
    "MIXTRAL_8X7B": "published sizes; ModelShape has the rows",
    "Cost": "a record of results",
    "Interval": "a record of results",
    "Latency": "a record of results",
    "MemoryPlan": "a record of results",
    "RooflinePoint": "a record of results",
    "Sensitivity": "a record of results",
}

#: Held under another name: the class that a function returns or takes, a measurement whose parts have rows.
UNDER = {
    "Distillation": "distil",
    "FeatureMatch": "distil",
    "GradualPruning": "gradual_pruning",
    "HardConcreteGates": "hard_concrete_gates",
    "QuantizationAware": "quantization_aware",
    "Regrowth": "regrowth",
    "SparseTraining": "sparse_training",
    "compare_latency": "measure_latency",
    "measure_machine": "Machine",
    "human_bytes": "file_nbytes",
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
    assert set(UNDER.values()) <= held
    assert sorted(names.keys() - held - EXEMPT.keys() - UNDER.keys()) == [], "techniques without @pytest.mark.oracle"


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
    held = {row["technique"] for row in rows}
    assert not (EXEMPT.keys() | UNDER.keys()) & held, "an exempt name has a row: take it off the list"
    assert UNDER.keys() <= names.keys()
    for name, reason in EXEMPT.items():
        thing = names[name]
        record = inspect.isclass(thing) and (inspect.isabstract(thing) or hasattr(thing, "__dataclass_fields__"))
        assert reason
        assert record or not callable(thing), f"{name} computes something: it needs an oracle"
