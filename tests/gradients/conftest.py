"""The compressors, one of each kind, and what is drawn for them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from minicompress.gradients import GradientCompressor, OneBitCompressor, PowerSGD, TopKCompressor

MAKERS: dict[str, Callable[..., GradientCompressor]] = {
    "top-k": lambda **options: TopKCompressor(density=0.3, **options),
    "1-bit": lambda **options: OneBitCompressor(**options),
    "PowerSGD": lambda **options: PowerSGD(rank=1, rng=np.random.default_rng(0), **options),
}


@pytest.fixture(params=MAKERS)
def make(request: pytest.FixtureRequest) -> Callable[..., GradientCompressor]:
    return MAKERS[request.param]
