"""Coding: the same numbers in fewer bytes, without loss."""

from minicompress.coding.bits import pack_bits, unpack_bits

__all__ = ["pack_bits", "unpack_bits"]
