"""Quantization: numbers on a coarse grid. Ranges, grids, roundings, and inference in integers."""

from minicompress.quantization.activations import calibrate, quantize_dynamic
from minicompress.quantization.adaround import quantize_adaround
from minicompress.quantization.affine import (
    QParams,
    choose_qparams,
    dequantize,
    fake_quantize,
    integer_grid,
    qparams_from_range,
    quantize,
)
from minicompress.quantization.allocation import allocate_exact, allocate_greedy
from minicompress.quantization.awq import quantize_awq
from minicompress.quantization.batch_norm import fold_batch_norm
from minicompress.quantization.bias_correction import correct_bias, relu_mean
from minicompress.quantization.binary import quantize_binary
from minicompress.quantization.entropy_constrained import quantize_entropy_constrained
from minicompress.quantization.equalization import equalize
from minicompress.quantization.fp8 import quantize_fp8
from minicompress.quantization.gguf import quantize_gguf
from minicompress.quantization.gptq import quantize_gptq
from minicompress.quantization.granularity import PerAxis, PerGroup, PerTensor
from minicompress.quantization.hessian import HessianAccumulator, hessian_from
from minicompress.quantization.integer import IntegerLinear, quantize_multiplier, requantize
from minicompress.quantization.integer_conv import IntegerConv
from minicompress.quantization.kmeans import quantize_kmeans
from minicompress.quantization.kv_cache import QuantizedCache, quantize_keys, quantize_values
from minicompress.quantization.llm_int8 import quantize_llm_int8
from minicompress.quantization.lsq import initial_step, learned_step
from minicompress.quantization.mx import quantize_mx
from minicompress.quantization.nf4 import quantize_nf4
from minicompress.quantization.nvfp4 import quantize_nvfp4
from minicompress.quantization.observers import (
    Entropy,
    MeanSquaredError,
    MinMax,
    MovingAverage,
    Observer,
    Percentile,
)
from minicompress.quantization.pact import learned_clip
from minicompress.quantization.power_of_two import quantize_power_of_two
from minicompress.quantization.rotation import Rotation, hadamard_transform, random_rotation
from minicompress.quantization.rtn import quantize_rtn
from minicompress.quantization.scheme import WeightScheme
from minicompress.quantization.smoothing import smooth
from minicompress.quantization.ste import straight_through
from minicompress.quantization.ternary import quantize_ternary

__all__ = [
    "Entropy",
    "HessianAccumulator",
    "IntegerConv",
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
    "QuantizedCache",
    "Rotation",
    "WeightScheme",
    "allocate_exact",
    "allocate_greedy",
    "calibrate",
    "choose_qparams",
    "correct_bias",
    "dequantize",
    "equalize",
    "fake_quantize",
    "fold_batch_norm",
    "hadamard_transform",
    "hessian_from",
    "initial_step",
    "integer_grid",
    "learned_clip",
    "learned_step",
    "qparams_from_range",
    "quantize",
    "quantize_adaround",
    "quantize_awq",
    "quantize_binary",
    "quantize_dynamic",
    "quantize_entropy_constrained",
    "quantize_fp8",
    "quantize_gguf",
    "quantize_gptq",
    "quantize_keys",
    "quantize_kmeans",
    "quantize_llm_int8",
    "quantize_multiplier",
    "quantize_mx",
    "quantize_nf4",
    "quantize_nvfp4",
    "quantize_power_of_two",
    "quantize_rtn",
    "quantize_ternary",
    "quantize_values",
    "random_rotation",
    "relu_mean",
    "requantize",
    "smooth",
    "straight_through",
]
