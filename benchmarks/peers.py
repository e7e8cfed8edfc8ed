"""The native libraries, as functions of NumPy arrays. A library that is not installed gives ``None``."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

__all__ = ["THREADS", "library", "matmul_integer", "matmul_nbits", "mkl_sparse", "onnx_node", "versions"]

#: Threads of every competitor; ``--threads`` sets the variable before NumPy and its BLAS are loaded.
THREADS = int(os.environ.get("MINICOMPRESS_NUM_THREADS", "2"))

Function = Callable[[], np.ndarray]


def library(name: str) -> ModuleType | None:
    """Return the module, or ``None`` if it is not installed."""
    try:
        return importlib.import_module(name)
    except (ImportError, OSError):
        return None


def versions() -> dict[str, str]:
    """Return the version of each library, or ``absent``."""
    names = ("numpy", "scipy", "numba", "onnxruntime", "torch", "sparse_dot_mkl", "sklearn", "faiss")
    names += ("constriction", "zstandard")
    return {name: str(getattr(library(name), "__version__", "absent")) for name in names}


def _session(model: Any) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    # Its pool would go on spinning through the next competitor's burst.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def _model(node: Any, inputs: dict[str, Any], output: Any, constants: list[Any]) -> Any:
    from onnx import helper

    values = [helper.make_tensor_value_info(name, kind, [None, None]) for name, kind in inputs.items()]
    result = helper.make_tensor_value_info("y", output, [None, None])
    graph = helper.make_graph([node], "one_node", values, [result], constants)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def onnx_node(kind: str, inputs: list[np.ndarray], domain: str = "", **attributes: Any) -> Function | None:
    """onnxruntime's operator ``kind`` on float32 ``inputs``: its first output."""
    if library("onnxruntime") is None or library("onnx") is None:
        return None
    from onnx import TensorProto, helper

    named = {f"x{k}": array for k, array in enumerate(inputs)}
    node = helper.make_node(kind, list(named), ["y"], domain=domain, **attributes)
    kinds = [helper.make_tensor_value_info(k, TensorProto.FLOAT, [None] * a.ndim) for k, a in named.items()]
    result = helper.make_tensor_value_info("y", TensorProto.FLOAT, [None] * inputs[0].ndim)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    graph = helper.make_graph([node], "one_node", kinds, [result])
    session = _session(helper.make_model(graph, opset_imports=opsets, ir_version=8))
    return lambda: session.run(None, named)[0]


def matmul_nbits(x: np.ndarray, codes: np.ndarray, scale: np.ndarray, accuracy_level: int) -> Function | None:
    """onnxruntime's product with 4-bit codes and zero point 8; accuracy level 4 quantizes the activations."""
    if library("onnxruntime") is None or library("onnx") is None:
        return None
    from onnx import TensorProto, helper

    outputs, inputs = codes.shape
    block = inputs // scale.shape[1]
    pairs = codes.reshape(outputs, scale.shape[1], block // 2, 2)
    blob = (pairs[..., 0] | (pairs[..., 1] << 4)).astype(np.uint8)
    attributes = {"K": inputs, "N": outputs, "bits": 4, "block_size": block, "accuracy_level": accuracy_level}
    node = helper.make_node("MatMulNBits", ["x", "b", "s"], ["y"], domain="com.microsoft", **attributes)
    constants = [
        helper.make_tensor("b", TensorProto.UINT8, blob.shape, blob.tobytes(), raw=True),
        helper.make_tensor("s", TensorProto.FLOAT, [scale.size], scale.tobytes(), raw=True),
    ]
    session = _session(_model(node, {"x": TensorProto.FLOAT}, TensorProto.FLOAT, constants))
    return lambda: session.run(None, {"x": x})[0]


def matmul_integer(a: np.ndarray, w: np.ndarray) -> Function | None:
    """onnxruntime's MatMulInteger of ``a`` uint8 (zero point 128) and ``w`` int8 (inputs, outputs)."""
    if library("onnxruntime") is None or library("onnx") is None:
        return None
    from onnx import TensorProto, helper

    node = helper.make_node("MatMulInteger", ["x", "b", "z"], ["y"])
    constants = [
        helper.make_tensor("b", TensorProto.INT8, w.shape, np.ascontiguousarray(w).tobytes(), raw=True),
        helper.make_tensor("z", TensorProto.UINT8, [], [128]),
    ]
    session = _session(_model(node, {"x": TensorProto.UINT8}, TensorProto.INT32, constants))
    return lambda: session.run(None, {"x": a})[0]


def mkl_sparse(matrix: Any, x: np.ndarray) -> Function | None:
    """MKL's product of a scipy CSR matrix and a dense one."""
    mkl = library("sparse_dot_mkl")
    if mkl is None:
        return None
    mkl.mkl_set_num_threads(THREADS)
    return lambda: mkl.dot_product_mkl(matrix, x)
