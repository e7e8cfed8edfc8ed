"""The protocol of a stored weight, on every format and every awkward weight."""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from minicompress import files
from minicompress.pipeline import CompressedModel, Record
from minicompress.tensors import CompressedTensor

EPS = float(np.finfo(np.float32).eps)
TINY = float(np.finfo(np.float32).tiny)


def activations(columns: int, k: int, seed: int = 7) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((columns, k)).astype(np.float32)


def rounding(magnitude: np.ndarray, x: np.ndarray) -> np.ndarray:
    """gamma_n bound of a float32 sum in any order, its terms rounded too: 2 (n + 8) eps sum |terms|."""
    return 2 * (magnitude.shape[1] + 8) * EPS * (magnitude @ np.abs(x.astype(np.float64))) + TINY


def assert_product(y: np.ndarray, decoded: Any, x: np.ndarray, deviation: Any) -> None:
    exact = decoded.dense @ x.astype(np.float64)
    assert y.dtype == np.float32
    assert y.shape == exact.shape
    deviation(y, exact, rounding(decoded.magnitude, x))


def snapshot(tensor: CompressedTensor) -> dict[str, tuple[Any, ...]]:
    return {name: (a.tobytes(), a.dtype, a.shape) for name, a in tensor.arrays().items()}


def test_dense_is_what_the_bytes_mean(case: Any) -> None:
    tensor = case.make()
    decoded = case.decoded(tensor)
    dense = tensor.to_dense()
    assert dense.dtype == np.float32
    assert dense.shape == tensor.shape == (tensor.out_features, tensor.in_features)
    # Scale times difference, then the input scale: two roundings at the most.
    np.testing.assert_allclose(dense, decoded.dense, rtol=2 * EPS, atol=1.5e-45)
    dense[...] = 7  # a new array: writing to it leaves the stored tensor alone
    np.testing.assert_allclose(tensor.to_dense(), decoded.dense, rtol=2 * EPS, atol=1.5e-45)


def test_products(case: Any, deviation: Any) -> None:
    tensor = case.make()
    decoded, x = case.decoded(tensor), activations(tensor.in_features, 17)
    before = snapshot(tensor)
    for given in (x, x[:, :1], x[:, :5], np.asfortranarray(x), x.astype(np.float64), x[:, ::-3]):
        kept = given.copy()
        assert_product(tensor @ given, decoded, given, deviation)
        np.testing.assert_array_equal(given, kept)
    assert_product((tensor @ x[:, 2])[:, None], decoded, x[:, 2:3], deviation)
    assert (tensor @ x[:, :0]).shape == (tensor.out_features, 0)
    assert snapshot(tensor) == before


def test_linear(case: Any, deviation: Any) -> None:
    tensor = case.make()
    decoded, x = case.decoded(tensor), activations(tensor.in_features, 14)
    bias = np.random.default_rng(1).standard_normal(tensor.out_features).astype(np.float32)
    kept_bias = bias.copy()
    assert_product(tensor.linear(x.T).T, decoded, x, deviation)
    assert_product(tensor.linear(x.T[0])[:, None], decoded, x[:, :1], deviation)
    deep = x.T.reshape(2, 7, -1)
    y = tensor.linear(deep, bias)
    assert y.shape == (2, 7, tensor.out_features)
    exact = decoded.dense @ x + bias[:, None].astype(np.float64)
    room = rounding(decoded.magnitude, x) + EPS * np.abs(exact) + EPS * np.abs(bias)[:, None]
    assert (np.abs(y.reshape(14, -1).T - exact) <= room).all()
    np.testing.assert_array_equal(bias, kept_bias)
    assert tensor.linear(deep[:, :0], bias).shape == (2, 0, tensor.out_features)


def test_linear_with_int8_activations(case: Any) -> None:
    """Each activation moves by at most half of its row's step, so y moves by at most half a step times sum |w|."""
    tensor = case.make()
    decoded, x = case.decoded(tensor), activations(tensor.in_features, 6)
    x[:, 3] = 0
    scaled = x * decoded.input_scale[:, None]
    step = np.abs(scaled).max(axis=0) / 127
    without_scale = np.abs(decoded.dense / decoded.input_scale)
    room = without_scale.sum(axis=1)[:, None] * step / 2 * 1.0001 + 2 * rounding(decoded.magnitude, x)
    y = tensor.linear(x.T, activation_bits=8)
    assert (np.abs(y.T - decoded.dense @ x.astype(np.float64)) <= room).all()
    assert not y[3].any()


def test_take_rows(case: Any) -> None:
    tensor = case.make()
    dense, last = tensor.to_dense(), tensor.out_features - 1
    for indices in ([0], [last, 0, last], np.array([[0, last], [last, last]], np.int32), np.int64(last)):
        taken = tensor.take_rows(indices)
        assert taken.dtype == np.float32
        np.testing.assert_array_equal(taken, dense[indices])
    assert tensor.take_rows([]).shape == (0, tensor.in_features)
    with pytest.raises(ValueError, match="indices must lie in"):
        tensor.take_rows([last + 1])
    with pytest.raises(ValueError, match="indices must lie in"):
        tensor.take_rows([-1])
    with pytest.raises(TypeError, match="indices must hold integers"):
        tensor.take_rows([0.0])


def data_section(path: Path) -> int:
    """Bytes after the header of a safetensors file: 8 bytes of length, the header, then the data."""
    content = path.read_bytes()
    (header,) = struct.unpack("<Q", content[:8])
    ends = [e["data_offsets"][1] for n, e in json.loads(content[8 : 8 + header]).items() if n != "__metadata__"]
    assert max(ends, default=0) == len(content) - 8 - header
    return len(content) - 8 - header


def test_bytes_are_all_counted_and_files_give_them_back(case: Any, tmp_path: Path) -> None:
    tensor = case.make()
    path = tmp_path / "one.safetensors"
    size = files.save(CompressedModel({"w": tensor}, {"w": Record(tensor.shape, "test", "", 0, 0.0)}), path)
    assert size == path.stat().st_size
    assert tensor.nbytes == sum(a.nbytes for a in tensor.arrays().values()) == data_section(path)
    assert tensor.bits_per_weight == 8 * tensor.nbytes / tensor.to_dense().size
    loaded = files.load(path).tensors["w"]
    assert type(loaded) is type(tensor)
    assert snapshot(loaded) == snapshot(tensor)
    assert loaded.meta() == tensor.meta()
    assert loaded.to_dense().tobytes() == tensor.to_dense().tobytes()


def test_arrays_and_meta_rebuild_the_tensor(case: Any) -> None:
    tensor = case.make()
    meta = json.loads(json.dumps(tensor.meta()))
    again = CompressedTensor.from_arrays(meta, tensor.arrays())
    assert type(again) is type(tensor)
    assert snapshot(again) == snapshot(tensor)
    assert again.meta() == tensor.meta()
    with pytest.raises(ValueError, match="surprise"):
        CompressedTensor.from_arrays({**meta, "surprise": 1}, tensor.arrays())
    with pytest.raises(ValueError, match="surprise"):
        CompressedTensor.from_arrays(meta, {**tensor.arrays(), "surprise.data": np.zeros(1)})
    for name in ("no such format", None, 3):
        with pytest.raises(ValueError, match="format must be one of"):
            CompressedTensor.from_arrays({**meta, "format": name}, tensor.arrays())


def test_prepare_builds_once_and_reports(case: Any) -> None:
    tensor = case.make()
    nbytes, x = tensor.nbytes, activations(tensor.in_features, 3)
    fresh = case.make() @ x
    before = tensor.runtime_nbytes  # a coded tensor keeps what was decoded to check it; the others keep nothing yet
    assert (before == 0) == (tensor.format != "entropy")
    assert tensor.prepare() is tensor
    kept = tensor.runtime_nbytes
    built = dict(vars(tensor).get("_prepared", {}))
    assert kept >= before
    assert tensor.prepare() is tensor
    assert tensor.runtime_nbytes == kept
    assert (tensor @ x).tobytes() == fresh.tobytes()
    now = vars(tensor).get("_prepared", {})
    assert now.keys() == built.keys()
    assert all(now[key] is value for key, value in built.items()), "built once"
    assert tensor.runtime_nbytes == kept, "a product of a prepared tensor builds nothing more"
    assert tensor.nbytes == nbytes


def test_wrong_operands_are_named(case: Any) -> None:
    tensor = case.make()
    columns = tensor.in_features
    x = np.zeros((3, columns + 1), np.float32)
    with pytest.raises(TypeError):
        _ = x @ tensor
    with pytest.raises(ValueError, match=re.escape(str(x.T.shape)) + r".*float32"):
        _ = tensor @ x.T
    with pytest.raises(ValueError, match=re.escape(str(tensor.shape))):
        _ = tensor @ x.T
    with pytest.raises(ValueError, match=rf"\(\.\.\., {columns}\).*{re.escape(str(x.shape))}"):
        tensor.linear(x)
    with pytest.raises(ValueError, match="x must have 1 or 2"):
        _ = tensor @ np.zeros((columns, 1, 1), np.float32)
    with pytest.raises(ValueError, match="activation_bits must be None"):
        tensor.linear(x[:, :columns], activation_bits=4)
    with pytest.raises(ValueError, match="bias must have shape"):
        tensor.linear(x[:, :columns], np.zeros(tensor.out_features + 1, np.float32))
    with pytest.raises(TypeError, match="x must hold real numbers"):
        _ = tensor @ np.zeros(columns, complex)


def test_a_tensor_is_frozen(case: Any) -> None:
    tensor = case.make()
    with pytest.raises(AttributeError):
        tensor.columns = 3
    assert str(tensor.shape) in repr(tensor)
