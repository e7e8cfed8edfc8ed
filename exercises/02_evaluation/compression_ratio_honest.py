"""An honest compression ratio (真实压缩率): every array that is stored counts.

Questions: H08, K16, M08 | Difficulty: 2/5 | Minutes: 15 | Points: 20

``original`` maps the names of a model's tensors to their arrays. ``stored`` says what the compressed model keeps of
some of them; a tensor that is not in ``stored`` is kept as it is (未压缩的张量照样要存).

A value of ``stored`` is one of two things:

- a dict of parts (组成部分). Its entry "codes" is an integer array whose codes are packed with "bits" bits each
  (1 to 16): every row (the last axis) by itself, filled up to a whole byte (每行补齐到整字节). "codes" and "bits"
  come together, or neither is there. Every other entry ("scale", "zero_point", "indices", "codebook", any name) is an
  array that is stored as it is, in its own dtype (按自身 dtype 计).
- a str, the name of another tensor of ``original``: the two are tied (权重共享, 权重绑定) and this one takes no byte.

Bytes of an array stored as it is: number of elements times bytes per element. So float16 originals count 2 bytes an
element. Names and headers are not counted.

Task (任务): return the tuple ``(original_bytes, compressed_bytes, ratio, bits_per_weight)``:

    ratio = original_bytes / compressed_bytes
    bits_per_weight = 8 * compressed_bytes / (number of elements in original, tied ones included)

Two ints, two floats; the floats to a relative 1e-9. Arrays have at least one element; "codes" has 1 or more axes,
other arrays may have none. ``compressed_bytes`` is never 0.
Raise ``ValueError`` where ``original`` is empty, where a name in ``stored`` or the name that it is tied to is not in
``original``, or where a code is not in 0 .. 2**bits - 1.
"""

from typing import Any

import numpy as np


def compression_ratio_honest(
    original: dict[str, np.ndarray], stored: dict[str, dict[str, Any] | str]
) -> tuple[int, int, float, float]:
    """Return ``(original_bytes, compressed_bytes, ratio, bits_per_weight)``."""
    raise NotImplementedError
