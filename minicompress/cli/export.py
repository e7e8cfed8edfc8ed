"""``minicompress export``: a model in a layout that other programs read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import numpy as np

    from minicompress.files.opening import Stored
    from minicompress.tensors import GGUFTensor

_ENDINGS, _FOLDER = {".gguf": "gguf", ".onnx": "onnx"}, "compressed-tensors"
_KINDS = ("F32", "F16", "Q8_0", "Q4_0", "Q4_1")


def export(
    file: Annotated[Path, typer.Argument(help="A .safetensors file, float or of our own, or a folder.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="A .gguf or .onnx file, or a folder: compressed-tensors.")],
    kind: Annotated[str, typer.Option(help="Of a GGUF file's matrices: F32, F16, Q8_0, Q4_0 or Q4_1.")] = "Q8_0",
    layout: Annotated[
        str, typer.Option("--format", help="gguf, onnx, compressed-tensors; auto: by the ending of --out.")
    ] = "auto",
) -> None:
    """Write a model as GGUF, as ONNX (an encoder's folder), or as a folder in the compressed-tensors layout."""
    from rich.console import Console
    from rich.progress import Progress

    from minicompress import checks, files

    checks.one_of(kind, "--kind", _KINDS)
    checks.one_of(layout, "--format", ("auto", *_ENDINGS.values(), _FOLDER))
    if layout == "auto":
        layout = _ENDINGS.get(out.suffix, _FOLDER)
    if file.is_dir():
        file = file / "model.safetensors"
    if layout == "onnx":
        made = files.save_onnx(file.parent, out)
        size = made.nbytes
        typer.echo(made.summary())
    elif layout == _FOLDER:
        size = files.save_compressed_tensors(files.load(file), out, config=_config(file))
    else:
        tensors = files.open_model(file).tensors
        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("encoding", total=len(tensors))
            encoded = {}
            for name, tensor in tensors.items():
                values = _encoded(tensor, kind)
                if values is not None:
                    encoded[name] = values
                progress.advance(task)
        size = files.save_gguf(encoded, out, metadata={"general.name": file.parent.name or file.stem})
    typer.echo(f"{file.name}: {file.stat().st_size:,} bytes -> {out.name}: {size:,} bytes of weights")


def _encoded(tensor: Stored, kind: str) -> np.ndarray | GGUFTensor | None:
    """The tensor in blocks where its rows divide into them, else in float16 or float32; None for integers."""
    import numpy as np

    from minicompress.quantization import quantize_gguf

    values = np.asarray(tensor.values())
    if values.dtype.kind != "f":
        return None  # tables of positions and the like, which GGUF readers make for themselves
    if kind.startswith("Q") and values.ndim == 2 and values.shape[1] % 32 == 0:
        return quantize_gguf(values, format=kind)
    half = kind != "F32" and values.ndim > 1 and float(np.abs(values).max(initial=0)) < float(np.finfo(np.float16).max)
    return np.atleast_1d(values.astype(np.float16 if half else np.float32))


def _config(file: Path) -> dict[str, object]:
    import json

    beside = file.with_name("config.json")
    return json.loads(beside.read_text("utf-8")) if beside.is_file() else {}
