"""``ops`` picks a twin by the environment, at the call and not at the import."""

from __future__ import annotations

import importlib
import importlib.util

import pytest

from minicompress import ops


@pytest.mark.parametrize("family", ops.FAMILIES)
def test_every_definition_can_be_picked(family: str) -> None:
    module = importlib.import_module(f"minicompress.reference.{family}")
    assert module.__all__
    for name in module.__all__:
        assert ops.operation(name, "reference") is getattr(module, name)


def test_names_are_unique_over_the_families() -> None:
    names = [n for f in ops.FAMILIES for n in importlib.import_module(f"minicompress.reference.{f}").__all__]
    assert len(names) == len(set(names))
    assert len(names) >= 10


def test_the_environment_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINICOMPRESS_BACKEND", "reference")
    assert ops.backend() == "reference"
    assert ops.pack_bits.__module__ == "minicompress.reference.packing"
    pytest.importorskip("numba")
    for asked in ("numba", "auto"):
        monkeypatch.setenv("MINICOMPRESS_BACKEND", asked)
        assert ops.backend() == "numba"
        assert ops.pack_bits.__module__ == "minicompress.kernels.packing"
    # An operation without a kernel runs its definition.
    monkeypatch.setenv("MINICOMPRESS_BACKEND", "numba")
    for family in ops.FAMILIES:
        found = importlib.util.find_spec(f"minicompress.kernels.{family}")
        kernels = importlib.import_module(found.name).__all__ if found else []
        for name in importlib.import_module(f"minicompress.reference.{family}").__all__:
            home = "kernels" if name in kernels else "reference"
            assert ops.operation(name).__module__.startswith(f"minicompress.{home}."), name
    monkeypatch.setenv("MINICOMPRESS_BACKEND", "fortran")
    with pytest.raises(ValueError, match="MINICOMPRESS_BACKEND must be auto, numba or reference; got 'fortran'"):
        ops.backend()


def test_unknown_operations() -> None:
    with pytest.raises(AttributeError, match="no operation named 'fft'"):
        _ = ops.fft
