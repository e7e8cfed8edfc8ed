"""Reference answer: an honest compression ratio."""

from typing import Any

import numpy as np


def compression_ratio_honest(
    original: dict[str, np.ndarray], stored: dict[str, dict[str, Any] | str]
) -> tuple[int, int, float, float]:
    """Return ``(original_bytes, compressed_bytes, ratio, bits_per_weight)``."""
    ties = {kept for kept in stored.values() if isinstance(kept, str)}
    unknown = (stored.keys() | ties) - original.keys()
    if not original or unknown:
        raise ValueError(f"original is empty, or does not hold {sorted(unknown)}")

    after = 0
    for name, array in original.items():
        kept = stored.get(name, {"array": array})  # not compressed: its own array is its only part
        if isinstance(kept, str):
            continue  # tied: the bytes are those of the other tensor
        for part, value in kept.items():
            if part == "codes":
                after += _packed_bytes(value, kept["bits"])
            elif part != "bits":
                after += value.nbytes

    before = sum(array.nbytes for array in original.values())
    weights = sum(array.size for array in original.values())
    return before, after, before / after, 8 * after / weights


def _packed_bytes(codes: np.ndarray, bits: int) -> int:
    """Return the bytes of ``codes``, each row filled up to a whole byte."""
    if codes.min() < 0 or codes.max() >= 2**bits:
        raise ValueError(f"a code does not fit {bits} bits")
    columns = codes.shape[-1]
    return codes.size // columns * ((columns * bits + 7) // 8)  # rounded up, in integers
