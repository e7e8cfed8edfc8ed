"""The cases of the conformance suites: awkward weights (``weights.py``), every stored format (``formats.py``), every
method (``methods.py``). Formats and methods are discovered; one without a row in these tables fails the suite (see
``test_registries.py``).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from minicompress.tensors import FORMATS, CompressedTensor
from tests.conformance.decoders import Decoded
from tests.conformance.formats import FORMATS_UNDER_TEST, FormatRow
from tests.conformance.weights import WEIGHTS

#: Tests that hold a format against its decoder: (against, tolerance) of their rows in the table of oracles.
HELD_TO_THE_DECODER = {
    "test_dense_is_what_the_bytes_mean": ("its bytes decoded by Python loops, to_dense", "2 eps: two roundings"),
    "test_products": ("W x from bytes decoded by Python loops, in float64", "2 (n + 8) eps sum |terms|"),
}


@dataclasses.dataclass(frozen=True)
class Case:
    """One stored tensor to test: build it with ``make()``."""

    format: str
    make: Callable[[], CompressedTensor]

    def decoded(self, tensor: CompressedTensor) -> Decoded:
        return FORMATS_UNDER_TEST[self.format].decode(tensor.arrays(), tensor.meta())


def format_cases(test: str) -> Iterable[Any]:
    for name, row in FORMATS_UNDER_TEST.items():
        marks = []
        if test in HELD_TO_THE_DECODER:
            against, tolerance = HELD_TO_THE_DECODER[test]
            marks = [pytest.mark.oracle(FORMATS[name].__name__, against=against, tolerance=tolerance)]
        for i, (variant, build) in enumerate(row.builders.items()):
            for weight, make in WEIGHTS.items():
                if i and row.few is not None and weight not in row.few:
                    continue
                case = Case(name, lambda build=build, make=make: build(make()))
                yield pytest.param(case, id=f"{name}, {variant}, {weight}", marks=marks)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" in metafunc.fixturenames:
        metafunc.parametrize("case", list(format_cases(metafunc.function.__name__)))
    if "weight" in metafunc.fixturenames:
        metafunc.parametrize("weight", [pytest.param(make, id=name) for name, make in WEIGHTS.items()])


@pytest.fixture(scope="session")
def formats_under_test() -> dict[str, FormatRow]:
    return FORMATS_UNDER_TEST
