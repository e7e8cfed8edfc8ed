"""Bytes on disk: files written whole or not at all, and checkpoints of strangers read safely."""

from minicompress.storage.atomic import atomic_path, write_atomic
from minicompress.storage.weights import from_bfloat16, read_header, read_weights

__all__ = ["atomic_path", "from_bfloat16", "read_header", "read_weights", "write_atomic"]
