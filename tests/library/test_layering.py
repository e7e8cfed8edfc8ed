"""A file imports only from rows above it; numba stays in kernels; nothing pickles, nothing prints."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import minicompress

PACKAGE = Path(minicompress.__file__).parent
ROWS: dict[str, float] = {
    "_version": -1,
    **dict.fromkeys(("checks", "reference", "kernels"), 0),
    "ops": 1,
    "tensors": 2,
    **dict.fromkeys(
        ("quantization", "pruning", "lowrank", "sharing", "coding", "sparse_coding", "distillation", "nn"), 3
    ),
    "gradients": 3,
    "decoding": 3,
    **dict.fromkeys(("data", "models", "evaluation"), 4),
    "training": 4.5,
    "pipeline": 5,
    "files": 5.5,
    "storage": 1,
    **dict.fromkeys(("workbook", "tour", "cli", "__main__"), 6),
    "": 7,  # minicompress/__init__.py, the facade, which loads everything lazily
}
# Within a row, one package may use another only here.
SIBLINGS = {("kernels", "reference"), ("models", "data")} | {
    (source, target) for source in ("cli", "tour", "workbook", "__main__") for target in ("cli", "tour", "workbook")
}


def modules(package: Path) -> list[Path]:
    found = sorted(package.rglob("*.py"))
    assert len(found) > 40, f"only {len(found)} modules under {package}: the discovery is broken"
    return found


def unit_of(path: Path, package: Path) -> str:
    parts = path.relative_to(package).with_suffix("").parts
    if parts[-1] == "__main__":
        return "__main__"
    return "" if parts == ("__init__",) else parts[0]


def imported(path: Path, package: Path) -> Iterator[tuple[int, str]]:
    """Line and absolute dotted name of every import: top level, lazy, relative, and ``import_module("...")``."""
    here = ["minicompress", *path.relative_to(package).with_suffix("").parts]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # One dot is the folder of the file, be it a module or an __init__.
            base = here[: -node.level] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{source}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield node.lineno, first.value


def layer_faults(package: Path) -> list[str]:
    faults = []
    for path in modules(package):
        source = unit_of(path, package)
        owner = path.relative_to(package).parts[0]
        for line, name in imported(path, package):
            if name.split(".")[0] != "minicompress":
                continue
            parts = [part for part in name.split(".")[1:] if part != "*"]
            target = parts[0] if parts else ""
            where = f"{path.relative_to(package.parent)}:{line} imports {name}"
            if target.startswith("__") and target.endswith("__"):
                target = "_version" if target == "__version__" else ""
            # `from minicompress import compress`: a name of the facade, not a package.
            known = (package / target).is_dir() or (package / f"{target}.py").is_file()
            target = target if known else ""
            if source not in ROWS or target not in ROWS:
                faults.append(f"{where}: no row in the table for {source if source not in ROWS else target!r}")
                continue
            facade = target == "" and ROWS[source] >= 6
            same = target in (source, owner)
            if not (facade or same or ROWS[target] < ROWS[source] or (source, target) in SIBLINGS):
                faults.append(f"{where}: row {ROWS[source]:g} may not use row {ROWS[target]:g}")
    return faults


def test_every_import_comes_from_a_row_above() -> None:
    assert layer_faults(PACKAGE) == []


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("checks.py", "from minicompress import tensors"),
        ("tensors/dense.py", "from minicompress.quantization import quantize_rtn"),
        ("pruning/magnitude.py", "def f() -> None:\n    from minicompress.quantization import quantize_rtn"),
        ("pruning/magnitude.py", "from ..quantization import rtn"),
        ("coding/bits.py", "import minicompress.pipeline.recipe"),
        ("evaluation/size.py", "from minicompress.data import batches"),
        ("ops.py", "from minicompress import compress"),
        ("tensors/csr.py", "import importlib\nimportlib.import_module('minicompress.files')"),
    ],
)
def test_a_planted_violation_is_caught(tmp_path: Path, file: str, line: str) -> None:
    copy = tmp_path / "minicompress"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    before = layer_faults(copy)
    victim = copy / file
    victim.write_text(f"{victim.read_text('utf-8')}\n\n{line}\n", "utf-8")
    new = set(layer_faults(copy)) - set(before)
    assert len(new) == 1
    assert file in new.pop()


def test_an_empty_discovery_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="only 0 modules"):
        modules(tmp_path)


def test_numba_is_imported_only_by_kernels() -> None:
    found = [
        str(path.relative_to(PACKAGE))
        for path in modules(PACKAGE)
        for _, name in imported(path, PACKAGE)
        if name.split(".")[0] in ("numba", "llvmlite") and unit_of(path, PACKAGE) != "kernels"
    ]
    assert found == []
    kernels = [
        name for path in modules(PACKAGE) if unit_of(path, PACKAGE) == "kernels" for _, name in imported(path, PACKAGE)
    ]
    assert any(name.startswith("numba") for name in kernels)


def test_nothing_pickles() -> None:
    banned = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
    found = []
    for path in modules(PACKAGE):
        tree = ast.parse(path.read_text("utf-8"))
        found += [
            f"{path.name}:{line} {name}" for line, name in imported(path, PACKAGE) if name.split(".")[0] in banned
        ]
        found += [
            f"{path.name}:{node.value.lineno} allow_pickle"
            for node in ast.walk(tree)
            if isinstance(node, ast.keyword)
            and node.arg == "allow_pickle"
            and not (isinstance(node.value, ast.Constant) and node.value.value is False)
        ]
    assert found == []


def test_the_library_does_not_print() -> None:
    found = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in modules(PACKAGE)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert found == []
