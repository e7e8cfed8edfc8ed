"""``minicompress compress``: a safetensors checkpoint, or the folder of an encoder, in; a compressed one out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def compress(
    file: Annotated[Path, typer.Argument(help="A .safetensors file of float weights, or a BERT folder.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The file or folder to write.")],
    recipe: Annotated[str, typer.Option(help="A recipe's name, or a TOML recipe.")] = "int8",
    calibrate: Annotated[Path | None, typer.Option(help="Texts for a folder's calibration, one a line.")] = None,
    budget: Annotated[str | None, typer.Option(help="Search a folder's recipe for a size such as 9MB.")] = None,
    report: Annotated[Path | None, typer.Option(help="Also write the report here, as .md or .json.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and write nothing.")] = False,
) -> None:
    """Compress a checkpoint or an encoder's folder by a recipe and report on every tensor."""
    if report is not None and report.suffix not in (".md", ".json"):
        raise ValueError(f"--report must end in .md or .json; got {report}")
    if file.is_dir():
        from minicompress.cli._compress_folder import compress_folder

        compress_folder(file, out, recipe, calibrate, budget, report, dry_run)
        return
    for option, value in (("--calibrate", calibrate), ("--budget", budget)):
        if value is not None:
            raise ValueError(f"{option} is for the folder of an encoder, which can be run; {file} is none")
    from rich.console import Console
    from rich.progress import Progress

    from minicompress import files, pipeline
    from minicompress.cli._kernels import recipes_named

    console = Console()
    chosen = recipes_named([recipe])[0]
    weights, metadata = files.read_weights(file)
    if files.is_compressed(metadata):
        raise ValueError(f"{file} is compressed already; compress the float checkpoint it came from")
    if out.exists() and out.resolve() == file.resolve():
        raise ValueError(f"--out is the input file {file}; name another, so that the original is kept")
    if dry_run:
        for name, array in weights.items():
            rule = chosen.rule_for(name) if array.ndim >= 2 else None
            console.print(f"{name}  {'x'.join(map(str, array.shape))}  {rule or 'kept'}", highlight=False)
        return
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("compressing", total=len(weights))
        model = pipeline.compress(weights, chosen, on_tensor=lambda name: progress.advance(task))
    size = files.save(model, out)
    account = model.report()
    console.print(str(account), highlight=False, soft_wrap=True)
    before = file.stat().st_size
    console.print(f"{file.name}: {before:,} bytes -> {out.name}: {size:,} bytes ({before / size:.2f}x smaller)")
    if report is not None:
        text = account.to_json() if report.suffix == ".json" else account.to_markdown()
        with files.atomic_path(report) as temporary:
            temporary.write_text(text + "\n", "utf-8")
