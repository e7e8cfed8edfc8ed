"""Put compressed weights into a model, so that its layers run on the stored formats."""

from __future__ import annotations

from typing import TypeVar

from minicompress.nn import Module
from minicompress.pipeline.model import CompressedModel

__all__ = ["load_into"]

_Model = TypeVar("_Model", bound=Module)


def load_into(module: _Model, model: CompressedModel) -> _Model:
    """Give ``module`` the weights of ``model`` and return it, in inference mode.

    What was compressed runs through its own kernels, prepared here; what was kept becomes an ordinary parameter. A
    layer whose rule asked for it rounds its inputs to int8.

    Raises
    ------
    ValueError
        If names or shapes of the two do not agree; then the module is unchanged.
    """
    module.load_state_dict(model.to_dense())
    layers = dict(module.named_modules())
    for name, record in model.records.items():
        if record.reason:
            continue
        module.set_weight(name, model.tensors[name].prepare())
        layer = layers[name.rpartition(".")[0]]
        if record.activation_bits is not None and hasattr(layer, "activation_bits"):
            layer.activation_bits = record.activation_bits
    return module.eval()
