"""How sure a measured share is: Wilson's interval for one accuracy, the bootstrap for a difference of two."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from scipy.stats import norm

from minicompress import checks

__all__ = ["Interval", "accuracy", "accuracy_difference"]


@dataclasses.dataclass(frozen=True)
class Interval:
    """An estimate and the ends of its confidence interval, in the estimate's own unit."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.4f} [{self.low:.4f}, {self.high:.4f}]"


def accuracy(predicted: Any, labels: Any, *, confidence: float = 0.95) -> Interval:
    """Share of right answers with Wilson's score interval, which stays in [0, 1] and holds for few samples.

    centre = (p + z^2 / 2n) / (1 + z^2 / n), half width = z sqrt(p (1 - p) / n + z^2 / 4 n^2) / (1 + z^2 / n).
    Source: Wilson 1927, doi:10.1080/01621459.1927.10502953.

    >>> print(accuracy([1, 1, 0, 1], [1, 1, 1, 1]))
    0.7500 [0.3006, 0.9544]
    """
    guesses, truth = _pair(predicted, labels)
    z = float(norm.ppf(0.5 + _level(confidence) / 2))
    n, p = truth.size, float(np.mean(guesses == truth))
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    # At p = 0 and 1 an end equals p but for rounding: it must not fall on the wrong side.
    return Interval(p, min(p, max(0.0, float(centre - half))), max(p, min(1.0, float(centre + half))))


def accuracy_difference(
    predicted: Any, baseline: Any, labels: Any, *, rng: np.random.Generator, confidence: float = 0.95, draws: int = 2000
) -> Interval:
    """Accuracy of ``predicted`` minus that of ``baseline`` on the same samples, with a paired bootstrap interval.

    Pairing removes what both find hard: the interval is far narrower than two separate ones would suggest.
    """
    ours, truth = _pair(predicted, labels)
    theirs, _ = _pair(baseline, labels)
    checks.generator(rng)
    gain = (ours == truth).astype(np.int8) - (theirs == truth).astype(np.int8)
    # Only the counts of +1, 0 and -1 matter, so a resample is one multinomial draw.
    n = gain.size
    shares = np.array([(gain == 1).sum(), (gain == -1).sum(), (gain == 0).sum()]) / n
    resampled = rng.multinomial(n, shares, size=checks.integer(draws, "draws", low=1))
    differences = (resampled[:, 0] - resampled[:, 1]) / n
    tail = (1 - _level(confidence)) / 2
    low, high = np.quantile(differences, [tail, 1 - tail])
    return Interval(float(gain.mean()), float(low), float(high))


def _level(confidence: float) -> float:
    level = checks.real(confidence, "confidence", low=0, high=1, open_low=True)
    if level == 1:
        raise ValueError("confidence must be below 1: no finite interval is certain; got 1.0")
    return level


def _pair(predicted: Any, labels: Any) -> tuple[np.ndarray, np.ndarray]:
    guesses, truth = np.asarray(predicted), np.asarray(labels)
    if truth.size == 0 or guesses.shape != truth.shape or truth.ndim != 1:
        raise ValueError(
            f"predicted and labels must be equally long, non-empty vectors; got {checks.describe(guesses)} "
            f"and {checks.describe(truth)}"
        )
    return guesses, truth
