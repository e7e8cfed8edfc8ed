"""Every kernel against the definition of the same name: integers to the bit, floats to the order of their sums."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minicompress import ops

pytest.importorskip("numba")


def _load_cases() -> Any:
    spec = importlib.util.spec_from_file_location("kernel_cases", Path(__file__).with_name("cases.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


CASES = _load_cases()
TWINS = [
    name
    for family in ops.FAMILIES
    if importlib.util.find_spec(f"minicompress.kernels.{family}")
    for name in importlib.import_module(f"minicompress.kernels.{family}").__all__
]
#: Bound of the difference, relative to the sum of the magnitudes that were added; 0 = equal to the bit.
TOLERANCE = {
    "affine_linear": 1e-5,
    "codebook_linear": 1e-5,
    "csr_matmul": 1e-5,
    "nm_matmul": 1e-5,
    "bsr_matmul": 1e-5,
    "layer_norm": 2e-6,
    "gelu": 4e-7,
    "softmax": 6e-6,
    "attention": 5e-7,
    "kmeans1d_lloyd": 1e-14,
    "kmeans1d_optimal": 1e-14,
}


def _magnitude(name: str, case: dict[str, Any]) -> Any:
    """What each result would be if nothing cancelled: the scale of the rounding of its sum."""
    definition = ops.operation(name, "reference")
    if name == "gelu":
        return np.abs(case["x"])
    if name in ("kmeans1d_lloyd", "kmeans1d_optimal"):
        return np.abs(case["values"]).max().astype(np.float64)
    if name == "softmax":
        return definition(**case)
    if name == "attention":
        # An error of a score is one of its power; scores are sums of d products.
        products = np.matmul(np.abs(case["q"]), np.abs(case["k"]).swapaxes(1, 2)).max()
        reach = 1 + products / np.sqrt(case["q"].shape[2] // case["heads"])
        return reach * definition(**{**case, "v": np.abs(case["v"])})
    if name == "layer_norm":
        x = case["x"] + case.get("residual", np.float32(0))
        factor = 1 / np.sqrt(x.var(axis=1, keepdims=True) + np.float32(case["eps"]))
        return np.abs(x).max(axis=1, keepdims=True) * factor * np.abs(case["weight"]) + np.abs(case["bias"])
    absolute = {k: np.abs(v) if isinstance(v, np.ndarray) and v.dtype == np.float32 else v for k, v in case.items()}
    if "zero_point" in case:
        absolute["zero_point"] = -absolute["zero_point"]
    return ops.operation(name, "reference")(**absolute)


def _assert_same(name: str, case: dict[str, Any]) -> None:
    before = {k: v.copy() for k, v in case.items() if isinstance(v, np.ndarray)}
    wanted = ops.operation(name, "reference")(**case)
    got = ops.operation(name, "numba")(**case)
    for key, value in before.items():
        np.testing.assert_array_equal(case[key], value, err_msg=f"{name} changed its argument {key}")
    pairs = zip(got, wanted, strict=True) if isinstance(wanted, tuple) else [(got, wanted)]
    for mine, theirs in pairs:
        assert mine.dtype == theirs.dtype
        assert mine.shape == theirs.shape
        if name in TOLERANCE:
            np.testing.assert_array_equal(np.isnan(mine), np.isnan(theirs))
            finite = np.isfinite(theirs)
            np.testing.assert_array_equal(mine[~finite], theirs[~finite])
            limit = np.broadcast_to(TOLERANCE[name] * _magnitude(name, case) + 1e-30, finite.shape)[finite]
            far = np.abs(mine[finite] - theirs[finite])
            assert np.all(far <= limit), np.max(far / limit)
        else:
            np.testing.assert_array_equal(mine, theirs)


def test_twins_are_found() -> None:
    assert len(TWINS) >= 10
    assert len(set(TWINS)) == len(TWINS)


@pytest.mark.parametrize("name", TWINS)
def test_signature_is_the_definitions(name: str) -> None:
    mine, theirs = (inspect.signature(ops.operation(name, which)) for which in ("numba", "reference"))
    assert list(mine.parameters) == list(theirs.parameters)
    assert ops.operation(name, "numba") is not ops.operation(name, "reference")


@pytest.mark.parametrize("name", TWINS)
def test_kernel_equals_definition(name: str) -> None:
    cases = CASES.cases(name)
    assert len(cases) >= 6
    for case in cases:
        _assert_same(name, case)


@pytest.mark.parametrize("name", TWINS)
def test_read_only_and_strided_arguments(name: str) -> None:
    case = CASES.cases(name)[-1]
    for key, value in case.items():
        if isinstance(value, np.ndarray):
            wide = np.zeros((*value.shape, 2), value.dtype)
            wide[..., 0] = value
            case[key] = wide[..., 0]
            case[key].flags.writeable = False
    _assert_same(name, case)


def test_thread_count_changes_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in TWINS:
        case = max(CASES.cases(name), key=lambda c: sum(v.size for v in c.values() if isinstance(v, np.ndarray)))
        results = []
        for threads in ("1", "2"):
            monkeypatch.setenv("MINICOMPRESS_NUM_THREADS", threads)
            result = ops.operation(name, "numba")(**case)
            results.append(result if isinstance(result, tuple) else (result,))
        for one, two in zip(*results, strict=True):
            np.testing.assert_array_equal(one, two, err_msg=name)


@pytest.mark.parametrize("name", ["gelu", "layer_norm", "softmax"])
def test_results_go_where_they_are_wanted(name: str) -> None:
    """Into another array, into the first argument itself, and into one that no kernel can write to."""
    for which in ("numba", "reference"):
        operation = ops.operation(name, which)
        for case in CASES.cases(name)[:4]:
            wanted, x = operation(**case), case["x"]
            for out in (np.empty_like(x), x.copy(), np.empty((*x.shape, 2), np.float32)[..., 0]):
                out[...] = x
                assert operation(**{**case, "x": out}, out=out) is out
                np.testing.assert_array_equal(out, wanted)


@settings(max_examples=60, deadline=None)
@given(
    batch=st.integers(1, 4),
    length=st.integers(1, 50),
    heads=st.integers(1, 3),
    size=st.integers(1, 70),
    seed=st.integers(0, 999),
)
def test_any_shape_of_attention(batch: int, length: int, heads: int, size: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    q, k, v = (CASES._activations(rng, batch * length, heads * size).reshape(batch, length, -1) for _ in range(3))
    _assert_same("attention", {"q": q, "k": k, "v": v, "heads": heads, "mask": CASES._mask(rng, batch, length)})


@settings(max_examples=100, deadline=None)
@given(
    n=st.integers(1, 600),
    kinds=st.integers(1, 300),
    lanes=st.integers(1, 70),
    skew=st.floats(0.02, 0.98),
    seed=st.integers(0, 999),
)
def test_any_message(n: int, kinds: int, lanes: int, skew: float, seed: int) -> None:
    symbols = np.minimum(np.random.default_rng(seed).geometric(skew, n) - 1, kinds - 1)
    counts = np.bincount(symbols, minlength=kinds)
    frequencies, lengths = ops.rans_frequencies(counts, 12), ops.huffman_lengths(counts)
    _assert_same("rans_pack", {"symbols": symbols, "frequencies": frequencies, "lanes": lanes})
    words = ops.operation("rans_pack", "reference")(symbols, frequencies, lanes)
    np.testing.assert_array_equal(ops.operation("rans_unpack", "numba")(words, frequencies, lanes, n), symbols)
    _assert_same("huffman_pack", {"symbols": symbols, "lengths": lengths})
    payload = ops.operation("huffman_pack", "reference")(symbols, lengths)
    np.testing.assert_array_equal(ops.operation("huffman_unpack", "numba")(payload, lengths, n), symbols)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    data=st.data(),
    rows=st.integers(1, 70),
    groups=st.integers(1, 5),
    size=st.integers(1, 40),
    n=st.integers(1, 20),
)
def test_any_shape_of_quantized_product(data: st.DataObject, rows: int, groups: int, size: int, n: int) -> None:
    bits = data.draw(st.sampled_from([4, 8]))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**31)))
    weights = CASES._panels(rng, rows, groups * size, size, bits)
    q = rng.integers(-128, 128, (n, groups * size)).astype(np.int8)
    _assert_same("affine_linear_int8", {"q": q, "q_scale": rng.random(n).astype(np.float32), **weights})
    _assert_same("affine_linear", {"x": CASES._activations(rng, n, groups * size), **weights})


@settings(max_examples=60, deadline=None)
@given(
    rows=st.integers(1, 40),
    columns=st.integers(1, 60),
    k=st.integers(1, 200),
    density=st.floats(0, 1),
    seed=st.integers(0, 999),
)
def test_any_shape_of_sparse_product(rows: int, columns: int, k: int, density: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    w = CASES._activations(rng, rows, columns) * (rng.random((rows, columns)) < density)
    _assert_same("csr_from_dense", {"w": w})
    data, indices, indptr = ops.operation("csr_from_dense", "reference")(w)
    x = CASES._activations(rng, columns, k)
    _assert_same("csr_matmul", {"data": data, "indices": indices, "indptr": indptr, "x": x})


@settings(max_examples=100, deadline=None)
@given(
    n=st.integers(1, 150),
    k=st.integers(1, 70),
    d=st.integers(1, 20),
    m=st.integers(1, 3),
    grid=st.sampled_from([2.0**-24, 2.0**-20, 0.5]),
    offset=st.sampled_from([0.0, 1.0, -3e4]),
    seed=st.integers(0, 999),
)
def test_any_codebook(n: int, k: int, d: int, m: int, grid: float, offset: float, seed: int) -> None:
    """Points within a few steps of a grid of the planes half way between codewords: where float32 cannot tell."""
    rng = np.random.default_rng(seed)
    book = (offset + rng.integers(-3, 4, (m, k, d)) + grid * rng.integers(-3, 4, (m, k, d))).astype(np.float32)
    one, two = (np.concatenate([b[rng.integers(0, k, n)] for b in book], axis=1) for _ in range(2))
    x = ((one.astype(np.float64) + two) / 2 + grid * rng.integers(-3, 4, one.shape)).astype(np.float32)
    _assert_same("product_encode", {"x": x, "codebook": book})
    _assert_same("kmeans_assign", {"x": x[:, :d], "centroids": book[0]})


@settings(max_examples=60, deadline=None)
@given(rows=st.integers(1, 9), columns=st.integers(1, 90), bits=st.integers(1, 8), seed=st.integers(0, 999))
def test_any_shape_of_packing(rows: int, columns: int, bits: int, seed: int) -> None:
    codes = np.random.default_rng(seed).integers(0, 2**bits, (rows, columns)).astype(np.uint8)
    _assert_same("pack_bits", {"codes": codes, "bits": bits})
    packed = ops.operation("pack_bits", "reference")(codes, bits)
    np.testing.assert_array_equal(ops.operation("unpack_bits", "numba")(packed, bits, columns), codes)
