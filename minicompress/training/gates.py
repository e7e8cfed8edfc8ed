"""L0 regularization while training: hard concrete gates on weights or rows, and what an open gate costs.

    w_used = w z(log_alpha),    loss + strength * expected number of weights that are not 0 / number of weights

While training z is drawn anew at each forward pass; in inference it is settled, for many gates at exactly 0.
Source: Louizos et al. 2017, arXiv:1712.01312.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from minicompress.checks import generator, one_of, real
from minicompress.nn import Module, Tensor, parameter
from minicompress.pruning import expected_l0, sample_gates, settled_gates
from minicompress.training.shared import Weight, loss_node, matching_weights

__all__ = ["HardConcreteGates", "hard_concrete_gates"]


def hard_concrete_gates(
    model: Module,
    *,
    rng: np.random.Generator,
    per: str = "weight",
    keep: float = 0.9,
    patterns: Sequence[str] = ("*",),
) -> HardConcreteGates:
    """Put a gate on each weight, or on each output row, of the matching matrices.

    ``log_alpha = ln(keep / (1 - keep))`` to start with, a parameter ``<weight>_log_alpha`` of the layer: make the
    optimizer afterwards, and add ``gates.penalty()`` to the loss.

    Examples
    --------
    >>> from minicompress import nn
    >>> rng = np.random.default_rng(0)
    >>> layer = nn.Linear(6, 2, rng=rng)
    >>> gates = hard_concrete_gates(layer, rng=rng)
    >>> adam = nn.Adam(layer.named_parameters(), lr=0.1)
    >>> x = rng.standard_normal((64, 6)).astype(np.float32)
    >>> batch = (x, (x[:, 0] > 0).astype(int))     # five of the six inputs say nothing
    >>> loss = lambda logits, labels: nn.cross_entropy(logits, labels) + gates.penalty(strength=1.0)
    >>> _ = nn.fit(layer, [batch], optimizer=adam, epochs=200, loss=loss, progress=False)
    >>> masks = gates.finish()
    >>> bool(masks["weight"][:, 0].any()), bool(masks["weight"][:, 1:].any())
    (True, False)
    """
    generator(rng)
    one_of(per, "per", ("weight", "row"))
    share = real(keep, "keep", low=1e-6, high=1 - 1e-6)
    chosen = matching_weights(model, patterns)
    taken = [w.name for w in chosen for module, attribute in w.places if attribute in module._transforms]
    if taken:
        raise ValueError(f"{taken[0]!r} has a transform already; end the training that put it there first")
    return HardConcreteGates(chosen, rng=rng, per=per, log_alpha=float(np.log(share) - np.log1p(-share)))


class HardConcreteGates:
    """Gates on a model's weights; :meth:`finish` multiplies them in."""

    def __init__(self, weights: list[Weight], *, rng: np.random.Generator, per: str, log_alpha: float) -> None:
        self.weights, self.rng = weights, rng
        self.log_alpha: dict[str, Tensor] = {}
        for weight in weights:
            count = weight.value.size if per == "weight" else len(weight.value)
            logits = parameter(np.full(count, log_alpha, weight.value.dtype))  # a vector, so that no pattern finds it
            self.log_alpha[weight.name] = logits
            for module, attribute in weight.places:
                module.set_transform(attribute, self._gate(logits, module))
            owner, attribute = weight.places[0]
            setattr(owner, f"{attribute}_log_alpha", logits)

    def penalty(self, *, strength: float = 1.0) -> Tensor:
        """Return ``strength`` times the expected share of gated weights that are not 0, on the tape."""
        cost, total, pairs = real(strength, "strength", low=0), 0.0, []
        n = sum(weight.value.size for weight in self.weights)
        for weight in self.weights:
            logits = self.log_alpha[weight.name]
            count, grad = expected_l0(logits.data)
            each = cost * weight.value.size / logits.size / n  # a row's gate opens all weights of the row
            total += each * count
            pairs.append((logits, each * grad))
        return loss_node(total, *pairs)

    def finish(self) -> dict[str, np.ndarray]:
        """Multiply the settled gates into the weights, take the gates off, return the masks of what is open."""
        masks = {}
        for weight in self.weights:
            settled = settled_gates(self.log_alpha[weight.name].data)
            gates = np.broadcast_to(settled.reshape(_gate_shape(settled.size, weight.value)), weight.value.shape)
            weight.value.data = (weight.value.data * gates).astype(weight.value.dtype)
            masks[weight.name] = gates > 0
            for module, attribute in weight.places:
                module.set_transform(attribute, None)
            owner, attribute = weight.places[0]
            delattr(owner, f"{attribute}_log_alpha")
        self.weights = []
        return masks

    def _gate(self, logits: Tensor, module: Module) -> Callable[[Tensor], Tensor]:
        def transform(w: Tensor) -> Tensor:
            shape = _gate_shape(logits.size, w)
            if not module.training:
                return w * settled_gates(logits.data).reshape(shape).astype(w.dtype)
            z, rule = sample_gates(logits.data, rng=self.rng)
            gate = Tensor.record(
                z.reshape(shape).astype(w.dtype), (logits, lambda g: rule(g.reshape(-1)).astype(logits.dtype))
            )
            return w * gate

        return transform


def _gate_shape(count: int, weight: Tensor) -> tuple[int, ...]:
    """All gates of single weights, or one for each row."""
    return weight.shape if count == weight.size else (count, *[1] * (weight.ndim - 1))
