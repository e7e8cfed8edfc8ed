"""Files in and out: safetensors of others, and our own container."""

from minicompress.files.container import is_compressed, load, save
from minicompress.storage import atomic_path, read_weights

__all__ = ["atomic_path", "is_compressed", "load", "read_weights", "save"]
