"""Grader of speed_nf4_dequantize. Oracle: products in double precision, where they are exact, rounded once."""

import numpy as np
import pytest

from minicompress.workbook import speed

TIME_LIMIT = 60  # the first call compiles

# The 16 levels that bitsandbytes 0.46 writes into its checkpoints (quant_map of an NF4 layer).
NF4 = [
    -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
    -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
    0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0,
]  # fmt: skip


def exact(packed, absmax, levels, *, swap=False):
    high, low = np.divmod(packed.astype(np.int64), 16)
    codes = np.stack((low, high) if swap else (high, low), axis=1).ravel()
    table = levels.astype(np.float64)
    return (table[codes] * np.repeat(absmax.astype(np.float64), codes.size // absmax.size)).astype(np.float32)


def problem(seed, n, blocks, levels=NF4):
    rng = np.random.default_rng(seed)
    absmax = rng.uniform(0.5, 3.0, blocks).astype(np.float32)
    return rng.integers(0, 256, n // 2, dtype=np.uint8), absmax, np.array(levels, np.float32)


def holds(exercise, packed, absmax, levels):
    right = exact(packed, absmax, levels)
    codes = np.stack(np.divmod(packed, 16), axis=1).astype(np.int64)
    repeated = np.repeat(absmax, right.size // absmax.size)
    known = {
        "the nibbles (半字节) were swapped: the high one comes first": exact(packed, absmax, levels, swap=True),
        "absmax was left out": exact(packed, np.ones_like(absmax), levels),
        "every block (分块) took the absmax of the first one": exact(packed, np.full_like(absmax, absmax[0]), levels),
        "absmax changes with every value, not with every block": (
            levels[codes.ravel()] * np.resize(absmax, right.size)
        ),
        "all high nibbles come before all low ones": levels[codes.T.ravel()] * repeated,
        "the codes were not looked up in levels: (code - 8) / 8 is a uniform grid": (
            (codes.ravel() - 8) / 8 * repeated
        ),
        "it was divided by absmax": levels[codes.ravel()] / repeated,
    }
    exercise(packed, absmax, levels).equals(right, dtype=np.float32, known=known)


def test_by_hand(exercise):
    packed, absmax = np.array([0xF0, 0x7F, 0x31, 0x0E], np.uint8), np.array([2.0, 0.5], np.float32)
    levels = np.arange(16, dtype=np.float32) - 7
    expected = np.array([16, -14, 0, 16, -2, -3, -3.5, 3.5], np.float32)
    exercise(packed, absmax, levels).equals(expected, dtype=np.float32)


@pytest.mark.parametrize(("n", "blocks"), [(2, 1), (8, 1), (12, 3), (64, 32), (130, 5), (256, 4)])
def test_shapes(exercise, n, blocks):
    holds(exercise, *problem(n, n, blocks))


def test_all_bytes(exercise):
    holds(exercise, np.arange(256, dtype=np.uint8), np.array([1.5, 0.1, 3.0, 0.7], np.float32), problem(0, 2, 1)[2])


def test_any_table(exercise):
    levels = np.random.default_rng(60).normal(size=16)
    holds(exercise, *problem(61, 96, 6, levels))


def test_nothing_packed(exercise):
    levels = np.array(NF4, np.float32)
    answer = exercise(np.zeros(0, np.uint8), np.ones(3, np.float32), levels)
    answer.equals(np.zeros(0, np.float32), dtype=np.float32)


@pytest.mark.parametrize("size", [8, 15, 17])
def test_refuses_another_number_of_levels(exercise, size):
    packed, absmax, _ = problem(62, 16, 2)
    because = f"there are 16 codes, and {size} levels"
    exercise.raises(ValueError, packed & 7, absmax, np.ones(size, np.float32), because=because)


@pytest.mark.parametrize("blocks", [3, 5, 12, 24])
def test_refuses_blocks_that_share_a_byte(exercise, blocks):
    packed, _, levels = problem(63, 32 if blocks == 3 else 12, 1)
    because = f"2 * {blocks} does not divide {2 * packed.size} values (不能整除)"
    exercise.raises(ValueError, packed, np.ones(blocks, np.float32), levels, because=because)


def test_speed(exercise):
    n = 2**20 if speed.enabled() else 512
    packed, absmax, levels = problem(64, n, n // 64)
    holds(exercise, packed, absmax, levels)
    traffic = packed.nbytes + absmax.nbytes + levels.nbytes + 4 * n
    speed.measure(exercise, __file__, packed, absmax, levels, operations=n, traffic=traffic)
