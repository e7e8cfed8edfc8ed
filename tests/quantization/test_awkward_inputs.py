"""Every data-driven function on arrays of every kind: a finite result, or a clear error, and nothing changed.

One row a function: how it is called on weights (rows, columns) and inputs (n, columns). Arrays are drawn with odd
dtypes and strides, empties, NaN, infinities, and magnitudes up to the ends of float32 and beyond.
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
from minicompress.quantization import (
    HessianAccumulator,
    IntegerConv,
    MinMax,
    QuantizedCache,
    allocate_exact,
    allocate_greedy,
    calibrate,
    choose_qparams,
    correct_bias,
    equalize,
    fold_batch_norm,
    hadamard_transform,
    hessian_from,
    initial_step,
    learned_clip,
    learned_step,
    qparams_from_range,
    quantize_adaround,
    quantize_awq,
    quantize_dynamic,
    quantize_gptq,
    quantize_keys,
    quantize_llm_int8,
    quantize_rtn,
    quantize_values,
    random_rotation,
    relu_mean,
    smooth,
    straight_through,
)
from minicompress.tensors import CompressedTensor

PACKAGE = str(Path(minicompress.__file__).parent)
Call = Callable[[np.ndarray, np.ndarray], Any]
GRID = qparams_from_range(-2.0, 2.0)


def streamed(w: np.ndarray, x: np.ndarray) -> Any:
    accumulator = HessianAccumulator(w.shape[-1])
    accumulator.update(x)
    accumulator.update(w)
    return accumulator.hessian()


def cached(w: np.ndarray, x: np.ndarray) -> Any:
    cache = QuantizedCache(w.shape[-1], group_size=2)
    cache.append(w, w)
    return [cache.keys(), cache.attend(x)]


def rotated(w: np.ndarray, x: np.ndarray) -> Any:
    rotation = random_rotation(w.shape[-1], rng=np.random.default_rng(0))
    return [rotation(x), rotation.inverse(w)]


def corrected(w: np.ndarray, x: np.ndarray) -> Any:
    return correct_bias(None, w, quantize_rtn(w, bits=4), x[0])


def convolved(w: np.ndarray, x: np.ndarray) -> Any:
    conv = IntegerConv.from_float(w[:, :, None], None, x_qparams=GRID, y_qparams=GRID)
    return conv(np.full((2, w.shape[1], 3), 7, np.uint8))


def folded(w: np.ndarray, x: np.ndarray) -> Any:
    gain = np.resize(x, len(w))
    return fold_batch_norm(w, gain, gamma=gain, beta=gain, mean=gain, var=np.abs(gain))


def steps(w: np.ndarray, x: np.ndarray) -> Any:
    y, backward = learned_step(w, np.abs(x[:1, :1]), qmin=-4, qmax=3)
    return [y, *backward(np.ones(w.shape))]


def clipped(w: np.ndarray, x: np.ndarray) -> Any:
    y, backward = learned_clip(w, float(np.abs(x.reshape(-1)[0])), bits=4)
    return [y, *backward(np.ones(w.shape))]


CALLS: dict[str, Call] = {
    "quantize_gptq": lambda w, x: quantize_gptq(w, hessian_from(x), bits=4),
    "quantize_gptq, groups in order": lambda w, x: quantize_gptq(
        w, hessian_from(x), bits=2, group_size=2, symmetric=False, act_order=True, block_size=3, damping=0.0
    ),
    "quantize_gptq, any hessian": lambda w, x: quantize_gptq(w, x + x.T, bits=4, scale_dtype=np.float16),
    "quantize_awq": lambda w, x: quantize_awq(w, x, bits=3, n_grid=5),
    "quantize_adaround": lambda w, x: quantize_adaround(w, hessian_from(x), bits=4, n_iter=5),
    "quantize_llm_int8": lambda w, x: quantize_llm_int8(w, x),
    "smooth": lambda w, x: smooth(w, np.abs(x[0])),
    "rotation": rotated,
    "hadamard_transform": lambda w, x: hadamard_transform(w),
    "HessianAccumulator": streamed,
    "correct_bias": corrected,
    "relu_mean": lambda w, x: relu_mean(w, np.abs(w)),
    "equalize": lambda w, x: equalize(w, np.resize(x, len(w)), np.resize(x, (3, len(w)))),
    "fold_batch_norm": folded,
    "IntegerConv": convolved,
    "QuantizedCache": cached,
    "quantize_keys": lambda w, x: quantize_keys(w),
    "quantize_values": lambda w, x: quantize_values(w, symmetric=True),
    "allocate_exact": lambda w, x: allocate_exact(np.arange(w.size).reshape(w.shape), w, budget=w.size * w.shape[0]),
    "allocate_greedy": lambda w, x: allocate_greedy(np.arange(w.size).reshape(w.shape), w, budget=w.size * w.shape[0]),
    "straight_through": lambda w, x: [f(w) if i else f for i, f in enumerate(straight_through(w, GRID))],
    "learned_step": steps,
    "initial_step": lambda w, x: initial_step(w, qmax=7),
    "learned_clip": clipped,
    "calibrate": lambda w, x: calibrate(MinMax(), [w, x]).scale,
    "quantize_dynamic": lambda w, x: quantize_dynamic(w)[0],
    "choose_qparams": lambda w, x: choose_qparams(w).scale,
}

KINDS = ("plain", "huge", "tiny", "zeros", "nan", "inf", "float64 huge", "empty", "one dimension", "text")


@st.composite
def matrices(draw: st.DrawFn, rows: int, columns: int, kind: str) -> np.ndarray:
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    a = rng.standard_normal((rows, columns))
    dtype = draw(st.sampled_from([np.float32, np.float64, np.float16, np.int8]))
    if kind in ("huge", "tiny"):
        a, dtype = a * {"huge": 1e37, "tiny": 1e-40}[kind], draw(st.sampled_from([np.float32, np.float64]))
    elif kind == "zeros":
        a[:, rng.random(columns) < 0.5] = 0
    elif kind in ("nan", "inf"):
        a[rng.integers(rows), rng.integers(columns)], dtype = {"nan": np.nan, "inf": -np.inf}[kind], np.float32
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
    if isinstance(result, CompressedTensor):
        yield result.to_dense()
        yield from result.arrays().values()
    elif isinstance(result, list | tuple):
        for part in result:
            yield from numbers(part)
    elif result is not None:
        yield np.asarray(result)


@pytest.mark.parametrize("name", CALLS)
@given(data=st.data())
def test_a_finite_result_or_a_clear_error(name: str, data: st.DataObject) -> None:
    rows, columns, n = (data.draw(st.integers(1, 5)) for _ in range(3))
    n = columns if name.endswith("any hessian") else n
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


def raised_on_purpose(error: BaseException) -> bool:
    """Whether a ``raise`` of the library's own made it, or else the row itself, which may index what is not there."""
    frames = traceback.extract_tb(error.__traceback__)
    if not any(PACKAGE in frame.filename for frame in frames):
        return True
    last = frames[-1]
    return PACKAGE in last.filename and (last.line or "").startswith("raise ")


#: Rows that may refuse plain inputs: sizes that are no power of two, odd columns for groups of two, any hessian.
MAY_REFUSE = {"hadamard_transform", "quantize_gptq, groups in order", "quantize_gptq, any hessian"}


@pytest.mark.parametrize("name", sorted(set(CALLS) - MAY_REFUSE))
@given(data=st.data())
def test_plain_inputs_are_never_refused(name: str, data: st.DataObject) -> None:
    rows, columns, n = (data.draw(st.integers(1, 5)) for _ in range(3))
    w, x = data.draw(matrices(rows, columns, "plain")), data.draw(matrices(n, columns, "plain"))
    w, x = w.astype(np.float32) + np.float32(0.01), x.astype(np.float32) + np.float32(0.01)
    assert all(np.isfinite(a).all() for a in numbers(CALLS[name](w, x)))
