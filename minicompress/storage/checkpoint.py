"""A checkpoint of any size: one safetensors file, or several ("shards") and the index that says which holds what.

model.safetensors                    or
model.safetensors.index.json         {"weight_map": {name: "model-00001-of-00002.safetensors", ...}}
model-00001-of-00002.safetensors ...
"""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

from minicompress.storage.header import Entry, read_entries

__all__ = ["Checkpoint"]

_WEIGHTS = "model.safetensors"
_INDEX = ".index.json"


@dataclasses.dataclass(frozen=True)
class Checkpoint:
    """Where each tensor lies, sorted by name; read one with ``entries[name].read()``.

    Parameters
    ----------
    entries : dict of str to Entry
    metadata : dict of str to str
        Of all files.
    files : tuple of Path
        The safetensors files.
    """

    entries: dict[str, Entry]
    metadata: dict[str, str]
    files: tuple[Path, ...]

    @property
    def nbytes(self) -> int:
        """Bytes of all files."""
        return sum(path.stat().st_size for path in self.files)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Checkpoint:
        """Read and check the headers of a file, of an index's shards, or of a folder with either.

        Raises
        ------
        ValueError
            If a file is not sound, or the index and the shards do not hold the same names.

        Examples
        --------
        >>> import tempfile, numpy as np
        >>> from safetensors.numpy import save_file
        >>> place = Path(tempfile.mkdtemp()) / "w.safetensors"
        >>> save_file({"w": np.eye(2, dtype=np.float16)}, place)
        >>> Checkpoint.open(place).entries["w"].read()
        array([[1., 0.],
               [0., 1.]], dtype=float16)
        """
        source = Path(path)
        if source.is_dir():
            single, index = source / _WEIGHTS, source / (_WEIGHTS + _INDEX)
            if single.is_file() and index.is_file():
                raise ValueError(f"{source} holds both {single.name} and {index.name}; name the one that is meant")
            source = index if index.is_file() else single
        if source.name.endswith(_INDEX):
            return cls._sharded(source)
        entries, metadata = read_entries(source)
        return cls(entries, metadata, (source,))

    @classmethod
    def _sharded(cls, index: Path) -> Checkpoint:
        shard_of = _weight_map(index)
        files = tuple(index.parent / shard for shard in sorted(set(shard_of.values())))
        entries: dict[str, Entry] = {}
        metadata: dict[str, str] = {}
        for path in files:
            found, text = read_entries(path)
            metadata |= text
            for name in found:
                if shard_of.get(name) != path.name:
                    said = f"puts into {shard_of[name]}" if name in shard_of else "does not name"
                    raise ValueError(f"{path} holds tensor {name!r}, which {index.name} {said}")
            entries |= found
        missing = sorted(shard_of.keys() - entries.keys())
        if missing:
            raise ValueError(f"{index} puts tensor {missing[0]!r} into {shard_of[missing[0]]}, which does not hold it")
        return cls(dict(sorted(entries.items())), metadata, files)


def _weight_map(index: Path) -> dict[str, str]:
    try:
        content: Any = json.loads(index.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{index} is no JSON: {error}") from error
    shards = content.get("weight_map") if isinstance(content, dict) else None
    if not isinstance(shards, dict) or not shards:
        raise ValueError(f"{index} must hold a weight_map of tensor names to file names")
    for name, shard in shards.items():
        # A plain name: an index must not lead out of its folder.
        if not isinstance(shard, str) or Path(shard).name != shard or shard in ("", ".", "..") or "\\" in shard:
            raise ValueError(f"{index} must put tensor {name!r} into a file beside it; got {shard!r}")
    return shards
