"""Fake quantization on the tape: values and gradients against torch, finite differences and the integer kernels."""

from __future__ import annotations

import numpy as np
import pytest

from minicompress import nn, ops
from minicompress.training import quantization_aware
from minicompress.training.fake_quantizers import Clipped, DynamicRows, LearnedInput, LearnedWeight, RoundedWeight


@pytest.mark.oracle("quantization_aware", against="torch.fake_quantize_per_channel_affine", tolerance="1e-5")
@pytest.mark.parametrize("bits", [2, 3, 4, 8])
def test_rounded_weights_and_their_gradient_are_torchs(bits):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(bits)
    w, x, g = (rng.standard_normal(shape).astype(np.float32) for shape in ((6, 10), (7, 10), (7, 6)))
    layer = nn.Linear(10, 6, rng=rng, bias=False)
    layer.weight.data = w
    quantization_aware(layer, bits=bits)
    out = layer(x)
    out.backward(g)

    top = 2 ** (bits - 1) - 1
    tw = torch.tensor(w, requires_grad=True)
    scale = tw.detach().abs().amax(dim=1) / top
    zero = torch.zeros(6, dtype=torch.int32)
    wanted = torch.tensor(x) @ torch.fake_quantize_per_channel_affine(tw, scale, zero, 0, -top, top).T
    wanted.backward(torch.tensor(g))
    np.testing.assert_allclose(out.data, wanted.detach().numpy(), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(layer.weight.grad, tw.grad.numpy(), rtol=1e-5, atol=1e-5)


@pytest.mark.oracle("quantization_aware", against="torch._fake_quantize_learnable_per_channel_affine", tolerance="1e-5")
@pytest.mark.parametrize("bits", [2, 3, 4])
def test_learned_weight_steps_have_torchs_gradient(bits):
    torch = pytest.importorskip("torch")
    top, rows, columns = 2 ** (bits - 1) - 1, 5, 24
    rng = np.random.default_rng(bits)
    # Well inside a cell, or beyond the last by more than half a step: between the two torch says "inside", LSQ not.
    v = rng.integers(-top, top + 1, (rows, columns)) * 1.0
    v -= np.sign(v) * rng.uniform(0.1, 0.4, v.shape)
    v[:, :4] = rng.choice([-1, 1], (rows, 4)) * (top + rng.uniform(0.6, 2, (rows, 4)))
    step = rng.uniform(0.5, 2, rows).astype(np.float32)
    w, g = (v * step[:, None]).astype(np.float32), rng.standard_normal((rows, columns)).astype(np.float32)
    weight = nn.parameter(w)
    quantizer = LearnedWeight(weight, bits=bits, group_size=None)
    quantizer.learned["step"].data = step.copy()
    out = quantizer(weight)
    out.backward(g)

    tw, ts = torch.tensor(w, requires_grad=True), torch.tensor(step, requires_grad=True)
    zero = torch.zeros(rows)
    factor = 1 / np.sqrt(columns * top)
    wanted = torch._fake_quantize_learnable_per_channel_affine(tw, ts, zero, 0, -top, top, factor)
    wanted.backward(torch.tensor(g))
    np.testing.assert_allclose(out.data, wanted.detach().numpy(), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(weight.grad, tw.grad.numpy(), rtol=1e-6)
    np.testing.assert_allclose(quantizer.learned["step"].grad, ts.grad.numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.oracle("quantization_aware", against="torch._fake_quantize_learnable_per_tensor_affine", tolerance="1e-5")
@pytest.mark.parametrize("signed", [True, False])
def test_learned_input_steps_have_torchs_gradient(signed):
    torch = pytest.importorskip("torch")
    low, top = (-7, 7) if signed else (0, 15)
    rng = np.random.default_rng(signed)
    v = rng.integers(low + 1, top, (9, 11)) + rng.uniform(0.05, 0.4, (9, 11))
    v[0] = top + 1.7
    x, g = (v * 0.3).astype(np.float32), rng.standard_normal(v.shape).astype(np.float32)
    inputs = nn.parameter(x)
    quantizer = LearnedInput(bits=4, dtype=np.float32)
    quantizer(inputs)  # the first batch starts the step
    assert quantizer.grid == (low, top)
    start = 2 * np.abs(x).mean() / np.sqrt(top)
    np.testing.assert_allclose(quantizer.learned["step"].data, [start], rtol=1e-6)
    quantizer.learned["step"].data[:] = 0.3
    out = quantizer(inputs)
    out.backward(g)

    tx, ts = torch.tensor(x, requires_grad=True), torch.tensor([0.3], requires_grad=True)
    factor = 1 / np.sqrt(x.size * top)
    wanted = torch._fake_quantize_learnable_per_tensor_affine(tx, ts, torch.zeros(1), low, top, factor)
    wanted.backward(torch.tensor(g))
    np.testing.assert_allclose(out.data, wanted.detach().numpy(), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(inputs.grad, tx.grad.numpy())
    np.testing.assert_allclose(quantizer.learned["step"].grad, ts.grad.numpy(), rtol=1e-4)


@pytest.mark.oracle("quantization_aware", against="torch autograd of PACT with a detached rounding", tolerance="1e-5")
def test_learned_clips_have_torchs_gradient():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    x, g = np.abs(rng.standard_normal((8, 6))).astype(np.float32), rng.standard_normal((8, 6)).astype(np.float32)
    inputs = nn.parameter(x)
    quantizer = Clipped(bits=3, dtype=np.float32, layer="fc")
    quantizer(inputs)
    assert quantizer.learned["clip"].data[0] == x.max()
    quantizer.learned["clip"].data[:] = 0.9
    out = quantizer(inputs)
    out.backward(g)

    tx, alpha = torch.tensor(x, requires_grad=True), torch.tensor(0.9, requires_grad=True)
    clipped = torch.minimum(torch.relu(tx), alpha)
    step = alpha.detach() / 7
    wanted = clipped + (torch.round(clipped / step) * step - clipped).detach()
    wanted.backward(torch.tensor(g))
    np.testing.assert_allclose(out.data, wanted.detach().numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(inputs.grad, tx.grad.numpy())
    np.testing.assert_allclose(quantizer.learned["clip"].grad, [alpha.grad.item()], rtol=1e-5)


def test_where_the_rounding_is_constant_gradients_are_those_of_differences():
    rng = np.random.default_rng(0)
    layer = nn.Linear(6, 4, rng=rng).astype(np.float64)
    layer.weight.data = rng.choice([-1.0, 1.0], (4, 6)) * 0.9  # all beyond the last code: y = s sign(w) qmax there
    quantization_aware(layer, bits=3, method="lsq")
    step = layer.weight_step
    step.data = rng.uniform(0.1, 0.2, 4)
    x = nn.parameter(rng.standard_normal((3, 6)))
    nn.check_gradients(lambda: layer(x), {"x": x, "bias": layer.bias})
    seed = rng.standard_normal((3, 4))
    step.grad = None
    layer(x).backward(seed)
    numeric = nn.numerical_gradient(lambda: float((layer(x).data * seed).sum()), step.data)
    np.testing.assert_allclose(step.grad, numeric / np.sqrt(6 * 3), rtol=1e-6)  # LSQ scales by 1 / sqrt(N qmax)


def test_dynamic_rows_are_what_the_integer_kernels_round_to():
    x = np.random.default_rng(0).standard_normal((33, 17)).astype(np.float32) * 10
    x[3] = 0
    q, scale = ops.quantize_rows(x)
    np.testing.assert_array_equal(DynamicRows(bits=8)(nn.Tensor(x)).data, q * scale[:, None])


def test_a_step_that_ran_below_zero_comes_back():
    weight = nn.parameter(np.float32([[0.5, -1.0, 0.2]]))
    quantizer = LearnedWeight(weight, bits=3, group_size=None)
    quantizer.learned["step"].data[:] = -4
    np.testing.assert_allclose(quantizer(weight).data, np.float32([[1, -1, 1]]) * 1e-3, rtol=1e-5)
    assert RoundedWeight(weight, bits=3, group_size=None).learned == {}
