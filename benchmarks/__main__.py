"""Run the benchmark rows, print them as a table and write them as JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from pathlib import Path
from typing import Any


def _set_threads(arguments: list[str]) -> None:
    """Say how many threads each library may use; they read it when they are loaded."""
    asked = arguments[arguments.index("--threads") + 1] if "--threads" in arguments[:-1] else "2"
    for name in ("MINICOMPRESS", "OMP", "OPENBLAS", "MKL"):
        os.environ[f"{name}_NUM_THREADS"] = asked


if __name__ == "__main__":
    _set_threads(sys.argv)

# ruff: noqa: E402
import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks import algorithms, coding, elementwise, inference, quantized, sparse
from benchmarks.figure import draw, grouped
from benchmarks.peers import THREADS, versions
from benchmarks.roof import Roof, measure_roof
from benchmarks.rows import FAMILIES, Row, validate
from benchmarks.timing import best_times

FILES = (quantized, sparse, elementwise, inference, coding, algorithms)  # importing them registers their rows


def measure(row: Row, roof: Roof, rounds: int, burst: float) -> dict[str, Any]:
    """Validate a row, then time it: best seconds of ours, and of each peer; and our share of the roof."""
    validate(row)
    ours, *peers = best_times([row.ours, *row.peers.values()], rounds=rounds, burst=burst)
    return {
        "operation": row.operation,
        "shape": row.shape,
        "seconds": ours,
        "gflops": row.operations / ours / 1e9,
        "gigabytes_per_second": row.bytes / ours / 1e9,
        "roof_share": roof.seconds(row) / ours,
        "peer_seconds": dict(zip(row.peers, peers, strict=True)),
        "ratios": {name: seconds / ours for name, seconds in zip(row.peers, peers, strict=True)},
        "absent": row.absent,
    }


def _table(results: list[dict[str, Any]]) -> Table:
    table = Table(title="peer time / our time (above 1: ours is faster)")
    for heading in ("operation", "shape", "ours, us", "GFLOP/s", "GB/s", "of roof", "peers", "absent"):
        numbers = ("ours, us", "GFLOP/s", "GB/s", "of roof")
        table.add_column(heading, justify="right" if heading in numbers else "left")
    for r in results:
        rates = [f"{r[k]:.1f}" if r[k] else "" for k in ("gflops", "gigabytes_per_second")]
        rates.append(f"{r['roof_share']:.0%}" if r["roof_share"] else "")
        peers = ", ".join(f"{name} {ratio:.2f}" for name, ratio in r["ratios"].items())
        table.add_row(r["operation"], r["shape"], f"{r['seconds'] * 1e6:.1f}", *rates, peers, ", ".join(r["absent"]))
    return table


def _summary(results: list[dict[str, Any]]) -> Table:
    table = Table(title="over all shapes")
    for heading in ("operation", "peer", "rows", "median", "worst"):
        table.add_column(heading)
    for (operation, peer), ratios in grouped(results).items():
        table.add_row(operation, peer, str(len(ratios)), f"{np.median(ratios):.2f}", f"{min(ratios):.2f}")
    return table


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line and run."""
    asked = sys.argv[1:] if arguments is None else arguments
    if asked[:1] == ["minilm"]:
        from benchmarks import minilm

        return minilm.main(asked[1:])
    if asked[:1] == ["large"]:
        from benchmarks import large

        return large.main(asked[1:])
    if asked[:1] == ["scaling"]:
        from benchmarks import scaling

        return scaling.main(asked[1:])
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few shapes, short bursts")
    parser.add_argument("--only", choices=sorted(FAMILIES), action="append", help="one operation family; may repeat")
    parser.add_argument("--threads", type=int, default=2, help="threads of every competitor (default 2)")
    parser.add_argument("--json", type=Path, help="write the results to this file")
    parser.add_argument("--figure", type=Path, help="draw the ratios to this .png or .svg")
    options = parser.parse_args(arguments)
    from minicompress.kernels.isa import choose_isa

    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    machine = {"cpu": platform.processor() or platform.machine(), "isa": choose_isa(), "threads": THREADS}
    machine |= {"load": load, **versions()}
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(machine)
    if load and load > 0.5:
        console.print(
            f"[bold]Other processes are running (load {load:.1f}).[/] Libraries that wait for all their threads "
            "stall then: their ratios on several threads say little. Wait, or compare with --threads 1."
        )
    rows = [row for name in options.only or FAMILIES for row in _rows(name, options.quick)]
    rounds, burst = (3, 0.01) if options.quick else (6, 0.03)
    roof = measure_roof(rounds=rounds, burst=burst)
    console.print(_roof_line(roof))
    results = [measure(row, roof, rounds, burst) for row in track(rows, "measuring", console=console, transient=True)]
    console.print(_table(results))
    console.print(_summary(results))
    if options.json:
        draft = options.json.with_name(options.json.name + ".part")
        draft.write_text(
            json.dumps({"machine": machine, "roof": roof.to_json(), "rows": results}, indent=1) + "\n", encoding="utf-8"
        )
        os.replace(draft, options.json)
    if options.figure:
        draw(results, machine, options.figure)
    return 0


def _roof_line(roof: Roof) -> str:
    peaks = ", ".join(f"{peak / 1e9:.0f} G{unit} operations/s" for unit, peak in roof.peaks.items())
    reading = ", ".join(f"{n / 1e6:g} MB {b / 1e9:.0f}" for n, b in zip(roof.sizes, roof.bandwidths, strict=True))
    return f"roof: {peaks}; reading, GB/s: {reading}"


def _rows(name: str, quick: bool) -> list[Row]:
    return list(FAMILIES[name](quick, np.random.default_rng(0)))


if __name__ == "__main__":
    raise SystemExit(main())
