"""Rows of entropy coding: the same symbols, as the codes of a weight are spread, through every coder."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import numpy as np

from benchmarks.peers import Function, library
from benchmarks.rows import Row, family
from minicompress import ops

_LANES, _SCALE_BITS = 64, 14  # as in stored tensors


@family("coding")
def coding(quick: bool, rng: np.random.Generator) -> Iterator[Row]:
    """Encode and decode; the symbols per second are the column GFLOP/s times 10^9."""
    for side, kinds in ((384, 32),) if quick else ((384, 16), (768, 32), (1536, 256)):
        wide = rng.standard_normal(side * 1536) * (kinds / 12) + kinds / 2
        symbols = np.clip(np.rint(wide), 0, kinds - 1).astype(np.int64)
        yield from _rows(symbols, kinds)


def _rows(symbols: np.ndarray, kinds: int) -> Iterator[Row]:
    counts, shape, n = np.bincount(symbols, minlength=kinds), f"{symbols.size} symbols of {kinds}", float(symbols.size)
    frequencies, lengths = ops.rans_frequencies(counts, _SCALE_BITS), ops.huffman_lengths(counts)
    words, payload = ops.rans_pack(symbols, frequencies, _LANES), ops.huffman_pack(symbols, lengths)
    for name, ours in (
        ("rANS decode", lambda: ops.rans_unpack(words, frequencies, _LANES, symbols.size)),
        ("Huffman decode", lambda: ops.huffman_unpack(payload, lengths, symbols.size)),
    ):
        peers, absent = _decoders(symbols, frequencies)
        yield Row(name, shape, ours, peers, symbols, 0.0, n, 8.0 * n, absent)
    peers, absent = _encoders(symbols, frequencies)
    # Streams differ between coders: what is compared is that each is there; the tests compare what they hold.
    for name, pack in (
        ("rANS encode", lambda: ops.rans_pack(symbols, frequencies, _LANES)),
        ("Huffman encode", lambda: ops.huffman_pack(symbols, lengths)),
    ):
        yield Row(name, shape, _sized(pack), peers, np.ones(1), 0.0, n, 8.0 * n, absent)


def _sized(encode: Function) -> Function:
    return lambda: np.array([float(len(encode()) > 0)])


def _constriction(frequencies: np.ndarray):  # type: ignore[no-untyped-def]
    found = library("constriction")
    if found is None:
        return None, None
    shares = frequencies / frequencies.sum()
    return found.stream.stack.AnsCoder, found.stream.model.Categorical(shares, perfect=False)


def _decoders(symbols: np.ndarray, frequencies: np.ndarray) -> tuple[dict[str, Function], list[str]]:
    raw, peers, absent = symbols.astype(np.uint8).tobytes(), {}, []
    coder, model = _constriction(frequencies)
    if coder is None:
        absent.append("constriction ANS")
    else:
        full = coder()
        full.encode_reverse(symbols.astype(np.int32), model)
        stream = full.get_compressed()
        peers["constriction ANS"] = lambda: coder(stream).decode(model, symbols.size)
    deflated = zlib.compress(raw, 6)
    peers["zlib"] = lambda: np.frombuffer(zlib.decompress(deflated), np.uint8)
    zstandard = library("zstandard")
    if zstandard is None:
        absent.append("zstandard")
    else:
        small, context = zstandard.ZstdCompressor(3).compress(raw), zstandard.ZstdDecompressor()
        peers["zstandard"] = lambda: np.frombuffer(context.decompress(small), np.uint8)
    return peers, absent


def _encoders(symbols: np.ndarray, frequencies: np.ndarray) -> tuple[dict[str, Function], list[str]]:
    raw, narrow, peers, absent = symbols.astype(np.uint8).tobytes(), symbols.astype(np.int32), {}, []
    coder, model = _constriction(frequencies)
    if coder is None:
        absent.append("constriction ANS")
    else:

        def encode() -> np.ndarray:
            full = coder()
            full.encode_reverse(narrow, model)
            return full.get_compressed()

        peers["constriction ANS"] = _sized(encode)
    peers["zlib"] = _sized(lambda: zlib.compress(raw, 6))
    zstandard = library("zstandard")
    if zstandard is None:
        absent.append("zstandard")
    else:
        peers["zstandard"] = _sized(lambda: zstandard.ZstdCompressor(3).compress(raw))
    return peers, absent
