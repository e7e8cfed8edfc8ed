"""Spread a budget of bytes over an encoder's matrices, each at the rate in bits that it needs.

1. *Sensitivity*, measured: one matrix at a time is rounded at a reference rate and the model run; the loss is 1 - the
   mean cosine between its vectors and the float model's.
2. *Other rates*: small losses are quadratic in the error, so that loss(rate) = loss(ref) (error(rate) / error(ref))^2.
3. *Allocation*: the multiple-choice knapsack of :mod:`minicompress.quantization.allocation`, solved exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from minicompress import checks
from minicompress.evaluation.retrieval import cosine_agreement
from minicompress.models import BertEncoder
from minicompress.models.bert.weights import BertWeights
from minicompress.pipeline.recipe import Recipe, Rule
from minicompress.pipeline.statistics import InputStatistics
from minicompress.quantization import allocate_exact, quantize_entropy_constrained
from minicompress.tensors import DenseTensor

__all__ = ["RATES", "other_nbytes", "search_budget", "sensitivities"]

#: Rates that are tried, in bits a weight.
RATES = (1.5, 2.0, 2.25, 2.5, 2.75, 3.0, 3.25, 3.5, 3.75, 4.0, 4.5, 5.0, 6.0)

_REFERENCE = 2.5  # coarse enough that its loss stands above rounding, and fine enough to be quadratic
_ROWS = 256  # of a matrix, from which errors at other rates are worked out
_UNITS = 10_000  # into which the budget is cut
_REST = 2.0  # bits a weight of matrices that the encoder does not run on
_SPREAD = 0.03  # bits a weight by which the errors of others spread the codes that they are carried into
_HEADER = 600  # bytes of the file's header for each matrix


def sensitivities(
    encoder: BertEncoder,
    texts: Sequence[str],
    *,
    statistics: Mapping[str, InputStatistics] | None = None,
    on_matrix: Callable[[str], None] | None = None,
) -> dict[str, float]:
    """Return for each matrix the loss of rounding it alone to 2.5 bits: 1 - mean cosine of the ``texts``' vectors.

    With ``statistics`` errors are carried on in the matrices that have some, as they will be when it is compressed.
    """
    seen = statistics or {}
    base = encoder.encode(texts)
    weights = encoder.weights
    found = {}
    for name, matrix in weights.matrices.items():
        inputs = seen.get(weights.prefix + name)
        hessian = None if inputs is None else inputs.hessian()
        rounded = quantize_entropy_constrained(matrix.to_dense(), hessian, rate=_REFERENCE)
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
    statistics: Mapping[str, InputStatistics] | None = None,
    losses: Mapping[str, float] | None = None,
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

    statistics : mapping, optional
        From :func:`minicompress.pipeline.folder.encoder_statistics`, if the recipe will be used with them: layers then
        lose less than half of what they would, and earn fewer bits.
    losses : mapping, optional
        From :func:`sensitivities`, measured before: for several budgets once is enough.

    Raises
    ------
    ValueError
        If the lowest rates together exceed the budget.
    """
    limit = checks.integer(budget, "budget", low=1)
    weights, seen = encoder.weights, statistics or {}
    loss_at = losses or sensitivities(encoder, texts, statistics=statistics, on_matrix=on_matrix)
    fixed = sum(v.nbytes for v in weights.vectors.values()) + _HEADER * (len(loss_at) + len(weights.vectors))
    sizes, costs = [], []
    for name, loss in loss_at.items():
        nbytes, errors = _options(weights.matrices[name].to_dense(), weights.prefix + name in seen)
        sizes.append(nbytes)
        costs.append(loss * (errors / errors[RATES.index(_REFERENCE)]) ** 2)
    left = limit - fixed - checks.integer(other_nbytes, "other_nbytes", low=0)
    least = sum(int(min(s)) for s in sizes)
    if left < least:
        raise ValueError(f"budget must be at least {limit - left + least:,} bytes for this model; got {limit:,}")
    unit = max(1, left // _UNITS)  # coarser bytes keep the exact solver quick; sizes are rounded up
    choice = allocate_exact([-(-s // unit) for s in sizes], costs, budget=left // unit)
    rules = []
    for name, picked in zip(loss_at, choice, strict=True):
        rules.append(Rule(weights.prefix + name, "entropy_constrained", {"rate": RATES[int(picked)]}))
    return Recipe(f"budget {limit:,}", (*rules, Rule("*", "entropy_constrained", {"rate": _REST})), "encoder")


def other_nbytes(encoder: BertEncoder, weights: Mapping[str, np.ndarray]) -> int:
    """Bytes that such a recipe will need for those of ``weights`` that ``encoder`` does not run on."""
    prefix = encoder.weights.prefix
    run_on = {prefix + name for name in (*encoder.weights.matrices, *encoder.weights.vectors)}
    others = [array for name, array in weights.items() if name not in run_on]
    # A small matrix pays for its table of frequencies and its header: 0.3 bits.
    return sum(int(a.size * (_REST + 0.3) / 8) if a.dtype.kind == "f" and a.ndim > 1 else a.nbytes for a in others)


def _options(w: np.ndarray, carried: bool) -> tuple[np.ndarray, np.ndarray]:
    """Bytes and relative error of ``w`` at each of :data:`RATES`, from a sample of its rows."""
    rows = w[np.linspace(0, len(w) - 1, min(len(w), _ROWS)).astype(int)]
    errors = []
    for rate in RATES:
        back = quantize_entropy_constrained(rows, rate=rate).to_dense()
        errors.append(float(np.linalg.norm(rows - back) / (np.linalg.norm(rows) or 1.0)))
    bits = np.array(RATES) + (_SPREAD if carried else 0.0)
    return (bits * w.size / 8).astype(np.int64) + 4, np.array(errors)
