"""What the commands share: which recipes are meant, and what the kernels' disk cache did."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from minicompress.kernels.compiler import Native
    from minicompress.pipeline import Recipe

_said: set[str] = set()  # notices that were given: each once


def recipes_named(names: list[str] | None) -> list[Recipe]:
    """Return the presets and TOML files that were named, or all presets."""
    from minicompress.pipeline import PRESETS, Recipe, resolve_recipe

    if not names:
        return list(PRESETS.values())
    return [Recipe.from_toml(name) if Path(name).suffix == ".toml" else resolve_recipe(name) for name in names]


def say_if_compiling(console: Console) -> None:
    """Tell the user once that the first run compiles."""
    from minicompress import ops

    if ops.backend() != "numba":
        console.print("backend: reference (NumPy only); the times below are not those of the kernels")
        return
    say_if_no_dot_product(console)
    from minicompress.kernels.compiler import cache_folder

    folder = cache_folder()
    if not any(folder.rglob("*.nbc")) if folder.is_dir() else True:
        console.print("first run on this machine: the kernels are compiled once and kept on disk")


def say_if_no_dot_product(console: Console) -> None:
    """Tell the user, once, that products of integers take more instructions here than they could."""
    from minicompress.kernels.isa import choose_isa, runnable

    path = choose_isa()
    if path in ("avx512vnni", "avxvnni") or path in _said:
        return
    _said.add(path)
    who = "this CPU has" if path == runnable()[0] else "the path that MINICOMPRESS_ISA forces has"
    console.print(f"{who} no 8-bit dot product: integer kernels use path {path} and are slower", highlight=False)


def all_kernels() -> dict[str, Native]:
    """Every kernel of the package by name, not yet compiled."""
    import importlib
    import importlib.util

    from minicompress import ops

    for family in ops.FAMILIES:
        path = f"minicompress.kernels.{family}"
        if importlib.util.find_spec(path):
            importlib.import_module(path)
    from minicompress.kernels.compiler import KERNELS

    return dict(KERNELS)


def kernel_note() -> str:
    """Say which kernels ran and whether they came from the disk cache."""
    from minicompress import ops

    if ops.backend() != "numba":
        return "reference backend, no kernels"
    from minicompress.kernels.compiler import cache_counts

    compiled, loaded = cache_counts()
    return f"{compiled} compiled now, {loaded} loaded from the disk cache"
