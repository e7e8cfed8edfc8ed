"""Write a trained model beside the package's others, and list it with its hash and the command that made it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from minicompress.models.pretrained import CHECKPOINTS
from minicompress.nn import Module
from minicompress.storage import write_atomic

__all__ = ["round_as_stored", "ship"]


def round_as_stored(model: Module) -> None:
    """Round every weight to float16 and back: a model's score is that of the file, which holds float16."""
    model.load_state_dict({n: a.astype("float16").astype("float32") for n, a in model.state_dict().items()})


def ship(content: bytes, name: str, file: str, entry: dict[str, Any], *, folder: Path | None = None) -> str:
    """Write ``content`` as ``file`` of ``folder`` and list it in ``index.json``; return a line that says how large.

    Parameters
    ----------
    name : str
        The key in the index; what stood under it is replaced, other entries stay.
    entry : dict
        What the index says besides the file's name and sha256: the command, the seed, the score.
    folder : Path, optional
        The package's own checkpoints by default.

    Examples
    --------
    >>> import tempfile
    >>> ship(b"weights", "tiny", "tiny.safetensors", {"seed": 0}, folder=Path(tempfile.mkdtemp()))
    'tiny.safetensors: 7 bytes'
    """
    place = CHECKPOINTS if folder is None else folder
    place.mkdir(parents=True, exist_ok=True)
    write_atomic(place / file, content)
    listed = place / "index.json"
    index = json.loads(listed.read_text("utf-8")) if listed.exists() else {}
    index[name] = {"file": file, "sha256": hashlib.sha256(content).hexdigest(), **entry}
    write_atomic(listed, (json.dumps(index, indent=2, sort_keys=True) + "\n").encode())
    return f"{file}: {len(content):,} bytes"
