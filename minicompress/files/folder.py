"""Write a compressed model as a folder that the encoder reads: our container, and the small files beside it."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from minicompress.files.container import save
from minicompress.pipeline.model import CompressedModel

__all__ = ["COPIED", "copy_beside", "new_folder", "save_folder", "weights_nbytes_on_disk"]

#: What a model reads besides its weights, where the source has it.
COPIED = (
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer.model",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "modules.json",
    "sentence_bert_config.json",
    "config_sentence_transformers.json",
    "1_Pooling/config.json",
)


def save_folder(model: CompressedModel, source: str | os.PathLike[str], out: str | os.PathLike[str]) -> int:
    """Write ``model`` and copies of the configuration and tokenizer of ``source`` to the new folder ``out``.

    All or nothing: the folder is built beside its place and renamed. Returns the bytes of the weights' file.

    Raises
    ------
    FileExistsError
        If ``out`` exists and is not an empty folder.
    """
    with new_folder(out) as built:
        size = save(model, built / "model.safetensors")
        copy_beside(source, built)
    return size


def copy_beside(source: str | os.PathLike[str], folder: Path) -> None:
    """Copy the configuration and tokenizer of the folder ``source`` to ``folder``, as far as there are any."""
    for name in COPIED:
        if (Path(source) / name).is_file():
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(Path(source) / name, folder / name)


@contextlib.contextmanager
def new_folder(out: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a folder beside ``out`` that takes its name if the block succeeds, and vanishes if it does not.

    Raises
    ------
    FileExistsError
        If ``out`` exists and is not an empty folder.
    """
    place = Path(out)
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise FileExistsError(f"{place} exists and is not an empty folder; name another")
    if not place.resolve().parent.is_dir():
        raise FileNotFoundError(f"the folder {place.resolve().parent} does not exist")
    built = Path(tempfile.mkdtemp(dir=place.resolve().parent, prefix=f".{place.name}.", suffix=".part"))
    try:
        yield built
        built.chmod(0o777 & ~_umask())  # mkdtemp makes private folders; a result is an ordinary one
        if place.is_dir():
            place.rmdir()
        built.rename(place)
    finally:
        shutil.rmtree(built, ignore_errors=True)


def weights_nbytes_on_disk(folder: str | os.PathLike[str]) -> int:
    """Bytes of every file of a model folder but tokenizer and configuration (:data:`COPIED`)."""
    root = Path(folder)
    files = (path for path in root.rglob("*") if path.is_file())
    return sum(path.stat().st_size for path in files if path.relative_to(root).as_posix() not in COPIED)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
