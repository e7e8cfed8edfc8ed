"""Quantization-aware training: compute with rounded weights (and inputs), learn through the rounding.

The layers compute with fake-quantized weights; the optimizer keeps the latent float weights, whose small steps add up
until a code changes. Source: Jacob et al. 2018, arXiv:1712.05877, section 3; Krishnamoorthi 2018, arXiv:1806.08342.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from minicompress.checks import integer, one_of
from minicompress.nn import Linear, Module, as_tensor
from minicompress.training.fake_quantizers import (
    Clipped,
    DynamicRows,
    FakeQuantizer,
    LearnedInput,
    LearnedWeight,
    RoundedWeight,
)
from minicompress.training.shared import Weight, matching_weights

__all__ = ["QuantizationAware", "quantization_aware"]

METHODS = ("ste", "lsq", "pact")


def quantization_aware(
    model: Module,
    *,
    bits: int,
    group_size: int | None = None,
    activation_bits: int | None = None,
    method: str = "ste",
    patterns: Sequence[str] = ("*",),
) -> QuantizationAware:
    """Let ``model`` compute with weights of ``bits`` bits, then train it as always.

    Parameters
    ----------
    bits : int, 2 to 8
    group_size : int or None
        Inputs that share a step; None: one step for each output row (per channel).
    activation_bits : int, 2 to 8, or None
        Width of the inputs of the chosen linear layers; None leaves them in float.
    method : "ste", "lsq" or "pact"
        How steps are found: "ste" from the largest value, of weights by group and of inputs by row; "lsq" learns both;
        "pact" learns where inputs are clipped, and takes weights as "ste" does.
    patterns : sequence of str
        Shell wildcards over the names of weight matrices.

    What is learned becomes a parameter beside the weight (``weight_step``, ``input_step``, ``input_clip``): make the
    optimizer afterwards, from ``model.named_parameters()``.

    Raises
    ------
    ValueError
        If a pattern matches nothing, ``bits`` is out of range, or a weight is quantization-aware already.

    Examples
    --------
    >>> import numpy as np
    >>> from minicompress import compress, nn
    >>> from minicompress.pipeline import Recipe, Rule, load_into
    >>> rng = np.random.default_rng(0)
    >>> model = nn.Sequential(nn.Linear(2, 16, rng=rng), nn.Tensor.tanh, nn.Linear(16, 2, rng=rng))
    >>> x, labels = np.float32([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])
    >>> qat = quantization_aware(model, bits=3, method="lsq")
    >>> adam = nn.Adam(model.named_parameters(), lr=0.05)
    >>> _ = nn.fit(model, [(x, labels)], optimizer=adam, epochs=100, loss=nn.cross_entropy, progress=False)
    >>> trained, rules = qat.finish()
    >>> recipe = Recipe("qat", tuple(Rule(**fields) for fields in rules))
    >>> small = load_into(trained, compress(trained.state_dict(), recipe))
    >>> with nn.no_grad():
    ...     small(x).data.argmax(axis=1)
    array([0, 1, 1, 0])
    """
    width = integer(bits, "bits", low=2, high=8)
    inputs = None if activation_bits is None else integer(activation_bits, "activation_bits", low=2, high=8)
    one_of(method, "method", METHODS)
    if method == "pact" and inputs is None:
        raise ValueError("method 'pact' learns the clip of inputs: activation_bits must be 2 to 8; got None")
    chosen = matching_weights(model, patterns)
    taken = [w.name for w in chosen for module, attribute in w.places if attribute in module._transforms]
    if taken:
        raise ValueError(f"{taken[0]!r} has a transform already; remove() or finish() the one before")
    return QuantizationAware(model, chosen, bits=width, group_size=group_size, activation_bits=inputs, method=method)


class QuantizationAware:
    """A model under fake quantization, as :func:`quantization_aware` returns it; ``finish`` or ``remove`` ends it."""

    def __init__(
        self,
        model: Module,
        weights: list[Weight],
        *,
        bits: int,
        group_size: int | None,
        activation_bits: int | None,
        method: str,
    ) -> None:
        self.model, self.weights = model, weights
        self.bits, self.group_size, self.activation_bits, self.method = bits, group_size, activation_bits, method
        kind = LearnedWeight if method == "lsq" else RoundedWeight
        # All are made before the first is put in: a group size that does not divide leaves the model as it was.
        made = [(weight, kind(weight.value, bits=bits, group_size=group_size)) for weight in weights]
        self._undo_weights: list[Callable[[], None]] = []
        self._undo_inputs: list[Callable[[], None]] = []
        for weight, quantizer in made:
            self._put_on_weight(weight, quantizer)
        if activation_bits is not None:
            names = {id(module): name for name, module in model.named_modules()}
            layers = {id(m): m for w in weights for m, attribute in w.places if _is_linear(m, attribute)}
            for layer in layers.values():
                self._put_on_input(layer, self._input_quantizer(names[id(layer)], layer))

    def _input_quantizer(self, name: str, layer: Module) -> FakeQuantizer:
        bits, dtype = self.activation_bits or 8, layer.weight.dtype  # type: ignore[attr-defined]
        if self.method == "lsq":
            return LearnedInput(bits=bits, dtype=dtype)
        return Clipped(bits=bits, dtype=dtype, layer=name) if self.method == "pact" else DynamicRows(bits=bits)

    def _put_on_weight(self, weight: Weight, quantizer: FakeQuantizer) -> None:
        for module, attribute in weight.places:
            module.set_transform(attribute, quantizer)
            self._undo_weights.append(lambda m=module, a=attribute: m.set_transform(a, None))  # type: ignore[misc]
        module, attribute = weight.places[0]
        self._undo_weights += _add_parameters(module, attribute, quantizer)

    def _put_on_input(self, layer: Module, quantizer: FakeQuantizer) -> None:
        def hook(_: Module, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
            return (quantizer(as_tensor(arguments[0])), *arguments[1:])

        self._undo_inputs += [layer.add_hook(hook), *_add_parameters(layer, "input", quantizer)]

    def remove(self) -> Module:
        """Take all fake quantization off and return the model with its latent float weights."""
        for undo in self._undo_weights + self._undo_inputs:
            undo()
        self._undo_weights, self._undo_inputs = [], []
        return self.model

    def finish(self) -> tuple[Module, list[dict[str, Any]]]:
        """Write the rounded weights into the model; return it, and the fields of a ``pipeline.Rule`` for each weight.

        ``compress(model.state_dict(), Recipe(name, tuple(Rule(**f) for f in rules)))``, loaded into the model, computes
        what was trained. Dynamic 8-bit inputs become the rule's ``activation_bits``; no stored format knows other
        ones, so they stay in the model as hooks, with what they learned.

        Raises ValueError when the training was ended before.
        """
        if not self._undo_weights:
            raise ValueError("finish() ends a training once; this one has been finished or removed")
        rounded = {}
        for weight in self.weights:
            module, attribute = weight.places[0]
            rounded[weight.name] = module._get(attribute).data
        stored = self.method == "ste" and self.activation_bits == 8
        rules = []
        for weight in self.weights:
            weight.value.data = rounded[weight.name]
            options = {"bits": self.bits, "group_size": self.group_size}
            bits = 8 if stored and any(_is_linear(*place) for place in weight.places) else None
            rules.append({"pattern": weight.name, "method": "rtn", "options": options, "activation_bits": bits})
        for undo in self._undo_weights + (self._undo_inputs if stored else []):
            undo()
        self._undo_weights, self._undo_inputs = [], []
        return self.model.eval(), rules


def _is_linear(module: Module, attribute: str) -> bool:
    return isinstance(module, Linear) and attribute == "weight"


def _add_parameters(module: Module, attribute: str, quantizer: FakeQuantizer) -> list[Callable[[], None]]:
    """Make what is learned an attribute, and so a parameter, of ``module``; return what takes it off again."""
    undo: list[Callable[[], None]] = []
    for suffix, value in quantizer.learned.items():
        setattr(module, f"{attribute}_{suffix}", value)
        undo.append(lambda name=f"{attribute}_{suffix}": delattr(module, name))  # type: ignore[misc]
    return undo
