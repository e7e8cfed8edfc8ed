"""How a weight is stored: one protocol, one file per format. Algorithms elsewhere return one of these."""

from minicompress.tensors.base import FORMATS, CompressedTensor
from minicompress.tensors.csr import CSRMatrix
from minicompress.tensors.dense import DenseTensor
from minicompress.tensors.outlier import OutlierTensor
from minicompress.tensors.quantized import QuantizedTensor

__all__ = ["FORMATS", "CSRMatrix", "CompressedTensor", "DenseTensor", "OutlierTensor", "QuantizedTensor"]
