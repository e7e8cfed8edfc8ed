"""The encoder for ONNX Runtime to run: float32 by :func:`minicompress.files.save_onnx`, and its dynamic int8."""

from __future__ import annotations

from pathlib import Path

from minicompress.files import save_onnx
from minicompress.models import BertEncoder

__all__ = ["export_float", "export_int8"]


def export_float(encoder: BertEncoder, path: Path) -> None:
    """Write ids and mask (batch, length) int64 -> unit vectors (batch, hidden) float32."""
    save_onnx(encoder, path)


def export_int8(source: Path, target: Path) -> None:
    """ONNX Runtime's own dynamic quantization of ``source``: int8 weights, activations rounded as they come."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(source, target, weight_type=QuantType.QInt8)
