"""Bytes on disk: files written whole or not at all, and checkpoints of strangers read safely, whatever their size."""

from minicompress.storage.atomic import atomic_path, write_atomic
from minicompress.storage.checkpoint import Checkpoint
from minicompress.storage.header import Entry, from_bfloat16, read_entries
from minicompress.storage.weights import read_header, read_weights
from minicompress.storage.writing import join_tensors, write_tensors

__all__ = [
    "Checkpoint",
    "Entry",
    "atomic_path",
    "from_bfloat16",
    "join_tensors",
    "read_entries",
    "read_header",
    "read_weights",
    "write_atomic",
    "write_tensors",
]
