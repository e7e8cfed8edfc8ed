"""A checkpoint larger than memory, compressed under a limit on the address space of each process.

``python -m benchmarks large [--gigabytes N] [--limit GB] [--recipe NAME] [--workers N] [--scratch FOLDER]``

The checkpoint is made on the fly: shards of bfloat16 in the shapes of a decoder language model, filled with
pseudo-random normal values, written in pieces. Bytes, seconds and the peak of resident memory (``ru_maxrss``, the
largest of any process) are printed; what was written is removed.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

__all__ = ["main", "write_checkpoint"]

_POOL = 1 << 22  # values that are drawn once; a tensor is made of them from some place on
_SHARD = 4_000_000_000  # bytes
_Shapes = Iterator[tuple[str, tuple[int, ...]]]


def shapes(nbytes: int, *, width: int = 4096, vocabulary: int = 16_384) -> _Shapes:
    """Names and shapes of a decoder of at least ``nbytes`` in bfloat16: an embedding, and the layers it takes."""
    left, layer = nbytes, 0
    yield "model.embed_tokens.weight", (vocabulary, width)
    left -= 2 * vocabulary * width
    inner = 11 * width // 4
    while left > 0:
        block = {f"self_attn.{kind}_proj.weight": (width, width) for kind in "qkvo"}
        block |= {"mlp.gate_proj.weight": (inner, width), "mlp.up_proj.weight": (inner, width)}
        block |= {"mlp.down_proj.weight": (width, inner), "input_layernorm.weight": (width,)}
        for name, shape in block.items():
            yield f"model.layers.{layer}.{name}", shape
            left -= 2 * int(np.prod(shape))
        layer += 1


def write_checkpoint(folder: Path, nbytes: int, *, rng: np.random.Generator, **sizes: int) -> int:
    """Write shards of at least ``nbytes`` together and their index to ``folder``; returns the bytes written."""
    shards: list[list[tuple[str, tuple[int, ...]]]] = [[]]
    room = _SHARD
    for name, shape in shapes(nbytes, **sizes):
        if shards[-1] and room < 2 * np.prod(shape):
            shards.append([])
            room = _SHARD
        shards[-1].append((name, shape))
        room -= 2 * int(np.prod(shape))
    pool = (rng.standard_normal(_POOL, dtype=np.float32) / 50).view("<u4") >> 16
    halves = pool.astype("<u2")  # the upper half of a float32 is a bfloat16
    index: dict[str, str] = {}
    for number, tensors in enumerate(shards, 1):
        name = f"model-{number:05d}-of-{len(shards):05d}.safetensors"
        index |= {tensor: name for tensor, _ in tensors}
        _write_shard(folder / name, tensors, halves, rng)
    text = json.dumps({"metadata": {}, "weight_map": index})
    (folder / "model.safetensors.index.json").write_text(text, "utf-8")
    return sum(path.stat().st_size for path in folder.glob("*.safetensors"))


def _write_shard(
    path: Path, tensors: list[tuple[str, tuple[int, ...]]], halves: np.ndarray, rng: np.random.Generator
) -> None:
    header: dict[str, Any] = {}
    at = 0
    for name, shape in tensors:
        size = 2 * int(np.prod(shape))
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for _, shape in tensors:
            left = int(np.prod(shape))
            while left:
                start = int(rng.integers(len(halves) // 2))
                piece = halves[start : start + left]
                file.write(piece.data)
                left -= len(piece)


def main(arguments: list[str]) -> int:
    """Write, compress under the limit, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks large", description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=20.0, help="of the checkpoint (default 20)")
    parser.add_argument("--limit", type=float, default=2.0, help="gigabytes of address space a process (default 2)")
    parser.add_argument("--recipe", default="int4-g64")
    parser.add_argument("--workers", type=int, help="processes (default: one, in the command itself)")
    parser.add_argument("--scratch", type=Path, help="where to write (default: the folder for temporary files)")
    options = parser.parse_args(arguments)
    console = Console()
    with tempfile.TemporaryDirectory(dir=options.scratch) as scratch:
        source, out = Path(scratch) / "model", Path(scratch) / "small"
        source.mkdir()
        start = time.perf_counter()
        before = write_checkpoint(source, int(options.gigabytes * 1e9), rng=np.random.default_rng(0))
        console.print(f"written: {before:,} bytes in {time.perf_counter() - start:.0f} s", highlight=False)
        command = [sys.executable, "-m", "minicompress.cli", "compress", str(source), "-o", str(out)]
        command += ["--recipe", options.recipe, *(["--workers", str(options.workers)] if options.workers else [])]
        limit = int(options.limit * 1e9)
        start = time.perf_counter()
        subprocess.run(
            command,
            check=True,
            stdout=subprocess.DEVNULL,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
        )
        seconds = time.perf_counter() - start
        after = (out / "model.safetensors").stat().st_size
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    console.print(f"{options.recipe}: {before:,} -> {after:,} bytes ({before / after:.2f}x)", highlight=False)
    console.print(f"{seconds:.0f} s, {before / seconds / 1e6:.0f} MB/s read", highlight=False)
    console.print(f"address space a process: at most {limit:,} bytes; peak resident: {peak:,} bytes", highlight=False)
    return 0
