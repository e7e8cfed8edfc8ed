"""A mixture of experts: many feed-forward blocks, of which each token uses a few."""

from __future__ import annotations

import numpy as np

from minicompress.checks import describe, integer
from minicompress.models.decoder.feed_forward import SwiGLU
from minicompress.nn import Linear, Module, Tensor, embedding

__all__ = ["MixtureOfExperts", "balance_loss"]


def balance_loss(probabilities: Tensor, chosen: np.ndarray) -> Tensor:
    """Return ``E sum_e f_e P_e``: 1 when all experts are used alike, up to ``E`` when one takes all.

    ``f_e`` is the share of the choices that fell on expert ``e``, a constant; ``P_e`` its mean probability, through
    which the gradient goes. Shapes: (tokens, E) and (tokens, k).
    Source: Fedus et al., "Switch transformers", arXiv:2101.03961, section 2.2.

    >>> balance_loss(Tensor([[0.5, 0.5], [0.5, 0.5]]), np.array([[0], [1]])).item()
    1.0
    """
    count = probabilities.shape[1]
    share = np.bincount(chosen.reshape(-1), minlength=count) / chosen.size
    return (probabilities.mean(axis=0) * share).sum() * count


class MixtureOfExperts(Module):
    """``y = sum over the k best e of w_e expert_e(x)``, ``w`` the softmax over the router's k largest logits.

    The loss that keeps the experts in use is kept from the last call (:meth:`balance`).
    Source: Shazeer et al., arXiv:1701.06538; Jiang et al., "Mixtral of experts", arXiv:2401.04088.
    """

    def __init__(self, width: int, hidden: int, experts: int, per_token: int, *, rng: np.random.Generator) -> None:
        self.per_token = integer(per_token, "per_token", low=1, high=integer(experts, "experts", low=1))
        self.router = Linear(width, experts, rng=rng, bias=False)
        self.experts = [SwiGLU(width, hidden, rng=rng) for _ in range(experts)]
        self._balance: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        """Map (..., width) to (..., width)."""
        rows = x.reshape(-1, x.shape[-1])
        logits = self.router(rows)  # (tokens, experts)
        chosen = np.argsort(-logits.data, axis=1, kind="stable")[:, : self.per_token]
        weights = _take_along(logits, chosen).softmax()  # (tokens, k)
        self._balance = balance_loss(logits.softmax(), chosen)
        out: Tensor | None = None
        for e, expert in enumerate(self.experts):
            tokens, slots = np.nonzero(chosen == e)
            if len(tokens):
                mixed = expert(embedding(tokens, rows)) * weights[tokens, slots].reshape(-1, 1)
                part = _put_rows(mixed, tokens, len(rows.data))
                out = part if out is None else out + part
        assert out is not None  # every token chooses at least one expert
        return out.reshape(*x.shape)

    def balance(self) -> Tensor:
        """Return the load-balance loss of the last call."""
        if self._balance is None:
            raise ValueError("balance() needs a call of the block first")
        return self._balance


def _take_along(x: Tensor, columns: np.ndarray) -> Tensor:
    """Select ``columns`` (rows, k) of each row; no column twice in a row."""

    def rule(g: np.ndarray) -> np.ndarray:
        full = np.zeros_like(x.data)
        np.put_along_axis(full, columns, g, axis=1)
        return full

    return Tensor.record(np.take_along_axis(x.data, columns, axis=1), (x, rule))


def _put_rows(x: Tensor, rows: np.ndarray, count: int) -> Tensor:
    """Return (count, d) zeros with ``x`` at ``rows``, none of them twice."""
    if len(rows) != len(x.data):
        raise ValueError(f"rows must have one entry per row of {describe(x.data)}; got {len(rows)}")
    out = np.zeros((count, x.shape[1]), x.dtype)
    out[rows] = x.data
    return Tensor.record(out, (x, lambda g: g[rows]))
