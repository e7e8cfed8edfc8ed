"""Every public function on arrays of every kind: a finite result, or a clear error; no warning, and nothing changed.

One row a function: how it is called on weights (rows, columns) and another array (n, columns).
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minicompress
from minicompress import pruning

PACKAGE = str(Path(minicompress.__file__).parent)
Call = Callable[[np.ndarray, np.ndarray], Any]


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def hessian(x: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        return x.astype(np.float64).T @ x.astype(np.float64)


def gates(w: np.ndarray, x: np.ndarray) -> Any:
    z, backward = pruning.sample_gates(w, rng=rng())
    return [z, backward(np.ones(w.shape))]


def cut(w: np.ndarray, x: np.ndarray) -> Any:
    group = pruning.DependencyGroup(w.shape[1], (("w", 1), ("x", 1)))
    keep = np.arange(w.shape[1]) % 2 == 0
    made = [*group.cut({"w": w, "x": x}, keep).values(), *group.masks({"w": w, "x": x}, keep).values()]
    return [group.unit_sum({"w": w, "x": x}), *(part for part in made if part.dtype == bool)]


CALLS: dict[str, Call] = {
    "magnitude_mask": lambda w, x: pruning.magnitude_mask(w, sparsity=0.5),
    "unstructured_mask": lambda w, x: pruning.unstructured_mask(w, sparsity=0.5, score=w),
    "row_mask": lambda w, x: pruning.row_mask(w, sparsity=0.5),
    "global_mask": lambda w, x: list(pruning.global_mask({"w": w, "x": x}, sparsity=0.3).values()),
    "nm_mask": lambda w, x: pruning.nm_mask(w, n=1, m=max(1, w.shape[-1])),
    "block_mask": lambda w, x: pruning.block_mask(w, block=(1, 1), sparsity=0.5),
    "channel_mask": lambda w, x: pruning.channel_mask(w, sparsity=0.5, axis=-1),
    "head_mask": lambda w, x: pruning.head_mask(w, heads=1, sparsity=0.5),
    "layer_mask": lambda w, x: list(pruning.layer_mask(dict(enumerate(w[0])), sparsity=0.5).values()),
    "taylor_score": lambda w, x: [pruning.taylor_score(w, np.resize(x, w.shape)), pruning.taylor_score(w, w, units=1)],
    "snip_score": lambda w, x: pruning.snip_score(w, np.resize(x, w.shape)),
    "movement_score": lambda w, x: pruning.movement_score(w, np.resize(x, w.shape), score=w),
    "obd_score": lambda w, x: pruning.obd_score(w, np.abs(x[0])),
    "wanda_mask": lambda w, x: pruning.wanda_mask(w, pruning.input_norm(x), sparsity=0.5),
    "wanda_score": lambda w, x: pruning.wanda_score(w, np.abs(x[0])),
    "input_norm": lambda w, x: pruning.input_norm(x),
    "prune_sparsegpt": lambda w, x: pruning.prune_sparsegpt(w, hessian(x), sparsity=0.5, block_size=2, damping=0.0),
    "prune_obs": lambda w, x: pruning.prune_obs(w, hessian(x), sparsity=0.5),
    "obs_score": lambda w, x: pruning.obs_score(w, hessian(x)),
    "sample_gates": gates,
    "expected_l0": lambda w, x: list(pruning.expected_l0(w)),
    "settled_gates": lambda w, x: pruning.settled_gates(w),
    "soft_threshold": lambda w, x: pruning.soft_threshold(w, 0.5),
    "proximal_step": lambda w, x: pruning.proximal_step(w, np.resize(x, w.shape), lr=0.1, strength=0.1),
    "survivor_mask": lambda w, x: pruning.survivor_mask(w, np.ones(w.shape, bool), sparsity=0.5),
    "rewind": lambda w, x: pruning.rewind({"w": w}, {"w": np.ones(w.shape, bool)})["w"],
    "set_step": lambda w, x: pruning.set_step(w, np.arange(w.size).reshape(w.shape) % 2 == 0, fraction=0.5, rng=rng()),
    "rigl_step": lambda w, x: pruning.rigl_step(
        w, np.arange(w.size).reshape(w.shape) % 2 == 0, np.resize(x, w.shape), fraction=0.5
    ),
    "sparse_normal": lambda w, x: pruning.sparse_normal(w != 0, rng=rng()),
    "block_influence": lambda w, x: pruning.block_influence(w, np.resize(x, w.shape)),
    "DependencyGroup": cut,
}
#: Functions of plain numbers, not arrays: their own files hold them.
OF_NUMBERS = {
    "cosine_fraction",
    "cubic_sparsity",
    "erdos_renyi_density",
    "erdos_renyi_kernel_density",
    "iterative_sparsity",
    "one_shot_sparsity",
    "random_mask",
    "uniform_density",
}
KINDS = ("plain", "huge", "tiny", "zeros", "nan", "inf", "float64 huge", "empty", "one dimension", "text")


def test_every_public_name_has_a_row() -> None:
    assert set(CALLS) | OF_NUMBERS == set(pruning.__all__)


@st.composite
def matrices(draw: st.DrawFn, rows: int, columns: int, kind: str) -> np.ndarray:
    source = np.random.default_rng(draw(st.integers(0, 2**32)))
    a = source.standard_normal((rows, columns))
    dtype = draw(st.sampled_from([np.float32, np.float64, np.float16, np.int8]))
    if kind in ("huge", "tiny"):
        a, dtype = a * {"huge": 1e37, "tiny": 1e-40}[kind], draw(st.sampled_from([np.float32, np.float64]))
    elif kind == "zeros":
        a[:, source.random(columns) < 0.5] = 0
    elif kind in ("nan", "inf"):
        a[source.integers(rows), source.integers(columns)] = {"nan": np.nan, "inf": -np.inf}[kind]
        dtype = np.float32
    elif kind == "float64 huge":
        a, dtype = a * 1e200, np.float64
    elif kind == "empty":
        a = a[: draw(st.sampled_from([0, rows])), :0]
    elif kind == "one dimension":
        a = a[0]
    elif kind == "text":
        return np.full((rows, columns), "a")
    a = a.astype(dtype)
    layout = draw(st.sampled_from(["C", "F", "strided", "reversed"]))
    if layout == "F":
        return np.asfortranarray(a)
    if layout == "strided" and a.ndim == 2:
        return np.repeat(np.repeat(a, 2, axis=0), 3, axis=1)[::2, ::3]
    return a[::-1].copy()[::-1] if layout == "reversed" else a


def numbers(result: Any) -> Iterator[np.ndarray]:
    if isinstance(result, list | tuple):
        for part in result:
            yield from numbers(part)
    else:
        yield np.asarray(result)


def raised_on_purpose(error: BaseException) -> bool:
    """Whether a ``raise`` of the library's own made it, or else the row itself, which may index what is not there."""
    frames = traceback.extract_tb(error.__traceback__)
    if not any(PACKAGE in frame.filename for frame in frames):
        return True
    last = frames[-1]
    return PACKAGE in last.filename and (last.line or "").startswith("raise ")


@pytest.mark.parametrize("name", CALLS)
@given(data=st.data())
def test_a_finite_result_or_a_clear_error(name: str, data: st.DataObject) -> None:
    rows, columns, n = (data.draw(st.integers(1, 5)) for _ in range(3))
    w_kind, x_kind = (data.draw(st.sampled_from(("plain",) * 6 + KINDS)) for _ in range(2))
    w, x = data.draw(matrices(rows, columns, w_kind)), data.draw(matrices(n, columns, x_kind))
    before = [(a.tobytes(), a.strides, a.dtype) for a in (w, x)]
    refusal, result = None, None
    try:
        result = CALLS[name](w, x)
    except (ValueError, TypeError, IndexError) as error:
        refusal = error
    assert [(a.tobytes(), a.strides, a.dtype) for a in (w, x)] == before
    if refusal is not None:
        assert raised_on_purpose(refusal), repr(refusal)
        return
    found = list(numbers(result))
    assert found
    assert all(np.isfinite(a).all() for a in found)


@pytest.mark.parametrize("name", CALLS)
@given(data=st.data())
def test_plain_inputs_are_never_refused(name: str, data: st.DataObject) -> None:
    rows, columns, n = (data.draw(st.integers(1, 5)) for _ in range(3))
    w, x = data.draw(matrices(rows, columns, "plain")), data.draw(matrices(n, columns, "plain"))
    w, x = w.astype(np.float32) + np.float32(0.01), x.astype(np.float32) + np.float32(0.01)
    assert all(np.isfinite(a).all() for a in numbers(CALLS[name](w, x)))
