"""The account of a compression: one row a tensor, totals, and warnings where a step did harm."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from minicompress.pipeline.model import CompressedModel

__all__ = ["Report", "ReportRow"]


@dataclasses.dataclass(frozen=True)
class ReportRow:
    """One tensor: bytes before and after, bits per weight, relative error of the weights."""

    name: str
    method: str
    shape: tuple[int, ...]
    bits_per_weight: float
    nbytes: int
    original_nbytes: int
    relative_error: float
    reason: str


@dataclasses.dataclass(frozen=True)
class Report:
    """Rows and totals; ``str(report)`` is a plain table."""

    rows: tuple[ReportRow, ...]
    nbytes: int
    original_nbytes: int
    bits_per_weight: float

    @classmethod
    def of(cls, model: CompressedModel) -> Report:
        """Collect the rows of a compressed model."""
        rows = tuple(
            ReportRow(
                name,
                record.method,
                record.shape,
                model.tensors[name].bits_per_weight,
                model.tensors[name].nbytes,
                record.original_nbytes,
                record.relative_error,
                record.reason,
            )
            for name, record in model.records.items()
        )
        return cls(rows, model.nbytes, model.original_nbytes, model.bits_per_weight)

    @property
    def ratio(self) -> float:
        """Original bytes over compressed bytes: 4 means four times smaller."""
        return self.original_nbytes / max(1, self.nbytes)

    @property
    def warnings(self) -> list[str]:
        """Tensors that a method made larger than they were."""
        return [
            f"{row.name}: {row.method} made it larger ({row.original_nbytes:,} -> {row.nbytes:,} bytes)"
            for row in self.rows
            if row.nbytes > row.original_nbytes and not row.reason
        ]

    def _cells(self) -> list[list[str]]:
        cells = [["tensor", "method", "shape", "bits/weight", "bytes", "ratio", "rel. error"]]
        for row in self.rows:
            method = f"{row.method} ({row.reason})" if row.reason else row.method
            shape = "x".join(map(str, row.shape)) or "scalar"
            ratio = row.original_nbytes / max(1, row.nbytes)
            error = f"{row.relative_error:.4f}"
            cells.append(
                [row.name, method, shape, f"{row.bits_per_weight:.2f}", f"{row.nbytes:,}", f"{ratio:.2f}", error]
            )
        total = ["total", "", "", f"{self.bits_per_weight:.2f}", f"{self.nbytes:,}", f"{self.ratio:.2f}", ""]
        return [*cells, total]

    def to_markdown(self) -> str:
        """Return a Markdown table, with the warnings below it."""
        head, *body = self._cells()
        lines = [" | ".join(head), " | ".join(["---", "---", "---", "---:", "---:", "---:", "---:"])]
        lines += [" | ".join(row) for row in body]
        table = "\n".join(f"| {line} |" for line in lines)
        return "\n".join([table, *(f"\n> **Warning** {warning}" for warning in self.warnings)])

    def to_json(self) -> str:
        """Return rows and totals as JSON text."""
        content: dict[str, Any] = dataclasses.asdict(self) | {"ratio": self.ratio, "warnings": self.warnings}
        return json.dumps(content, indent=2)

    def __str__(self) -> str:
        cells = self._cells()
        widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
        left = 3  # the first columns are text
        lines = [
            "  ".join(c.ljust(w) if i < left else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True)))
            for row in cells
        ]
        return "\n".join([*lines, *(f"warning: {warning}" for warning in self.warnings)])
