"""Grader of relative_index_code. Oracle: a walk over the vector that counts zeros, one element at a time."""

import numpy as np
import pytest

NAMES = ("gaps", "values")


def walked(w, most, step=None, reset=0):
    """Count zeros; a zero that is met with ``most`` of them counted becomes the filler."""
    gaps, values, pending, zeros = [], [], [], 0
    step = most if step is None else step
    for v in w.tolist():
        if v == 0 and zeros < step:
            zeros += 1
            continue
        pending.append((zeros, v))
        zeros = reset
        if v != 0:
            gaps += [g for g, _ in pending]
            values += [u for _, u in pending]
            pending = []
    return np.array(gaps, np.int64), np.array(values, w.dtype)


def exact(w, bits):
    gaps, values = walked(w, 2**bits - 1)
    return gaps.astype(np.uint8), values


def mistakes(w, bits):
    most = 2**bits - 1
    places = np.flatnonzero(w)
    zeros = np.diff(places, prepend=-1) - 1
    modulo, quotient, one = [], [], []
    for z, v in zip(zeros.tolist(), w[places].tolist(), strict=True):
        many = z // most
        modulo += [most] * many + [z - many * most]
        quotient += [0.0] * many + [v]
        one += [most, z - most - 1] if z > most else [z]
    gaps, values = exact(w, bits)
    wide = walked(w, most + 1)
    distance = {"gaps": zeros + 1, "values": w[places]}
    return {
        "a filler was not counted as a position: it uses up 2**bits positions, the zeros and its own": {
            "gaps": np.array(modulo),
            "values": np.array(quotient),
        },
        "no filler (填充零) was inserted: the gap does not fit into the bits": {"gaps": zeros, "values": w[places]},
        "gaps larger than 2**bits - 1 were clipped: the positions that follow are lost": {
            "gaps": np.minimum(zeros, most),
            "values": w[places],
        },
        "a gap was stored modulo 2**bits, and the fillers are missing": {
            "gaps": zeros % (most + 1),
            "values": w[places],
        },
        "the gaps count positions from entry to entry; count the zeros between (少 1)": distance,
        "absolute positions (绝对位置), not gaps": {"gaps": places, "values": w[places]},
        "at most one filler for each entry; a long run of zeros needs several": {"gaps": np.array(one)},
        "the largest gap is 2**bits - 1, which is what fits; a filler came one zero too late": {"gaps": wide[0]},
        "the zeros behind the last entry were coded too": {"gaps": np.append(gaps, len(w) - (places[-1:].sum() + 1))},
        "gaps and values are in the wrong order": {"gaps": values, "values": gaps},
    }


def holds(exercise, w, bits):
    exercise(w, bits=bits).equals(exact(w, bits), dtype="exact", names=NAMES, known=mistakes(w, bits))


def sparse(seed, n, density, dtype=np.float32):
    rng = np.random.default_rng(seed)
    return (rng.integers(1, 90, n) * (rng.random(n) < density)).astype(dtype)


@pytest.mark.parametrize(
    ("zeros", "gaps"),
    [(0, [0]), (2, [2]), (3, [3]), (4, [3, 0]), (5, [3, 1]), (7, [3, 3]), (8, [3, 3, 0]), (12, [3, 3, 3, 0])],
)
def test_by_hand(exercise, zeros, gaps):
    w = np.zeros(zeros + 1, np.float32)
    w[-1] = 7
    expected = np.array(gaps, np.uint8), np.array([0] * (len(gaps) - 1) + [7], np.float32)
    exercise(w, bits=2).equals(expected, dtype="exact", names=NAMES, known=mistakes(w, 2))


@pytest.mark.parametrize("bits", [1, 2, 3, 4, 5, 6, 7, 8])
@pytest.mark.parametrize("density", [0.5, 0.1, 0.004])
def test_vectors(exercise, bits, density):
    w = sparse(bits, 900, density)
    w[[0, 700]] = [0, 5]
    holds(exercise, w, bits)


@pytest.mark.parametrize("bits", [1, 4, 8])
def test_gaps_around_the_largest(exercise, bits):
    most = 2**bits - 1
    for zeros in (most - 1, most, most + 1, 2 * most, 2 * most + 1, 2 * most + 2, 3 * most + 3):
        w = np.zeros(zeros + 4, np.float32)
        w[[0, zeros + 1, zeros + 2]] = [1, -2, 3]
        holds(exercise, w, bits)


def test_four_bits_by_default(exercise):
    w = sparse(20, 300, 0.05)
    exercise(w).equals(exact(w, 4), dtype="exact", names=NAMES, known=mistakes(w, 4))


@pytest.mark.parametrize("n", [0, 1, 40])
def test_zeros(exercise, n):
    exercise(np.zeros(n, np.float32), bits=2).equals(
        (np.zeros(0, np.uint8), np.zeros(0, np.float32)), dtype="exact", names=NAMES
    )


def test_zeros_behind_the_last_entry(exercise):
    w = np.zeros(50, np.float32)
    w[[3, 9]] = [1.5, -0.25]
    holds(exercise, w, 2)


def test_no_zeros(exercise):
    holds(exercise, np.array([1.0, -2.0, 3.0], np.float32), 3)


def test_negative_zero(exercise):
    holds(exercise, np.array([0.0, -0.0, 2.0, -0.0, -0.0, -0.0, -0.0, -1.0], np.float32), 1)


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_dtypes(exercise, dtype):
    holds(exercise, sparse(21, 200, 0.1, dtype), 3)


@pytest.mark.parametrize("bits", [0, -1, 9])
def test_refuses_bits(exercise, bits):
    exercise.raises(ValueError, np.ones(3, np.float32), bits=bits, because="bits must be in 1 .. 8")


@pytest.mark.parametrize("shape", [(), (2, 3), (1, 4)])
def test_refuses_shape(exercise, shape):
    exercise.raises(ValueError, np.ones(shape, np.float32), bits=3, because="w must be 1-D")
