"""Modules in a row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minicompress.nn.module import Module


class Sequential(Module):
    """Feed each step's output to the next; a step is a module or a function of one tensor, such as ``Tensor.relu``."""

    def __init__(self, *steps: Callable[..., Any]) -> None:
        self.steps = list(steps)

    def forward(self, x: Any) -> Any:
        """Return ``steps[-1](... steps[0](x))``."""
        for step in self.steps:
            x = step(x)
        return x
