"""The real model end to end: bytes, retrieval quality, time and memory, beside ONNX Runtime.

``python -m benchmarks minilm [--quick] [--recipe NAME ...] [--keep FOLDER] [--threads N] [--json FILE]``
``python -m benchmarks minilm --frontier [--recipe NAME ...] [--keep FOLDER] [--json FILE] [--figure FILE]``

Every competitor runs in processes of its own: its memory and its first call are its own. Texts, tokens, order and
batches are the same for all. Quality is measured on the reporting set, which nothing was tuned on.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["main"]

_RECIPES = ("int8", "small", "tiny")
_BATCH = 32


def _worker(kind: str, model: str, texts: str, out: str) -> dict[str, float]:
    """Load, embed one sentence, warm up, encode all; write the vectors, and return seconds and bytes."""
    import psutil

    content = json.loads(Path(texts).read_text("utf-8"))
    start = time.perf_counter()
    encode = _onnx(model, content["tokenizer"]) if kind == "onnx" else _ours(model)
    encode(["Return the sum of two numbers."])
    first = time.perf_counter() - start
    encode(content["documents"][:_BATCH])
    process = psutil.Process()
    before, peak, done = process.memory_info().rss, [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.005):
            peak[0] = max(peak[0], process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    start = time.perf_counter()
    vectors = encode(content["queries"]), encode(content["documents"])
    seconds = time.perf_counter() - start
    done.set()
    watcher.join()
    np.savez(out, queries=vectors[0], documents=vectors[1])
    return {"first": first, "seconds": seconds, "growth": float(max(0, peak[0] - before))}


def _ours(model: str) -> Any:
    from minicompress.models import BertEncoder

    encoder = BertEncoder.from_pretrained(model)
    return lambda texts: encoder.encode(texts, batch_size=_BATCH)


def _onnx(model: str, folder: str) -> Any:
    """An encoder that runs ONNX Runtime on the same tokens in the same batches."""
    import onnxruntime

    from minicompress.models.bert.config import BertConfig
    from minicompress.models.bert.encoder import pad
    from minicompress.models.bert.tokenizing import Tokenizing

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(os.environ.get("MINICOMPRESS_NUM_THREADS", "2"))
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    tokenizing = Tokenizing(Path(folder), max_tokens=BertConfig.from_folder(Path(folder)).max_tokens)

    def encode(texts: list[str]) -> np.ndarray:
        ids = tokenizing.ids(texts)
        order = np.argsort([-len(i) for i in ids], kind="stable")
        parts = []
        for start in range(0, len(order), _BATCH):
            padded, real = pad([ids[i] for i in order[start : start + _BATCH]])
            parts.append(session.run(None, {"ids": padded, "mask": real.astype(np.int64)})[0])
        out = np.empty((len(ids), parts[0].shape[1]), np.float32)
        out[order] = np.concatenate(parts)
        return out

    return encode


def _prepare(folder: Path, keep: Path, recipes: list[str]) -> dict[str, tuple[str, Path]]:
    """Make what is not there yet; returns (kind, path) of each competitor."""
    from benchmarks.onnx_bert import export_float, export_int8
    from minicompress.models import BertEncoder

    exact, rounded = keep / "float32.onnx", keep / "int8.onnx"
    if not rounded.is_file():
        export_float(BertEncoder.from_pretrained(folder), exact)
        export_int8(exact, rounded)
    found = {"float32": ("ours", folder), "ORT float32": ("onnx", exact), "ORT dynamic int8": ("onnx", rounded)}
    for recipe in recipes:
        out = keep / Path(recipe).stem
        if not out.is_dir():
            command = [
                sys.executable,
                "-m",
                "minicompress.cli",
                "compress",
                str(folder),
                "-o",
                str(out),
                "--recipe",
                recipe,
            ]
            subprocess.run(command, check=True)
        found[Path(recipe).stem] = ("ours", out)
    return found


def _run(kind: str, path: Path, texts: Path) -> dict[str, Any]:
    """One process: its times and growth, and the vectors."""
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "vectors.npz"
        command = [sys.executable, "-m", "benchmarks.minilm", "--worker", kind, str(path), str(texts), str(out)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        with np.load(out) as vectors:
            return json.loads(done.stdout.splitlines()[-1]) | dict(vectors)


def _best(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Least times, least growth; and the vectors, which every run must have found alike."""
    for run in runs[1:]:
        for name in ("queries", "documents"):
            np.testing.assert_array_equal(run[name], runs[0][name])
    return runs[0] | {key: min(run[key] for run in runs) for key in ("first", "seconds", "growth")}


def _quality(found: dict[str, Any], base: dict[str, Any]) -> dict[str, Any]:
    from minicompress.evaluation.retrieval import (
        bootstrap_mean,
        bootstrap_ratio,
        cosine_agreement,
        ranks,
        reciprocal_ranks,
        top_overlap,
    )

    names = ("queries", "documents")
    ours, theirs = ([r[n] for n in names] for r in (found, base))
    own, float32 = reciprocal_ranks(ranks(*ours)), reciprocal_ranks(ranks(*theirs))
    rng = np.random.default_rng
    return {
        "mrr": bootstrap_mean(own, rng=rng(0)),
        "ratio": bootstrap_ratio(own, float32, rng=rng(0)),
        "hit@1": bootstrap_mean(own == 1, rng=rng(0)),
        "cosine": float(cosine_agreement(np.concatenate(ours), np.concatenate(theirs)).mean()),
        "top10": top_overlap(*ours, *theirs),
    }


def _nbytes(path: Path) -> int:
    from minicompress.files.folder import weights_nbytes_on_disk

    return weights_nbytes_on_disk(path) if path.is_dir() else path.stat().st_size


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks minilm", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="100 pairs, one process each")
    parser.add_argument("--recipe", action="append", help=f"may repeat; default: {', '.join(_RECIPES)}")
    parser.add_argument("--keep", type=Path, help="folder for compressed models and ONNX files, reused if there")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path, help="write the results to this file")
    parser.add_argument("--frontier", action="store_true", help="bytes and quality alone, of many recipes")
    parser.add_argument("--figure", type=Path, help="with --frontier: draw it into this .png or .svg file")
    options = parser.parse_args(arguments)
    if options.figure and not options.frontier:
        parser.error("--figure draws the frontier: give --frontier too")
    if options.frontier:
        from benchmarks import frontier

        return frontier.run(options.keep, options.recipe, options.json, options.figure)
    with tempfile.TemporaryDirectory() as scratch:
        keep = options.keep or Path(scratch)
        keep.mkdir(exist_ok=True)
        results = _measure(keep, options.recipe or list(_RECIPES), quick=options.quick)
    _print(results)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1, default=vars) + "\n", encoding="utf-8")
    return 0


def _measure(keep: Path, recipes: list[str], *, quick: bool) -> dict[str, dict[str, Any]]:
    from rich.progress import track

    from minicompress.data.retrieval import load_retrieval
    from minicompress.models import find_pretrained

    folder, pairs = find_pretrained("all-MiniLM-L6-v2"), load_retrieval().report
    chosen = np.arange(len(pairs)) if not quick else np.random.default_rng(0).permutation(len(pairs))[:100]
    content = {"queries": [pairs.queries[i] for i in chosen], "documents": [pairs.documents[i] for i in chosen]}
    competitors = _prepare(folder, keep, recipes)
    texts = keep / "texts.json"
    texts.write_text(json.dumps(content | {"tokenizer": str(folder)}), encoding="utf-8")
    # In turns, so that all meet the same moments of a noisy machine.
    turns = [(name, *competitors[name]) for _ in range(1 if quick else 3) for name in competitors]
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in competitors}
    for name, kind, path in track(turns, "encoding", transient=True):
        found[name].append(_run(kind, path, texts))
    runs = {name: _best(each) for name, each in found.items()}
    results = {}
    for name, (_, path) in competitors.items():
        quality = _quality(runs[name], runs["float32"])
        rest = {k: v for k, v in runs[name].items() if k not in ("queries", "documents")}
        # The float folder holds files of its publisher that no encoder reads: its weights alone are counted.
        nbytes = _nbytes(path / "model.safetensors" if path == folder else path)
        results[name] = {"pairs": len(chosen), "nbytes": nbytes} | quality | rest
    return results


def _print(results: dict[str, dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"all-MiniLM-L6-v2, {next(iter(results.values()))['pairs']} pairs of the reporting set")
    for heading in (
        "",
        "MB",
        "MRR@10",
        "of float32",
        "hit@1",
        "cosine",
        "top-10",
        "encode, s",
        "first, s",
        "growth, MB",
    ):
        table.add_column(heading, justify="right" if heading else "left")
    for name, r in results.items():
        cells = [f"{r['nbytes'] / 1e6:.2f}", str(r["mrr"]), str(r["ratio"]), f"{r['hit@1'].value:.3f}"]
        cells += [f"{r['cosine']:.4f}", f"{r['top10']:.3f}", f"{r['seconds']:.2f}", f"{r['first']:.3f}"]
        table.add_row(name, *cells, f"{r['growth'] / 1e6:.1f}")
    Console(width=None if sys.stdout.isatty() else 180).print(table)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        sys.stdout.write(json.dumps(_worker(*sys.argv[2:6])) + "\n")
        raise SystemExit(0)
    raise SystemExit(main())
