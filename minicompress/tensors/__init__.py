"""How a weight is stored: one protocol, one file per format. Algorithms elsewhere return one of these."""

from minicompress.tensors.base import FORMATS, CompressedTensor
from minicompress.tensors.binary import BinaryTensor
from minicompress.tensors.bitmap import BitmapMatrix
from minicompress.tensors.bsr import BSRMatrix
from minicompress.tensors.codebook import CodebookTensor
from minicompress.tensors.coo import COOMatrix
from minicompress.tensors.csc import CSCMatrix
from minicompress.tensors.csr import CSRMatrix
from minicompress.tensors.dense import DenseTensor
from minicompress.tensors.entropy import EntropyCodedTensor
from minicompress.tensors.fp8 import FP8Tensor
from minicompress.tensors.gguf import GGUF_KINDS, GGUFTensor
from minicompress.tensors.hashed import HashedTensor
from minicompress.tensors.low_rank import LowRankMatrix
from minicompress.tensors.mx import MXTensor
from minicompress.tensors.nf4 import NF4Tensor
from minicompress.tensors.nm import NMSparseMatrix
from minicompress.tensors.nvfp4 import NVFP4Tensor
from minicompress.tensors.outlier import OutlierTensor
from minicompress.tensors.power_of_two import PowerOfTwoTensor
from minicompress.tensors.product import ProductQuantizedTensor
from minicompress.tensors.quantized import QuantizedTensor
from minicompress.tensors.relative import RelativeSparseTensor
from minicompress.tensors.sparse import SparseMatrix
from minicompress.tensors.sparse_product import sparse_product
from minicompress.tensors.sum import SumMatrix
from minicompress.tensors.ternary import TernaryTensor
from minicompress.tensors.transpose import transpose
from minicompress.tensors.tucker import TuckerMatrix

__all__ = [
    "FORMATS",
    "GGUF_KINDS",
    "BSRMatrix",
    "BinaryTensor",
    "BitmapMatrix",
    "COOMatrix",
    "CSCMatrix",
    "CSRMatrix",
    "CodebookTensor",
    "CompressedTensor",
    "DenseTensor",
    "EntropyCodedTensor",
    "FP8Tensor",
    "GGUFTensor",
    "HashedTensor",
    "LowRankMatrix",
    "MXTensor",
    "NF4Tensor",
    "NMSparseMatrix",
    "NVFP4Tensor",
    "OutlierTensor",
    "PowerOfTwoTensor",
    "ProductQuantizedTensor",
    "QuantizedTensor",
    "RelativeSparseTensor",
    "SparseMatrix",
    "SumMatrix",
    "TernaryTensor",
    "TuckerMatrix",
    "sparse_product",
    "transpose",
]
