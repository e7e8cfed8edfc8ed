"""Activations: their range is not known before data comes. Static looks at calibration data once, dynamic each time.

    static    an observer watches batches; its parameters are then constants of the model
    dynamic   s and z from the smallest and largest value of what has just arrived

Dynamic quantization costs a pass over the data at each call and can never clip; static quantization is free and clips.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from minicompress.quantization.affine import QParams, choose_qparams, quantize
from minicompress.quantization.granularity import Granularity
from minicompress.quantization.observers import Observer

__all__ = ["calibrate", "quantize_dynamic"]


def calibrate(observer: Observer, batches: Iterable[Any]) -> QParams:
    """Show ``observer`` all ``batches`` and return its parameters: static quantization of an activation.

    >>> from minicompress.quantization import MinMax
    >>> calibrate(MinMax(), [[0.0, 1.0], [2.55]]).scale
    array(0.01, dtype=float32)
    """
    for batch in batches:
        observer.update(batch)
    return observer.qparams()


def quantize_dynamic(
    x: Any, *, bits: int = 8, symmetric: bool = False, granularity: Granularity | None = None
) -> tuple[np.ndarray, QParams]:
    """Return the codes of ``x`` and the parameters chosen for it: one for the tensor, or PerAxis(0), one a token.

    >>> q, p = quantize_dynamic([0.0, 2.55, -1.0])
    >>> q, int(p.zero_point)
    (array([ 72, 255,   0], dtype=uint8), 72)
    """
    qparams = choose_qparams(x, bits=bits, symmetric=symmetric, granularity=granularity)
    return quantize(x, qparams), qparams
