"""What an unfinished run leaves beside its target, so that the next one goes on where it stopped.

    .TARGET.part/FINGERPRINT/000000.safetensors ...    one part a tensor, each written all or nothing

The fingerprint stands for all that the parts follow from: sizes, times and headers of the source's files, recipe,
calibration, the package's version and backend. Parts of another fingerprint are thrown away.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from minicompress import ops
from minicompress._version import __version__
from minicompress.pipeline.recipe import Recipe
from minicompress.storage import Checkpoint, read_entries

__all__ = ["Journal", "fingerprint"]


def fingerprint(checkpoint: Checkpoint, recipe: Recipe, calibration: Mapping[str, Any] | None = None) -> str:
    """Return 32 hexadecimal digits that change with whatever the result depends on."""
    rules = [dataclasses.asdict(rule) for rule in recipe.rules]
    stats = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in checkpoint.files]
    tensors = [(e.path.name, e.name, e.dtype, e.shape, e.start) for e in checkpoint.entries.values()]
    digest = hashlib.sha256(
        json.dumps([__version__, ops.backend(), recipe.name, rules, stats, tensors], default=str).encode()
    )
    for name, inputs in sorted((calibration or {}).items()):
        x = np.ascontiguousarray(inputs)
        digest.update(json.dumps([name, x.shape, x.dtype.str]).encode())
        digest.update(x.tobytes())
    return digest.hexdigest()[:32]


class Journal:
    """The folder of parts of one run.

    Parameters
    ----------
    target : Path
        The file or folder to be made; the journal lies beside it.
    digest : str
        See :func:`fingerprint`.
    """

    def __init__(self, target: Path, digest: str) -> None:
        self.place = target.parent / f".{target.name}.part"
        self.folder = self.place / digest

    def part(self, number: int) -> Path:
        """Where the part of tensor ``number`` belongs."""
        return self.folder / f"{number:06d}.safetensors"

    def open(self, *, resume: bool) -> bool:
        """Make the folder, without whatever does not belong to this run; say whether something was thrown away."""
        others = [path for path in self.place.iterdir() if path != self.folder] if self.place.is_dir() else []
        if not resume or others:
            self.discard()
        self.folder.mkdir(parents=True, exist_ok=True)
        return bool(others)

    def is_done(self, number: int) -> bool:
        """Whether that part is there and whole."""
        try:
            read_entries(self.part(number))
        except (OSError, ValueError):
            return False
        return True

    def discard(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.place, ignore_errors=True)

    def discard_if_empty(self) -> None:
        """Remove everything if no part is done."""
        if not any(self.folder.glob("[0-9]*.safetensors")):
            self.discard()
