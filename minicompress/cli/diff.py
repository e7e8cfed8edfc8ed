"""``minicompress diff``: two models, layer by layer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def diff(
    first: Annotated[Path, typer.Argument(help="The original: a .safetensors or .gguf file, or a model's folder.")],
    second: Annotated[Path, typer.Argument(help="What became of it.")],
    top: Annotated[int, typer.Option(min=0, help="Show the N worst tensors only; 0 shows all.")] = 0,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON in place of a table.")] = False,
) -> None:
    """Compare two models tensor by tensor, the worst first; exit code 1 where they differ."""
    import dataclasses
    import json

    from rich.console import Console
    from rich.table import Table

    from minicompress.files.difference import compare_models
    from minicompress.files.opening import open_model

    a, b = open_model(first), open_model(second)
    found = compare_models(a, b)
    if json_:
        content = dataclasses.asdict(found) | {"equal": found.equal}
        for row in content["rows"]:
            row["sqnr"] = row["sqnr"] if abs(row["sqnr"]) < float("inf") else None  # JSON has no infinity
            row["relative_error"] = row["relative_error"] if row["relative_error"] < float("inf") else None
        typer.echo(json.dumps(content, indent=2))
        raise typer.Exit(int(not found.equal))
    table = Table(title=f"{a.path.name} -> {b.path.name}")
    for heading in ("tensor", "shape", "relative error", "cosine", "SQNR dB", "largest", "bytes", "->"):
        table.add_column(heading, justify="left" if heading in ("tensor", "shape") else "right", overflow="fold")
    for row in found.rows[: top or None]:
        numbers = (f"{row.relative_error:.5f}", f"{row.cosine:.5f}", f"{row.sqnr:.1f}", f"{row.largest:.3g}")
        table.add_row(row.name, "x".join(map(str, row.shape)), *numbers, f"{row.nbytes[0]:,}", f"{row.nbytes[1]:,}")
    console = Console()
    console.print(table)
    for names, what in (
        (found.only_first, f"only in {a.path.name}"),
        (found.only_second, f"only in {b.path.name}"),
        (found.shapes_differ, "of another shape"),
    ):
        if names:
            console.print(f"{what}: {', '.join(names)}", highlight=False, soft_wrap=True)
    same = "the values are equal" if found.equal else "the models differ"
    console.print(f"{a.nbytes:,} -> {b.nbytes:,} bytes; {same}", highlight=False)
    raise typer.Exit(int(not found.equal))
