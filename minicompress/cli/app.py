"""The application: collects the commands, and turns the library's errors into one line and an exit code.

To add a command, add a file ``<name>.py`` here with a function ``<name>``; its docstring is its help (a trailing
underscore is dropped, other underscores become dashes; files ``_<name>.py`` are no commands). Heavy imports belong
inside the function, so that ``--help`` stays quick.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from pathlib import Path
from typing import Annotated

import typer

# Learners first, in the order in which they meet them; what is not listed follows by name.
_ORDER = (
    "tour",
    "study",
    "check",
    "watch",
    "hint",
    "solution",
    "reset",
    "progress",
    "grade",
    "compress",
    "inspect",
    "diff",
)
_NOT_COMMANDS = {"app", "__main__"}


def _about(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Model compression from scratch: a library to read and a workbook to study."""


def build() -> typer.Typer:
    """Return the application with every command of this package."""
    app = typer.Typer(name="minicompress", add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
    app.callback()(_about)
    names = {m.name for m in pkgutil.iter_modules([str(Path(__file__).parent)])} - _NOT_COMMANDS
    public = [n for n in names if not n.startswith("_")]
    rank = {name: i for i, name in enumerate(_ORDER)}
    for name in sorted(public, key=lambda n: (rank.get(n.rstrip("_"), len(rank)), n)):
        function = getattr(importlib.import_module(f"minicompress.cli.{name}"), name)
        app.command(name.rstrip("_").replace("_", "-"))(function)
    return app


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code: 0 fine, 1 a graded failure, 2 an error, 130 interrupted."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    debug = "--debug" in arguments
    arguments = [a for a in arguments if a != "--debug"]  # accepted before and after the command's name
    try:
        return _run(arguments)
    except BrokenPipeError:
        # the reader (`| head`) has left: nothing is wrong, and nothing can be said
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        typer.echo("stopped", err=True)
        return 130
    except (ValueError, TypeError, OSError, ImportError) as error:
        if debug:
            raise
        text = str(error).strip() or type(error).__name__
        typer.echo(f"error: {text}", err=True)
        return 2


def _run(arguments: list[str]) -> int:
    try:
        build()(arguments, standalone_mode=True)
    except SystemExit as leave:
        return leave.code if isinstance(leave.code, int) else int(leave.code is not None)
    return 0
