"""``minicompress compress``: a safetensors checkpoint, or the folder of an encoder, in; a compressed one out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from minicompress.cli import _report_figure
from minicompress.cli._compress_streaming import compress_streaming, is_sharded


def compress(
    file: Annotated[Path, typer.Argument(help="A .safetensors file, a folder of shards, or a BERT folder.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The file or folder to write.")],
    recipe: Annotated[str, typer.Option(help="A recipe's name, or a TOML recipe.")] = "int8",
    calibrate: Annotated[Path | None, typer.Option(help="Texts for a folder's calibration, one a line.")] = None,
    budget: Annotated[str | None, typer.Option(help="Search a folder's recipe for a size such as 9MB.")] = None,
    report: Annotated[Path | None, typer.Option(help="Also write it here: .md, .json, .png or .svg.")] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes, each with one tensor at a time in memory; no calibration.")
    ] = None,
    resume: Annotated[bool, typer.Option(help="Go on with what an interrupted run of the same left.")] = True,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and write nothing.")] = False,
) -> None:
    """Compress a checkpoint or an encoder's folder by a recipe and report on every tensor."""
    if report is not None:
        _report_figure.check_suffix(report)
    if file.is_dir() and workers is None and not is_sharded(file):
        from minicompress.cli._compress_folder import compress_folder

        compress_folder(file, out, recipe, calibrate, budget, report, dry_run)
        return
    for option, value in (("--calibrate", calibrate), ("--budget", budget)):
        if value is not None:
            why = "not with --workers" if file.is_dir() and workers is not None else f"{file} is none"
            raise ValueError(f"{option} is for the folder of an encoder, which can be run; {why}")
    account = compress_streaming(file, out, recipe, workers, resume, dry_run)
    if account is None:
        return
    from minicompress import files

    if report is not None and report.suffix in _report_figure.SUFFIXES:
        _report_figure.write_figure(report, account)
    elif report is not None:
        text = account.to_json() if report.suffix == ".json" else account.to_markdown()
        with files.atomic_path(report) as temporary:
            temporary.write_text(text + "\n", "utf-8")
