"""Compress a checkpoint that is larger than memory: tensor by tensor, on any executor, and resumed where it stopped.

    headers -> one task a tensor -> parts in the journal -> joined -> renamed to the target

A part is a container of one tensor (:mod:`minicompress.files.container`), and the result is the parts joined, in an
order that does not depend on which was done first.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from pathlib import Path
from typing import Any

import numpy as np

from minicompress import checks
from minicompress.files.container import join, save
from minicompress.files.folder import copy_beside
from minicompress.files.journal import Journal, fingerprint
from minicompress.pipeline.compression import check_rules, compress_tensor, resolve_recipe
from minicompress.pipeline.methods import NEEDS_INPUTS
from minicompress.pipeline.model import CompressedModel
from minicompress.pipeline.recipe import Recipe, Rule
from minicompress.pipeline.report import Report, ReportRow
from minicompress.storage import Checkpoint, Entry
from minicompress.tensors.container import BUFFER, is_compressed

__all__ = ["Task", "compress_file", "compress_part"]

_IN_FLIGHT = 64  # tasks handed to an executor at a time; each is a name and a rule, not an array


@dataclasses.dataclass(frozen=True, eq=False)
class Task:
    """One tensor's work: where it lies, its rule, its calibration inputs, and where its part goes."""

    entry: Entry
    rule: Rule | None
    inputs: Any
    info: dict[str, Any]
    part: Path


def compress_part(task: Task) -> str:
    """Read one tensor, compress it, write its part and return its name: what an executor runs."""
    name, array = task.entry.name, task.entry.read()
    if array.dtype.kind in "iub":
        model = CompressedModel({}, {}, task.info, {name: array})
    else:
        tensor, record = compress_tensor(name, array, task.rule, task.inputs)
        record = dataclasses.replace(record, original_nbytes=task.entry.nbytes)  # bfloat16 came as float32
        model = CompressedModel({name: tensor}, {name: record}, task.info)
    save(model, task.part)
    return name


def compress_file(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    recipe: str | Recipe,
    calibration: Mapping[str, np.ndarray] | None = None,
    *,
    executor: Executor | None = None,
    resume: bool = True,
    on_tensor: Callable[[str], None] | None = None,
    on_message: Callable[[str], None] | None = None,
) -> Report:
    """Compress ``source`` to ``target`` with one tensor at a time in the memory of each worker.

    The bytes are those of ``save(compress(weights, recipe), target)``, whatever the executor, with ``weights`` the
    ``state_dict`` in ``source`` (so that bfloat16 counts 2 bytes). The parts need as much room on the disk as the
    result, until it is there.

    Parameters
    ----------
    source : path
        A safetensors file, an index of shards (``*.safetensors.index.json``), or a folder with either.
    target : path
        A file; for a folder a new folder, to which configuration and tokenizer are copied.
    recipe, calibration
        See :func:`minicompress.compress`.
    executor : concurrent.futures.Executor, optional
        Threads, processes, or a cluster that shares the file system (of Dask: ``client.get_executor()``). By default
        tensors are compressed here, one after the other.
    resume : bool
        Whether to go on with what an earlier run left in ``.TARGET.part``, if it was made from the same.
    on_tensor, on_message : callable, optional
        Called with each name when it is done; and with a sentence when there is an earlier run's work, or a wait.

    Raises
    ------
    ValueError
        For a source that is not sound, a rule that matches nothing, a weight that is not finite ...: nothing is left.
        Whatever else stops a run (an interrupt, a full disk, a dead worker) leaves its parts, and never half a target.

    Examples
    --------
    >>> import tempfile
    >>> from minicompress.storage import write_tensors
    >>> place = Path(tempfile.mkdtemp())
    >>> write_tensors(place / "w.safetensors", {"w": np.eye(64, dtype=np.float32)})
    >>> compress_file(place / "w.safetensors", place / "small.safetensors", "int8").nbytes
    4352
    """
    chosen, given, out = resolve_recipe(recipe), Path(source), Path(target).absolute()
    checkpoint = Checkpoint.open(given)
    _check_target(given, out, checkpoint)
    _check_source(given, checkpoint, chosen, calibration)
    journal = Journal(out, fingerprint(checkpoint, chosen, calibration))
    tasks = _tasks(checkpoint, chosen, calibration, journal)
    tell, say = on_tensor or _nothing, on_message or _nothing
    try:
        if journal.open(resume=resume):
            say(f"{journal.place} is of another source, recipe or version: starting again")
        left = [task for number, task in enumerate(tasks) if not journal.is_done(number)]
        if len(left) < len(tasks):
            say(f"going on with {journal.place}: {len(tasks) - len(left)} of {len(tasks)} tensors are done")
            for name in checkpoint.entries.keys() - {task.entry.name for task in left}:
                tell(name)
        _run(left, executor, tell, say)
        report = _finish(tasks, journal, given, out)
    except (TypeError, ValueError):
        journal.discard()  # it would come again
        raise
    except BaseException:
        journal.discard_if_empty()
        raise
    journal.discard()
    return report


def _nothing(text: str) -> None:
    pass


def _check_target(source: Path, out: Path, checkpoint: Checkpoint) -> None:
    if source.is_dir():
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise FileExistsError(f"{out} exists and is not an empty folder; name another")
    elif out.is_dir():
        raise IsADirectoryError(f"{out} is a folder; a file name is needed")
    if not out.parent.is_dir():
        raise FileNotFoundError(f"the folder {out.parent} does not exist")
    if out.resolve() in {path.resolve() for path in (source, *checkpoint.files)}:
        raise ValueError(f"target is the source {out}; name another, so that the original is kept")


def _check_source(
    source: Path, checkpoint: Checkpoint, recipe: Recipe, calibration: Mapping[str, np.ndarray] | None
) -> None:
    """Find what can be found before hours of work."""
    if is_compressed(checkpoint.metadata):
        raise ValueError(f"{source} is compressed already; compress the float checkpoint it came from")
    if not checkpoint.entries:
        raise ValueError(f"{source} holds no tensor")
    stray = sorted(set(calibration or {}) - checkpoint.entries.keys())
    if stray:
        raise ValueError(f"calibration names {stray[0]!r}, which {source} does not hold")
    check_rules(recipe, [name for name, entry in checkpoint.entries.items() if entry.is_matrix])
    for name, entry in checkpoint.entries.items():
        entry.check_type()
        rule = _rule(recipe, name, calibration)
        if entry.is_matrix and rule is not None and rule.method in NEEDS_INPUTS and calibration is None:
            raise ValueError(
                f"weight {name!r}: method {rule.method!r} looks at data: "
                "pass calibration={name: inputs (n_samples, in_features)}"
            )


def _rule(recipe: Recipe, name: str, calibration: Mapping[str, np.ndarray] | None) -> Rule | None:
    return recipe.rule_for(name, calibrated=calibration is None or name in calibration)


def _tasks(
    checkpoint: Checkpoint, recipe: Recipe, calibration: Mapping[str, np.ndarray] | None, journal: Journal
) -> list[Task]:
    info = {"recipe": recipe.name}
    tasks = []
    for number, (name, entry) in enumerate(checkpoint.entries.items()):
        inputs = None if calibration is None else calibration.get(name)
        there = dataclasses.replace(entry, path=entry.path.absolute())  # workers may stand in another folder
        tasks.append(Task(there, _rule(recipe, name, calibration), inputs, info, journal.part(number)))
    return tasks


def _run(
    tasks: Sequence[Task], executor: Executor | None, on_tensor: Callable[[str], None], say: Callable[[str], None]
) -> None:
    if executor is None:
        for task in tasks:
            on_tensor(compress_part(task))
        return
    todo, waiting = iter(tasks), set[Future[str]]()
    try:
        while True:
            waiting |= {executor.submit(compress_part, t) for t in itertools.islice(todo, _IN_FLIGHT - len(waiting))}
            if not waiting:
                return
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                on_tensor(future.result())
    finally:
        at_work = [future for future in waiting if not future.cancel()]
        if at_work:  # they write to the journal
            say(f"finishing the tensors at work ({len(at_work)}), then stopping")
            wait(at_work)


def _finish(tasks: Sequence[Task], journal: Journal, source: Path, out: Path) -> Report:
    """Join the parts within the journal and give the result its name."""
    built, parts = journal.folder / "joined", [task.part for task in tasks]
    if not source.is_dir():
        report = _report(join(parts, built))
        built.replace(out)
        return report
    shutil.rmtree(built, ignore_errors=True)
    built.mkdir()
    report = _report(join(parts, built / "model.safetensors"))
    copy_beside(source, built)
    if out.is_dir():
        out.rmdir()
    built.rename(out)
    return report


def _report(found: Sequence[tuple[str, dict[str, Any], int]]) -> Report:
    """The account that the whole model would give of itself."""
    rows, weights, before = [], 0, 0
    for name, entry, nbytes in found:
        if BUFFER in entry:
            before += nbytes
            continue
        record = entry["record"]
        shape = tuple(checks.integer(n, "shape", low=0) for n in record["shape"])
        bits = 8 * nbytes / max(1, math.prod(shape))
        original, error = record["original_nbytes"], record["relative_error"]
        rows.append(ReportRow(name, record["method"], shape, bits, nbytes, original, error, record["reason"]))
        weights, before = weights + math.prod(shape), before + original
    total = sum(nbytes for _, _, nbytes in found)
    return Report(tuple(rows), total, before, 8 * total / max(1, weights))
