"""``minicompress compress`` of a file, of shards, or with ``--workers``: one tensor at a time in each process."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minicompress.pipeline import Recipe
    from minicompress.pipeline.report import Report


def is_sharded(folder: Path) -> bool:
    """Whether a folder's weights are several files with an index."""
    return (folder / "model.safetensors.index.json").is_file()


def compress_streaming(
    source: Path, out: Path, recipe: str, workers: int | None, resume: bool, dry_run: bool
) -> Report | None:
    """Compress, and return the report; None after a dry run."""
    from rich.console import Console
    from rich.progress import Progress

    from minicompress import files
    from minicompress.storage import Checkpoint

    console = Console()
    chosen = _recipe(source, recipe)
    checkpoint = Checkpoint.open(source)
    if files.is_compressed(checkpoint.metadata):
        raise ValueError(f"{source} is compressed already; compress the float checkpoint it came from")
    if out.exists() and out.resolve() == source.resolve():
        raise ValueError(f"--out is the input {source}; name another, so that the original is kept")
    if dry_run:
        for name, entry in checkpoint.entries.items():
            rule = chosen.rule_for(name) if entry.is_matrix else None
            console.print(f"{name}  {'x'.join(map(str, entry.shape))}  {rule or 'kept'}", highlight=False)
        return None
    with _executor(workers) as executor, Progress(console=console, transient=True) as progress:
        task = progress.add_task("compressing", total=len(checkpoint.entries))
        report = files.compress_file(
            source,
            out,
            chosen,
            executor=executor,
            resume=resume,
            on_tensor=lambda name: progress.update(task, advance=1, description=f"compressing {name}"),
            on_message=lambda text: console.print(text, highlight=False, soft_wrap=True),
        )
    console.print(str(report), highlight=False, soft_wrap=True)
    before = checkpoint.nbytes
    size = (out / "model.safetensors" if out.is_dir() else out).stat().st_size
    console.print(f"{source.name}: {before:,} bytes -> {out.name}: {size:,} bytes ({before / size:.2f}x smaller)")
    return report


def _recipe(source: Path, name: str) -> Recipe:
    """The recipe that is meant: of an encoder's folder, one that needs no texts."""
    from minicompress.cli._kernels import recipes_named
    from minicompress.pipeline import folder

    if not source.is_dir() or is_sharded(source) or not _is_encoder(source):
        return recipes_named([name])[0]
    chosen = recipes_named([name])[0] if Path(name).suffix == ".toml" else folder.encoder_recipe(name)
    if folder.needs_texts(chosen):
        methods = ", ".join(dict.fromkeys(rule.method for rule in chosen.rules))
        raise ValueError(f"recipe {chosen.name!r} ({methods}) looks at texts, which --workers does not: leave it out")
    return chosen


def _is_encoder(folder: Path) -> bool:
    from minicompress.models.bert.config import BertConfig

    try:
        BertConfig.from_folder(folder)
    except (OSError, ValueError):
        return False
    return True


@contextlib.contextmanager
def _executor(workers: int | None) -> Iterator[Executor | None]:
    """Processes that end with this one, however it ends."""
    if workers is None:
        yield None
        return
    fresh = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(workers, mp_context=fresh, initializer=_set_up_worker) as pool:
            yield pool
    except BrokenExecutor as error:
        raise OSError(
            "a worker process died (out of memory?); what is done is kept: run the command again, with fewer --workers"
        ) from error


def _set_up_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of the terminal; the parent decides
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent.sentinel,), daemon=True).start()


def _follow(sentinel: int) -> None:
    """End when the parent has ended: a pool's processes would wait for it for ever if it was killed."""
    wait([sentinel])
    os._exit(1)
