"""Plausible wrong answers to speed_nf4_dequantize; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _checked(packed, absmax, levels):
    if levels.size != 16 or packed.size % absmax.size:
        raise ValueError("sizes")
    return packed >> 4, packed & 15, np.repeat(absmax, 2 * packed.size // absmax.size)


def low_nibble_first(packed, absmax, levels):
    """the nibbles \\(半字节\\) were swapped: the high one comes first
    Solver's mistake.
    """
    high, low, scale = _checked(packed, absmax, levels)
    return levels[np.stack([low, high], axis=1).ravel()] * scale


def all_high_nibbles_first(packed, absmax, levels):
    """all high nibbles come before all low ones
    Solver's mistake.
    """
    high, low, scale = _checked(packed, absmax, levels)
    return levels[np.concatenate([high, low])] * scale


def absmax_forgotten(packed, absmax, levels):
    """absmax was left out"""
    high, low, _ = _checked(packed, absmax, levels)
    return levels[np.stack([high, low], axis=1).ravel()]


def one_absmax_for_all(packed, absmax, levels):
    """every block \\(分块\\) took the absmax of the first one"""
    high, low, _ = _checked(packed, absmax, levels)
    return levels[np.stack([high, low], axis=1).ravel()] * absmax[0]


def absmax_value_by_value(packed, absmax, levels):
    """absmax changes with every value, not with every block
    Solver's mistake.
    """
    high, low, scale = _checked(packed, absmax, levels)
    return levels[np.stack([high, low], axis=1).ravel()] * np.resize(absmax, scale.size)


def uniform_grid(packed, absmax, levels):
    """\\(code - 8\\) / 8 is a uniform grid
    Solver's mistake.
    """
    high, low, scale = _checked(packed, absmax, levels)
    codes = np.stack([high, low], axis=1).ravel().astype(np.float32)
    return (codes - 8) / 8 * scale


def divides(packed, absmax, levels):
    """it was divided by absmax"""
    high, low, scale = _checked(packed, absmax, levels)
    return levels[np.stack([high, low], axis=1).ravel()] / scale


def built_in_levels(packed, absmax, levels):
    """values differ; the first is at
    Solver's mistake.
    """
    high, low, scale = _checked(packed, absmax, levels)
    own = np.linspace(-1, 1, 16).astype(np.float32)  # a table from memory in place of the argument
    return own[np.stack([high, low], axis=1).ravel()] * scale


def half_precision(packed, absmax, levels):
    """expected dtype float32, returned float16
    Solver's mistake.
    """
    high, low, scale = _checked(packed, absmax, levels)
    return (levels[np.stack([high, low], axis=1).ravel()] * scale).astype(np.float16)


def blocks_as_rows(packed, absmax, levels):
    """expected shape \\(8,\\), returned shape \\(2, 4\\)
    Solver's mistake.
    """
    high, low, scale = _checked(packed, absmax, levels)
    return (levels[np.stack([high, low], axis=1).ravel()] * scale).reshape(absmax.size, -1)


def short_blocks_accepted(packed, absmax, levels):
    """expected ValueError, returned .*does not divide
    Solver's mistake.
    """
    if levels.size != 16:
        raise ValueError("levels")
    size = -(-2 * packed.size // absmax.size)
    scale = np.repeat(absmax, size)[: 2 * packed.size]
    return levels[np.stack([packed >> 4, packed & 15], axis=1).ravel()] * scale
