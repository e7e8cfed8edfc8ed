"""Quantize a KV cache: keys per channel, values per token (KV 缓存量化：K 逐通道，V 逐 token).

Questions: M14, M13 | Difficulty: 3/5 | Minutes: 18 | Points: 30

Keys of an attention head have a few channels that are large at every token; values have not. KIVI therefore lets the
tokens of one key channel share a scale, and the channels of one value token. Both are quantized asymmetrically in
groups (分组非对称量化), with the smallest value as the offset (无零点，存最小值):

    scale = (max - min) / (2**bits - 1)        code = round((v - min) / scale)        v' = min + scale * code

max and min over the group; a group of equal values (常数组) has scale 1 and codes 0. ``round`` is half to even; no
quotient lies near a tie.

Task (任务): for keys and values of shape (tokens, d) return the tuple
``(k_codes, k_scale, k_min, v_codes, v_scale, v_min)``.

1. Keys: a group is ``group_size`` neighbouring tokens of one channel (同一通道的连续 token).
   k_scale and k_min have the shape (tokens / group_size, d).
2. Values: a group is ``group_size`` neighbouring channels of one token (同一 token 的连续通道).
   v_scale and v_min have the shape (tokens, d / group_size).
3. k_codes and v_codes : uint8 (tokens, d), one code a byte, each at the place of its number.

keys, values : float64 (tokens, d); do not change them.  bits : 1 to 8.
Codes are exact; scales and minima float64, to a relative 1e-9.
Raise ``ValueError`` where keys and values differ in shape, ``bits`` is not in 1 .. 8, or where ``group_size`` is below
1 or does not divide both tokens and d (不能整除).
"""

import numpy as np


def kv_cache_quantize(
    keys: np.ndarray, values: np.ndarray, *, bits: int = 4, group_size: int = 32
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return ``(k_codes, k_scale, k_min, v_codes, v_scale, v_min)``."""
    raise NotImplementedError
