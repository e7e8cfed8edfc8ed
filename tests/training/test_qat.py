"""Quantization-aware training: what is exported computes what was trained, and what that buys."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minicompress import compress, nn
from minicompress.pipeline import Recipe, Rule, load_into
from minicompress.training import quantization_aware, random_masks, sparse_training


def mlp(seed: int = 0, sizes: tuple[int, int, int] = (12, 16, 5)) -> nn.Sequential:
    rng = np.random.default_rng(seed)
    return nn.Sequential(nn.Linear(*sizes[:2], rng=rng), nn.Tensor.relu, nn.Linear(*sizes[1:], rng=rng))


def task(seed: int = 0, n: int = 64) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = np.abs(rng.standard_normal((n, 12))).astype(np.float32)
    return x, (x @ rng.standard_normal((12, 5))).argmax(axis=1)


def learn(model: nn.Module, *, epochs: int = 30, lr: float = 0.02) -> None:
    adam = nn.Adam(model.named_parameters(), lr=lr)
    nn.fit(model, [task()], optimizer=adam, epochs=epochs, loss=nn.cross_entropy, progress=False)


def logits(model: nn.Module, x: np.ndarray) -> np.ndarray:
    with nn.no_grad():
        return model.eval()(x).data


# ---- export --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("group_size", [None, 4])
@pytest.mark.parametrize(
    ("method", "activation_bits"),
    [("ste", None), ("ste", 8), ("ste", 4), ("lsq", None), ("lsq", 3), ("lsq", 8), ("pact", 3)],
)
@pytest.mark.parametrize("bits", [2, 4, 8])
def test_the_compressed_model_computes_what_was_trained(bits, method, activation_bits, group_size):
    model, x = mlp(), task(1)[0]
    before = logits(model, x)
    qat = quantization_aware(model, bits=bits, group_size=group_size, method=method, activation_bits=activation_bits)
    learn(model.train())
    wanted = logits(model, x)
    assert np.abs(wanted - before).max() > 0.1  # it has moved
    plain, rules = qat.finish()
    assert plain is model
    assert not model.steps[0]._transforms
    if (method, activation_bits) != ("ste", 8):  # there the inputs are rounded by the kernels alone
        np.testing.assert_array_equal(logits(model, x), wanted)
    recipe = Recipe("qat", tuple(Rule(**fields) for fields in rules))
    compressed = compress(model.state_dict(), recipe)
    assert compressed.tensors["steps.0.weight"].bits == bits
    np.testing.assert_allclose(logits(load_into(model, compressed), x), wanted, rtol=1e-4, atol=1e-4)


def test_convolutions_recurrent_and_shared_weights_are_exported_too():
    rng = np.random.default_rng(0)
    ids = rng.integers(0, 11, (4, 7))

    class Tagger(nn.Module):
        def __init__(self) -> None:
            self.embedding, self.gru = nn.Embedding(11, 6, rng=rng), nn.GRU(6, 8, rng=rng)
            self.conv, self.out = nn.Conv1d(8, 6, 3, rng=rng, padding=1), nn.Linear(6, 11, rng=rng)
            self.out.weight = self.embedding.weight

        def forward(self, ids):
            return self.out(self.conv(self.gru(self.embedding(ids)).swapaxes(1, 2)).swapaxes(1, 2))

    for method in ("ste", "lsq"):
        model = Tagger()
        qat = quantization_aware(model, bits=3, method=method)
        adam = nn.Adam(model.named_parameters(), lr=0.02)
        nn.fit(model, [(ids, ids)], optimizer=adam, epochs=5, loss=nn.cross_entropy, progress=False)
        wanted = logits(model, ids)
        _, rules = qat.finish()
        assert [rule["pattern"] for rule in rules] == [
            "embedding.weight", "gru.weight_ih", "gru.weight_hh", "conv.weight"
        ]  # fmt: skip
        assert len(np.unique(model.out.weight.data[0])) <= 7  # the output layer sees the rounded table as well
        compressed = compress(model.state_dict(), Recipe("qat", tuple(Rule(**fields) for fields in rules)))
        np.testing.assert_allclose(logits(load_into(model, compressed), ids), wanted, rtol=1e-4, atol=1e-5)


@given(
    bits=st.integers(2, 8),
    rows=st.integers(1, 5),
    groups=st.integers(1, 3),
    size=st.integers(1, 6),
    scale=st.sampled_from([1e-20, 1.0, 1e20]),
    method=st.sampled_from(["ste", "lsq"]),
    seed=st.integers(0, 99),
)
def test_any_weight_and_any_learned_step_survive_the_export(bits, rows, groups, size, scale, method, seed):
    rng = np.random.default_rng(seed)
    layer = nn.Linear(groups * size, rows, rng=rng, bias=False)
    layer.weight.data = (rng.standard_normal(layer.weight.shape) ** 3 * scale).astype(np.float32)
    layer.weight.data[rng.random(layer.weight.shape) < 0.2] = 0
    qat = quantization_aware(layer, bits=bits, group_size=size, method=method)
    if method == "lsq":
        layer.weight_step.data *= rng.uniform(-0.2, 3, layer.weight_step.shape).astype(np.float32)
    _, rules = qat.finish()
    stored = compress(layer.state_dict(), Recipe("qat", (Rule(**rules[0]),))).tensors["weight"]
    assert stored.group_size == size
    np.testing.assert_allclose(stored.to_dense(), layer.weight.data, rtol=1e-6)


def test_removing_gives_back_the_latent_weights():
    model, x = mlp(), task()[0]
    state, before = model.state_dict(), logits(model, x)
    qat = quantization_aware(model, bits=2, activation_bits=4, method="lsq")
    assert set(model.state_dict()) - set(state) == {
        f"steps.{i}.{name}" for i in (0, 2) for name in ("weight_step", "input_step")
    }
    assert np.abs(logits(model, x) - before).max() > 0.01
    assert qat.remove() is model
    assert model.state_dict().keys() == state.keys()
    np.testing.assert_array_equal(logits(model, x), before)
    with pytest.raises(ValueError, match="finished or removed"):
        qat.finish()


@pytest.mark.parametrize("method", ["lsq", "pact"])
def test_a_checkpoint_carries_what_was_learned(method):
    model, x = mlp(), task()[0]
    options = {"bits": 3, "activation_bits": 3, "method": method}
    quantization_aware(model, **options)
    learn(model)
    other = mlp(1)
    quantization_aware(other, **options)
    other.load_state_dict(model.state_dict())
    np.testing.assert_array_equal(logits(other, 0.5 * x), logits(model, 0.5 * x))  # another first batch


def test_only_what_matches_is_rounded():
    model = mlp()
    last = model.steps[2].weight.data.copy()
    _, rules = quantization_aware(model, bits=2, patterns=("steps.0.*",)).finish()
    assert [rule["pattern"] for rule in rules] == ["steps.0.weight"]
    np.testing.assert_array_equal(model.steps[2].weight.data, last)
    assert len(np.unique(model.steps[0].weight.data[0])) <= 3


def test_pruned_weights_stay_zero_under_fake_quantization():
    model = mlp()
    quantization_aware(model, bits=3, method="lsq")
    adam = nn.Adam(model.named_parameters(), lr=0.02)
    masks = random_masks(model, density=0.4, rng=np.random.default_rng(0), patterns=("*.weight",))
    sparse_training(model, masks, adam)
    nn.fit(model, [task()], optimizer=adam, epochs=10, loss=nn.cross_entropy, progress=False)
    for name, mask in masks.items():
        layer = model.steps[int(name.split(".")[1])]
        assert not layer.weight.data[~mask].any()
        assert not layer._get("weight").data[~mask].any()


# ---- what it buys --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bits", "method", "activation_bits", "gain"),
    [(2, "ste", None, 0.1), (2, "lsq", None, 0.1), (2, "lsq", 3, 0.1), (2, "pact", 3, 0.1), (3, "lsq", None, 0.0)],
)
def test_training_through_the_rounding_beats_rounding_after_training(digits, bits, method, activation_bits, gain):
    """In the mean of 3 seeds, the network that is rounded afterwards having been trained as long in float."""
    after, through = [], []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        model = digits.network(32, rng)
        digits.train(model, rng, epochs=8)
        start = model.state_dict()
        digits.train(model, np.random.default_rng(seed), epochs=8, lr=1e-3)
        rounded = compress(model.state_dict(), Recipe("rtn", (Rule("*", "rtn", {"bits": bits}),)))
        after.append(digits.accuracy(load_into(model, rounded)))
        model = digits.network(32, rng)
        model.load_state_dict(start)
        qat = quantization_aware(model, bits=bits, method=method, activation_bits=activation_bits)
        digits.train(model, np.random.default_rng(seed), epochs=8, lr=1e-3)
        through.append(digits.accuracy(qat.finish()[0]))
    assert np.mean(through) > np.mean(after) + gain, (after, through)


# ---- what is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bits": 1}, "bits must be an integer from 2 to 8; got 1"),
        ({"bits": 9}, "bits must be an integer from 2 to 8; got 9"),
        ({"bits": 4, "activation_bits": 16}, "activation_bits must be an integer from 2 to 8; got 16"),
        ({"bits": 4, "method": "dorefa"}, "method must be one of 'ste', 'lsq', 'pact'; got 'dorefa'"),
        ({"bits": 4, "method": "pact"}, "activation_bits must be 2 to 8; got None"),
        ({"bits": 4, "patterns": ("head*",)}, "'head\\*' matches no weight matrix; .* steps.0.weight, steps.2.weight"),
        ({"bits": 4, "group_size": 5}, "group_size must divide in_features = 12; got 5"),
    ],
)
def test_bad_options_are_named_and_leave_the_model_alone(options, message):
    model = mlp()
    with pytest.raises(ValueError, match=message):
        quantization_aware(model, **options)
    assert all(not module._transforms and not module._hooks for _, module in model.named_modules())
    assert len(model.named_parameters()) == 4


@given(bits=st.integers().filter(lambda b: not 2 <= b <= 8), name=st.sampled_from(["bits", "activation_bits"]))
def test_any_width_out_of_range_is_refused(bits, name):
    with pytest.raises(ValueError, match=f"^{name} must be an integer from 2 to 8; got {bits}$"):
        quantization_aware(mlp(), **({"bits": 4} | {name: bits}))


@given(pattern=st.text(st.characters(exclude_characters="*?[", codec="ascii"), min_size=1))
def test_any_pattern_that_matches_nothing_is_answered_with_the_names(pattern):
    with pytest.raises(
        ValueError, match=r"matches no weight matrix; the names are: steps\.0\.weight, steps\.2\.weight"
    ):
        quantization_aware(mlp(), bits=4, patterns=("*", pattern))


@pytest.mark.parametrize("patterns", ["*", ()])
def test_patterns_must_be_several(patterns):
    with pytest.raises(TypeError, match="patterns must be a non-empty sequence"):
        quantization_aware(mlp(), bits=4, patterns=patterns)


def test_bits_must_be_an_integer():
    with pytest.raises(TypeError, match="bits must be an integer from 2 to 8"):
        quantization_aware(mlp(), bits=4.0)


def test_a_second_fake_quantization_is_refused():
    model = mlp()
    quantization_aware(model, bits=4, patterns=("steps.2.weight",))
    with pytest.raises(ValueError, match=r"'steps\.2\.weight' has a transform already"):
        quantization_aware(model, bits=4)


def test_pact_refuses_negative_inputs_by_the_layers_name():
    model = mlp()
    quantization_aware(model, bits=4, method="pact", activation_bits=4)
    with pytest.raises(ValueError, match=r"those of 'steps\.0' go down to -1"):
        model(np.full((1, 12), -1, np.float32))
