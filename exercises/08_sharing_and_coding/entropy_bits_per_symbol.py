"""Entropy (熵): the bits that a code for single symbols needs at least, and what a Huffman table loses against it.

Questions: B02, H07 | Difficulty: 1/5 | Minutes: 8 | Points: 10

Symbol s occurs counts[s] times, so its share is p_s = counts[s] / sum(counts). Shannon's bound (香农下界) for a code
that writes symbol by symbol, with p_s log2 p_s = 0 where p_s = 0:

    H = - sum over s of p_s * log2(p_s)            bits per symbol

A given prefix code (前缀码) with ``lengths[s]`` bits for symbol s needs on average

    L = sum over s of p_s * lengths[s]             bits per symbol

Task (任务): return the tuple ``(H, redundancy)`` of two floats, with redundancy (冗余) = L - H.

counts : integers >= 0, 1-D, any integer dtype, at least one above 0; symbols that do not occur (count 0) are common.
    Counts such as 200 of dtype uint8 must not overflow, and no small number may be added to p (no log(p + eps)).
lengths : integers >= 0 of the same shape. Where a count is 0, the length does not matter.
Only one symbol occurs: H is 0.0 (not -0.0).
Tolerance (容差): relative 1e-9, absolute 1e-12. Change neither array.
Raise ``ValueError`` where the shapes differ, a count is negative, or all counts are 0 (also where there are none).
"""

import numpy as np


def entropy_bits_per_symbol(counts: np.ndarray, lengths: np.ndarray) -> tuple[float, float]:
    """Return ``(H, redundancy)`` in bits per symbol."""
    raise NotImplementedError
