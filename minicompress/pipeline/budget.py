"""Spread a budget of bytes over an encoder's matrices, each at the rate in bits that it needs.

1. *Sensitivity*, measured: one matrix at a time is rounded at a reference rate and the model run; the loss is 1 - the
   mean cosine between its vectors and the float model's.
2. *Other rates*: small losses are quadratic in the error, so that loss(rate) = loss(ref) (error(rate) / error(ref))^2.
3. *Allocation*: the multiple-choice knapsack of :mod:`minicompress.quantization.allocation`, solved exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from minicompress import checks
from minicompress.evaluation.retrieval import cosine_agreement
from minicompress.models import BertEncoder
from minicompress.models.bert.weights import BertWeights
from minicompress.pipeline.recipe import Recipe, Rule
from minicompress.quantization import allocate_exact, quantize_entropy_constrained
from minicompress.tensors import DenseTensor

__all__ = ["RATES", "search_budget", "sensitivities"]

#: Rates that are tried, in bits a weight.
RATES = (1.5, 2.0, 2.25, 2.5, 2.75, 3.0, 3.25, 3.5, 3.75, 4.0, 4.5, 5.0, 6.0)

_REFERENCE = 2.5  # coarse enough that its loss stands above rounding, and fine enough to be quadratic
_ROWS = 2048  # of a matrix, from which errors and bytes at other rates are worked out
_UNITS = 10_000  # into which the budget is cut
_HEADER = 600  # bytes of the file's header for each matrix


def sensitivities(
    encoder: BertEncoder, texts: Sequence[str], *, on_matrix: Callable[[str], None] | None = None
) -> dict[str, float]:
    """Return for each matrix the loss of rounding it alone to 2.5 bits: 1 - mean cosine of the ``texts``' vectors."""
    base = encoder.encode(texts)
    weights = encoder.weights
    found = {}
    for name, matrix in weights.matrices.items():
        rounded = quantize_entropy_constrained(matrix.to_dense(), rate=_REFERENCE, relative=_relative(name))
        changed = {**weights.matrices, name: DenseTensor(rounded.to_dense())}
        trial = BertWeights(changed, weights.vectors, weights.activation_bits, weights.prefix)
        vectors = BertEncoder(encoder.config, trial, encoder.tokenizing).encode(texts)
        found[name] = max(0.0, 1 - float(cosine_agreement(vectors, base).mean()))
        if on_matrix is not None:
            on_matrix(name)
    return found


def search_budget(
    encoder: BertEncoder,
    texts: Sequence[str],
    *,
    budget: int,
    other_nbytes: int = 0,
    on_matrix: Callable[[str], None] | None = None,
) -> Recipe:
    """Return a recipe with a rate of its own for each matrix, such that the file has about ``budget`` bytes.

    Parameters
    ----------
    encoder : BertEncoder
        The float model.
    texts : sequence of str
        On which sensitivity is measured; not those to be reported on.
    budget : int
        Bytes of the file.
    other_nbytes : int
        Bytes that go to tensors the encoder does not run on (a pooler) and to buffers.

    Raises
    ------
    ValueError
        If the lowest rates together exceed the budget.
    """
    limit = checks.integer(budget, "budget", low=1)
    loss_at = sensitivities(encoder, texts, on_matrix=on_matrix)
    weights = encoder.weights
    fixed = sum(v.nbytes for v in weights.vectors.values()) + _HEADER * (len(loss_at) + len(weights.vectors))
    sizes, losses = [], []
    for name, loss in loss_at.items():
        nbytes, errors = _options(weights.matrices[name].to_dense(), _relative(name))
        sizes.append(nbytes)
        losses.append(loss * (errors / errors[RATES.index(_REFERENCE)]) ** 2)
    left = limit - fixed - checks.integer(other_nbytes, "other_nbytes", low=0)
    least = sum(int(min(s)) for s in sizes)
    if left < least:
        raise ValueError(f"budget must be at least {limit - left + least:,} bytes for this model; got {limit:,}")
    unit = max(1, left // _UNITS)  # coarser bytes keep the exact solver quick; sizes are rounded up
    choice = allocate_exact([-(-s // unit) for s in sizes], losses, budget=left // unit)
    rules = []
    for name, picked in zip(loss_at, choice, strict=True):
        options = {"rate": RATES[int(picked)]} | ({"relative": True} if _relative(name) else {})
        rules.append(Rule(weights.prefix + name, "entropy_constrained", options))
    return Recipe(f"budget {limit:,}", (*rules, Rule("*", "entropy_constrained", {"rate": 2.0})), "encoder")


def _relative(name: str) -> bool:
    return name.startswith("embeddings.")  # its rows are normalised as soon as they are added up


def _options(w: np.ndarray, relative: bool) -> tuple[np.ndarray, np.ndarray]:
    """Bytes and relative error of ``w`` at each of :data:`RATES`, from a sample of its rows."""
    rows = w[np.linspace(0, len(w) - 1, min(len(w), _ROWS)).astype(int)]
    side = 4 * len(w) if relative else 4
    errors = []
    for rate in RATES:
        back = quantize_entropy_constrained(rows, rate=rate, relative=relative).to_dense()
        errors.append(float(np.linalg.norm(rows - back) / (np.linalg.norm(rows) or 1.0)))
    return np.array([int(rate * w.size / 8) + side for rate in RATES]), np.array(errors)
