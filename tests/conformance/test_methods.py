"""Every method that a recipe may name, on every awkward weight, against bounds worked out here from the weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from minicompress import compress
from minicompress.pipeline import METHODS, Recipe, Rule
from minicompress.tensors import FORMATS, CompressedTensor
from tests.conformance.bounds import Options, calibration_inputs
from tests.conformance.methods import METHODS_UNDER_TEST, refused

ROWS = [
    pytest.param(name, options, id=f"{name}({', '.join(f'{k}={v}' for k, v in options.items())})")
    for name, row in METHODS_UNDER_TEST.items()
    for options in row.options
]


def fitted(options: Options, w: np.ndarray) -> Options:
    """``options`` for this weight: a group size that does not divide its rows is left out."""
    size = options.get("group_size")
    return (
        options if size is None or w.shape[1] % size == 0 else {k: v for k, v in options.items() if k != "group_size"}
    )


def tiles(options: Options, w: np.ndarray) -> bool:
    """Whether groups of m, blocks, or pieces fill this weight."""
    rows, columns = options.get("block", (1, options.get("m", options.get("piece", 1))))
    return w.shape[0] % rows == 0 and w.shape[1] % columns == 0


def run(name: str, options: Options, w: np.ndarray) -> Any:
    x = calibration_inputs(w.shape[1])
    return compress({"w": w}, Recipe("test", (Rule("*", name, options),)), {"w": x})


def same(a: CompressedTensor, b: CompressedTensor) -> bool:
    ours, theirs = a.arrays(), b.arrays()
    return a.meta() == b.meta() and {k: v.tobytes() for k, v in ours.items()} == {
        k: v.tobytes() for k, v in theirs.items()
    }


def test_every_method_has_a_row() -> None:
    found = {name for name, function in METHODS.items() if function.__module__.startswith("minicompress.")}
    assert len(found) >= 3
    assert found == set(METHODS_UNDER_TEST), "METHODS_UNDER_TEST is out of step"
    assert all(row.options for row in METHODS_UNDER_TEST.values())


@pytest.mark.parametrize(("name", "options"), ROWS)
def test_method(name: str, options: Options, weight: Callable[[], np.ndarray]) -> None:
    w = weight()
    options = fitted(options, w)
    before = (w.tobytes(), w.strides, w.dtype, w.flags.writeable, w.flags.c_contiguous)
    if not tiles(options, w):
        with pytest.raises(ValueError, match=r"weight 'w': .*must divide"):
            run(name, options, w)
        return
    if refused(name, options, w):
        with pytest.raises(ValueError, match=r"weight 'w': .*float16"):
            run(name, options, w)
        return
    model = run(name, options, w)
    tensor, record = model.tensors["w"], model.records["w"]
    assert tensor.format in FORMATS
    assert tensor.shape == w.shape == record.shape
    assert (w.tobytes(), w.strides, w.dtype, w.flags.writeable, w.flags.c_contiguous) == before
    assert same(tensor, run(name, options, w).tensors["w"]), "twice the same"
    plain = np.ascontiguousarray(w, np.float32)
    assert same(tensor, run(name, options, plain).tensors["w"]), "the layout and width of the input do not matter"
    METHODS_UNDER_TEST[name].bound(plain.astype(np.float64), tensor, options)
    norm = np.sqrt((plain.astype(np.float64) ** 2).sum())
    distance = np.sqrt(((plain - tensor.to_dense().astype(np.float64)) ** 2).sum())
    np.testing.assert_allclose(record.relative_error, distance / (norm or 1), rtol=1e-6, atol=0)


@pytest.mark.parametrize("name", METHODS_UNDER_TEST)
def test_the_model_does_not_share_memory_with_the_weights(name: str) -> None:
    w = np.random.default_rng(0).standard_normal((4, 8)).astype(np.float32)
    model = run(name, METHODS_UNDER_TEST[name].options[0], w)
    before = model.tensors["w"].to_dense()
    w[...] = 99
    np.testing.assert_array_equal(model.tensors["w"].to_dense(), before)


@pytest.mark.parametrize("name", METHODS_UNDER_TEST)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused_by_name(name: str, bad: float) -> None:
    w = np.zeros((4, 8), np.float32)
    w[2, 3] = bad
    with pytest.raises(ValueError, match=r"weight 'w' has 1 value that is not finite.*\(2, 3\)"):
        run(name, METHODS_UNDER_TEST[name].options[0], w)
