"""Measuring: size, cost, quality with its uncertainty, latency, sensitivity."""

from minicompress.evaluation.flops import Cost, attention_cost, conv1d_cost, linear_cost
from minicompress.evaluation.intervals import Interval, accuracy, accuracy_difference
from minicompress.evaluation.latency import Latency, compare_latency, measure_latency
from minicompress.evaluation.sensitivity import Sensitivity, sensitivity_scan
from minicompress.evaluation.size import bits_per_weight, file_nbytes, human_bytes, weights_nbytes

__all__ = [
    "Cost",
    "Interval",
    "Latency",
    "Sensitivity",
    "accuracy",
    "accuracy_difference",
    "attention_cost",
    "bits_per_weight",
    "compare_latency",
    "conv1d_cost",
    "file_nbytes",
    "human_bytes",
    "linear_cost",
    "measure_latency",
    "sensitivity_scan",
    "weights_nbytes",
]
