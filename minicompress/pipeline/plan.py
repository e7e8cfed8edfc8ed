"""What a recipe would do, before it is done: every tensor, its method, and the bytes that are expected of it.

Bytes of nearly all formats are a + b * rows; a and b come from compressing two samples of the rows. Of matrices that
agree in shape and rule, as a network's layers do, the first stands for all.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping

import numpy as np

from minicompress.pipeline.methods import call_method
from minicompress.pipeline.recipe import Recipe, Rule

__all__ = ["PlanRow", "plan"]

_SAMPLE = 32  # rows of the smaller sample


@dataclasses.dataclass(frozen=True)
class PlanRow:
    """One tensor: what would be done to it, and the bytes before and (expected) after."""

    name: str
    shape: tuple[int, ...]
    method: str
    original_nbytes: int
    nbytes: int


def plan(
    weights: Mapping[str, np.ndarray], recipe: Recipe, *, calibrated: Collection[str] | None = None
) -> list[PlanRow]:
    """Return one row for each of ``weights``, without compressing them.

    Parameters
    ----------
    weights : mapping of str to array
    recipe : Recipe
    calibrated : names of the weights for which there will be inputs; None means all

    Examples
    --------
    >>> rule = Rule("*", "rtn", {"bits": 4})
    >>> plan({"w": np.ones((256, 64), np.float32)}, Recipe("r", (rule,)))[0].nbytes
    9216
    """
    rows = []
    known: dict[tuple[tuple[int, ...], str], int] = {}
    for name, w in weights.items():
        rule = recipe.rule_for(name, calibrated=calibrated is None or name in calibrated)
        if rule is None or w.ndim < 2 or w.dtype.kind != "f" or w.size == 0:
            rows.append(PlanRow(name, w.shape, "kept", w.nbytes, w.nbytes))
        else:
            kind = (w.shape, str(rule))
            if kind not in known:
                known[kind] = _expected(w.reshape(len(w), -1), rule)
            rows.append(PlanRow(name, w.shape, str(rule), w.nbytes, known[kind]))
    return rows


def _expected(w: np.ndarray, rule: Rule) -> int:
    if "size" in rule.options:  # two factors: their rank follows from the whole shape
        return int(rule.options["size"] * w.size * 4)
    if rule.method == "product":  # codebooks, of one vector a row where rows are few, do not grow with the rows
        bits, piece = rule.options.get("bits", 8), rule.options.get("piece", 4)
        return len(w) * -(-w.shape[1] // piece * bits // 8) + 4 * min(2**bits, len(w)) * w.shape[1]
    few = np.linspace(0, len(w) - 1, min(len(w), _SAMPLE)).astype(int)
    many = np.linspace(0, len(w) - 1, min(len(w), 4 * _SAMPLE)).astype(int)
    more = _nbytes(w[many], rule)
    if len(many) == len(w):
        return more
    slope = (more - _nbytes(w[few], rule)) / (len(many) - len(few))
    return int(more + slope * (len(w) - len(many)))


def _nbytes(w: np.ndarray, rule: Rule) -> int:
    # Inputs of unlike sizes stand in: how many bytes come out hardly depends on which inputs a method has seen.
    inputs = np.diag(np.geomspace(0.1, 10, w.shape[1])).astype(np.float32)
    return call_method(rule.method, np.ascontiguousarray(w, np.float32), inputs, rule.options).nbytes
