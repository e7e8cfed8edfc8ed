"""The parts of the decoder, each against PyTorch, complex numbers or a loop that spells the formula out."""

from __future__ import annotations

import numpy as np
import pytest

from minicompress.models.decoder import (
    DecoderConfig,
    GroupedQueryAttention,
    KVCache,
    MixtureOfExperts,
    MultiHeadLatentAttention,
    RMSNorm,
    SwiGLU,
    balance_loss,
    rms_norm,
    rope,
    rope_tables,
    silu_gate,
)
from minicompress.nn import Tensor, check_gradients, no_grad


def normal(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def config(**changes):
    return DecoderConfig(**({"vocabulary": 11, "width": 16, "layers": 1, "heads": 4, "hidden": 12} | changes))


def softmax(a):
    e = np.exp(a - a.max())
    return e / e.sum()


def turned(x, position, base=10000.0):
    """RoPE of one vector as multiplications of complex numbers."""
    half = len(x) // 2
    z = (x[:half] + 1j * x[half:]) * np.exp(1j * position * base ** (-np.arange(half) / half))
    return np.concatenate([z.real, z.imag])


class TestRope:
    def test_is_a_product_of_complex_numbers(self):
        x = normal(2, 5, 8)
        got = rope(Tensor(x), rope_tables(np.arange(3, 8), 8)).data
        for b in range(2):
            for t in range(5):
                np.testing.assert_allclose(got[b, t], turned(x[b, t], 3 + t), atol=1e-12)

    @pytest.mark.parametrize("shift", [1, 7, 1000])
    def test_scores_depend_on_the_distance_alone(self, shift):
        q, k = normal(1, 8), normal(1, 8, seed=1)

        def score(m, n):
            first, second = (rope(Tensor(x), rope_tables([position], 8)).data for x, position in ((q, m), (k, n)))
            return (first @ second.T).item()

        np.testing.assert_allclose(score(9, 4), score(9 + shift, 4 + shift), atol=1e-10)
        assert abs(score(9, 4) - score(9, 5)) > 1e-3

    def test_keeps_lengths_and_has_its_gradient(self):
        x = Tensor(normal(2, 3, 6), requires_grad=True)
        tables = rope_tables([0, 5, 9], 6)
        np.testing.assert_allclose(
            np.linalg.norm(rope(x, tables).data, axis=-1), np.linalg.norm(x.data, axis=-1), atol=1e-12
        )
        check_gradients(lambda: rope(x, tables), {"x": x})

    def test_what_does_not_fit_is_named(self):
        with pytest.raises(ValueError, match="dim must be even"):
            rope_tables([0], 3)
        with pytest.raises(ValueError, match=r"x must have shape \(\.\.\., 2, 4\)"):
            rope(Tensor(normal(3, 4)), rope_tables([0, 1], 4))


class TestRmsNorm:
    def test_against_torch(self):
        torch = pytest.importorskip("torch")
        x, w = normal(3, 4, 6), normal(6, seed=1)
        tx, tw = (torch.tensor(a, requires_grad=True) for a in (x, w))
        wanted = torch.nn.functional.rms_norm(tx, (6,), tw, eps=1e-5)
        wanted.sum().backward()
        mine = (Tensor(x, requires_grad=True), Tensor(w, requires_grad=True))
        got = rms_norm(*mine, eps=1e-5)
        got.sum().backward()
        np.testing.assert_allclose(got.data, wanted.detach().numpy(), rtol=1e-12)
        np.testing.assert_allclose(mine[0].grad, tx.grad.numpy(), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(mine[1].grad, tw.grad.numpy(), rtol=1e-9)

    def test_gradient_and_shape(self):
        x, w = Tensor(normal(2, 3, 5), requires_grad=True), Tensor(normal(5, seed=1), requires_grad=True)
        check_gradients(lambda: rms_norm(x, w), {"x": x, "w": w})
        with pytest.raises(ValueError, match=r"x must have shape \(\.\.\., 5\)"):
            RMSNorm(5)(normal(2, 4))


class TestSwiGlu:
    def test_against_torch(self):
        torch = pytest.importorskip("torch")
        block = SwiGLU(6, 10, rng=np.random.default_rng(0)).astype(np.float64)
        x = normal(2, 3, 6)
        gate, up, down = (torch.tensor(layer.weight.data) for layer in (block.gate, block.up, block.down))
        tx = torch.tensor(x)
        wanted = (torch.nn.functional.silu(tx @ gate.T) * (tx @ up.T)) @ down.T
        np.testing.assert_allclose(block(Tensor(x)).data, wanted.numpy(), rtol=1e-10, atol=1e-14)

    def test_gradients_and_large_inputs(self):
        gate, up = (Tensor(normal(3, 4, seed=s), requires_grad=True) for s in (0, 1))
        check_gradients(lambda: silu_gate(gate, up), {"gate": gate, "up": up})
        assert silu_gate(Tensor([-1e4, 1e4]), Tensor([1.0, 1.0])).data.tolist() == [0.0, 1e4]


def attention_loop(layer, x, *, heads, kv_heads, d):
    """Causal attention of one sequence (length, width), one query and one head at a time."""
    q, k, v = (x @ p.weight.data.T for p in (layer.query, layer.key, layer.value))
    out = np.zeros((len(x), heads * d))
    for h in range(heads):
        shared = h // (heads // kv_heads)
        for t in range(len(x)):
            query = turned(q[t, h * d : (h + 1) * d], t)
            keys = [turned(k[s, shared * d : (shared + 1) * d], s) for s in range(t + 1)]
            weights = softmax(np.array([query @ key for key in keys]) / np.sqrt(d))
            out[t, h * d : (h + 1) * d] = weights @ v[: t + 1, shared * d : (shared + 1) * d]
    return out @ layer.output.weight.data.T


class TestGroupedQueryAttention:
    @pytest.mark.parametrize("kv_heads", [4, 2, 1])
    def test_against_a_loop(self, kv_heads):
        layer = GroupedQueryAttention(config(kv_heads=kv_heads), rng=np.random.default_rng(0)).astype(np.float64)
        x = normal(2, 6, 16)
        got = layer(Tensor(x), rope_tables(np.arange(6), 4)).data
        for b in range(2):
            wanted = attention_loop(layer, x[b], heads=4, kv_heads=kv_heads, d=4)
            np.testing.assert_allclose(got[b], wanted, atol=1e-12)

    @pytest.mark.parametrize("kv_heads", [4, 2, 1])
    def test_against_torch(self, kv_heads):
        torch = pytest.importorskip("torch")
        layer = GroupedQueryAttention(config(kv_heads=kv_heads), rng=np.random.default_rng(0)).astype(np.float64)
        x, tables = normal(2, 6, 16), rope_tables(np.arange(6), 4)

        def heads(a, n):
            return Tensor(a.reshape(2, 6, n, 4).swapaxes(1, 2))

        q = rope(heads(x @ layer.query.weight.data.T, 4), tables).data
        k = rope(heads(x @ layer.key.weight.data.T, kv_heads), tables).data
        v = heads(x @ layer.value.weight.data.T, kv_heads).data
        mixed = torch.nn.functional.scaled_dot_product_attention(
            *(torch.tensor(a) for a in (q, k, v)), is_causal=True, enable_gqa=True
        )
        wanted = mixed.numpy().swapaxes(1, 2).reshape(2, 6, 16) @ layer.output.weight.data.T
        np.testing.assert_allclose(layer(Tensor(x), tables).data, wanted, atol=1e-12)

    def test_gradients(self):
        layer = GroupedQueryAttention(config(width=8, kv_heads=2), rng=np.random.default_rng(0)).astype(np.float64)
        x, tables = Tensor(normal(2, 3, 8), requires_grad=True), rope_tables(np.arange(3), 2)
        check_gradients(lambda: layer(x, tables), {"x": x, **layer.named_parameters()})


def latent_loop(layer, x, *, heads, d, rope_dim):
    """Latent attention of one sequence, with every head's keys and values spelled out."""
    latents = x @ layer.latent.weight.data.T
    latents = latents / np.sqrt((latents**2).mean(axis=1, keepdims=True) + layer.norm.eps) * layer.norm.weight.data
    shared = np.array([turned(row, t) for t, row in enumerate(x @ layer.rope_key.weight.data.T)])
    q = (x @ layer.query.weight.data.T).reshape(len(x), heads, d + rope_dim)
    k = (latents @ layer.key_up.weight.data.T).reshape(len(x), heads, d)
    v = (latents @ layer.value_up.weight.data.T).reshape(len(x), heads, d)
    out = np.zeros((len(x), heads, d))
    for h in range(heads):
        for t in range(len(x)):
            query = np.concatenate([q[t, h, :d], turned(q[t, h, d:], t)])
            scores = [query @ np.concatenate([k[s, h], shared[s]]) for s in range(t + 1)]
            out[t, h] = softmax(np.array(scores) / np.sqrt(d + rope_dim)) @ v[: t + 1, h]
    return out.reshape(len(x), -1) @ layer.output.weight.data.T


class TestLatentAttention:
    @pytest.fixture
    def layer(self):
        made = MultiHeadLatentAttention(config(latent_rank=5, rope_dim=6), rng=np.random.default_rng(0))
        made.astype(np.float64).norm.weight.data += 0.1 * normal(5)
        return made

    @pytest.mark.parametrize("absorbed", [False, True])
    def test_both_forms_against_a_loop(self, layer, absorbed):
        layer.absorbed = absorbed
        x = normal(2, 6, 16)
        got = layer(Tensor(x), rope_tables(np.arange(6), 6)).data
        for b in range(2):
            np.testing.assert_allclose(got[b], latent_loop(layer, x[b], heads=4, d=4, rope_dim=6), atol=1e-12)

    @pytest.mark.parametrize("absorbed", [False, True])
    def test_gradients(self, layer, absorbed):
        layer.absorbed = absorbed
        x, tables = Tensor(normal(1, 3, 16), requires_grad=True), rope_tables(np.arange(3), 6)
        check_gradients(lambda: layer(x, tables), {"x": x, **layer.named_parameters()})

    def test_caches_the_latent_and_one_rotary_key(self, layer):
        cache = KVCache(1)
        with no_grad():
            layer.eval()(Tensor(normal(2, 7, 16)), rope_tables(np.arange(7), 6), cache[0])
        wide = config(latent_rank=5, rope_dim=6)
        assert cache.nbytes == 2 * 7 * wide.cached_per_token * 8  # float64
        assert wide.cached_per_token == 11 < config().cached_per_token == 32


class TestExperts:
    def test_against_a_loop_over_tokens(self):
        block = MixtureOfExperts(6, 8, 4, 2, rng=np.random.default_rng(0)).astype(np.float64)
        x = normal(2, 5, 6)
        got = block(Tensor(x)).data
        for b, t in np.ndindex(2, 5):
            logits = block.router.weight.data @ x[b, t]
            best = np.argsort(logits)[::-1][:2]
            wanted = np.zeros(6)
            for weight, e in zip(softmax(logits[best]), best, strict=True):
                expert = block.experts[e]
                a = expert.gate.weight.data @ x[b, t]
                hidden = a / (1 + np.exp(-a)) * (expert.up.weight.data @ x[b, t])
                wanted += weight * (expert.down.weight.data @ hidden)
            np.testing.assert_allclose(got[b, t], wanted, atol=1e-12)

    def test_gradients_with_the_balance_loss(self):
        block = MixtureOfExperts(4, 3, 3, 2, rng=np.random.default_rng(0)).astype(np.float64)
        x = Tensor(normal(5, 4), requires_grad=True)
        check_gradients(lambda: block(x), {"x": x, **block.named_parameters()})

        def both():
            out = block(x)
            return out.sum() + block.balance()

        check_gradients(both, {"x": x, **block.named_parameters()})

    def test_balance_is_the_formula_and_least_when_even(self):
        p, chosen = np.array([[0.7, 0.2, 0.1], [0.5, 0.3, 0.2]]), np.array([[0, 1], [0, 1]])
        wanted = 3 * (0.5 * 0.6 + 0.5 * 0.25)
        np.testing.assert_allclose(balance_loss(Tensor(p), chosen).item(), wanted)
        even = np.full((3, 3), 1 / 3)
        np.testing.assert_allclose(balance_loss(Tensor(even), np.array([[0], [1], [2]])).item(), 1.0)

    def test_one_expert_is_the_dense_block(self):
        block = MixtureOfExperts(4, 3, 1, 1, rng=np.random.default_rng(0)).astype(np.float64)
        x = Tensor(normal(5, 4))
        np.testing.assert_allclose(block(x).data, block.experts[0](x).data, rtol=1e-14)

    def test_balance_needs_a_call(self):
        with pytest.raises(ValueError, match="needs a call"):
            MixtureOfExperts(4, 3, 3, 2, rng=np.random.default_rng(0)).balance()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kv_heads": 3}, "kv_heads must divide heads = 4; got 3"),
        ({"width": 20}, "width must be a multiple of 2 heads = 8; got 20"),
        ({"latent_rank": 4, "rope_dim": 3}, "rope_dim must be even; got 3"),
        ({"experts": 2, "experts_per_token": 3}, "experts_per_token must be an integer from 1 to 2; got 3"),
        ({"layers": 0}, "layers must be an integer of at least 1; got 0"),
    ],
)
def test_sizes_that_do_not_fit_are_named(changes, message):
    with pytest.raises(ValueError, match=message):
        config(**changes)


def test_grouped_attention_runs_with_a_group_cut_out_and_equals_the_one_whose_heads_are_silenced():
    sizes = config(kv_heads=2)  # heads of 4: two of queries for each of keys and values
    x, tables = Tensor(normal(2, 5, 16).astype(np.float32)), rope_tables(np.arange(5), 4)
    layer = GroupedQueryAttention(sizes, rng=np.random.default_rng(1))
    state = {name: value.copy() for name, value in layer.state_dict().items()}
    silenced = state | {"output.weight": state["output.weight"] * np.repeat([0, 1], 8)}
    whole = GroupedQueryAttention(sizes, rng=np.random.default_rng(2)).load_state_dict(silenced)
    layer.query.weight.data, layer.output.weight.data = state["query.weight"][8:], state["output.weight"][:, 8:]
    layer.key.weight.data, layer.value.weight.data = state["key.weight"][4:], state["value.weight"][4:]
    layer.heads, layer.kv_heads = 2, 1
    np.testing.assert_allclose(layer(x, tables).data, whole(x, tables).data, rtol=1e-6, atol=1e-7)
