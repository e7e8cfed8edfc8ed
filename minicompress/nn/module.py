"""The base of all layers and models: parameters found by dotted names, two modes, weights that can be swapped."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Self

import numpy as np

from minicompress.checks import describe, one_of
from minicompress.nn.stored import StoredWeight
from minicompress.nn.tape.node import is_recording
from minicompress.nn.tensor import Tensor, parameter

_EMPTY: Mapping[str, Any] = MappingProxyType({})


class Module:
    """A function with parameters: subclass it, set tensors and modules as attributes, write ``forward``.

    Tensors are parameters; modules, and lists, tuples and dicts of modules, are children. Names that start with an
    underscore are private and not searched. A compressed weight may stand where a tensor stood (``set_weight``).
    """

    training: bool = True
    _hooks: tuple[tuple[str, Callable[..., Any]], ...] = ()
    _transforms: Mapping[str, Callable[[Tensor], Tensor]] = _EMPTY
    _dense: Mapping[str, Tensor] = _EMPTY  # decoded copies of stored weights, for layers that need whole matrices
    _shapes: Mapping[str, tuple[int, ...]] = _EMPTY  # the parameter's shape, where a stored weight took its place

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the output; subclasses write this."""
        raise NotImplementedError(f"{type(self).__name__} has no forward()")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run ``forward`` between the hooks."""
        if not self._hooks:
            return self.forward(*args, **kwargs)
        for when, hook in self._hooks:
            if when == "input":
                changed = hook(self, args)
                args = args if changed is None else changed
        output = self.forward(*args, **kwargs)
        for when, hook in self._hooks:
            if when == "output":
                changed = hook(self, output)
                output = output if changed is None else changed
        return output

    def add_hook(self, hook: Callable[..., Any], *, when: str = "input") -> Callable[[], None]:
        """Call ``hook(module, args)`` before, or ``hook(module, output)`` after, each call; return what removes it.

        A hook that returns something else than None replaces what it was given: a tuple of arguments, or the output.
        This is how calibration sees a layer's inputs and how fake quantization changes them.
        """
        entry = (one_of(when, "when", ("input", "output")), hook)
        self._hooks = (*self._hooks, entry)

        def remove() -> None:
            self._hooks = tuple(e for e in self._hooks if e is not entry)

        return remove

    # ---- walking -----------------------------------------------------------------------------------------------

    def children(self) -> Iterator[tuple[str, Module]]:
        """Yield the name and the module of each direct child."""
        for name, value in vars(self).items():
            if name.startswith("_"):
                continue
            if isinstance(value, Module):
                yield name, value
            elif isinstance(value, (list, tuple, dict)):
                items = value.items() if isinstance(value, dict) else enumerate(value)
                yield from ((f"{name}.{key}", item) for key, item in items if isinstance(item, Module))

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """Yield this module (under the name ``prefix``) and all below it with dotted names."""
        yield prefix, self
        for name, child in self.children():
            yield from child.named_modules(f"{prefix}.{name}" if prefix else name)

    def named_weights(self) -> dict[str, Tensor | StoredWeight]:
        """Return every parameter and every compressed weight by dotted name; one that is shared has its first name."""
        found: dict[str, Tensor | StoredWeight] = {}
        seen: set[int] = set()
        for prefix, module in self.named_modules():
            for name, value in module._own_weights().items():
                if id(value) not in seen:
                    seen.add(id(value))
                    found[f"{prefix}.{name}" if prefix else name] = value
        return found

    def _own_weights(self) -> dict[str, Tensor | StoredWeight]:
        """Return the weights that are attributes of this very module."""
        return {
            name: value
            for name, value in vars(self).items()
            if not name.startswith("_") and (isinstance(value, Tensor) or name in self._shapes)
        }

    def named_parameters(self) -> dict[str, Tensor]:
        """Return what can be trained, by dotted name.

        >>> layer = Module()
        >>> layer.bias = parameter(np.zeros(3))
        >>> list(layer.named_parameters())
        ['bias']
        """
        return {name: value for name, value in self.named_weights().items() if isinstance(value, Tensor)}

    @property
    def n_parameters(self) -> int:
        """The number of values in all weights, compressed or not."""
        return sum(int(np.prod(value.shape)) for value in self.named_weights().values())

    # ---- modes and dtype ---------------------------------------------------------------------------------------

    def train(self, mode: bool = True) -> Self:
        """Switch this module and all below to training (dropout on), or with ``mode=False`` to inference."""
        for _, module in self.named_modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Switch this module and all below to inference."""
        return self.train(False)

    def astype(self, dtype: Any) -> Self:
        """Convert all parameters in place to float32 or float64 (gradient checks need float64)."""
        for value in self.named_parameters().values():
            value.data, value.grad = value.data.astype(dtype), None
        return self

    # ---- values in and out -------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, np.ndarray]:
        """Return a copy of every weight as an array, by dotted name; compressed weights are decoded."""
        state = {}
        for name, value in self.named_weights().items():
            owner, attribute = self._find(name)
            array = value.data.copy() if isinstance(value, Tensor) else value.to_dense()
            state[name] = array.reshape(owner._shapes.get(attribute, array.shape))
        return state

    def load_state_dict(self, state: Mapping[str, Any]) -> Self:
        """Copy arrays into the parameters; a compressed weight becomes a parameter again.

        Raises ValueError when names are missing or left over, or a shape differs; then nothing is changed.
        """
        weights = self.named_weights()
        missing, extra = sorted(weights.keys() - state.keys()), sorted(state.keys() - weights.keys())
        if missing or extra:
            raise ValueError(f"state must hold the weights of the model; missing: {missing}, not known: {extra}")
        arrays = {}
        for name, value in weights.items():
            owner, attribute = self._find(name)
            shape = owner._shapes.get(attribute, value.shape)
            arrays[name] = np.asarray(state[name])
            if arrays[name].shape != shape:
                raise ValueError(f"state[{name!r}] must have shape {shape}; got {describe(arrays[name])}")
        for name, value in weights.items():
            if isinstance(value, Tensor):
                value.data = arrays[name].astype(value.dtype)
            else:
                self._replace(value, parameter(arrays[name].astype(np.float32)))
        return self

    def set_weight(self, name: str, weight: StoredWeight) -> Self:
        """Put a compressed tensor in the place of the parameter ``name``, wherever the model uses it.

        A convolution's (out, in, k) weight is stored as the matrix (out, in * k). Such a weight serves inference only.
        Raises ValueError for an unknown name or another shape, TypeError for something that is no compressed tensor.
        """
        owner, attribute = self._find(name)
        old = getattr(owner, attribute)
        if isinstance(weight, Tensor) or not isinstance(weight, StoredWeight):
            raise TypeError(
                f"{name} must be a compressed tensor with linear, take_rows and to_dense; got {describe(weight)}"
            )
        shape = owner._shapes.get(attribute, old.shape)
        matrix = (shape[0], int(np.prod(shape[1:])))
        if tuple(weight.shape) not in (shape, matrix):
            raise ValueError(f"{name} must have shape {shape} or {matrix}; got {tuple(weight.shape)}")
        self._replace(old, weight)
        return self

    def set_transform(self, name: str, transform: Callable[[Tensor], Tensor] | None) -> Self:
        """Let the layer compute with ``transform(parameter)``: fake quantization, a mask. None takes it off again."""
        owner, attribute = self._find(name)
        others = {key: value for key, value in owner._transforms.items() if key != attribute}
        owner._transforms = others if transform is None else {**others, attribute: transform}
        return self

    # ---- for layers --------------------------------------------------------------------------------------------

    def _get(self, name: str) -> Tensor:
        """Return the weight to compute with as a tensor: transformed, or decoded once from its stored form."""
        value = getattr(self, name)
        if isinstance(value, Tensor):
            transform = self._transforms.get(name)
            return value if transform is None else transform(value)
        self._check_inference(name)
        if name not in self._dense:
            dense = np.asarray(value.to_dense()).reshape(self._shapes[name])
            self._dense = {**self._dense, name: Tensor(dense)}
        return self._dense[name]

    def _check_inference(self, name: str, x: Tensor | None = None) -> None:
        """Refuse to compute with the stored weight ``name`` where a gradient would be lost."""
        if self.training or (x is not None and x.requires_grad and is_recording()):
            raise ValueError(
                f"{type(self).__name__}.{name} is compressed ({type(getattr(self, name)).__name__}) and serves "
                "inference only; call model.eval() and compute inside no_grad()"
            )

    def _find(self, name: str) -> tuple[Module, str]:
        """Return the module that holds the weight ``name`` and the attribute it is held in."""
        prefix, _, attribute = str(name).rpartition(".")
        owner = dict(self.named_modules()).get(prefix)
        if owner is None or attribute not in owner._own_weights():
            known = self.named_weights()
            near = difflib.get_close_matches(str(name), known, n=3) or list(known)[:3]
            raise ValueError(f"name must be one of the model's {len(known)} weights, such as {near}; got {name!r}")
        return owner, attribute

    def _replace(self, old: Tensor | StoredWeight, new: Tensor | StoredWeight) -> None:
        """Put ``new`` in every place that holds ``old``: a shared weight stays shared."""
        for _, module in self.named_modules():
            for attribute, value in list(vars(module).items()):
                if value is old:
                    shape = module._shapes.get(attribute, old.shape)
                    setattr(module, attribute, new)
                    module._shapes = {k: v for k, v in module._shapes.items() if k != attribute}
                    module._dense = {k: v for k, v in module._dense.items() if k != attribute}
                    if not isinstance(new, Tensor):
                        module._shapes = {**module._shapes, attribute: shape}
