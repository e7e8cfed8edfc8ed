"""Entropy: the bits a symbol that no code for single symbols can go below."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks

__all__ = ["entropy"]


def entropy(symbols: Any) -> float:
    """Return H = -sum_s p_s log2 p_s, p_s the share of ``symbols`` that are s: bits a symbol, 0 to log2 n.

    The bound holds for symbols coded as if independent; what neighbours say about each other can only lower it.
    Source: Shannon 1948.

    >>> entropy([0, 0, 1, 2])
    1.5
    """
    values = checks.int_array(symbols, "symbols")
    if values.size == 0:
        raise ValueError("symbols is empty; at least one is needed")
    _, counts = np.unique(values, return_counts=True)
    p = counts / values.size
    return max(0.0, float(-(p * np.log2(p)).sum()))
