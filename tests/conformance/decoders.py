"""What a format's bytes mean, worked out slowly from the definition and not from the library's code.

``FORMATS_UNDER_TEST`` (``formats.py``) names a decoder for each format; those without kernels are in
``slow_decoders.py``, those made of other formats beside the table.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np


@dataclasses.dataclass(frozen=True)
class Decoded:
    """What a format's bytes mean, worked out slowly: W, and what bounds the rounding of its products.

    ``magnitude`` bounds the terms that a kernel may add up (for codes: s (code + z), as sums of code * x and z * x
    may be taken apart); ``input_scale`` multiplies activations before they are rounded to int8.
    """

    dense: np.ndarray
    magnitude: np.ndarray
    input_scale: np.ndarray


def decode_dense(arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> Decoded:
    dense = arrays["data"].astype(np.float64)
    return Decoded(dense, np.abs(dense), np.ones(dense.shape[1]))


def decode_csr(arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> Decoded:
    starts = arrays["indptr"].tolist()
    dense = np.zeros((len(starts) - 1, meta["columns"]))
    for row, (start, stop) in enumerate(zip(starts, starts[1:], strict=False)):
        for p in range(start, stop):
            dense[row, int(arrays["indices"][p])] = float(arrays["data"][p])
    return Decoded(dense, np.abs(dense), np.ones(dense.shape[1]))


def decode_csc(arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> Decoded:
    turned = decode_csr(arrays, {"columns": meta["rows"]}).dense
    return Decoded(turned.T, np.abs(turned.T), np.ones(len(turned)))


def decode_coo(arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> Decoded:
    dense = np.zeros((meta["rows"], meta["columns"]))
    for value, i, j in zip(*(arrays[name].tolist() for name in ("data", "row_indices", "column_indices")), strict=True):
        dense[i, j] += value
    return Decoded(dense, np.abs(dense), np.ones(dense.shape[1]))


def decode_bsr(arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> Decoded:
    starts, (_, height, width) = arrays["indptr"].tolist(), arrays["data"].shape
    dense = np.zeros(((len(starts) - 1) * height, meta["columns"]))
    for row, (start, stop) in enumerate(zip(starts, starts[1:], strict=False)):
        for p in range(start, stop):
            top, left = row * height, int(arrays["indices"][p]) * width
            for i in range(height):
                for j in range(width):
                    dense[top + i, left + j] = float(arrays["data"][p, i, j])
    return Decoded(dense, np.abs(dense), np.ones(dense.shape[1]))


def decode_nm(arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> Decoded:
    n, m, bits = meta["n"], meta["m"], int(np.ceil(np.log2(meta["m"])))
    dense = np.zeros((len(arrays["data"]), meta["columns"]))
    for r, values in enumerate(arrays["data"]):
        stream = int.from_bytes(arrays["packed"][r].tobytes(), "little")
        for p, value in enumerate(values):
            dense[r, p // n * m + ((stream >> (p * bits)) & (2**bits - 1))] = float(value)
    return Decoded(dense, np.abs(dense), np.ones(dense.shape[1]))


def decode_bitmap(arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> Decoded:
    dense, values = np.zeros((len(arrays["bitmap"]), meta["columns"])), iter(arrays["data"].tolist())
    for r, row in enumerate(arrays["bitmap"]):
        for j in range(meta["columns"]):
            if row[j // 8] >> (j % 8) & 1:
                dense[r, j] = next(values)
    assert next(values, None) is None
    return Decoded(dense, np.abs(dense), np.ones(dense.shape[1]))


def decode_quantized(arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> Decoded:
    bits, columns = meta["bits"], meta["columns"]
    rows, groups = len(arrays["packed"]), arrays["scale"].shape[1]
    order = arrays.get("input_permutation", np.arange(columns))
    factor = arrays.get("input_scale", np.ones(columns)).astype(np.float64)
    dense, magnitude = np.zeros((rows, columns)), np.zeros((rows, columns))
    for r in range(rows):
        stream = int.from_bytes(arrays["packed"][r].tobytes(), "little")
        sr = r if len(arrays["scale"]) > 1 else 0
        for c in range(columns):
            code = (stream >> (c * bits)) & (2**bits - 1)
            g = c // (columns // groups)
            s = float(arrays["scale"][sr, g])
            z = int(arrays["zero_point"][sr, g]) if "zero_point" in arrays else 2 ** (bits - 1)
            j = order[c]
            dense[r, j] = s * (code - z) * factor[j]
            magnitude[r, j] = s * (code + z) * abs(factor[j])
    return Decoded(dense, magnitude, factor)


def decode_outlier(arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> Decoded:
    def part(name: str) -> Decoded:
        inner = {key.removeprefix(f"{name}."): a for key, a in arrays.items() if key.startswith(f"{name}.")}
        return (decode_dense if meta[name]["format"] == "dense" else decode_quantized)(inner, meta[name])

    outliers, rest = part("outliers"), part("rest")
    where = arrays["outlier_columns"].tolist()
    others = [j for j in range(len(where) + rest.dense.shape[1]) if j not in where]
    shape = (len(rest.dense), len(where) + len(others))
    dense, magnitude, factor = np.zeros(shape), np.zeros(shape), np.ones(shape[1])
    for columns, decoded in ((where, outliers), (others, rest)):
        dense[:, columns], magnitude[:, columns] = decoded.dense, decoded.magnitude
        factor[columns] = decoded.input_scale
    return Decoded(dense, magnitude, factor)


def decode_tucker(arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> Decoded:
    core, left, right = (arrays[name].astype(np.float64) for name in ("core", "left", "right"))
    dense, magnitude = np.zeros((2, len(left), len(right), core.shape[2]))
    for a in range(core.shape[0]):
        for b in range(core.shape[1]):
            term = np.multiply.outer(np.outer(left[:, a], right[:, b]), core[a, b])
            dense, magnitude = dense + term, magnitude + np.abs(term)
    shape = (len(left), len(right) * core.shape[2])
    return Decoded(dense.reshape(shape), magnitude.reshape(shape), np.ones(shape[1]))
