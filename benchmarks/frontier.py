"""Many recipes on the real model: bytes and retrieval quality; no times are compared.

``python -m benchmarks minilm --frontier [--recipe NAME ...] [--keep FOLDER] [--json FILE] [--figure FILE]``

Each recipe sees the calibration texts of ``minicompress compress``, is written to disk, read again, and encodes the
reporting set once. With ``--keep`` what is measured already is not measured again.
"""

from __future__ import annotations

import hashlib
import json
import platform
import sys
import tempfile
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from minicompress.storage import atomic_path, write_atomic

if TYPE_CHECKING:
    from minicompress.models import BertEncoder
    from minicompress.pipeline.recipe import Recipe
    from minicompress.pipeline.statistics import InputStatistics
    from minicompress.workbook.frontier import Point

__all__ = ["measure", "recipe_names", "run"]

_OWN = Path(__file__).with_name("recipes")
_PRESETS = ("fp8", "nf4", "int4-g64")
_BUDGETS = ("budget 6MB", "budget 7MB", "budget 8MB", "budget 9MB", "budget 12MB")


def recipe_names() -> list[str]:
    """All that the frontier is drawn through: the encoder recipes, presets, our TOML files, and budgets."""
    from minicompress.pipeline.folder import ENCODER_RECIPES

    return [*ENCODER_RECIPES, *_PRESETS, *sorted(path.stem for path in _OWN.glob("*.toml")), *_BUDGETS]


def run(keep: Path | None, names: list[str] | None, out: Path | None, figure: Path | None) -> int:
    """Measure, print, and write the results and the figure; what ``keep`` holds is not measured again."""
    from minicompress.workbook.frontier import draw_frontier, load_frontier

    with tempfile.TemporaryDirectory() as scratch:
        place = keep or Path(scratch)
        place.mkdir(exist_ok=True)
        content = json.dumps(measure(place, names or recipe_names()), indent=1) + "\n"
        target = out or Path(scratch) / "frontier.json"
        write_atomic(target, content.encode())
        found = load_frontier(target)
    _print(list(found.points.values()))
    if figure is not None:
        with atomic_path(figure) as temporary:
            drawn = draw_frontier([p for p in found.points.values() if p.name != "float32"])
            drawn.savefig(temporary, format=figure.suffix[1:], dpi=150, facecolor="white")
    return 0


def _print(points: list[Point]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"all-MiniLM-L6-v2, {len(points[0].reciprocal)} pairs of the reporting set")
    for heading in ("", "MB", "MRR@10", "of float32", "cosine, held-out texts"):
        table.add_column(heading, justify="right" if heading else "left")
    for p in sorted(points, key=lambda p: -p.nbytes):
        cosine = f"{p.measured.get('held_out_cosine', 1):.4f}"
        table.add_row(p.name, f"{p.nbytes / 1e6:.2f}", f"{p.mrr:.4f}", str(p.ratio), cosine)
    Console(width=None if sys.stdout.isatty() else 120).print(table)


def measure(keep: Path, names: list[str]) -> dict[str, Any]:
    """Measure what is not in ``keep`` yet, and return all: ``{"provenance": .., "recipes": {name: ..}}``."""
    from rich.progress import track

    bench = _Bench()
    results = {}
    for name in track(["float32", *names], "recipes", transient=True):
        done = keep / f"{name.replace(' ', '-')}.json"
        if not done.is_file():
            write_atomic(done, (json.dumps(bench.measure(name)) + "\n").encode())
        results[name] = json.loads(done.read_text("utf-8"))
    return {"provenance": bench.provenance(), "recipes": results}


class _Bench:
    """What all recipes share: the float model, the inputs of its layers, and the texts."""

    def __init__(self) -> None:
        from minicompress.cli._compress_folder import _texts
        from minicompress.data.retrieval import load_retrieval
        from minicompress.models import BertEncoder, find_pretrained
        from minicompress.pipeline.folder import read_float_weights

        self.folder = find_pretrained("all-MiniLM-L6-v2")
        self.pairs = load_retrieval().report
        self.texts, self.held_out, _ = _texts(None)
        self.encoder = BertEncoder.from_pretrained(self.folder)
        self.weights = read_float_weights(self.folder)

    @cached_property
    def statistics(self) -> dict[str, InputStatistics]:
        from minicompress.pipeline.folder import encoder_statistics

        return encoder_statistics(self.encoder, self.texts, rng=np.random.default_rng(0))

    @cached_property
    def losses(self) -> dict[str, float]:
        from minicompress.cli._compress_folder import _SEARCHED
        from minicompress.pipeline.budget import sensitivities

        return sensitivities(self.encoder, self.texts[:_SEARCHED], statistics=self.statistics)

    @cached_property
    def base(self) -> np.ndarray:
        return self.encoder.encode(self.held_out)

    def recipe(self, name: str) -> Recipe:
        """By its name; of a budget, what the search on the calibration texts finds."""
        from minicompress.cli._compress_folder import _SEARCHED, parse_bytes
        from minicompress.pipeline.budget import other_nbytes, search_budget
        from minicompress.pipeline.folder import encoder_recipe
        from minicompress.pipeline.recipe import Recipe

        if name.startswith("budget "):
            limit, rest = parse_bytes(name.removeprefix("budget ")), other_nbytes(self.encoder, self.weights)
            options = {"other_nbytes": rest, "statistics": self.statistics, "losses": self.losses}
            return search_budget(self.encoder, self.texts[:_SEARCHED], budget=limit, **options)
        own = _OWN / f"{name}.toml"
        return Recipe.from_toml(own) if own.is_file() else encoder_recipe(name)

    def measure(self, name: str) -> dict[str, Any]:
        """Bytes and ranks of one recipe; the float model is its own recipe."""
        if name == "float32":
            # Its folder holds files of its publisher that no encoder reads: the weights alone are counted.
            nbytes = (self.folder / "model.safetensors").stat().st_size
            return {"nbytes": nbytes, "ranks": self._ranks(self.encoder)}
        return self._compressed(name)

    def _compressed(self, name: str) -> dict[str, Any]:
        from minicompress.evaluation.retrieval import cosine_agreement
        from minicompress.files.folder import save_folder, weights_nbytes_on_disk
        from minicompress.models import BertEncoder
        from minicompress.pipeline.folder import compress_encoder

        chosen, statistics = self.recipe(name), self.statistics
        with tempfile.TemporaryDirectory() as scratch:
            result = compress_encoder(self.weights, chosen, statistics=statistics)
            save_folder(result.model, self.folder, Path(scratch) / "model")
            nbytes = weights_nbytes_on_disk(Path(scratch) / "model")
            small = BertEncoder.from_pretrained(Path(scratch) / "model")
        cosine = cosine_agreement(small.encode(self.held_out), self.base).mean()
        return {
            "nbytes": nbytes,
            "held_out_cosine": round(float(cosine), 5),
            "mean_output_error": round(float(np.mean(list(result.output_errors.values()))), 5),
            "rules": {rule.pattern: str(rule) for rule in chosen.rules},
            "ranks": self._ranks(small),
        }

    def _ranks(self, encoder: BertEncoder) -> str:
        from minicompress.evaluation.retrieval import ranks
        from minicompress.workbook.frontier import encode_ranks

        return encode_ranks(ranks(encoder.encode(self.pairs.queries), encoder.encode(self.pairs.documents)))

    def provenance(self) -> dict[str, Any]:
        """How, and on what, all was measured."""
        content = json.dumps([self.pairs.queries, self.pairs.documents])
        with (self.folder / "model.safetensors").open("rb") as file:
            weights = hashlib.file_digest(file, "sha256").hexdigest()
        return {
            "command": "python -m benchmarks minilm --frontier",
            "seed": 0,
            "model": "all-MiniLM-L6-v2",
            "weights_sha256": weights,
            "pairs": len(self.pairs),
            "pairs_sha256": hashlib.sha256(content.encode()).hexdigest(),
            "python": platform.python_version(),
        }
