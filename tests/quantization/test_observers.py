"""Observers against what they estimate, computed on all of the raw data at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.stats import entropy

from minicompress.quantization import Entropy, MeanSquaredError, MinMax, MovingAverage, Observer, Percentile
from minicompress.quantization.observers.histogram import BINS

MAKERS: dict[str, Callable[..., Observer]] = {
    "minmax": MinMax,
    "moving average": MovingAverage,
    "percentile": lambda **k: Percentile(percentile=99.0, **k),
    "entropy": Entropy,
    "mse": MeanSquaredError,
}


def data(name: str, count: int = 40_000) -> np.ndarray:
    rng = np.random.default_rng(11)
    return {
        "normal": lambda: rng.standard_normal(count),
        "laplace": lambda: rng.laplace(size=count),
        "skewed": lambda: rng.gamma(2.0, size=count) - 0.5,
        "heavy": lambda: rng.standard_t(3, size=count),
    }[name]().astype(np.float32)


def seen(observer: Observer, *batches: Any) -> Any:
    for batch in batches:
        observer.update(batch)
    return observer


def ends(observer: Observer) -> tuple[float, float]:
    """The real range that the observer's grid spans."""
    p = observer.qparams()
    s, z = float(p.scale), int(p.zero_point)
    return s * (p.qmin - z), s * (p.qmax - z)


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
class TestAll:
    def test_no_data_is_an_error(self, make: Callable[..., Observer]) -> None:
        with pytest.raises(ValueError, match=r"has seen no data: call update\(x\) before qparams"):
            make().qparams()

    @pytest.mark.parametrize("bad", [np.nan, np.inf])
    def test_what_is_not_finite_is_refused_and_leaves_no_trace(self, make: Callable[..., Observer], bad: float) -> None:
        observer = seen(make(), [1.0, 2.0])
        before = ends(observer)
        with pytest.raises(ValueError, match="not finite"):
            observer.update([0.0, bad])
        assert ends(observer) == before

    @pytest.mark.parametrize("symmetric", [False, True])
    def test_all_zeros(self, make: Callable[..., Observer], symmetric: bool) -> None:
        p = seen(make(symmetric=symmetric), np.zeros(50), np.zeros((2, 3))).qparams()
        assert float(p.scale) == 1
        assert int(p.zero_point) == 0

    @pytest.mark.parametrize("sign", [1, -1])
    def test_one_sided_data_spends_no_code_on_the_other_side(self, make: Callable[..., Observer], sign: int) -> None:
        x = sign * np.abs(data("normal")) - sign * 0.0
        p = seen(make(), x).qparams()
        assert int(p.zero_point) == (0 if sign > 0 else 255)

    def test_memory_does_not_grow(self, make: Callable[..., Observer]) -> None:
        def size(observer: Observer) -> int:
            return sum(np.asarray(value).nbytes for value in vars(observer).values())

        observer = seen(make(), data("normal", 100))
        first = size(observer)
        for k in range(30):
            observer.update(data("normal", 1000) * 2.0**k)
        assert size(observer) == first
        assert observer.count == 30_100


# A moving average depends on its batches by definition.
@pytest.mark.parametrize("streaming", [name for name in MAKERS if name != "moving average"])
@pytest.mark.parametrize("name", ["normal", "skewed"])
def test_the_split_into_batches_does_not_matter(streaming: str, name: str) -> None:
    x = np.sort(data(name))  # sorted: the range grows from batch to batch
    middle_out = x[np.argsort(np.abs(x), kind="stable")]
    whole = ends(seen(MAKERS[streaming](), x))
    for batches in (np.array_split(middle_out, 7), np.array_split(x[::-1], 100)):
        parts = seen(MAKERS[streaming](), *batches)
        # A histogram that grew has bins up to twice as wide; candidate thresholds move with its range.
        room = 4 * np.abs(x).max() / BINS if not isinstance(parts, Entropy | MeanSquaredError) else 0.08 * x.max()
        np.testing.assert_allclose(ends(parts), whole, atol=room)


@pytest.mark.oracle("MinMax", against="numpy's min and max of all the data", tolerance="equal; scale 1e-6 relative")
def test_minmax_is_the_range() -> None:
    x = data("skewed")
    observer = seen(MinMax(), *np.array_split(x, 9))
    np.testing.assert_equal((observer.low, observer.high), (float(x.min()), float(x.max())))
    assert ends(seen(MinMax(symmetric=True), x))[1] == pytest.approx(np.abs(x).max(), rel=1e-6)


@pytest.mark.oracle("MovingAverage", against="closed form of its weights", tolerance="1e-12 relative")
@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9, 1.0])
def test_moving_average_is_its_closed_form(momentum: float) -> None:
    batches = data("normal", 600).reshape(12, 50)
    observer = seen(MovingAverage(momentum=momentum), *batches)
    n = len(batches)
    weight = np.array([momentum ** (n - 1)] + [(1 - momentum) * momentum ** (n - 1 - i) for i in range(1, n)])
    assert weight.sum() == pytest.approx(1)
    assert observer.high == pytest.approx(weight @ batches.max(axis=1).astype(np.float64), rel=1e-12)
    assert observer.low == pytest.approx(weight @ batches.min(axis=1).astype(np.float64), rel=1e-12)


@pytest.mark.oracle("Percentile", against="numpy.quantile of all the data", tolerance="one bin of the histogram")
@pytest.mark.parametrize("name", ["normal", "laplace", "skewed", "heavy"])
@pytest.mark.parametrize("percentile", [50.0, 90.0, 99.0, 99.9, 100.0])
def test_percentile_is_the_quantile_within_a_bin(name: str, percentile: float, deviation: Any) -> None:
    x = data(name)
    width = 2 * np.abs(x).max() / BINS  # the widest that a bin can be
    share = percentile / 100
    sym = seen(Percentile(percentile=percentile, symmetric=True), *np.array_split(x, 5))
    low, high = sym._range()
    assert low == -high
    deviation(high, np.quantile(np.abs(x), share, method="inverted_cdf"), width)
    low, high = seen(Percentile(percentile=percentile), *np.array_split(x, 5))._range()
    deviation(high, np.quantile(x, 1 - (1 - share) / 2, method="inverted_cdf"), width)
    # The mirror image of the upper end: where the share falls between two values, both ends take the outer one.
    deviation(low, -np.quantile(-x, 1 - (1 - share) / 2, method="inverted_cdf"), width)
    inside = np.mean((x >= low - width) & (x <= high + width))
    assert inside >= share - 2 / x.size  # one value at each end may stand exactly on the limit


def raw_error(x: np.ndarray, low: float, high: float, bits: int, symmetric: bool) -> float:
    """Mean squared error of quantizing raw data to [low, high], written from the definition."""
    x64 = x.astype(np.float64)
    if symmetric:
        top = 2 ** (bits - 1) - 1
        s = np.float64(np.float32(max(-low, high) / top))
        q = np.clip(np.rint(x64 / s), -top, top)
        return float(((x64 - s * q) ** 2).mean())
    low, high, top = min(low, 0.0), max(high, 0.0), 2**bits - 1
    s = (high - low) / top
    z = np.clip(np.rint(-low / s), 0, top)
    return float(((x64 - s * (np.clip(np.rint(x64 / s) + z, 0, top) - z)) ** 2).mean())


@pytest.mark.oracle(
    "MeanSquaredError", against="100 ranges by brute force on the raw data", tolerance="error within 2 % of the least"
)
@pytest.mark.parametrize("name", ["normal", "laplace", "skewed"])
@pytest.mark.parametrize(("bits", "symmetric"), [(8, True), (4, True), (4, False), (2, False)])
def test_mse_is_as_good_as_brute_force_on_the_raw_data(name: str, bits: int, symmetric: bool, deviation: Any) -> None:
    x = data(name)
    low, high = float(x.min()), float(x.max())
    errors = [raw_error(x, f * low, f * high, bits, symmetric) for f in np.arange(1, 101) / 100]
    found = seen(MeanSquaredError(bits=bits, symmetric=symmetric), *np.array_split(x, 6))._range()
    ours = raw_error(x, *found, bits, symmetric)
    deviation(max(ours, min(errors)), min(errors), 0.02 * min(errors))  # lower is no deviation
    if bits <= 4:
        assert min(errors) < 0.95 * errors[-1], "clipping pays here, so the test can tell"


def brute_force_divergence(values: np.ndarray, width: float, k: int, levels: int) -> float:
    """KL(P || Q) of the threshold k * width by loops over an own histogram of the raw values."""
    bins = np.floor(values.astype(np.float64) / width).astype(int)
    lowest = max(-k, int(np.floor(values.min() / width)))
    highest = min(k, int(np.ceil(values.max() / width)))
    inside = [0] * (highest - lowest)
    outside = [0, 0]
    for b, n in zip(*np.unique(bins, return_counts=True), strict=True):
        if b < lowest:
            outside[0] += n
        elif b >= highest:
            outside[1] += n
        else:
            inside[b - lowest] += n
    p = list(inside)
    p[0] += outside[0]
    p[-1] += outside[1]
    members: dict[int, list[int]] = {}
    for i in range(len(p)):
        members.setdefault(i * levels // len(p), []).append(i)
    q = [0.0] * len(p)
    for cell in members.values():
        filled = [i for i in cell if p[i] > 0]
        for i in filled:
            q[i] = sum(inside[j] for j in cell) / len(filled)
    return float(entropy(p, q))  # normalizes both; infinite where q is 0 and p is not


@pytest.mark.oracle(
    "Entropy", against="scipy.stats.entropy of every threshold, histogram by loops", tolerance="1e-6 relative"
)
@pytest.mark.parametrize("name", ["normal", "laplace", "skewed"])
@pytest.mark.parametrize(("bits", "symmetric"), [(4, True), (3, False)])
def test_entropy_threshold_is_the_brute_force_minimum(name: str, bits: int, symmetric: bool) -> None:
    x = data(name, 6000)
    observer = seen(Entropy(bits=bits, symmetric=symmetric, steps=12), x)
    levels = 2**bits - 1 if symmetric else 2**bits
    width, largest = observer.width, float(np.abs(x).max())
    assert width == pytest.approx(largest / BINS)
    tried = np.unique(np.linspace(levels // 2, BINS, 12).round().astype(int))
    divergence = [brute_force_divergence(x, width, int(k), levels) for k in tried]
    best = int(tried[int(np.argmin(divergence))]) * width
    low, high = observer._range()
    assert max(-low, high) == pytest.approx(min(best, largest))
    assert (low, high) == (pytest.approx(max(-best, float(x.min()))), pytest.approx(min(best, float(x.max()))))


@pytest.mark.parametrize("name", ["normal", "laplace", "heavy"])
@pytest.mark.parametrize("bits", [8, 4])
def test_entropy_keeps_the_bulk_of_the_data(name: str, bits: int) -> None:
    """One bin for each level must not look free: a threshold deep in the bulk is a broken search."""
    x = data(name)
    low, high = seen(Entropy(bits=bits, symmetric=True), x)._range()
    assert np.mean((x < low) | (x > high)) < 0.02
    if name != "heavy":  # KL divergence does not weigh how far off a clipped value is
        assert raw_error(x, low, high, bits, True) < raw_error(x, x.min(), x.max(), bits, True) * 1.5


@pytest.mark.oracle(
    "Entropy",
    against="onnxruntime's HistogramCollector",
    tolerance="threshold within 0.7 to 1.4: bins and smoothing differ",
)
@pytest.mark.parametrize("name", ["normal", "laplace"])
def test_entropy_is_near_onnxruntimes_threshold(name: str, deviation: Any) -> None:
    calibrate = pytest.importorskip("onnxruntime.quantization.calibrate")
    x = data(name)
    largest = float(np.abs(x).max())
    collector = calibrate.HistogramCollector("entropy", True, 4095, 255, 99.99, "same")
    collector.collect({"x": [x]})
    ours = seen(Entropy(symmetric=True, steps=400), x)._range()[1]
    theirs = float(collector.compute_entropy()["x"][1])
    # Bins, smoothing and candidates differ: near, and both well away from the ends of the search.
    deviation(ours, theirs, 0.4 * theirs)
    assert ours > 0.7 * theirs
    assert ours > 0.4 * largest


def test_a_rare_outlier_moves_robust_observers_little() -> None:
    x = data("normal")
    spoiled = np.append(x, np.float32(40.0))
    assert ends(seen(MinMax(symmetric=True), spoiled))[1] > 39
    for make in (lambda: Percentile(symmetric=True, percentile=99.9), lambda: MeanSquaredError(bits=4, symmetric=True)):
        assert ends(seen(make(), spoiled))[1] < 12


def test_options_are_named() -> None:
    with pytest.raises(ValueError, match="percentile must be a number in"):
        Percentile(percentile=0)
    with pytest.raises(ValueError, match="momentum must be a number in"):
        MovingAverage(momentum=1.1)
    with pytest.raises(ValueError, match="steps must be an integer of at least 1"):
        Entropy(steps=0)
    with pytest.raises(ValueError, match="bits must be an integer from 1 to 8"):
        MinMax(bits=9)
    with pytest.raises(ValueError, match="x is empty"):
        MinMax().update([])
