"""What the layers met: a fair sample of their inputs, and recipes that look at it."""

from __future__ import annotations

import numpy as np
import pytest

from minicompress import nn
from minicompress.pipeline import PRESETS, compress, layer_inputs
from minicompress.pipeline.methods import METHODS, NEEDS_INPUTS


def model():
    rng = np.random.default_rng(0)
    return nn.Sequential(nn.Linear(64, 64, rng=rng), nn.Tensor.relu, nn.Linear(64, 4, rng=rng)).eval()


def test_the_inputs_are_those_of_the_layers():
    net, x = model(), np.random.default_rng(1).standard_normal((50, 64)).astype(np.float32)
    seen = layer_inputs(net, lambda: net(x), rng=np.random.default_rng(0))
    first, second = seen.values()
    np.testing.assert_array_equal(first, x)
    state = list(net.state_dict().values())
    np.testing.assert_allclose(second, np.maximum(x @ state[0].T + state[1], 0), atol=1e-5)
    assert list(seen) == [name for name in net.state_dict() if name.endswith("weight")]


def test_a_long_stream_is_sampled_evenly_and_never_kept_whole():
    net = model()

    def run():
        for start in range(0, 4000, 100):
            x = np.zeros((100, 64), np.float32)
            x[:, 0] = np.arange(start, start + 100)
            net(x)

    sample = next(iter(layer_inputs(net, run, rng=np.random.default_rng(0), rows=400).values()))[:, 0]
    assert sample.shape == (400,)
    assert len(np.unique(sample)) == 400
    # The mean of 400 of 0 .. 3999 without replacement has a standard deviation of 55: four of them.
    assert abs(sample.mean() - 1999.5) < 220


def test_the_hooks_are_gone_even_after_an_error():
    net = model()
    with pytest.raises(ZeroDivisionError):
        layer_inputs(net, lambda: 1 / 0, rng=np.random.default_rng(0))
    assert all(not layer._hooks for _, layer in net.named_modules())


def test_a_weight_without_inputs_falls_to_the_next_rule():
    rng = np.random.default_rng(0)
    weights = {"embedding": rng.standard_normal((64, 64)), "layer": rng.standard_normal((64, 64))}
    made = compress(weights, "int4-g64-gptq", {"layer": rng.standard_normal((256, 64))})
    assert made.records["layer"].method.startswith("gptq(")
    assert made.records["embedding"].method.startswith("rtn(")


def test_without_any_calibration_the_method_says_what_it_needs():
    with pytest.raises(ValueError, match="weight 'w': method 'gptq' looks at data"):
        compress({"w": np.ones((64, 64), np.float32)}, "int4-g64-gptq")


def test_what_needs_inputs_is_known():
    assert METHODS.keys() >= NEEDS_INPUTS
    assert PRESETS["int4-g64-awq"].needs_inputs
    assert not PRESETS["int8"].needs_inputs
    for name in NEEDS_INPUTS:
        with pytest.raises((ValueError, TypeError)):
            METHODS[name](np.ones((8, 8), np.float32), None)
