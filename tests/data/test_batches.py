"""Batches hold every sample once, whatever their order."""

from __future__ import annotations

import numpy as np
import pytest

from minicompress.data import batches


def sample(count: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    lengths = rng.integers(0, width + 1, count)
    ids = np.where(np.arange(width) < lengths[:, None], np.arange(2, count + 2)[:, None], 0).astype(np.int32)
    return ids, np.arange(count)


@pytest.mark.parametrize("bucket", [False, True])
def test_every_sample_once_and_uncut(bucket: bool) -> None:
    ids, labels = sample(103, 9)
    seen = []
    for x, y in batches(ids, labels, batch_size=8, rng=np.random.default_rng(0), bucket=bucket):
        assert x.shape[0] == y.shape[0] <= 8
        np.testing.assert_array_equal(x, ids[y][:, : x.shape[1]])
        assert not ids[y][:, x.shape[1] :].any()
        assert x.shape[1] == 1 or x[:, -1].any()
        seen.extend(y.tolist())
    assert sorted(seen) == list(range(103))
    assert seen != list(range(103))


def test_order_without_rng() -> None:
    ids, labels = sample(10, 4)
    assert [y.tolist() for _, y in batches(ids, labels, batch_size=4)] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


def test_same_seed_same_batches() -> None:
    ids, labels = sample(50, 5)
    runs = [
        [y.tolist() for _, y in batches(ids, labels, batch_size=7, rng=np.random.default_rng(s), bucket=True)]
        for s in (1, 1, 2)
    ]
    assert runs[0] == runs[1] != runs[2]


def test_buckets_pad_less() -> None:
    ids, labels = sample(512, 40)
    area = {
        bucket: sum(x.size for x, _ in batches(ids, labels, batch_size=16, rng=np.random.default_rng(0), bucket=bucket))
        for bucket in (False, True)
    }
    assert area[True] < 0.7 * area[False]
    assert area[True] >= np.count_nonzero(ids)


def test_errors_come_at_the_call() -> None:
    ids, labels = sample(6, 3)
    with pytest.raises(ValueError, match="one entry per row"):
        batches(ids, labels[:5], batch_size=2)
    with pytest.raises(ValueError, match="needs rng"):
        batches(ids, labels, batch_size=2, bucket=True)
    with pytest.raises(ValueError, match="batch_size"):
        batches(ids, labels, batch_size=0)
