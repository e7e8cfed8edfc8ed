"""An ONNX graph under construction: nodes, constants, and what the package ``onnx`` is asked to do with them.

Opset 21 is the first whose DequantizeLinear takes blocks. Source: the ONNX operator specification (onnx.ai/onnx).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from minicompress._version import __version__
from minicompress.storage import atomic_path

__all__ = ["Graph", "onnx_package"]

_OPSET, _IR_VERSION = 21, 10
_MOST_BYTES = 2**31 - 2**20  # of a protobuf message, less what nodes and names take


def onnx_package() -> Any:
    """Import ``onnx``; without it an ``ImportError`` that says how to get it."""
    try:
        import onnx
    except ImportError as error:
        message = 'an ONNX file is made with the package onnx: pip install "minicompress[models]"'
        raise ImportError(message, name="onnx") from error
    return onnx


class Graph:
    """Nodes and constants; a value is known by its name, which the methods return.

    Parameters
    ----------
    onnx : module
        From :func:`onnx_package`.
    """

    def __init__(self, onnx: Any) -> None:
        self.onnx = onnx
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._nbytes = 0
        self._known: dict[Any, str] = {}

    def constant(self, array: np.ndarray, name: str | None = None) -> str:
        """Store ``array`` with its dtype."""
        made = name or f"constant_{len(self._constants)}"
        self._constants.append(self.onnx.numpy_helper.from_array(np.asarray(array, order="C"), made))
        self._nbytes += array.nbytes
        return made

    def shared(self, value: Any, dtype: Any = np.float32) -> str:
        """Store a small constant, a number or a list of them; the same one only once."""
        array = np.array(value, dtype)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._known:
            self._known[key] = self.constant(array)
        return self._known[key]

    def floats(self, array: np.ndarray, name: str) -> str:
        """Store float16 or float32; float16 is widened by a node, which a runtime runs once, when it loads the file."""
        made = self.constant(array, name)
        return self.node("Cast", made, to=self.onnx.TensorProto.FLOAT) if array.dtype == np.float16 else made

    def node(self, kind: str, *inputs: str, out: str | None = None, domain: str = "", **attributes: Any) -> str:
        """Add a node with one output. The same node twice is one: nodes have no side effects."""
        key = (kind, inputs, domain, repr(sorted(attributes.items())))
        if out is None and key in self._known:
            return self._known[key]
        made = out or f"{kind}_{len(self._nodes)}"
        self._nodes.append(
            self.onnx.helper.make_node(kind, list(inputs), [made], name=made, domain=domain, **attributes)
        )
        return self._known.setdefault(key, made)

    def save(self, path: str | os.PathLike[str], *, inputs: Sequence[str], output: str, width: int) -> int:
        """Write int64 ``inputs`` (batch, length) -> float32 ``output`` (batch, width), all or nothing; returns bytes.

        Raises
        ------
        ValueError
            If the constants do not fit one protobuf message (2 GB).
        """
        if self._nbytes > _MOST_BYTES:
            raise ValueError(f"an ONNX file holds at most {_MOST_BYTES:,} bytes of weights; got {self._nbytes:,}")
        helper, types = self.onnx.helper, self.onnx.TensorProto
        given = [helper.make_tensor_value_info(name, types.INT64, ["batch", "length"]) for name in inputs]
        made = helper.make_tensor_value_info(output, types.FLOAT, ["batch", width])
        graph = helper.make_graph(self._nodes, "encoder", given, [made], self._constants)
        opsets = [helper.make_opsetid("", _OPSET)]
        if any(node.domain for node in self._nodes):
            opsets.append(helper.make_opsetid("com.microsoft", 1))
        model = helper.make_model(
            graph,
            opset_imports=opsets,
            ir_version=_IR_VERSION,
            producer_name="minicompress",
            producer_version=__version__,
        )
        with atomic_path(path) as temporary:
            temporary.write_bytes(model.SerializeToString(deterministic=True))
        return os.path.getsize(path)
