"""Measures against scipy, loops that count, a clock that sleeps, and a model made to be sensitive in one place."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from minicompress.evaluation import (
    Cost,
    accuracy,
    accuracy_difference,
    attention_cost,
    bits_per_weight,
    compare_latency,
    conv1d_cost,
    file_nbytes,
    human_bytes,
    linear_cost,
    measure_latency,
    sensitivity_scan,
    weights_nbytes,
)
from minicompress.quantization import quantize_rtn


@pytest.mark.oracle("accuracy", against="scipy.stats.binomtest: Wilson's interval", tolerance="1e-12 absolute")
@given(n=st.integers(1, 400), share=st.floats(0, 1), confidence=st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_wilson_is_scipys(n: int, share: float, confidence: float) -> None:
    k = round(n * share)
    found = accuracy([1] * k + [0] * (n - k), [1] * n, confidence=confidence)
    want = binomtest(k, n).proportion_ci(confidence, method="wilson")
    assert found.value == k / n
    np.testing.assert_allclose([found.low, found.high], [want.low, want.high], atol=1e-12)
    assert 0 <= found.low <= found.value <= found.high <= 1 or abs(found.low - found.value) < 1e-12


def test_accuracy_arguments() -> None:
    with pytest.raises(ValueError, match="equally long, non-empty vectors"):
        accuracy([1, 0], [1])
    with pytest.raises(ValueError, match="equally long, non-empty vectors"):
        accuracy([], [])
    for level in (0, 1, 1.5, -1):
        with pytest.raises(ValueError, match="confidence must be"):
            accuracy([1], [1], confidence=level)


@pytest.mark.oracle(
    "accuracy_difference", against="a known difference, 300 experiments", tolerance="coverage 0.81 to 0.99 at 90 %"
)
def test_the_paired_bootstrap_covers_the_true_difference() -> None:
    """90 % intervals of a known difference hold it in about 90 % of 300 experiments (5 sigma: 0.81 to 0.99)."""
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(300):
        hard = rng.random(250)
        first, second = hard < 0.85, hard < 0.80  # paired: both fail on the same samples; the truth is 0.05
        found = accuracy_difference(first, second, np.ones(250, bool), rng=rng, confidence=0.9, draws=400)
        assert found.value == pytest.approx(first.mean() - second.mean())
        held += found.low <= 0.05 <= found.high
    assert 0.81 < held / 300 < 0.99


def test_pairing_makes_the_interval_narrow() -> None:
    rng = np.random.default_rng(1)
    labels = np.zeros(2000, int)
    baseline = (rng.random(2000) < 0.3).astype(int)
    changed = baseline.copy()
    changed[:10] = 1 - changed[:10]
    paired = accuracy_difference(changed, baseline, labels, rng=rng)
    alone = accuracy(changed, labels)
    assert paired.high - paired.low < (alone.high - alone.low) / 5
    same = accuracy_difference(baseline, baseline, labels, rng=rng)
    assert (same.value, same.low, same.high) == (0, 0, 0)


def test_the_bootstrap_repeats_with_its_generator() -> None:
    labels = np.arange(50) % 2
    runs = [accuracy_difference(labels, np.zeros(50), labels, rng=np.random.default_rng(4)) for _ in range(2)]
    assert runs[0] == runs[1]
    with pytest.raises(TypeError, match="rng must be a numpy.random.Generator"):
        accuracy_difference(labels, labels, labels, rng=0)


@pytest.mark.oracle("measure_latency", against="a sleep of known length", tolerance="at least as long")
def test_latency_of_a_sleep() -> None:
    found = measure_latency(lambda: time.sleep(0.01), seconds=0.1, warm_up=0)
    assert 0.01 <= found.p10 <= found.median <= found.p90
    assert found.median < 0.2  # a busy machine oversleeps
    assert 3 <= found.repeats <= 11


def test_calls_take_turns_after_their_warm_up() -> None:
    order: list[str] = []
    found = compare_latency({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, seconds=1e-9, warm_up=2)
    assert order == ["a", "a", "b", "b", "a", "b", "a", "b", "a", "b"]  # three rounds at the least
    assert {name: latency.repeats for name, latency in found.items()} == {"a": 3, "b": 3}
    order.clear()
    compare_latency({"a": lambda: order.append("a")}, seconds=60, warm_up=0, most=5)
    assert len(order) == 5
    with pytest.raises(ValueError, match="calls is empty"):
        compare_latency({})


class Counter:
    """Counts multiply-adds, two FLOPs each."""

    def __init__(self) -> None:
        self.flops = 0

    def multiply_add(self) -> None:
        self.flops += 2


@pytest.mark.oracle("linear_cost", against="a loop that counts", tolerance="equal")
def test_linear_flops_by_counting() -> None:
    counter = Counter()
    for _row in range(3):
        for _out in range(5):
            for _in in range(7):
                counter.multiply_add()
    cost = linear_cost(3, 7, 5)
    np.testing.assert_equal(cost.flops, counter.flops)
    assert cost.bytes_moved == 4 * (7 * 5 + 3 * 7 + 3 * 5)
    assert linear_cost(3, 7, 5, weight_bits=4, activation_bits=8).bytes_moved == 7 * 5 / 2 + 3 * 12
    assert cost.intensity == cost.flops / cost.bytes_moved
    assert cost + cost == Cost(2 * cost.flops, 2 * cost.bytes_moved)


@pytest.mark.oracle("conv1d_cost", against="a loop that counts", tolerance="equal")
@pytest.mark.parametrize("groups", [1, 2, 4])
def test_convolution_flops_by_counting(groups: int) -> None:
    counter = Counter()
    for _position in range(6):
        for _out in range(8):
            for _in in range(4 // groups):
                for _tap in range(3):
                    counter.multiply_add()
    cost = conv1d_cost(6, 4, 8, 3, groups=groups)
    np.testing.assert_equal(cost.flops, counter.flops)
    assert cost.bytes_moved == 4 * (4 // groups * 8 * 3 + 6 * 4 + 6 * 8)


@pytest.mark.oracle("attention_cost", against="a loop that counts", tolerance="equal")
def test_attention_flops_by_counting() -> None:
    counter = Counter()
    for _query in range(5):
        for _key in range(9):
            for _channel in range(16):
                counter.multiply_add()  # the score
                counter.multiply_add()  # the weighted sum
    np.testing.assert_equal(attention_cost(5, 16, context=9).flops, counter.flops)
    assert attention_cost(5, 16).flops == attention_cost(5, 16, context=5).flops
    assert attention_cost(5, 16, context=9).bytes_moved == 4 * 16 * (5 + 9 + 9 + 5)  # Q, K, V, output


def test_costs_check_their_arguments() -> None:
    with pytest.raises(ValueError, match="groups must divide 4 and 8 channels; got 3"):
        conv1d_cost(6, 4, 8, 3, groups=3)
    with pytest.raises(ValueError, match="rows must be an integer of at least 1"):
        linear_cost(0, 1, 1)


@pytest.mark.oracle("sensitivity_scan", against="losses worked out weight by weight", tolerance="1e-5 relative")
def test_the_most_sensitive_weight_comes_first() -> None:
    rng = np.random.default_rng(3)
    weights = {name: rng.standard_normal((8, 16)).astype(np.float32) for name in ("calm", "touchy", "middling")}
    weights["bias"] = np.ones(8, np.float32)
    care = {"calm": 0.01, "touchy": 10.0, "middling": 1.0}
    kept = {name: w.copy() for name, w in weights.items()}

    def score(candidate: dict[str, np.ndarray]) -> float:
        return -sum(c * float(((candidate[n] - kept[n]) ** 2).sum()) for n, c in care.items())

    found = sensitivity_scan(weights, lambda w: quantize_rtn(w, bits=2), score)
    assert [s.name for s in found] == ["touchy", "middling", "calm"]
    for s in found:
        error = quantize_rtn(kept[s.name], bits=2).to_dense() - kept[s.name]
        assert s.loss == pytest.approx(care[s.name] * float((error**2).sum()), rel=1e-5)
        assert s.nbytes == quantize_rtn(kept[s.name], bits=2).nbytes
        assert s.original_nbytes == 512
    for name, w in weights.items():
        np.testing.assert_array_equal(w, kept[name])
    assert [s.name for s in sensitivity_scan(weights, lambda w: quantize_rtn(w, bits=2), score, names=["calm"])] == [
        "calm"
    ]
    with pytest.raises(ValueError, match="names holds 'clam', which is no weight; the weights are calm"):
        sensitivity_scan(weights, lambda w: quantize_rtn(w, bits=2), score, names=["clam"])


@pytest.mark.oracle("bits_per_weight", against="bytes counted by hand", tolerance="equal")
@pytest.mark.oracle("weights_nbytes", against="bytes counted by hand", tolerance="equal")
@pytest.mark.oracle("file_nbytes", against="bytes counted by hand", tolerance="equal")
def test_sizes(tmp_path: Path) -> None:
    assert weights_nbytes({"a": np.zeros((3, 4), np.float16), "b": np.zeros(2)}) == 24 + 16
    (tmp_path / "deep").mkdir()
    (tmp_path / "a").write_bytes(bytes(10))
    (tmp_path / "deep" / "b").write_bytes(bytes(7))
    assert file_nbytes(tmp_path) == 17
    assert file_nbytes(tmp_path / "a", tmp_path / "deep") == 17
    with pytest.raises(FileNotFoundError):
        file_nbytes(tmp_path / "none")
    assert bits_per_weight(3, 6) == 4
    with pytest.raises(ValueError, match="weights must be at least 1"):
        bits_per_weight(3, 0)
    sizes = [0, 999, 1000, 999_949, 1_500_000, 2_000_000_000]
    assert [human_bytes(n) for n in sizes] == ["0 B", "999 B", "1.0 kB", "999.9 kB", "1.5 MB", "2.0 GB"]
