"""Files in and out: safetensors and GGUF of others, and our own container."""

from minicompress.files.compressed_tensors import save_compressed_tensors
from minicompress.files.container import is_compressed, load, save
from minicompress.files.gguf import load_gguf, save_gguf
from minicompress.files.opening import open_model
from minicompress.storage import atomic_path, read_weights

__all__ = [
    "atomic_path",
    "is_compressed",
    "load",
    "load_gguf",
    "open_model",
    "read_weights",
    "save",
    "save_compressed_tensors",
    "save_gguf",
]
