"""Packed codes by hand, and every malformed tensor refused with its own message."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from minicompress.tensors import CompressedTensor, DenseTensor, QuantizedTensor

GOOD: dict[str, Any] = {
    "packed": np.uint8([[0x21, 0x43], [0x65, 0x87]]),
    "scale": np.float32([[0.5, 2.0], [1.0, 0.25]]),
    "bits": 4,
    "columns": 4,
    "zero_point": np.uint8([[1, 0], [8, 7]]),
}


def test_by_hand() -> None:
    w = QuantizedTensor(**GOOD)
    assert w.codes.tolist() == [[1, 2, 3, 4], [5, 6, 7, 8]]
    assert w.group_size == 2
    assert w.to_dense().tolist() == [[0, 0.5, 6, 8], [-3, -2, 0, 0.25]]
    assert (w @ [1.0, 1, 1, 1]).tolist() == [14.5, -4.75]
    assert w.nbytes == 4 + 16 + 4
    assert QuantizedTensor(**{**GOOD, "zero_point": None}).to_dense()[0].tolist() == [-3.5, -3, -10, -8]


def test_one_row_of_parameters_serves_all_rows() -> None:
    w = QuantizedTensor(**{**GOOD, "scale": np.float32([[0.5, 2.0]]), "zero_point": np.uint8([[1, 0]])})
    assert w.to_dense().tolist() == [[0, 0.5, 6, 8], [2, 2.5, 14, 16]]
    assert w.take_rows([1]).tolist() == [[2, 2.5, 14, 16]]


def test_input_scale_and_order_by_hand() -> None:
    order = np.int32([2, 0, 3, 1])  # column j of the codes belongs to column order[j] of W
    factor = np.float32([1, 10, 100, 1000])
    w = QuantizedTensor(**GOOD, input_permutation=order, input_scale=factor)
    # Codes give (0, .5, 6, 8) for columns 2, 0, 3, 1.
    assert w.to_dense()[0].tolist() == [0.5, 80, 0, 6000]
    np.testing.assert_allclose(w @ np.eye(4), w.to_dense())
    np.testing.assert_allclose(w.take_rows([1, 0]), w.to_dense()[[1, 0]])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bits": 0}, "bits must be an integer from 1 to 8"),
        ({"bits": 9}, "bits must be an integer from 1 to 8"),
        ({"bits": 8}, "packed must hold 4 bytes a row for 4 codes of 8 bits; got 2"),
        ({"columns": 5}, "packed must hold 3 bytes a row"),
        ({"columns": -1}, "columns must be an integer of at least 0"),
        ({"packed": np.int8([[0, 0], [0, 0]])}, "packed must be uint8 with 2 dimension"),
        ({"packed": np.uint8([0, 0])}, "packed must be uint8 with 2 dimension"),
        ({"packed": [[0, 0], [0, 0]]}, "packed must be uint8"),
        ({"scale": np.float32([0.5, 1])}, "scale must be a float32 or float16 matrix"),
        ({"scale": np.float64([[0.5, 1]])}, "scale must be a float32 or float16 matrix"),
        ({"scale": (0.5,)}, "scale must be a float32 or float16 matrix"),
        ({"scale": np.ones((3, 2), np.float32)}, "scale must have 1 or 2 rows"),
        ({"scale": np.ones((2, 3), np.float32)}, "scale has 3 groups, which do not divide the 4 columns"),
        ({"scale": np.ones((2, 0), np.float32)}, "scale has 0 groups"),
        ({"scale": np.float32([[np.nan, 1]] * 2)}, "scale holds a value that is not finite"),
        ({"zero_point": np.uint8([[1, 0]])}, r"zero_point must be uint8 with shape \(2, 2\)"),
        ({"zero_point": np.int32([[1, 0]] * 2)}, r"zero_point must be uint8 with shape \(2, 2\)"),
        ({"input_scale": np.ones(3, np.float32)}, r"input_scale must be float32 with shape \(4,\)"),
        ({"input_scale": np.ones(4)}, r"input_scale must be float32 with shape \(4,\)"),
        ({"input_permutation": np.int32([0, 1, 2, 2])}, r"input_permutation must hold each of 0 \.\. 3 once"),
        ({"input_permutation": np.int32([1, 2, 3, 4])}, r"input_permutation must hold each of 0 \.\. 3 once"),
        ({"input_permutation": np.int64([0, 1, 2, 3])}, "input_permutation must be int32"),
    ],
)
def test_malformed_tensors_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        QuantizedTensor(**{**GOOD, **change})


def test_from_codes_checks_the_codes() -> None:
    scale = np.float32([[1.0]])
    with pytest.raises(ValueError, match=r"codes must lie in \[0, 15\]; got a maximum of 16"):
        QuantizedTensor.from_codes(np.array([[16]]), scale, None, bits=4)
    with pytest.raises(TypeError, match="codes must hold integers"):
        QuantizedTensor.from_codes(np.array([[1.0]]), scale, None, bits=4)


@pytest.mark.parametrize(
    ("meta", "arrays"),
    [
        ({"bits": [4]}, {}),
        ({"bits": "4"}, {}),
        ({"bits": None}, {}),
        ({"columns": 4.0}, {}),
        ({"packed": {"format": "dense"}}, {}),
        ({"scale": [1.0]}, {}),
        ({"packed": 3}, {}),
        ({}, {"bits": np.array(4)}),
        ({}, {"columns": np.array([4])}),
        ({}, {"left.data": np.zeros(1)}),
    ],
)
def test_stored_fields_of_the_wrong_kind_are_a_value_error(meta: dict[str, Any], arrays: dict[str, Any]) -> None:
    good = QuantizedTensor(**GOOD)
    stored = {k: v for k, v in good.arrays().items() if k not in meta}
    with pytest.raises(ValueError, match=r"quantized|data|format"):
        CompressedTensor.from_arrays({**good.meta(), **meta}, {**stored, **arrays})


@pytest.mark.parametrize("missing", ["packed", "scale", "bits", "columns"])
def test_missing_fields_are_a_value_error(missing: str) -> None:
    good = QuantizedTensor(**GOOD)
    meta = {k: v for k, v in good.meta().items() if k != missing}
    arrays = {k: v for k, v in good.arrays().items() if k != missing}
    with pytest.raises(ValueError, match=missing):
        CompressedTensor.from_arrays(meta, arrays)


def test_long_groups_stay_exact_with_int8_activations() -> None:
    """Beyond 33,000 inputs a group, int32 could overflow: the product must not."""
    columns = 70_000
    codes = np.full((1, columns), 255, np.uint8)
    w = QuantizedTensor.from_codes(codes, np.float32([[1.0]]), np.uint8([[0]]), bits=8)
    y = w.linear(np.ones((1, columns), np.float32), activation_bits=8)
    np.testing.assert_allclose(y, [[255.0 * columns]], rtol=columns * 6e-8)  # a float32 sum in any order


def test_a_matrix_without_rows_or_columns() -> None:
    none = QuantizedTensor.from_codes(np.zeros((0, 4), np.uint8), np.ones((1, 1), np.float32), None, bits=4)
    assert none.to_dense().shape == (0, 4)
    assert (none @ np.ones((4, 2))).shape == (0, 2)
    assert none.linear(np.ones((3, 4)), activation_bits=8).shape == (3, 0)
    thin = QuantizedTensor.from_codes(np.zeros((3, 0), np.uint8), np.ones((3, 1), np.float32), None, bits=4)
    assert thin.to_dense().shape == (3, 0)
    np.testing.assert_array_equal(thin @ np.ones((0, 2)), np.zeros((3, 2)))


def test_dense_tensors_of_any_shape_but_floats_only() -> None:
    cube = DenseTensor(np.ones((2, 3, 4), np.float16))
    assert cube.to_dense().shape == (2, 3, 4)
    with pytest.raises(ValueError, match=r"@ needs a matrix; this DenseTensor has shape \(2, 3, 4\)"):
        _ = cube @ np.ones(4)
    for bad in (np.ones(3, int), np.ones(3, np.longdouble), [1.0], np.ones(3, complex)):
        with pytest.raises(TypeError, match="data must be an array of float16, float32 or float64"):
            DenseTensor(bad)


def test_a_format_must_have_a_name_of_its_own() -> None:
    with pytest.raises(TypeError, match="must set `format`"):
        type("Nameless", (CompressedTensor,), {})
    with pytest.raises(TypeError, match="format 'csr' of Other is taken by CSRMatrix"):
        type("Other", (CompressedTensor,), {"format": "csr"})
