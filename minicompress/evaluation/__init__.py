"""Measuring: size, cost, quality with its uncertainty, latency, sensitivity; and what a model will need."""

from minicompress.evaluation.flops import Cost, attention_cost, conv1d_cost, linear_cost, separable_conv_cost
from minicompress.evaluation.intervals import Interval, accuracy, accuracy_difference
from minicompress.evaluation.latency import Latency, compare_latency, measure_latency
from minicompress.evaluation.memory import (
    activation_nbytes,
    cache_nbytes,
    quantized_nbytes,
    shape_nbytes,
    training_activation_nbytes,
    training_nbytes,
)
from minicompress.evaluation.model_shape import LLAMA_2_7B, LLAMA_2_70B, LLAMA_3_8B, MIXTRAL_8X7B, ModelShape
from minicompress.evaluation.parameter_counts import (
    albert_parameters,
    bert_parameters,
    gru_parameters,
    lstm_parameters,
)
from minicompress.evaluation.planner import MemoryPlan, largest_context, plan_memory
from minicompress.evaluation.retrieval import (
    bootstrap_mean,
    bootstrap_ratio,
    cosine_agreement,
    ranks,
    reciprocal_ranks,
    top_overlap,
)
from minicompress.evaluation.roofline import (
    Machine,
    RooflinePoint,
    break_even_batch,
    linear_roofline,
    measure_machine,
)
from minicompress.evaluation.sensitivity import Sensitivity, sensitivity_scan
from minicompress.evaluation.size import bits_per_weight, file_nbytes, human_bytes, weights_nbytes

__all__ = [
    "LLAMA_2_7B",
    "LLAMA_2_70B",
    "LLAMA_3_8B",
    "MIXTRAL_8X7B",
    "Cost",
    "Interval",
    "Latency",
    "Machine",
    "MemoryPlan",
    "ModelShape",
    "RooflinePoint",
    "Sensitivity",
    "accuracy",
    "accuracy_difference",
    "activation_nbytes",
    "albert_parameters",
    "attention_cost",
    "bert_parameters",
    "bits_per_weight",
    "bootstrap_mean",
    "bootstrap_ratio",
    "break_even_batch",
    "cache_nbytes",
    "compare_latency",
    "conv1d_cost",
    "cosine_agreement",
    "file_nbytes",
    "gru_parameters",
    "human_bytes",
    "largest_context",
    "linear_cost",
    "linear_roofline",
    "lstm_parameters",
    "measure_latency",
    "measure_machine",
    "plan_memory",
    "quantized_nbytes",
    "ranks",
    "reciprocal_ranks",
    "sensitivity_scan",
    "separable_conv_cost",
    "shape_nbytes",
    "top_overlap",
    "training_activation_nbytes",
    "training_nbytes",
    "weights_nbytes",
]
