"""Observers: how the range of an activation is chosen from calibration data, batch by batch."""

from minicompress.quantization.observers.base import Observer
from minicompress.quantization.observers.entropy import Entropy
from minicompress.quantization.observers.minmax import MinMax
from minicompress.quantization.observers.moving_average import MovingAverage
from minicompress.quantization.observers.mse import MeanSquaredError
from minicompress.quantization.observers.percentile import Percentile

__all__ = ["Entropy", "MeanSquaredError", "MinMax", "MovingAverage", "Observer", "Percentile"]
