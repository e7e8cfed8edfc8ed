"""Choosing tokens from a language model's numbers: sampling rules, and speculative decoding. Arrays in, arrays out."""

from minicompress.decoding.generation import SpeculativeRun, speculative_generate
from minicompress.decoding.sampling import greedy, sample, softmax_probabilities
from minicompress.decoding.speculative import (
    acceptance_rate,
    expected_accepted,
    residual_distribution,
    speculative_accept,
)

__all__ = [
    "SpeculativeRun",
    "acceptance_rate",
    "expected_accepted",
    "greedy",
    "residual_distribution",
    "sample",
    "softmax_probabilities",
    "speculative_accept",
    "speculative_generate",
]
