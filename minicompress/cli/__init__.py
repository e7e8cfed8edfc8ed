"""The command line: ``minicompress --help``. One file per command, found by `app`."""

from __future__ import annotations

from minicompress.cli.app import main

__all__ = ["main"]
