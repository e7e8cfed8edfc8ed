"""Files in and out: safetensors, GGUF and ONNX of others, and our own container."""

from minicompress.files.compressed_tensors import save_compressed_tensors
from minicompress.files.container import is_compressed, load, save
from minicompress.files.gguf import load_gguf, save_gguf
from minicompress.files.onnx_encoder import OnnxExport, save_onnx
from minicompress.files.opening import open_model
from minicompress.files.streaming import compress_file
from minicompress.storage import atomic_path, read_weights

__all__ = [
    "OnnxExport",
    "atomic_path",
    "compress_file",
    "is_compressed",
    "load",
    "load_gguf",
    "open_model",
    "read_weights",
    "save",
    "save_compressed_tensors",
    "save_gguf",
    "save_onnx",
]
