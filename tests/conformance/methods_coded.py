"""Rows of the method table for floats, codebooks, signs and coded streams: options, and bounds from the definitions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from minicompress.tensors import (
    CodebookTensor,
    CompressedTensor,
    EntropyCodedTensor,
    ProductQuantizedTensor,
    RelativeSparseTensor,
)
from tests.conformance.bounds import output_error

Options = dict[str, Any]
TINY = float(np.finfo(np.float32).tiny)
#: Mantissa bits, least normal exponent, greatest exponent, largest value.
ELEMENTS = {"e4m3": (3, -6, 8, 448.0), "e5m2": (2, -14, 15, 57344.0), "e2m1": (1, 0, 2, 6.0)}


def blocks(w: np.ndarray, size: int) -> Iterator[tuple[int, slice, np.ndarray]]:
    for row in range(len(w)):
        for start in range(0, w.shape[1], size):
            run = slice(start, start + size)
            yield row, run, w[row, run]


def half_steps(members: np.ndarray, scale: float, element: str) -> np.ndarray:
    """Half the spacing of scaled ``element`` values at each weight, and what lies beyond the largest."""
    mantissa, least, _, largest = ELEMENTS[element]
    inside = np.maximum(np.abs(members) * 2.0 ** -(mantissa + 1), scale * 2.0 ** (least - mantissa - 1))
    return np.maximum(inside * (1 + 1e-6), np.abs(members) - largest * scale) + 1e-45


def fp8_bound(w: np.ndarray, tensor: CompressedTensor, options: Options) -> None:
    element, size = options.get("format", "e4m3"), options.get("group_size") or w.shape[1]
    back = tensor.to_dense().astype(np.float64)
    for row, run, members in blocks(w, size):
        scale = np.abs(members).max() / ELEMENTS[element][3]
        scale = 1.0 if scale < TINY else scale
        assert (np.abs(members - back[row, run]) <= half_steps(members, scale * (1 + 1e-6), element)).all()
    assert tensor.nbytes == w.size + 4 * len(w) * (w.shape[1] // size)


def mx_bound(w: np.ndarray, tensor: CompressedTensor, options: Options) -> None:
    element = options.get("format", "e2m1")
    back = tensor.to_dense().astype(np.float64)
    for row, run, members in blocks(w, 32):
        largest = np.abs(members).max()
        # Exact: the exponent of a Python float in hexadecimal is floor(log2).
        exponent = int(float(largest).hex().partition("p")[2]) if largest else -1000
        scale = 2.0 ** max(exponent - ELEMENTS[element][2], -127)
        assert (np.abs(members - back[row, run]) <= half_steps(members, scale, element)).all()
        if exponent - ELEMENTS[element][2] >= -127:
            assert np.abs(members - back[row, run]).max() <= largest / 4
    bits = 4 if element == "e2m1" else 8
    assert tensor.nbytes == len(w) * (-(-w.shape[1] * bits // 8) + -(-w.shape[1] // 32))


def nvfp4_bound(w: np.ndarray, tensor: CompressedTensor, options: Options) -> None:
    back = tensor.to_dense().astype(np.float64)
    unit = np.abs(w).max() / (448 * 6)
    unit = 1.0 if unit < TINY else unit
    for row, run, members in blocks(w, 16):
        wanted = np.abs(members).max() / 6
        off = max(wanted * 2.0**-4, unit * 2.0**-10) * (1 + 1e-6)  # rounding of the block's scale to E4M3
        scale = wanted + off
        room = np.maximum(np.abs(members) / 4, scale / 4) * (1 + 1e-6) + 6 * off + 1e-45
        assert (np.abs(members - back[row, run]) <= room).all()
    assert tensor.nbytes == len(w) * (-(-w.shape[1] // 2) + -(-w.shape[1] // 16)) + 4


def nf4_bound(w: np.ndarray, tensor: CompressedTensor, options: Options) -> None:
    flat, back = w.reshape(-1), tensor.to_dense().astype(np.float64).reshape(-1)
    tops = np.array([np.abs(flat[i : i + 64]).max() for i in range(0, flat.size, 64)])
    double = options.get("double_quantization", False)
    # The widest gap between levels is 0.3038; the widest between dynamic levels, 0.0141 of the largest difference.
    off = 0.00705 * np.abs(tops - tops.mean()).max() + 1e-6 * tops.max() if double else 0.0
    for i, top in enumerate(tops):
        run = slice(64 * i, 64 * i + 64)
        widest = 0.15191 if top >= 1e-38 else 1.0  # bitsandbytes divides by no less than 1e-38
        assert (np.abs(flat[run] - back[run]) <= widest * top * (1 + 1e-6) + off + 2e-45).all()
    side = len(tops) + 4 * -(-len(tops) // 256) + 4 if double else 4 * len(tops)
    assert tensor.nbytes == (w.size + 1) // 2 + side


def nearest_error(values: np.ndarray, levels: np.ndarray) -> np.ndarray:
    return np.abs(values[:, None] - levels.astype(np.float64)).min(axis=1)


def kmeans_bound(w: np.ndarray, tensor: CompressedTensor, options: Options) -> None:
    assert isinstance(tensor, CodebookTensor)
    k, back = 2 ** options.get("bits", 4), tensor.to_dense().astype(np.float64)
    flat = w.reshape(-1)
    np.testing.assert_array_equal(np.abs(flat - back.reshape(-1)), nearest_error(flat, tensor.codebook[0]))
    if options.get("init", "linear") == "linear":  # Lloyd never climbs above where it starts
        start = nearest_error(flat, np.linspace(flat.min(), flat.max(), k))
        room = 1e-6 * k * np.abs(flat).max()
        assert np.sqrt(((w - back) ** 2).sum()) <= np.sqrt((start**2).sum()) + room
    assert tensor.nbytes == len(w) * -(-w.shape[1] * options.get("bits", 4) // 8) + 4 * k


def binary_bound(w: np.ndarray, tensor: CompressedTensor, options: Options) -> None:
    size, back = options.get("group_size") or w.shape[1], tensor.to_dense()
    for row, run, members in blocks(w, size):
        wanted = np.where(members >= 0, 1, -1) * (sum(abs(v) for v in members.tolist()) / len(members))
        np.testing.assert_allclose(back[row, run], wanted, rtol=1e-6, atol=2e-45)
    assert tensor.nbytes == len(w) * (-(-w.shape[1] // 8) + 4 * (w.shape[1] // size))


def ternary_bound(w: np.ndarray, tensor: CompressedTensor, options: Options) -> None:
    size, back = options.get("group_size") or w.shape[1], tensor.to_dense()
    for row, run, members in blocks(w, size):
        mean = np.abs(members).mean()
        if options.get("rule", "twn") == "twn":
            kept = [abs(v) for v in members.tolist() if abs(v) > 0.7 * mean]
            wanted = np.sign(members) * (np.abs(members) > 0.7 * mean) * (sum(kept) / len(kept) if kept else 0.0)
        else:
            wanted = mean * np.array([min(1, max(-1, round(v / (mean + 1e-5)))) for v in members.tolist()])
        np.testing.assert_allclose(back[row, run], wanted, rtol=1e-6, atol=2e-45)
    assert tensor.nbytes == len(w) * (-(-w.shape[1] // 5) + 4 * (w.shape[1] // size))


def power_of_two_bound(w: np.ndarray, tensor: CompressedTensor, options: Options) -> None:
    bits, back = options.get("bits", 4), tensor.to_dense().astype(np.float64)
    for row, members in enumerate(w):
        largest = float(np.abs(members).max())
        top = int((largest * 4 / 3).hex().partition("p")[2]) if largest else 0
        levels = [0.0] + [sign * 2.0 ** (top - k) for k in range(2 ** (bits - 1) - 1) for sign in (1, -1)]
        levels = np.float32(levels)  # subnormals as float32 has them
        np.testing.assert_array_equal(np.abs(members - back[row]), nearest_error(members, levels))
    assert tensor.nbytes == len(w) * (-(-w.shape[1] * bits // 8) + 2)


def product_bound(w: np.ndarray, tensor: CompressedTensor, options: Options) -> None:
    assert isinstance(tensor, ProductQuantizedTensor)
    piece, back = options.get("piece", 4), tensor.to_dense().astype(np.float64)
    book, biggest = tensor.codebook.astype(np.float64), max(float(np.abs(w).max()), 1e-300)
    for p in range(w.shape[1] // piece):
        run = slice(p * piece, (p + 1) * piece)
        ours = np.sqrt((((w - back)[:, run] / biggest) ** 2).sum(axis=1))
        nearest = np.sqrt((((w[:, None, run] - book[p]) / biggest) ** 2).sum(axis=2)).min(axis=1)
        np.testing.assert_allclose(ours, nearest, atol=1e-6)
    k = min(2 ** options.get("bits", 8), len(w))
    index = -(-(w.shape[1] // piece) * options.get("bits", 8) // 8)
    assert tensor.nbytes == len(w) * index + 4 * k * w.shape[1]


def deep_bound(w: np.ndarray, tensor: CompressedTensor, options: Options) -> None:
    assert isinstance(tensor, EntropyCodedTensor)
    inner = tensor.decode()
    assert isinstance(inner, RelativeSparseTensor)
    flat, back = w.reshape(-1), tensor.to_dense().astype(np.float64).reshape(-1)
    dropped = int(np.rint(w.size * options.get("sparsity", 0.9)))
    gone = np.argsort(np.abs(flat), kind="stable")[:dropped]  # of equal magnitudes the first
    kept = np.setdiff1d(np.flatnonzero(flat), gone)
    assert not back[np.setdiff1d(np.arange(w.size), kept)].any()
    if kept.size:
        np.testing.assert_array_equal(np.abs(flat - back)[kept], nearest_error(flat[kept], inner.codebook[1:]))
    assert tensor.nbytes <= inner.nbytes
    assert inner.nbytes >= 4 * 2 ** options.get("bits", 5) * bool(kept.size)


def entropy_constrained_bound(w: np.ndarray, tensor: CompressedTensor, options: Options) -> None:
    """Whole steps, outputs not much worse than rounding to them (white inputs: little to make up for), and the rate."""
    assert isinstance(tensor, EntropyCodedTensor)
    inner = tensor.decode()
    step = np.broadcast_to(inner.scale.astype(np.float64), (len(w), 1))
    whole = tensor.to_dense() / step
    np.testing.assert_allclose(whole, np.rint(whole), atol=1e-4)
    nearest = np.clip(np.rint(w / step), -127, 127)
    noise = 1e-6 * output_error(np.abs(w)).sum() + 1e-60
    ours = output_error(w - tensor.to_dense().astype(np.float64)).sum()
    assert ours <= 1.5 * output_error(w - nearest * step).sum() + noise
    coarser = np.rint(w / (step * (1 + 1e-5)))  # the step was chosen where one code is about to change
    share = np.unique(coarser, return_counts=True)[1] / w.size
    assert -(share * np.log2(share)).sum() <= options.get("rate", 3.0) + 1e-3
    assert tensor.nbytes <= inner.nbytes


Bound = Callable[[np.ndarray, CompressedTensor, Options], None]

#: Method -> (option sets, bound).
ROWS: dict[str, tuple[tuple[Options, ...], Bound]] = {
    "fp8": (({}, {"format": "e5m2"}, {"group_size": 4}), fp8_bound),
    "mx": (({}, {"format": "e4m3"}, {"format": "e5m2"}), mx_bound),
    "nvfp4": (({},), nvfp4_bound),
    "nf4": (({}, {"double_quantization": True}), nf4_bound),
    "kmeans": (({}, {"bits": 1}, {"bits": 3, "init": "density"}), kmeans_bound),
    "binary": (({}, {"group_size": 4}), binary_bound),
    "ternary": (({}, {"rule": "absmean"}, {"group_size": 4}), ternary_bound),
    "product": (({"piece": 4}, {"piece": 2, "bits": 2}, {"piece": 8, "bits": 3, "n_iter": 3}), product_bound),
    "power_of_two": (({}, {"bits": 2}, {"bits": 8}), power_of_two_bound),
    "entropy_constrained": (
        ({}, {"rate": 1.5, "relative": True}, {"rate": 6.0, "coder": "huffman"}),
        entropy_constrained_bound,
    ),
    "deep_compression": (
        ({}, {"sparsity": 0.5, "bits": 3, "index_bits": 2, "coder": "rans"}, {"sparsity": 0.0}),
        deep_bound,
    ),
}
