"""Names, state, modes, hooks, and compressed weights in the place of parameters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from minicompress.nn import (
    GRU,
    Conv1d,
    Dropout,
    Embedding,
    LayerNorm,
    Linear,
    Module,
    Sequential,
    Tensor,
    linear,
    no_grad,
    parameter,
)


@dataclass
class Stored:
    """A stand-in for a compressed tensor: dense inside, and it counts what it is asked for."""

    matrix: np.ndarray
    calls: list[Any] = field(default_factory=list)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.matrix.shape

    def linear(self, x: np.ndarray, bias: Any = None, *, activation_bits: int | None = None) -> np.ndarray:
        self.calls.append(("linear", activation_bits))
        return x @ self.matrix.T + (0 if bias is None else bias)

    def take_rows(self, indices: np.ndarray) -> np.ndarray:
        self.calls.append("take_rows")
        return self.matrix[indices]

    def to_dense(self) -> np.ndarray:
        self.calls.append("to_dense")
        return self.matrix.copy()


class Classifier(Module):
    """Something of everything: lists, dicts, nesting, a weight used twice."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self.embed = Embedding(11, 4, rng=rng)
        self.convs = [
            Conv1d(4, 4, 3, rng=rng, padding=1),
            Conv1d(4, 4, 3, rng=rng, padding=1, groups=4),
            Conv1d(4, 4, 3, rng=rng, padding=1, groups=2),
        ]
        self.more = {"gru": GRU(4, 4, rng=rng), "norm": LayerNorm(4)}
        self.tail = Sequential(Linear(4, 4, rng=rng), Tensor.tanh, Dropout(0.5, rng=rng))
        self.table = self.embed.weight  # the output scores reuse the embedding
        self._private = parameter(np.ones(2))

    def forward(self, ids: np.ndarray) -> Tensor:
        x = self.embed(ids)
        for conv in self.convs:
            x = conv(x.swapaxes(1, 2)).swapaxes(1, 2)
        x = self.tail(self.more["norm"](self.more["gru"](x)))
        if isinstance(self.table, Tensor):
            return linear(x, self.table)
        return Tensor(self.table.linear(x.data))


IDS = np.array([[1, 2, 10, 0, 3]])
NAMES = [
    "embed.weight",
    "convs.0.weight",
    "convs.0.bias",
    "convs.1.weight",
    "convs.1.bias",
    "convs.2.weight",
    "convs.2.bias",
    "more.gru.weight_ih",
    "more.gru.weight_hh",
    "more.gru.bias_ih",
    "more.gru.bias_hh",
    "more.norm.weight",
    "more.norm.bias",
    "tail.steps.0.weight",
    "tail.steps.0.bias",
]


def test_names_are_dotted_and_a_shared_weight_counts_once() -> None:
    model = Classifier()
    # The model's own attributes come first, so the shared table is known by the name at the top.
    assert sorted(model.named_parameters()) == sorted(["table", *NAMES[1:]])
    assert model.n_parameters == sum(v.size for v in model.state_dict().values())
    names = [name for name, _ in model.named_modules()]
    assert names[0] == ""
    assert {"convs.2", "more.gru", "tail", "tail.steps.0", "tail.steps.2"} <= set(names)


def test_state_goes_in_and_out_as_copies() -> None:
    model, other = Classifier().eval(), Classifier().eval()
    state = {name: value + 0.125 for name, value in model.state_dict().items()}
    other.load_state_dict(state)
    for name, value in other.state_dict().items():
        assert value.dtype == np.float32
        np.testing.assert_array_equal(value, state[name])
    state["table"][:] = 0
    assert other.state_dict()["table"].any()
    other.state_dict()["table"][:] = 0
    assert other.state_dict()["table"].any()
    assert other.embed.weight is other.table
    assert not np.array_equal(other(IDS).data, model(IDS).data)
    np.testing.assert_array_equal(model.load_state_dict(other.state_dict())(IDS).data, other(IDS).data)


def test_a_state_that_does_not_fit_changes_nothing() -> None:
    model = Classifier()
    before = model.state_dict()
    state = model.state_dict()
    bias = state.pop("convs.0.bias")
    state["extra"] = bias
    with pytest.raises(ValueError, match=r"missing: \['convs.0.bias'\], not known: \['extra'\]"):
        model.load_state_dict(state)
    wrong = {name: value + 1 for name, value in before.items()} | {"convs.0.bias": np.ones(5)}
    with pytest.raises(ValueError, match=r"state\['convs.0.bias'\] must have shape \(4,\); got .*\(5,\)"):
        model.load_state_dict(wrong)
    for name, value in model.state_dict().items():
        np.testing.assert_array_equal(value, before[name])


def test_modes_reach_all_modules() -> None:
    model = Classifier()
    assert model.training
    assert not np.array_equal(model(IDS).data, model(IDS).data)  # dropout draws anew
    model.eval()
    assert not any(module.training for _, module in model.named_modules())
    np.testing.assert_array_equal(model(IDS).data, model(IDS).data)
    assert all(module.training for _, module in model.train().named_modules())


def test_hooks_see_replace_and_leave() -> None:
    layer = Linear(3, 2, rng=np.random.default_rng(0))
    x = np.ones((4, 3), np.float32)
    plain = layer(x).data
    seen: list[Any] = []
    look = layer.add_hook(lambda module, args: seen.append((module, args)))
    double = layer.add_hook(lambda module, args: (args[0] * 2,))
    negate = layer.add_hook(lambda module, out: -out, when="output")
    np.testing.assert_allclose(layer(x).data, -layer.forward(2 * x).data)
    assert seen[0][0] is layer
    assert seen[0][1][0] is x
    for remove in (double, negate, look):
        remove()
    np.testing.assert_array_equal(layer(x).data, plain)
    assert len(seen) == 1
    with pytest.raises(ValueError, match="when must be one of 'input', 'output'"):
        layer.add_hook(lambda *_: None, when="before")


def test_a_transform_stands_between_the_parameter_and_the_layer() -> None:
    model = Sequential(Linear(3, 2, rng=np.random.default_rng(0)))
    x = np.ones((4, 3), np.float32)
    mask = np.array([[1, 0, 1], [0, 1, 1]])
    model.set_transform("steps.0.weight", lambda w: w * mask)
    weight, bias = (model.state_dict()[f"steps.0.{name}"] for name in ("weight", "bias"))
    np.testing.assert_allclose(model(x).data, x @ (weight * mask).T + bias, rtol=1e-6)
    model(x).sum().backward()
    np.testing.assert_array_equal(model.named_parameters()["steps.0.weight"].grad, 4 * mask)
    model.set_transform("steps.0.weight", None)
    np.testing.assert_allclose(model(x).data, x @ weight.T + bias, rtol=1e-6)


def _compressed(model: Classifier) -> dict[str, Stored]:
    """Put a stored weight in the place of every parameter; other values than before, so that a leftover is seen."""
    stored = {}
    for name, value in model.state_dict().items():
        value = value * 2 + 0.25
        matrix = value.reshape(len(value), -1) if value.ndim == 3 else value
        stored[name] = Stored(matrix)
        model.set_weight(name, stored[name])
    return stored


def test_compressed_weights_compute_what_dense_ones_would() -> None:
    model, dense = Classifier().eval(), Classifier().eval()
    stored = _compressed(model)
    assert model.named_parameters() == {}
    assert model.n_parameters == dense.n_parameters
    dense.load_state_dict(model.state_dict())
    for item in stored.values():
        item.calls.clear()
    with no_grad():
        for _ in range(3):
            np.testing.assert_allclose(model(IDS).data, dense(IDS).data, rtol=1e-5, atol=1e-6)
    assert stored["table"].calls == ["take_rows", ("linear", None)] * 3
    assert stored["tail.steps.0.weight"].calls == [("linear", None)] * 3
    assert stored["convs.0.weight"].calls == [("linear", None)] * 3
    for name in ("convs.1.weight", "convs.2.weight", "more.gru.weight_hh", "more.norm.weight", "convs.0.bias"):
        assert stored[name].calls == ["to_dense"], name  # decoded once, then cached
    assert model.embed.weight is model.table


def test_either_name_of_a_shared_weight_will_do() -> None:
    for name in ("embed.weight", "table"):
        model = Classifier()
        item = Stored(model.state_dict()["table"])
        model.set_weight(name, item)
        assert model.embed.weight is item
        assert model.table is item


def test_activation_bits_reach_the_product() -> None:
    rng = np.random.default_rng(0)
    for layer, x in ((Linear(4, 3, rng=rng), np.ones((2, 4))), (Conv1d(4, 3, 2, rng=rng), np.ones((2, 4, 5)))):
        item = Stored(layer.state_dict()["weight"].reshape(3, -1))
        layer.eval().set_weight("weight", item)
        layer.activation_bits = 8
        with no_grad():
            layer(x.astype(np.float32))
        assert item.calls == [("linear", 8)]


def test_a_new_stored_weight_replaces_the_cached_copy() -> None:
    layer = Conv1d(2, 2, 2, rng=np.random.default_rng(0), groups=2, bias=False).eval()
    x = np.ones((1, 2, 3), np.float32)
    with no_grad():
        for factor in (1, 3):
            layer.set_weight("weight", Stored(np.full((2, 2), factor, np.float32)))
            np.testing.assert_array_equal(layer(x).data, np.full((1, 2, 2), 2 * factor))
    layer.load_state_dict({"weight": np.ones((2, 1, 2))})
    assert isinstance(layer.weight, Tensor)
    np.testing.assert_array_equal(layer.train()(x).data, np.full((1, 2, 2), 2))


def test_compressed_weights_refuse_to_train() -> None:
    for name in ("table", "tail.steps.0.weight", "convs.0.weight", "convs.1.weight", "more.gru.weight_ih"):
        model = Classifier()
        value = model.state_dict()[name]
        model.set_weight(name, Stored(value.reshape(len(value), -1)))
        with pytest.raises(ValueError, match=r"is compressed \(Stored\) and serves inference only; call model.eval"):
            model(IDS)
    layer = Linear(2, 2, rng=np.random.default_rng(0)).eval().set_weight("weight", Stored(np.eye(2, dtype=np.float32)))
    with pytest.raises(ValueError, match="inside no_grad"):
        layer(parameter(np.ones((1, 2), np.float32)))
    assert not layer(np.ones((1, 2), np.float32)).requires_grad


def test_errors_of_set_weight() -> None:
    model = Classifier()
    with pytest.raises(ValueError, match=r"name must be one of the model's 15 weights, such as \['convs.0.weight'"):
        model.set_weight("convs.0.weigth", Stored(np.ones((4, 12))))
    with pytest.raises(ValueError, match=r"convs.0.weight must have shape \(4, 4, 3\) or \(4, 12\); got \(12, 4\)"):
        model.set_weight("convs.0.weight", Stored(np.ones((12, 4))))
    for wrong in (np.ones((4, 12)), parameter(np.ones((4, 12))), None):
        with pytest.raises(TypeError, match="must be a compressed tensor"):
            model.set_weight("convs.0.weight", wrong)  # type: ignore[arg-type]
    with pytest.raises(NotImplementedError, match=r"Module has no forward\(\)"):
        Module()(1)


def test_real_formats_fit_the_protocol() -> None:
    tensors = pytest.importorskip("minicompress.tensors")
    from minicompress.nn import StoredWeight

    model, dense = Classifier().eval(), Classifier().eval()
    for name, value in dense.state_dict().items():
        if value.ndim > 1:
            item = tensors.DenseTensor(value.reshape(len(value), -1))
            assert isinstance(item, StoredWeight)
            model.set_weight(name, item)
    with no_grad():
        np.testing.assert_allclose(model(IDS).data, dense(IDS).data, rtol=1e-5, atol=1e-6)
