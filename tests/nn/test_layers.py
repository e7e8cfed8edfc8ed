"""Every layer: gradients against finite differences, values and gradients against torch."""

from __future__ import annotations

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
    MultiHeadAttention,
    Tensor,
    attention_weights,
    check_gradients,
    no_grad,
    parameter,
)
from minicompress.tensors import DenseTensor

MASK = np.array([[True, True, True, False, False], [True, True, True, True, True]])


def _rng() -> np.random.Generator:
    return np.random.default_rng(3)


def _values(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).standard_normal(shape)


def _conv(*args: int, **options: int) -> tuple[Module, np.ndarray]:
    return Conv1d(*args, rng=_rng(), **options), _values(2, args[0], 7)


# name: a layer, its input, further arguments of the call
LAYERS: dict[str, tuple[Module, np.ndarray, dict[str, Any]]] = {
    "linear": (Linear(4, 3, rng=_rng()), _values(2, 5, 4), {}),
    "linear_vector": (Linear(4, 3, rng=_rng()), _values(4), {}),
    "linear_no_bias": (Linear(4, 3, rng=_rng(), bias=False), _values(6, 4), {}),
    "layer_norm": (LayerNorm(6), _values(2, 3, 6), {}),
    "conv": (*_conv(4, 6, 3), {}),
    "conv_stride_padding": (*_conv(4, 6, 3, stride=2, padding=2), {}),
    "conv_long_stride": (*_conv(4, 6, 2, stride=5, padding=1), {}),
    "conv_grouped": (*_conv(4, 6, 3, stride=2, padding=1, groups=2), {}),
    "conv_depthwise": (*_conv(4, 4, 3, padding=1, groups=4), {}),
    "conv_depthwise_stride": (*_conv(4, 4, 3, stride=3, padding=2, groups=4), {}),
    "conv_multiplier": (*_conv(4, 8, 3, groups=4), {}),
    "conv_pointwise": (Conv1d(4, 3, 1, rng=_rng(), bias=False), _values(2, 4, 7), {}),
    "gru": (GRU(4, 3, rng=_rng()), _values(2, 5, 4), {}),
    "gru_mask": (GRU(4, 3, rng=_rng()), _values(2, 5, 4), {"mask": MASK}),
    "attention": (MultiHeadAttention(8, 2, rng=_rng()), _values(2, 5, 8), {}),
    "attention_mask": (MultiHeadAttention(8, 2, rng=_rng()), _values(2, 5, 8), {"mask": MASK}),
    "attention_causal": (MultiHeadAttention(8, 2, rng=_rng()), _values(2, 5, 8), {"causal": True}),
    "attention_both": (MultiHeadAttention(8, 2, rng=_rng()), _values(2, 5, 8), {"mask": MASK, "causal": True}),
}
for _layer, _, _ in LAYERS.values():
    _layer.astype(np.float64)
    if isinstance(_layer, LayerNorm):  # ones and zeros would hide a forgotten scale
        _layer.load_state_dict({"weight": _values(6), "bias": _values(1, 6)[0]})


def _held(against: str, tolerance: str) -> list[Any]:
    """Each layer, with a row of its class in the table of oracles."""
    classes = {name: type(layer).__name__ for name, (layer, _, _) in LAYERS.items()}
    mark = pytest.mark.oracle
    return [pytest.param(n, marks=mark(classes[n], against=against, tolerance=tolerance)) for n in LAYERS]


@pytest.mark.parametrize("name", LAYERS)
def test_gradients_are_those_of_finite_differences(name: str) -> None:
    layer, values, options = LAYERS[name]
    x = parameter(values)
    check_gradients(lambda: layer(x, **options), {"x": x, **layer.named_parameters()})


@pytest.mark.parametrize("name", LAYERS)
def test_a_constant_input_changes_no_weight_gradient(name: str) -> None:
    layer, values, options = LAYERS[name]
    found = []
    for x in (parameter(values), Tensor(values), values):
        for p in layer.named_parameters().values():
            p.grad = None
        out = layer(x, **options)
        out.backward(np.arange(out.size).reshape(out.shape) % 3)
        found.append({key: p.grad for key, p in layer.named_parameters().items()})
    for key, grad in found[0].items():
        np.testing.assert_array_equal(grad, found[1][key])
        np.testing.assert_array_equal(grad, found[2][key])


@pytest.mark.parametrize("name", LAYERS)
def test_float32_in_and_out_and_the_same_without_a_tape(name: str) -> None:
    layer, values, options = LAYERS[name]
    wanted = layer(Tensor(values), **options).data
    layer.astype(np.float32)
    try:
        x = parameter(values.astype(np.float32))
        out = layer(x, **options)
        assert out.dtype == np.float32
        np.testing.assert_allclose(out.data, wanted, rtol=1e-4, atol=1e-5)
        out.backward(np.ones(out.shape))
        assert {p.grad.dtype for p in (x, *layer.named_parameters().values())} == {np.dtype(np.float32)}
        with no_grad():
            silent = layer(x, **options)
        np.testing.assert_array_equal(silent.data, out.data)
        assert not silent.requires_grad
    finally:
        layer.astype(np.float64)


def _twin(torch: Any, name: str, layer: Any) -> Any:
    """Return torch's layer with the same weights."""
    state = {key: torch.tensor(value) for key, value in layer.state_dict().items()}
    if isinstance(layer, Linear):
        twin = torch.nn.Linear(4, 3, bias=layer.bias is not None)
    elif isinstance(layer, LayerNorm):
        twin = torch.nn.LayerNorm(6)
    elif isinstance(layer, Conv1d):
        out, per_group, kernel = layer.weight.shape
        options = {"stride": layer.stride, "padding": layer.padding, "groups": layer.groups}
        twin = torch.nn.Conv1d(per_group * layer.groups, out, kernel, bias=layer.bias is not None, **options)
    elif isinstance(layer, GRU):
        twin = torch.nn.GRU(4, 3, batch_first=True)
        state = {f"{key}_l0": value for key, value in state.items()}
    else:
        twin = torch.nn.MultiheadAttention(8, 2, batch_first=True)
        parts = ("query", "key", "value")
        state = {
            "in_proj_weight": torch.cat([state[f"{p}.weight"] for p in parts]),
            "in_proj_bias": torch.cat([state[f"{p}.bias"] for p in parts]),
            "out_proj.weight": state["output.weight"],
            "out_proj.bias": state["output.bias"],
        }
    twin = twin.double()
    twin.load_state_dict(state)
    return twin


def _torch_output(torch: Any, name: str, twin: Any, x: Any, options: dict[str, Any]) -> Any:
    if name == "gru_mask":  # packed sequences: torch's outputs at padding are 0, ours carry the last state
        packed = torch.nn.utils.rnn.pack_padded_sequence(x, MASK.sum(axis=1), batch_first=True, enforce_sorted=False)
        return torch.nn.utils.rnn.pad_packed_sequence(twin(packed)[0], batch_first=True)[0]
    if name.startswith("gru"):
        return twin(x)[0]
    if name.startswith("attention"):
        padding = torch.tensor(~options["mask"]) if "mask" in options else None
        future = torch.ones(5, 5, dtype=torch.bool).triu(1) if options.get("causal") else None
        return twin(x, x, x, key_padding_mask=padding, attn_mask=future, need_weights=False)[0]
    return twin(x)


@pytest.mark.parametrize("name", _held("torch.nn in float64: value and every gradient", "1e-8 relative"))
def test_values_and_gradients_are_those_of_torch(name: str) -> None:
    torch = pytest.importorskip("torch")
    layer, values, options = LAYERS[name]
    x, there = parameter(values), torch.tensor(values, requires_grad=True)
    twin = _twin(torch, name, layer)
    out, wanted = layer(x, **options), _torch_output(torch, name, twin, there, options)
    seed = np.random.default_rng(1).standard_normal(out.shape)
    if name == "gru_mask":
        seed *= MASK[:, :, None]
        out = out * MASK[:, :, None]
    np.testing.assert_allclose(out.data, wanted.detach().numpy(), rtol=1e-9, atol=1e-11)
    for p in layer.named_parameters().values():
        p.grad = None
    out.backward(seed)
    wanted.backward(torch.tensor(seed))
    np.testing.assert_allclose(x.grad, there.grad.numpy(), rtol=1e-8, atol=1e-10)
    theirs = {key: p.grad.numpy() for key, p in twin.named_parameters()}
    for key, p in layer.named_parameters().items():
        if name.startswith("attention"):
            part, kind = key.split(".")
            place = ("query", "key", "value", "output").index(part)
            joint = theirs[f"out_proj.{kind}"] if part == "output" else theirs[f"in_proj_{kind}"][place * 8 :][:8]
        else:
            joint = theirs[f"{key}_l0" if isinstance(layer, GRU) else key]
        np.testing.assert_allclose(p.grad, joint, rtol=1e-8, atol=1e-10, err_msg=key)


def test_gru_at_padding_carries_the_last_state() -> None:
    layer, values, options = LAYERS["gru_mask"]
    out = layer(values, **options).data
    np.testing.assert_array_equal(out[0, 3:], np.stack([out[0, 2]] * 2))
    changed = values.copy()
    changed[0, 3:] = 99.0
    np.testing.assert_array_equal(layer(changed, **options).data, out)


def test_embedding_rows_and_gradient() -> None:
    layer = Embedding(7, 3, rng=_rng()).astype(np.float64)
    ids = np.array([[0, 6, 6], [2, 6, 0]], np.int32)
    out = layer(ids)
    np.testing.assert_array_equal(out.data, layer.state_dict()["weight"][ids])
    check_gradients(lambda: layer(ids), layer.named_parameters())
    seed = _values(2, 3, 3)
    layer.named_parameters()["weight"].grad = None
    out.backward(seed)
    wanted = np.zeros((7, 3))
    np.add.at(wanted, ids, seed)
    np.testing.assert_allclose(layer.named_parameters()["weight"].grad, wanted, rtol=1e-12)


def test_attention_ignores_padding_and_the_future() -> None:
    layer, values, _ = LAYERS["attention"]
    out, weights = layer(values, mask=MASK, causal=True, return_weights=True)
    assert weights.shape == (2, 2, 5, 5)
    np.testing.assert_allclose(weights.data.sum(axis=-1), 1)
    np.testing.assert_array_equal(weights.data[0, :, :, 3:], 0)
    np.testing.assert_array_equal(weights.data[:, :, *np.triu_indices(5, 1)], 0)
    changed = values.copy()
    changed[1, 4] = 9.0
    np.testing.assert_array_equal(layer(changed, mask=MASK, causal=True).data[1, :4], out.data[1, :4])


def test_attention_with_nothing_to_see_stays_finite() -> None:
    layer, values, _ = LAYERS["attention"]
    out = layer(values.astype(np.float64), mask=np.zeros((2, 5), bool))
    assert np.isfinite(out.data).all()


def test_causal_attention_with_cached_keys_is_the_end_of_the_whole() -> None:
    q, k = Tensor(_values(1, 5, 4)), Tensor(_values(2, 5, 4)[:1])
    whole = attention_weights(q, k, causal=True).data
    np.testing.assert_allclose(attention_weights(q[:, 3:], k, causal=True).data, whole[:, 3:])
    np.testing.assert_allclose(attention_weights(q[:, 4:], k, causal=True).data, whole[:, 4:])


def test_dropout_share_scale_and_modes() -> None:
    layer = Dropout(0.3, rng=_rng())
    x = parameter(np.ones((200, 500), np.float32))
    out = layer(x)
    assert out.dtype == np.float32
    assert set(np.unique(out.data)) == {np.float32(0), np.float32(1 / 0.7)}
    # 100 000 draws: the share's standard deviation is 0.0014
    assert abs(float((out.data == 0).mean()) - 0.3) < 0.007
    out.backward(np.ones(out.shape))
    np.testing.assert_array_equal(x.grad, out.data)
    assert not np.array_equal(layer(x).data, out.data)
    assert layer.eval()(x) is x
    assert Dropout(0.0, rng=_rng())(x) is x
    np.testing.assert_array_equal(Dropout(0.3, rng=_rng())(x).data, out.data)


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: Linear(4, 3, rng=_rng())(np.ones((2, 5), np.float32)), ValueError, r"\(\.\.\., 4\); got .*\(2, 5\)"),
        (lambda: Linear(4, 3, rng=_rng())(np.ones((2, 4))), TypeError, "float32; got float64"),
        (lambda: Linear(4, 0, rng=_rng()), ValueError, "out_features"),
        (lambda: Linear(4, 3, rng=0), TypeError, "rng must be"),  # type: ignore[arg-type]
        (lambda: LayerNorm(4)(np.ones((2, 5), np.float32)), ValueError, r"\(\.\.\., 4\)"),
        (lambda: Embedding(4, 2, rng=_rng())([4]), ValueError, r"ids must lie in \[0, 3\]"),
        (lambda: Embedding(4, 2, rng=_rng())([-1]), ValueError, r"ids must lie in \[0, 3\]"),
        (lambda: Embedding(4, 2, rng=_rng())([0.5]), TypeError, "ids must hold integers"),
        (lambda: Conv1d(4, 6, 3, rng=_rng(), groups=3), ValueError, "groups must divide"),
        (lambda: Conv1d(4, 6, 3, rng=_rng())(np.ones((1, 3, 9), np.float32)), ValueError, r"\(batch, 4, length\)"),
        (lambda: Conv1d(4, 6, 3, rng=_rng())(np.ones((1, 4, 9))), TypeError, "float32"),
        (lambda: Conv1d(4, 6, 3, rng=_rng())(np.ones((1, 4, 2), np.float32)), ValueError, "3 long; got length 2"),
        (lambda: Conv1d(4, 4, 3, rng=_rng(), groups=4)(np.ones((1, 4, 2), np.float32)), ValueError, "length 2"),
        (lambda: GRU(4, 3, rng=_rng())(np.ones((2, 4), np.float32)), ValueError, r"\(batch, length, in_features\)"),
        (lambda: GRU(4, 3, rng=_rng())(np.ones((2, 5, 4), np.float32), mask=MASK[:1]), ValueError, r"mask .*\(2, 5\)"),
        (lambda: MultiHeadAttention(8, 3, rng=_rng()), ValueError, "multiple of n_heads = 3; got 8"),
        (lambda: MultiHeadAttention(8, 2, rng=_rng())(np.ones((2, 8))), ValueError, r"\(batch, length, dim\)"),
        (
            lambda: MultiHeadAttention(8, 2, rng=_rng())(np.ones((2, 4, 8), np.float32), mask=MASK),
            ValueError,
            r"mask .*\(2, 4\)",
        ),
        (lambda: Dropout(1.0, rng=_rng()), ValueError, "p must be"),
        (lambda: Dropout(-0.1, rng=_rng()), ValueError, "p must be"),
    ],
)
def test_errors_say_what_came(make: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        make()


def test_a_stored_kernel_checks_its_input_too() -> None:
    layer = Conv1d(4, 3, 2, rng=_rng()).eval()
    weight = layer.weight.data
    layer.set_weight("weight", DenseTensor(weight.reshape(3, -1)))
    x = _values(2, 4, 7).astype(np.float32)
    with no_grad():
        wanted = sum(np.einsum("oc,bct->bot", weight[..., k], x[..., k : k + 6]) for k in range(2))
        np.testing.assert_allclose(layer(x).data, wanted + layer.bias.data[:, None], rtol=1e-5, atol=1e-6)
        with pytest.raises(ValueError, match=r"x must have shape \(batch, 4, length\)"):
            layer(x[:, :3])


def test_attention_runs_with_heads_cut_out_and_equals_the_one_whose_heads_are_silenced():
    layer, x = MultiHeadAttention(8, 4, rng=_rng()), _values(2, 5, 8).astype(np.float32)
    state = {name: value.copy() for name, value in layer.state_dict().items()}
    silenced = state | {"output.weight": state["output.weight"] * np.repeat([1, 0, 1, 0], 2)}
    wanted = MultiHeadAttention(8, 4, rng=_rng()).load_state_dict(silenced)(x).data
    kept = np.array([0, 1, 4, 5])
    for part in ("query", "key", "value"):
        projection = getattr(layer, part)
        projection.weight.data, projection.bias.data = state[f"{part}.weight"][kept], state[f"{part}.bias"][kept]
    layer.output.weight.data = state["output.weight"][:, kept]
    layer.n_heads = 2
    np.testing.assert_allclose(layer(x).data, wanted, rtol=1e-6, atol=1e-7)
