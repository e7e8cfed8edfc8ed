"""Quantization: numbers on a coarse grid. Ranges, grids, roundings, and inference in integers."""

from minicompress.quantization.affine import (
    QParams,
    choose_qparams,
    dequantize,
    fake_quantize,
    integer_grid,
    qparams_from_range,
    quantize,
)
from minicompress.quantization.granularity import PerAxis, PerGroup, PerTensor
from minicompress.quantization.integer import IntegerLinear, quantize_multiplier, requantize
from minicompress.quantization.observers import (
    Entropy,
    MeanSquaredError,
    MinMax,
    MovingAverage,
    Observer,
    Percentile,
)
from minicompress.quantization.rtn import quantize_rtn

__all__ = [
    "Entropy",
    "IntegerLinear",
    "MeanSquaredError",
    "MinMax",
    "MovingAverage",
    "Observer",
    "PerAxis",
    "PerGroup",
    "PerTensor",
    "Percentile",
    "QParams",
    "choose_qparams",
    "dequantize",
    "fake_quantize",
    "integer_grid",
    "qparams_from_range",
    "quantize",
    "quantize_multiplier",
    "quantize_rtn",
    "requantize",
]
