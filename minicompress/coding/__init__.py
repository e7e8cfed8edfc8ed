"""Coding: the same numbers in fewer bytes, without loss."""

from minicompress.coding.bits import pack_bits, unpack_bits
from minicompress.coding.deep_compression import deep_compress
from minicompress.coding.entropy import entropy
from minicompress.coding.huffman import huffman_decode, huffman_encode
from minicompress.coding.rans import rans_decode, rans_encode
from minicompress.coding.relative_index import relative_index_decode, relative_index_encode

__all__ = [
    "deep_compress",
    "entropy",
    "huffman_decode",
    "huffman_encode",
    "pack_bits",
    "rans_decode",
    "rans_encode",
    "relative_index_decode",
    "relative_index_encode",
    "unpack_bits",
]
