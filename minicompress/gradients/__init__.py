"""Gradient compression: what a worker sends instead of its whole gradient, and what it keeps for later.

``TopKCompressor`` (the k largest entries), ``OneBitCompressor`` (signs), ``PowerSGD`` (a product of thin matrices).
All are biased at each step. With error feedback what was left out is added to the next gradient, so that

    sum of what is sent = sum of the gradients - residual

holds after every step, and nothing is lost for good, only late. ``all_reduce_mean`` averages messages of workers.
"""

from minicompress.gradients.base import GradientCompressor
from minicompress.gradients.messages import DenseMessage, LowRankMessage, Message, SignMessage, SparseMessage
from minicompress.gradients.one_bit import OneBitCompressor
from minicompress.gradients.power_sgd import PowerSGD, compress_shared
from minicompress.gradients.reduce import all_reduce_mean
from minicompress.gradients.top_k import TopKCompressor

__all__ = [
    "DenseMessage",
    "GradientCompressor",
    "LowRankMessage",
    "Message",
    "OneBitCompressor",
    "PowerSGD",
    "SignMessage",
    "SparseMessage",
    "TopKCompressor",
    "all_reduce_mean",
    "compress_shared",
]
