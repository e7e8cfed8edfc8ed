"""Weights of PyTorch as arrays, and arrays as tensors of PyTorch; torch is imported where a tensor is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import numpy as np

__all__ = ["as_array", "as_torch"]


def as_array(value: Any, name: str) -> tuple[np.ndarray, int]:
    """Return an array or torch tensor as an array, and the bytes that it takes where it comes from.

    bfloat16 and the 8-bit floats become float32, which holds them exactly; every device, and tensors that require a
    gradient, are read.

    >>> as_array(np.float16([1, 2]), "w")
    (array([1., 2.], dtype=float16), 4)
    """
    if type(value).__module__.split(".")[0] != "torch" or not hasattr(value, "detach"):
        array = np.asarray(value)
        return array, array.nbytes
    kind = str(value.dtype).removeprefix("torch.")
    if str(value.layout) != "torch.strided" or getattr(value, "is_quantized", False) or kind.startswith("complex"):
        raise TypeError(f"{name} must be a plain dense tensor of real numbers; got {value.layout}, {value.dtype}")
    plain = value.detach().cpu()
    nbytes = plain.numel() * plain.element_size()
    if kind == "bfloat16" or kind.startswith("float8"):
        plain = plain.float()
    return plain.numpy(), nbytes


def as_torch(arrays: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Return tensors that own their memory, by the same names."""
    try:
        torch = importlib.import_module("torch")
    except ImportError as error:
        raise ImportError("a state_dict needs PyTorch, which is not installed", name="torch") from error
    return {name: torch.from_numpy(np.array(array)) for name, array in arrays.items()}
