"""The API page: every public name with its signature, its first sentence and its file.

    python -m minicompress.workbook.api [FILE]

writes ``chapters/api.md`` below the current directory, or FILE.
"""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import minicompress
from minicompress.storage import atomic_path

PAGE = Path("chapters") / "api.md"
_ROOT = Path(minicompress.__file__).parents[1]
#: Packages without an interface of their own: ``ops`` picks among the first two, the command line is for the shell.
_INNER = ("kernels", "reference", "cli")


def public_packages() -> list[ModuleType]:
    """The facade and every package that names what is public, by name.

    >>> [m.__name__ for m in public_packages()][:2]
    ['minicompress', 'minicompress.coding']
    """
    names = sorted(info.name for info in pkgutil.iter_modules(minicompress.__path__) if info.ispkg)
    modules = [importlib.import_module(f"minicompress.{name}") for name in names if name not in _INNER]
    return [minicompress, *(module for module in modules if getattr(module, "__all__", None))]


def first_sentence(doc: str | None) -> str:
    """Return the first sentence of a docstring, on one line.

    >>> first_sentence("Bits per symbol, H = -sum p log2 p. A bound\\nfor any code.")
    'Bits per symbol, H = -sum p log2 p.'
    """
    paragraph = " ".join(inspect.cleandoc(doc or "").split("\n\n")[0].split())
    paragraph = re.sub(r":\w+:`~?([^`]+)`", r"`\1`", paragraph)  # a role of reStructuredText
    found = re.match(r".+?\.(?=\s+[A-Z`*(]|$)", paragraph)
    return (found.group() if found else paragraph).rstrip(":")


def signature(name: str, thing: Any) -> str:
    """Return ``name(parameters)`` without annotations; the bare name of what cannot be called.

    >>> from minicompress.coding import pack_bits
    >>> signature("pack_bits", pack_bits)
    'pack_bits(codes, *, bits)'
    """
    abstract = inspect.isclass(thing) and inspect.isabstract(thing)
    if abstract or not callable(thing):
        return name
    try:
        found = inspect.signature(thing)
    except (TypeError, ValueError):
        return name
    plain = [p.replace(annotation=p.empty, default=_default(p.default)) for p in found.parameters.values()]
    return f"{name}{inspect.Signature(plain)}"


class _Text(str):
    """A text that a signature shows as it is, without quotes."""

    def __repr__(self) -> str:
        return str(self)


def _default(value: Any) -> Any:
    if value is inspect.Parameter.empty:
        return value
    if inspect.isclass(value) or inspect.isfunction(value):
        return _Text(value.__name__)
    text = repr(value)
    return _Text("..." if " at 0x" in text or text == "<factory>" else text)


def _entry(module: ModuleType, name: str, folder: Path) -> str:
    thing = getattr(module, name)
    if not (inspect.isclass(thing) or inspect.isroutine(thing)):
        text, home = f"A constant: `{type(thing).__name__}`.", module
    else:
        text, home = first_sentence(thing.__doc__), sys.modules[thing.__module__]
    target = Path(inspect.getsourcefile(home) or "")
    link = os.path.relpath(target, folder).replace(os.sep, "/")
    shown = target.relative_to(_ROOT / "minicompress").as_posix()
    return f"- `{signature(name, thing)}`  \n  {text} [{shown}]({link})"


def page(folder: Path | None = None) -> str:
    """Return the page, with links that hold from ``folder`` (default: that of the page in the repository)."""
    folder = _ROOT / PAGE.parent if folder is None else folder.resolve()
    parts = [
        "# API",
        "Every public name, with its signature and where it is written. Made by\n"
        "`python -m minicompress.workbook.api`; a test holds it to the code.\n"
        "What each technique is held against: `pytest --oracle-table`.",
    ]
    for module in public_packages():
        names = [name for name in module.__all__ if not name.startswith("_")]
        parts += [f"## {module.__name__}", first_sentence(module.__doc__)]
        parts += ["\n".join(_entry(module, name, folder) for name in names)]
    return "\n\n".join(parts) + "\n"


def main(arguments: list[str]) -> int:
    """Write the page; return 0."""
    target = Path(arguments[0]) if arguments else PAGE
    text = page(target.parent)
    with atomic_path(target) as temporary:
        Path(temporary).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
