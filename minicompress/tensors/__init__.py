"""How a weight is stored: one protocol, one file per format. Algorithms elsewhere return one of these."""

from minicompress.tensors.base import FORMATS, CompressedTensor
from minicompress.tensors.csr import CSRMatrix
from minicompress.tensors.dense import DenseTensor
from minicompress.tensors.low_rank import LowRankMatrix
from minicompress.tensors.outlier import OutlierTensor
from minicompress.tensors.quantized import QuantizedTensor
from minicompress.tensors.sum import SumMatrix
from minicompress.tensors.tucker import TuckerMatrix

__all__ = [
    "FORMATS",
    "CSRMatrix",
    "CompressedTensor",
    "DenseTensor",
    "LowRankMatrix",
    "OutlierTensor",
    "QuantizedTensor",
    "SumMatrix",
    "TuckerMatrix",
]
