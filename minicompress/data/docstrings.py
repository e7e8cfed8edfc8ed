"""English text that every Python carries with it: the docstrings of its own standard library, about 1.6 MB.

The sources are read with ``ast``, never imported. Tests, the IDLE editor and installed packages are left out.

1. A text that occurs twice is kept once, so that no docstring of the test was seen in training word for word.
2. The split is by *top-level package*: all of ``email`` falls on the same side, and ``_pydecimal`` goes with
   ``decimal``. The side is a hash, so it stays where it is in another release.

Another release of Python has other docstrings: ``provenance`` holds the version and a hash of the whole corpus.
"""

from __future__ import annotations

import ast
import hashlib
import platform
import sysconfig
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from minicompress.data.language_names import split_of

__all__ = ["Docstring", "DocstringCorpus", "load_docstrings", "read_docstrings", "summary_pairs"]

SPLIT_SEED = 7  # packages differ in size: this seed puts 80, 10 and 10 % of the text of Python 3.11 on the three sides
LEFT_OUT = frozenset({"test", "tests", "idlelib", "idle_test", "site-packages", "dist-packages", "__pycache__"})
LOCAL = frozenset({"sitecustomize.py", "usercustomize.py"})  # written by whoever installed this Python
_Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Docstring:
    """One docstring, its indentation taken off: ``module`` (dotted), ``qualname`` ('' for the module itself), ``text``.

    >>> d = Docstring("json", "dumps", "Serialize an object.\\n\\nReturns a str.")
    >>> d.summary, d.rest
    ('Serialize an object.', 'Returns a str.')
    """

    module: str
    qualname: str
    text: str

    @property
    def summary(self) -> str:
        """The first line (PEP 257)."""
        return self.text.partition("\n")[0].strip()

    @property
    def rest(self) -> str:
        """What follows the first line; often empty."""
        return self.text.partition("\n")[2].strip()

    @property
    def family(self) -> str:
        """What the split keeps together: the top-level package, without the mark of its private or pure-Python twin."""
        top = self.module.partition(".")[0]
        return top.removeprefix("_py") if top.startswith("_py") else top.lstrip("_") or top


@dataclass(frozen=True, eq=False)
class DocstringCorpus:
    """The three splits in a fixed order (module, then place in the file), and where they come from."""

    train: tuple[Docstring, ...]
    validation: tuple[Docstring, ...]
    test: tuple[Docstring, ...]
    provenance: dict[str, str]


@lru_cache(maxsize=1)
def load_docstrings() -> DocstringCorpus:
    """Return the docstrings of this Python's standard library; a few seconds, kept in memory for the next call.

    >>> sorted(load_docstrings().provenance)
    ['licence', 'python', 'sha256', 'source', 'split']
    """
    seen: dict[str, Docstring] = {}
    for docstring in read_docstrings(sysconfig.get_paths()["stdlib"]):
        seen.setdefault(docstring.text, docstring)
    sides: dict[str, list[Docstring]] = {"train": [], "validation": [], "test": []}
    for docstring in seen.values():
        sides[split_of(docstring.family, seed=SPLIT_SEED)].append(docstring)
    provenance = {
        "source": "docstrings of the Python standard library, read with ast",
        "licence": "PSF License",
        "python": platform.python_version(),
        "sha256": corpus_hash(seen.values()),
        "split": f"80/10/10 by top-level package, seed {SPLIT_SEED}",
    }
    return DocstringCorpus(tuple(sides["train"]), tuple(sides["validation"]), tuple(sides["test"]), provenance)


def corpus_hash(docstrings: Iterable[Docstring]) -> str:
    """Return the SHA-256 of all names and texts, in order."""
    digest = hashlib.sha256()
    for d in docstrings:
        digest.update("\0".join((d.module, d.qualname, d.text, "")).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def read_docstrings(folder: str | Path) -> Iterator[Docstring]:
    """Yield the docstrings of all modules below ``folder``, by module name; files that do not parse are passed over.

    Raises ValueError if there is no such folder.
    """
    root = Path(folder)
    if not root.is_dir():
        raise ValueError(f"folder must be a folder of Python sources; got {str(folder)!r}")
    modules = []
    for path in root.rglob("*.py"):
        parts = path.relative_to(root).parts
        if LEFT_OUT.isdisjoint(parts) and path.name not in LOCAL:
            modules.append((_module_name(parts), path))
    for name, path in sorted(modules):
        tree = _parse(path)
        if tree is not None:
            yield from _walk(tree, name, "")


def summary_pairs(docstrings: Iterable[Docstring], *, shortest: int = 40) -> list[tuple[str, str]]:
    """Return ``(summary, rest)`` where both say something: for retrieval, which finds the rest by the summary.

    ``shortest`` is the least number of characters of the rest; of several with one summary the first is kept.

    >>> summary_pairs([Docstring("a", "f", "One.\\n\\nTwo."), Docstring("a", "g", "Three.")], shortest=2)
    [('One.', 'Two.')]
    """
    pairs: dict[str, str] = {}
    for d in docstrings:
        if d.summary and len(d.rest) >= shortest:
            pairs.setdefault(d.summary, d.rest)
    return list(pairs.items())


def _module_name(parts: tuple[str, ...]) -> str:
    names = [*parts[:-1], parts[-1].removesuffix(".py")]
    return ".".join(names[:-1] if names[-1] == "__init__" and len(names) > 1 else names)


def _parse(path: Path) -> ast.Module | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old escapes in other people's sources
        try:
            return ast.parse(path.read_bytes())
        except (SyntaxError, ValueError):
            return None


def _walk(node: ast.Module | _Definition, module: str, qualname: str) -> Iterator[Docstring]:
    text = (ast.get_docstring(node) or "").strip()
    if text:
        yield Docstring(module, qualname, text)
    for child in _definitions(node):
        inner = f"{qualname}.{child.name}" if qualname else child.name
        yield from _walk(child, module, inner)


def _definitions(node: ast.AST) -> Iterator[_Definition]:
    """Yield the classes and functions below ``node`` in their order, those inside ``if`` and ``try`` too."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _Definition):
            yield child
        elif not isinstance(child, ast.expr):
            yield from _definitions(child)
