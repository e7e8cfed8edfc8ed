"""What all optimizers share: named parameters, named state, hooks after each step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from minicompress.checks import describe, real
from minicompress.nn.tensor import Tensor

Decays = Callable[[str, Tensor], bool]


class Optimizer:
    """Updates parameters in place.

    ``parameters`` is what ``model.named_parameters()`` returns. ``lr`` may be set at any time. ``state[name]``
    holds the arrays kept for a parameter. Each function in ``after_step`` is called with the optimizer when a step
    is done: a sparse training puts its masks back there, on values and on state. ``decays(name, parameter)`` says
    which parameters weight decay applies to (all by default).
    """

    def __init__(
        self, parameters: Mapping[str, Tensor], *, lr: float, weight_decay: float = 0.0, decays: Decays | None = None
    ) -> None:
        if not isinstance(parameters, Mapping) or not parameters:
            raise TypeError(f"parameters must be a non-empty dict of tensors by name; got {describe(parameters)}")
        self.parameters = {name: p for name, p in parameters.items() if p.requires_grad}
        self.lr = real(lr, "lr", low=0)
        self.weight_decay = real(weight_decay, "weight_decay", low=0)
        self.state: dict[str, dict[str, np.ndarray]] = {name: {} for name in self.parameters}
        self.steps = 0
        self.after_step: list[Callable[[Optimizer], None]] = []
        self._decay = {
            name: self.weight_decay if decays is None or decays(name, p) else 0.0 for name, p in self.parameters.items()
        }

    def zero_grad(self) -> None:
        """Forget all gradients."""
        for p in self.parameters.values():
            p.grad = None

    def step(self) -> None:
        """Update every parameter that has a gradient, then call the hooks."""
        self.steps += 1
        for name, p in self.parameters.items():
            if p.grad is not None:
                self._update(name, p, p.grad)
        for hook in self.after_step:
            hook(self)

    def _update(self, name: str, p: Tensor, grad: np.ndarray) -> None:
        """Change ``p.data`` in place; ``grad`` must stay as it is."""
        raise NotImplementedError


def clip_gradients(parameters: Iterable[Tensor], *, max_norm: float) -> float:
    """Scale all gradients by ``min(1, max_norm / norm)``, ``norm`` their joint Euclidean norm, and return ``norm``.

    Source: Pascanu et al., arXiv:1211.5063.

    >>> p = Tensor([0.0, 0.0], requires_grad=True)
    >>> p.grad = np.array([3.0, 4.0], np.float32)
    >>> clip_gradients([p], max_norm=1.0)
    5.0
    >>> p.grad
    array([0.6, 0.8], dtype=float32)
    """
    limit = real(max_norm, "max_norm", low=0, open_low=True)
    with_grad = [p for p in parameters if p.grad is not None]
    norm = float(np.sqrt(sum(float(np.vdot(p.grad, p.grad)) for p in with_grad if p.grad is not None)))
    if norm > limit:
        for p in with_grad:
            p.grad = p.grad * (limit / norm) if p.grad is not None else None
    return norm
