"""``minicompress inspect``: what a model file holds, tensor by tensor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from minicompress.files.opening import Stored

_BARS = " ▁▂▃▄▅▆▇█"
_BINS = 24


def inspect(
    file: Annotated[Path, typer.Argument(help="A .safetensors or .gguf file, or a model's folder.")],
    histogram: Annotated[bool, typer.Option("--histogram", help="Draw how each tensor's values are spread.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON in place of a table.")] = False,
) -> None:
    """Show the tensors of a model file: formats, shapes, bits per weight, bytes."""
    import json

    from rich.console import Console
    from rich.table import Table

    from minicompress.files.opening import open_model

    opened = open_model(file)
    tensors = list(opened.tensors.values())
    weights, nbytes = sum(t.size for t in tensors), sum(t.nbytes for t in tensors)
    if json_:
        keys = ("name", "format", "shape", "bits_per_weight", "bytes")
        rows = [dict(zip(keys, (t.name, t.format, t.shape, t.bits_per_weight, t.nbytes), strict=True)) for t in tensors]
        typer.echo(json.dumps({"kind": opened.kind, "file_bytes": opened.nbytes, "tensors": rows}, indent=2))
        return
    table = Table(title=f"{opened.path.name}: {opened.kind}, {len(tensors)} tensors")
    for heading in ("tensor", "format", "shape", "bits", "bytes", *(["values"] if histogram else [])):
        table.add_column(heading, justify="right" if heading in ("bits", "bytes") else "left", overflow="fold")
    for t in tensors:
        shape = "x".join(map(str, t.shape)) or "scalar"
        drawn = [spread(t)] if histogram else []
        table.add_row(t.name, t.format, shape, f"{t.bits_per_weight:.2f}", f"{t.nbytes:,}", *drawn)
    console = Console()
    console.print(table)
    share = 8 * nbytes / weights if weights else 0.0
    console.print(
        f"{weights:,} weights in {nbytes:,} bytes, {share:.2f} bits each; the file has {opened.nbytes:,} bytes",
        highlight=False,
    )


def spread(tensor: Stored) -> str:
    """Draw the histogram of a tensor's values in one line, between its least and its largest value.

    >>> import numpy as np
    >>> from minicompress.files.opening import Stored
    >>> spread(Stored("w", "F32", (4,), 16, lambda: np.array([0.0, 0.0, 0.0, 1.0])))
    '0 █                      ▃ 1'
    """
    import numpy as np

    values = np.asarray(tensor.values(), np.float64).ravel()
    if not values.size or not np.isfinite(values).all():
        return "empty" if not values.size else "not finite"
    low, high = float(values.min()), float(values.max())
    if low == high:
        return f"all {low:.3g}"
    counts, _ = np.histogram(values, _BINS, (low, high))
    heights = np.ceil(counts / counts.max() * (len(_BARS) - 1)).astype(int)
    return f"{low:.3g} {''.join(_BARS[h] for h in heights)} {high:.3g}"
