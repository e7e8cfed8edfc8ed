"""Plausible wrong answers; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _count(original, stored, codes=None, other=None, kept=True, tied=False, before=None):
    names = set(stored) | {v for v in stored.values() if isinstance(v, str)}
    if not original or not names <= set(original):
        raise ValueError("names")
    codes = codes or (lambda c, bits: int(np.prod(c.shape[:-1]) * -(-c.shape[-1] * bits // 8)))
    other = other or (lambda a: a.nbytes)
    after = 0
    for name, array in original.items():
        if name not in stored:
            after += array.nbytes if kept else 0
        elif isinstance(stored[name], str):
            after += array.nbytes if tied else 0
        else:
            for part, value in stored[name].items():
                if part == "codes":
                    if value.min() < 0 or value.max() >= 2 ** stored[name]["bits"]:
                        raise ValueError("codes")
                    after += codes(value, stored[name]["bits"])
                elif part != "bits":
                    after += other(value)
    total = before(original) if before else sum(a.nbytes for a in original.values())
    return total, after, total / max(after, 1e-9), 8 * after / sum(a.size for a in original.values())


def codes_only(original, stored):
    """only the codes were counted
    Solver's mistake.
    """
    return _count(original, stored, other=lambda a: 0)


def compressed_layers_only(original, stored):
    """they are kept as they are
    Solver's mistake.
    """
    return _count(original, stored, kept=False)


def nbytes_of_the_codes(original, stored):
    """not packed with `bits` bits
    Solver's mistake.
    """
    return _count(original, stored, codes=lambda c, bits: c.nbytes)


def one_run_of_codes(original, stored):
    """the codes were packed in one run
    Solver's mistake.
    """
    return _count(original, stored, codes=lambda c, bits: -(-c.size * bits // 8))


def rounded_down(original, stored):
    """the last bits of a row were dropped"""
    return _count(original, stored, codes=lambda c, bits: c.size // c.shape[-1] * (c.shape[-1] * bits // 8))


def fractions_of_bytes(original, stored):
    """compressed_bytes: expected integers, returned floats
    Solver's mistake.
    """
    return _count(original, stored, codes=lambda c, bits: c.size * bits / 8)


def scales_in_float32(original, stored):
    """with 4 bytes an element, not by their dtype"""
    return _count(original, stored, other=lambda a: 4 * a.size)


def tied_counted(original, stored):
    """a tied tensor \\(权重绑定\\) was counted again"""
    return _count(original, stored, tied=True)


def against_float32(original, stored):
    """the originals were counted as float32
    Solver's mistake.
    """
    return _count(original, stored, before=lambda o: sum(4 * a.size for a in o.values()))


def upside_down(original, stored):
    """the ratio is upside down"""
    before, after, ratio, bits = _count(original, stored)
    return before, after, 1 / ratio, bits


def bytes_per_weight(original, stored):
    """bytes per weight; bits are asked for"""
    before, after, ratio, bits = _count(original, stored)
    return before, after, ratio, bits / 8


def tied_elements_left_out(original, stored):
    """the bits per weight leave the tied elements out
    Solver's mistake.
    """
    before, after, ratio, _ = _count(original, stored)
    return (
        before,
        after,
        ratio,
        8 * after / sum(a.size for n, a in original.items() if not isinstance(stored.get(n), str)),
    )


def unchecked_codes(original, stored):
    """expected ValueError, returned .*does not fit 3 bits"""
    clipped = {
        n: {p: np.clip(v, 0, 2 ** k["bits"] - 1) if p == "codes" else v for p, v in k.items()}
        if isinstance(k, dict)
        else k
        for n, k in stored.items()
    }
    return _count(original, clipped)
