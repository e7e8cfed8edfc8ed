"""Every example in the library runs, and every public name says what it is."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
from types import ModuleType

import numpy as np
import pytest

import minicompress

OPTIONAL = {"babel", "sklearn", "matplotlib", "tokenizers", "numba", "llvmlite", "psutil", "torch"}
OPTIONAL |= {"ipywidgets", "IPython", "nbformat", "nbclient"}
NAMES = ["minicompress"] + sorted(
    info.name
    for info in pkgutil.walk_packages(minicompress.__path__, "minicompress.", onerror=lambda _: None)
    if not info.name.endswith("__main__")
)
FINDER = doctest.DocTestFinder(exclude_empty=True)


def load(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        if (error.name or "").split(".")[0] in OPTIONAL:
            pytest.skip(f"{name} needs {error.name}")
        raise


def examples(name: str) -> list[doctest.DocTest]:
    module = load(name)
    return [test for test in FINDER.find(module, name, extraglobs={"np": np}) if test.examples]


@pytest.mark.parametrize("name", NAMES)
def test_examples_run(name: str) -> None:
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    said: list[str] = []
    for test in examples(name):
        runner.run(test, out=said.append)
    assert runner.failures == 0, "".join(said)


def test_there_are_examples_to_run() -> None:
    found = {name: examples(name) for name in NAMES if name.split(".")[1:2] != ["kernels"]}
    assert len(found) >= 60
    assert sum(map(len, found.values())) >= 60


@pytest.mark.parametrize("name", NAMES)
def test_public_names_are_documented(name: str) -> None:
    module = load(name)
    if name != "minicompress._version":
        assert module.__doc__, f"{name} has no docstring"
    for public in getattr(module, "__all__", []):
        thing = getattr(module, public)  # a name that does not exist is an AttributeError here
        if (inspect.isfunction(thing) or inspect.isclass(thing)) and thing.__module__.startswith("minicompress"):
            own = thing.__dict__.get("__doc__") if inspect.isclass(thing) else thing.__doc__
            assert own, f"{name}.{public} has no docstring"
            assert not own.startswith(f"{public}("), f"{name}.{public} has only a dataclass's generated docstring"
