"""Grader of compression_ratio_honest. Oracle: the bytes that are really written (tobytes, and a string of bits)."""

import numpy as np
import pytest

NAMES = ("original_bytes", "compressed_bytes", "ratio", "bits_per_weight")


def packed(codes, bits):
    """The bytes of the packed codes, written row by row as text of 0 and 1."""
    data = b""
    for row in codes.reshape(-1, codes.shape[-1]).tolist():
        text = "".join(format(code, f"0{bits}b") for code in row)
        text += "0" * (-len(text) % 8)
        data += bytes(int(text[i : i + 8], 2) for i in range(0, len(text), 8))
    return data


def result(before, after, weights):
    return before, after, before / after, 8 * after / weights


def exact(original, stored):
    data = b""
    for name, array in original.items():
        kept = stored.get(name, {"array": array})
        if isinstance(kept, dict):
            for part, value in kept.items():
                if part == "codes":
                    data += packed(value, kept["bits"])
                elif part != "bits":
                    data += value.tobytes()
    before = len(b"".join(a.tobytes() for a in original.values()))
    return result(before, len(data), sum(len(a.ravel()) for a in original.values()))


def mistakes(original, stored):
    before, right, *_ = exact(original, stored)
    weights = sum(a.size for a in original.values())
    parts = [kept for kept in stored.values() if isinstance(kept, dict)]
    tied = [name for name, kept in stored.items() if isinstance(kept, str)]
    coded = [kept for kept in parts if "codes" in kept]
    others = [v for kept in parts for k, v in kept.items() if k not in ("codes", "bits")]
    kept_whole = sum(a.nbytes for name, a in original.items() if name not in stored)
    packed_bytes = sum(len(packed(k["codes"], k["bits"])) for k in coded)
    one_row = sum(-(-k["codes"].size * k["bits"] // 8) for k in coded)
    fractional = sum(k["codes"].size * k["bits"] / 8 for k in coded)
    loose = sum(k["codes"].nbytes for k in coded)
    floor = sum(k["codes"].size // k["codes"].shape[-1] * (k["codes"].shape[-1] * k["bits"] // 8) for k in coded)
    wide = sum(4 * a.size for a in original.values())
    elsewhere = {
        "only the codes were counted: scales, zero points, indices and codebooks are stored too": right
        - sum(v.nbytes for v in others),
        "the tensors that are not in `stored` were left out: they are kept as they are": right - kept_whole,
        "the codes were counted as their array holds them, not packed with `bits` bits": right - packed_bytes + loose,
        "the codes were packed in one run; each row (每行) is filled up to a byte": right - packed_bytes + one_row,
        "fractions of a byte were counted; every row (每行) is filled up to a whole byte": right
        - packed_bytes
        + fractional,
        "the last bits of a row were dropped: round up to a whole byte": right - packed_bytes + floor,
        "the other parts were counted with 4 bytes an element, not by their dtype": right
        + sum(4 * v.size - v.nbytes for v in others),
        "a tied tensor (权重绑定) was counted again": right + sum(original[name].nbytes for name in tied),
        "every part was counted with its number of elements, not its bytes": right
        + sum(v.size - v.nbytes for v in others),
    }
    found = {text: result(before, int(v) if v == int(v) else v, weights) for text, v in elsewhere.items() if v > 0}
    found["the originals were counted as float32; they have a dtype of their own"] = result(wide, right, weights)
    alone = sum(original[name].nbytes for name in stored)
    found["the original bytes are those of the compressed tensors only"] = {"original_bytes": alone}
    found["the ratio is upside down: original / compressed"] = {
        "original_bytes": before,
        "compressed_bytes": right,
        "ratio": right / before,
    }
    untied = sum(a.size for name, a in original.items() if name not in tied)
    found["the bits per weight leave the tied elements out"] = {
        "original_bytes": before,
        "compressed_bytes": right,
        "bits_per_weight": 8 * right / untied if untied else 0.0,
    }
    found["bytes per weight; bits are asked for"] = {
        "original_bytes": before,
        "compressed_bytes": right,
        "bits_per_weight": right / weights,
    }
    return found


def holds(exercise, original, stored):
    answer = exercise(original, stored)
    answer.close_to(exact(original, stored), rtol=1e-9, names=NAMES, known=mistakes(original, stored))


def ramp(*shape, dtype=np.float32):
    return np.arange(np.prod(shape), dtype=np.float64).reshape(shape).astype(dtype)


def codes(shape, bits, dtype=np.uint8):
    return np.random.default_rng(bits).integers(0, 2**bits, shape).astype(dtype)


def test_by_hand(exercise):
    """5 codes of 4 bits are 3 bytes a row: 2 rows make 6; with 2 float16 scales 10 bytes; 3 float32 kept: 12."""
    original = {"w": ramp(2, 5), "b": ramp(3)}
    stored = {"w": {"codes": codes((2, 5), 4), "bits": 4, "scale": ramp(2, dtype=np.float16)}}
    answer = exercise(original, stored)
    answer.close_to((52, 22, 52 / 22, 176 / 13), rtol=1e-9, names=NAMES, known=mistakes(original, stored))


@pytest.mark.parametrize("bits", [1, 2, 3, 4, 5, 8, 9, 16])
def test_bit_widths(exercise, bits):
    original = {"w": ramp(3, 7), "b": ramp(7)}
    dtype = np.uint8 if bits <= 8 else np.int32
    stored = {"w": {"codes": codes((3, 7), bits, dtype), "bits": bits, "scale": ramp(3, 1)}}
    holds(exercise, original, stored)


def test_everything_else_counts(exercise):
    original = {"w": ramp(4, 8), "v": ramp(6, 4, dtype=np.float64), "u": ramp(5, dtype=np.float16)}
    stored = {
        "w": {
            "codes": codes((4, 8), 3),
            "bits": 3,
            "scale": ramp(4, 2, dtype=np.float16),
            "zero_point": ramp(4, 2, dtype=np.uint8),
        },
        "v": {"values": ramp(9), "indices": ramp(9, dtype=np.uint16), "row_starts": ramp(7, dtype=np.int32)},
    }
    holds(exercise, original, stored)
    stored["u"] = {"codes": codes(5, 2), "bits": 2, "codebook": ramp(4)}
    holds(exercise, original, stored)


def test_tied(exercise):
    original = {"embedding": ramp(6, 3), "head": ramp(6, 3), "b": ramp(6)}
    holds(exercise, original, {"head": "embedding"})
    whole = {"codes": codes((6, 3), 5), "bits": 5, "scale": np.float32(0.5)}
    holds(exercise, original, {"head": "embedding", "embedding": whole})
    holds(exercise, original, {"embedding": "head"})


def test_nothing_compressed(exercise):
    holds(exercise, {"w": ramp(2, 3), "b": ramp(1, dtype=np.float16)}, {})


def test_larger_than_before(exercise):
    """Compression that costs bytes is said as it is."""
    holds(exercise, {"w": ramp(1, 2)}, {"w": {"values": ramp(2), "indices": ramp(2, dtype=np.int64)}})


def test_more_axes_and_fortran_order(exercise):
    shape = (2, 3, 5)
    stored = {"w": {"codes": np.asfortranarray(codes(shape, 3)), "bits": 3, "scale": np.asfortranarray(ramp(2, 3))}}
    holds(exercise, {"w": np.asfortranarray(ramp(*shape)), "b": ramp()}, stored)


def test_largest_codes_pass(exercise):
    holds(exercise, {"w": ramp(1, 3)}, {"w": {"codes": np.array([[0, 7, 3]]), "bits": 3}})


def test_refuses_nothing(exercise):
    exercise.raises(ValueError, {}, {}, because="original is empty")


@pytest.mark.parametrize("kept", [{"values": np.ones(2)}, "w"])
def test_refuses_unknown_names(exercise, kept):
    exercise.raises(ValueError, {"w": ramp(2)}, {"v": kept}, because="'v' is not in original")


def test_refuses_unknown_tie(exercise):
    exercise.raises(ValueError, {"w": ramp(2)}, {"w": "v"}, because="'v', to which 'w' is tied, is not in original")


@pytest.mark.parametrize("code", [-1, 8])
def test_refuses_codes(exercise, code):
    stored = {"w": {"codes": np.array([[0, code, 1]]), "bits": 3}}
    exercise.raises(ValueError, {"w": ramp(1, 3)}, stored, because=f"the code {code} does not fit 3 bits")
