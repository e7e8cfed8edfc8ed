"""Any other format with its integers entropy-coded: the same weights in fewer bytes, decoded once, when it is made.

Each integer array of the inner format becomes a table and a stream of words; floats, and arrays that would not
shrink, stay as they are. All of it stands end to end in ``payload``:

    huffman   table: the length of each symbol's word (uint8)        stream: bytes
    rans      table: the frequency of each symbol (uint16)           stream: 32-bit words
    raw       the array's own bytes
"""

from __future__ import annotations

import dataclasses
import json
import math
from typing import ClassVar

import numpy as np

from minicompress import checks, ops
from minicompress.tensors.base import CompressedTensor
from minicompress.tensors.fields import check_dense_size, check_field, claim_fits

__all__ = ["EntropyCodedTensor"]

_SCALE_BITS = 14  # rANS frequencies sum to 2^14: fine enough for 256 symbols, and each fits 16 bits
_LONGEST = 56  # bits of a Huffman word: only messages of 10^11 symbols and more could need longer ones


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class EntropyCodedTensor(CompressedTensor):
    """The arrays of another stored format, coded.

    Parameters
    ----------
    payload : (n,) uint8
        Tables and streams of the inner format's arrays, in the order of ``layout``.
    layout : str
        JSON: {"meta": the inner format's meta, "arrays": [[name, dtype, shape, coder, bits, bytes], ...]}.

    Examples
    --------
    >>> from minicompress.quantization import quantize_rtn
    >>> w = quantize_rtn(np.random.default_rng(0).standard_t(3, (64, 64)), bits=4)
    >>> coded = EntropyCodedTensor.encode(w, coder="rans")
    >>> coded.nbytes < w.nbytes, bool((coded.to_dense() == w.to_dense()).all())
    (True, True)
    """

    format: ClassVar[str] = "entropy"
    payload: np.ndarray
    layout: str

    @classmethod
    def encode(cls, tensor: CompressedTensor, *, coder: str = "huffman") -> EntropyCodedTensor:
        """Code the integer arrays of ``tensor`` with ``coder``, "huffman" or "rans"; its codes at their own width."""
        checks.one_of(coder, "coder", ("huffman", "rans"))
        if not isinstance(tensor, CompressedTensor):
            raise TypeError(f"tensor must be a stored tensor; got {checks.describe(tensor)}")
        parts, entries = [], []
        for name, array in tensor.arrays().items():
            # A byte array is a run of packed codes if the format says how wide they are; else bytes are the symbols.
            width = getattr(tensor, {"packed": "bits", "gaps": "index_bits"}.get(name, ""), 8)
            used, bits, part = _smallest(array, coder, width)
            parts.append(part)
            entries.append([name, array.dtype.str, list(array.shape), used, bits, part.size])
        layout = json.dumps({"meta": tensor.meta(), "arrays": entries})
        return cls(np.concatenate(parts) if parts else np.zeros(0, np.uint8), layout)

    def _validate(self) -> None:
        check_field(self.payload, "payload", np.uint8, (None,))
        if not isinstance(self.layout, str):
            raise TypeError(f"layout must be JSON text; got {checks.describe(self.layout)}")
        # Whether a stream is whole shows only at its end: what was decoded to check it is kept to be used.
        self._cached("inner", self.decode)

    def decode(self) -> CompressedTensor:
        """Return the inner tensor, decoded anew."""
        try:
            layout = json.loads(self.layout)
            arrays, start = {}, 0
            for name, dtype, shape, coder, bits, size in layout["arrays"]:
                arrays[name] = _read(self.payload[start : start + size], dtype, tuple(shape), coder, bits)
                start += size
            if start != self.payload.size:
                raise ValueError(f"{self.payload.size} bytes, of which {start} are accounted for")
            inner = CompressedTensor.from_arrays(layout["meta"], arrays)
        except (KeyError, TypeError, IndexError, ValueError, ArithmeticError, RecursionError) as error:
            raise ValueError(f"payload does not fit layout: {error}") from error
        return inner

    @property
    def inner(self) -> CompressedTensor:
        """The decoded tensor."""
        inner: CompressedTensor = self._cache()["inner"]
        return inner

    @property
    def shape(self) -> tuple[int, ...]:
        """(out_features, in_features)."""
        return self.inner.shape

    @property
    def runtime_nbytes(self) -> int:
        """Bytes kept beside the stored arrays: the decoded tensor and what it has prepared."""
        return self.inner.nbytes + self.inner.runtime_nbytes

    def to_dense(self) -> np.ndarray:
        """Return the float32 matrix."""
        return self.inner.to_dense()

    def prepare(self) -> EntropyCodedTensor:
        """Prepare what was decoded."""
        self.inner.prepare()
        return self

    def _product(self, x: np.ndarray) -> np.ndarray:
        return self.inner._product(x)

    def _linear(self, x: np.ndarray) -> np.ndarray:
        return self.inner._linear(x)

    def _linear_int8(self, x: np.ndarray) -> np.ndarray:
        return self.inner._linear_int8(x)

    def _rows(self, indices: np.ndarray) -> np.ndarray:
        return self.inner._rows(indices)


def _bytes(array: np.ndarray) -> np.ndarray:
    return np.frombuffer(array.tobytes(), np.uint8)


def _smallest(array: np.ndarray, coder: str, width: int) -> tuple[str, int, np.ndarray]:
    """(coder, bits, bytes) of ``array``: as codes of ``width`` bits, as bytes, or raw, whichever is smallest."""
    best = ("raw", 8, _bytes(array))
    if array.dtype.kind not in "iub" or array.size == 0:
        return best
    for bits in sorted({min(width, 8), 8}):
        symbols = _symbols(array, bits)
        if symbols is not None:
            part = _coded(symbols, coder, bits)
            readable = claim_fits(array.nbytes, part.size)  # a constant array may code into next to nothing
            best = (coder, bits, part) if readable and part.size < best[2].size else best
    return best


def _coded(symbols: np.ndarray, coder: str, bits: int) -> np.ndarray:
    """Table and stream, as bytes."""
    counts = np.bincount(symbols, minlength=2**bits)
    if coder == "huffman":
        table = ops.huffman_lengths(counts)
        return np.concatenate([table, ops.huffman_pack(symbols, table)])
    frequencies = ops.rans_frequencies(counts, _SCALE_BITS)
    words = ops.rans_pack(symbols, frequencies, _lanes(symbols.size))
    return np.concatenate([_bytes(frequencies.astype("<u2")), _bytes(words.astype("<u4"))])


def _symbols(array: np.ndarray, bits: int) -> np.ndarray | None:
    """Codes of ``bits`` bits in the rows of a byte array; None if they are not all that is in it."""
    if bits == 8:
        return _bytes(array)
    rows = np.ascontiguousarray(array.reshape(-1, array.shape[-1]))
    count = rows.shape[1] * 8 // bits
    if array.dtype != np.uint8 or count == 0:
        return None
    codes = ops.unpack_bits(rows, bits, count)
    # Bits after the last whole code would be lost; a stranger's file may hold anything there.
    return codes.reshape(-1) if np.array_equal(_repacked(codes, bits, rows.shape[1]), rows) else None


def _repacked(codes: np.ndarray, width: int, row_bytes: int) -> np.ndarray:
    packed = ops.pack_bits(codes, width)
    return np.pad(packed, ((0, 0), (0, row_bytes - packed.shape[1])))


def _lanes(count: int) -> int:
    """One state (8 bytes) for each 4096 symbols, up to 64: side by side they decode faster."""
    return min(64, max(1, count // 4096))


def _read(part: np.ndarray, dtype: str, shape: tuple[int, ...], coder: str, bits: int) -> np.ndarray:
    """Undo :func:`_smallest`: an array of ``dtype`` and ``shape``."""
    checks.one_of(coder, "coder", ("raw", "huffman", "rans"))
    bits = checks.integer(bits, "bits", low=1, high=8)
    kind = np.dtype(dtype)
    if kind.kind not in "iufb":
        raise ValueError(f"dtype must be a plain number; got {dtype!r}")
    size = math.prod(checks.integer(n, "shape", low=0) for n in shape) * kind.itemsize
    check_dense_size(size, part.size, f"an array of shape {shape}")
    if coder == "raw":
        data = part
    elif bits == 8:
        data = _decoded(part, coder, bits, size).astype(np.uint8)
    else:
        each = shape[-1] * 8 // bits
        codes = _decoded(part, coder, bits, size // shape[-1] * each).astype(np.uint8)
        data = _repacked(codes.reshape(-1, each), bits, shape[-1])
    if data.size != size:
        raise ValueError(f"an array of shape {shape} has {size} bytes; got {data.size}")
    return np.frombuffer(data.tobytes(), kind).reshape(shape)


def _decoded(part: np.ndarray, coder: str, bits: int, count: int) -> np.ndarray:
    """``count`` symbols of ``bits`` bits; a table or stream that is none is a ``ValueError``."""
    k: int = 2**bits
    if coder == "huffman":
        table, stream = part[:k], part[k:]
        used = table[table > 0].astype(np.float64)
        complete = (2.0**-used).sum() == 1 or used.tolist() == [1]
        if table.size != k or not complete or used.max() > _LONGEST or count > 8 * stream.size:
            raise ValueError("a Huffman table or stream is damaged")
        symbols = ops.huffman_unpack(stream, table, count)
    else:
        frequencies = np.frombuffer(part[: 2 * k].tobytes(), "<u2")
        words = np.frombuffer(part[2 * k :].tobytes(), "<u4")
        lanes = _lanes(count)
        if frequencies.size != k or frequencies.sum(dtype=np.int64) != 2**_SCALE_BITS or words.size < 2 * lanes:
            raise ValueError("a table of rANS frequencies or its stream is damaged")
        symbols = ops.rans_unpack(words, frequencies, lanes, count)
    if count and symbols[-1] < 0:
        raise ValueError(f"a {coder} stream is damaged")
    return symbols
