"""Files in and out: safetensors of others, and our own container."""

from minicompress.files.atomic import atomic_path
from minicompress.files.container import is_compressed, load, save
from minicompress.files.weights import read_weights

__all__ = ["atomic_path", "is_compressed", "load", "read_weights", "save"]
