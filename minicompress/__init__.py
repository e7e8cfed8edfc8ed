"""minicompress: model compression from scratch, in NumPy that can be read in five minutes.

>>> import minicompress
>>> model = minicompress.compress({"layer.weight": np.eye(64, dtype=np.float32)}, "int4-g64")
>>> round(model.report().ratio, 1)
7.5
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from minicompress._version import __version__

if TYPE_CHECKING:
    from minicompress.pipeline import PRESETS, CompressedModel, Recipe, Rule, compress

__all__ = ["PRESETS", "CompressedModel", "Recipe", "Rule", "__version__", "compress"]

_SUBPACKAGES = (
    "checks",
    "coding",
    "data",
    "decoding",
    "distillation",
    "evaluation",
    "files",
    "gradients",
    "lowrank",
    "models",
    "nn",
    "ops",
    "pipeline",
    "pruning",
    "quantization",
    "sharing",
    "sparse_coding",
    "storage",
    "tensors",
    "training",
    "workbook",
)


def __getattr__(name: str) -> Any:
    # Loaded at first use, so that `import minicompress` costs next to nothing.
    if name in _SUBPACKAGES:
        return importlib.import_module(f"minicompress.{name}")
    if name in __all__:
        return getattr(importlib.import_module("minicompress.pipeline"), name)
    raise AttributeError(f"module 'minicompress' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*__all__, *_SUBPACKAGES})
