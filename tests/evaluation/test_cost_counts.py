"""Parameters and FLOPs: against published counts, transformers, torch, torch's FLOP counter, and our own decoder."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minicompress.evaluation import (
    LLAMA_2_7B,
    LLAMA_2_70B,
    LLAMA_3_8B,
    MIXTRAL_8X7B,
    ModelShape,
    albert_parameters,
    bert_parameters,
    conv1d_cost,
    gru_parameters,
    lstm_parameters,
    separable_conv_cost,
)
from minicompress.models.decoder import Decoder, DecoderConfig

PUBLISHED = {
    "Llama-2-7B": (LLAMA_2_7B, 6_738_415_616),
    "Llama-2-70B": (LLAMA_2_70B, 68_976_648_192),
    "Llama-3-8B": (LLAMA_3_8B, 8_030_261_248),
    "Mixtral-8x7B": (MIXTRAL_8X7B, 46_702_792_704),
}


@pytest.mark.oracle("ModelShape", against="the published checkpoints' counts", tolerance="equal")
@pytest.mark.parametrize("name", PUBLISHED)
def test_published_counts(name: str) -> None:
    shape, count = PUBLISHED[name]
    assert shape.parameters == count


def test_mixtral_uses_a_quarter_of_its_experts() -> None:
    idle = MIXTRAL_8X7B.matrix_parameters - MIXTRAL_8X7B.active_matrix_parameters
    assert idle == 32 * 6 * 3 * 4096 * 14336
    assert (MIXTRAL_8X7B.parameters - idle) / 1e9 == pytest.approx(12.9, abs=0.05), "12.9B active: arXiv:2401.04088"


@pytest.mark.oracle("ModelShape", against="transformers' models on the meta device", tolerance="equal")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", PUBLISHED)
def test_counts_of_transformers(name: str) -> None:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    shape, _ = PUBLISHED[name]
    mixed = {"num_local_experts": shape.experts} if shape.experts else {}
    kind = "Mixtral" if shape.experts else "Llama"
    config = getattr(transformers, f"{kind}Config")(
        vocab_size=shape.vocabulary,
        hidden_size=shape.width,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.kv_heads,
        intermediate_size=shape.hidden,
        **mixed,
    )
    with torch.device("meta"):
        model = getattr(transformers, f"{kind}ForCausalLM")(config)
    assert shape.parameters == model.num_parameters()


@pytest.mark.oracle("ModelShape", against="torch's FlopCounterMode on transformers' Llama", tolerance="equal")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("heads", "kv_heads"), [(4, 4), (4, 2), (4, 1)])
def test_flops_of_a_token_are_those_that_torch_counts(heads: int, kv_heads: int) -> None:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    counter = pytest.importorskip("torch.utils.flop_counter").FlopCounterMode
    config = transformers.LlamaConfig(
        vocab_size=50,
        hidden_size=32,
        num_hidden_layers=3,
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
        intermediate_size=48,
        attn_implementation="eager",
    )
    model, ids = transformers.LlamaForCausalLM(config).eval(), torch.zeros(1, 7, dtype=torch.long)
    shape = ModelShape(50, 32, 3, heads, kv_heads, 48)
    with torch.no_grad():
        past = model(ids, use_cache=True).past_key_values
        with counter(display=False) as found:
            model(ids[:, :1], past_key_values=past, use_cache=True)
    assert shape.token_flops(8) == found.get_total_flops()


@given(n=st.integers(1, 60), kv_heads=st.sampled_from([1, 2, 4]))
def test_reading_a_prompt_is_reading_its_tokens(n: int, kv_heads: int) -> None:
    shape = ModelShape(50, 32, 3, 4, kv_heads, 48)
    output = 2 * 50 * 32
    assert shape.prefill_flops(n) == sum(shape.token_flops(t) - output for t in range(1, n + 1)) + output


@pytest.mark.parametrize(
    "kind", [{}, {"kv_heads": 2}, {"kv_heads": 1}, {"latent_rank": 24, "rope_dim": 8}, {"experts": 4}]
)
def test_our_decoder_has_as_many_and_caches_as_much(kind: dict[str, Any]) -> None:
    config = DecoderConfig(50, width=32, layers=3, heads=4, hidden=48, **kind)
    model = Decoder(config, rng=np.random.default_rng(0))
    count = sum(int(np.prod(w.shape)) for w in model.named_weights().values())
    shape = ModelShape(
        50,
        32,
        3,
        4,
        config.kv_heads,
        48,
        tied=True,
        latent_rank=config.latent_rank,
        rope_dim=config.rope_dim,
        experts=config.experts,
        experts_per_token=config.experts_per_token,
    )
    assert shape.parameters == count
    assert shape.cached_per_token == 3 * config.cached_per_token


@pytest.mark.oracle("bert_parameters", against="transformers.BertModel on the meta device", tolerance="equal")
@pytest.mark.oracle("albert_parameters", against="transformers.AlbertModel on the meta device", tolerance="equal")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("pooler", [True, False])
def test_encoders_of_transformers(pooler: bool) -> None:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    bert = {"vocab_size": 70, "hidden_size": 24, "num_hidden_layers": 3, "num_attention_heads": 4}
    bert |= {"intermediate_size": 40, "max_position_embeddings": 19, "type_vocab_size": 2}
    base = {"num_hidden_layers": 12, "num_attention_heads": 12, "hidden_size": 768, "intermediate_size": 3072}
    with torch.device("meta"):
        small = transformers.BertModel(transformers.BertConfig(**bert), add_pooling_layer=pooler)
        large = transformers.BertModel(transformers.BertConfig(), add_pooling_layer=pooler)
        shared = transformers.AlbertModel(transformers.AlbertConfig(**base), add_pooling_layer=pooler)
        two = transformers.AlbertConfig(**bert, embedding_size=12, num_hidden_groups=2)
        groups = transformers.AlbertModel(two, add_pooling_layer=pooler)
    sizes = {"vocabulary": 70, "width": 24, "hidden": 40, "positions": 19, "types": 2}
    assert bert_parameters(**sizes, layers=3, pooler=pooler) == small.num_parameters()
    assert bert_parameters(pooler=pooler) == large.num_parameters()
    assert albert_parameters(pooler=pooler) == shared.num_parameters()
    assert albert_parameters(**sizes, embedding=12, groups=2, pooler=pooler) == groups.num_parameters()


def test_published_counts_of_encoders() -> None:
    assert bert_parameters() == 109_482_240
    assert albert_parameters() == 11_683_584


@pytest.mark.oracle("gru_parameters", against="torch.nn.GRU", tolerance="equal")
@pytest.mark.oracle("lstm_parameters", against="torch.nn.LSTM", tolerance="equal")
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("directions", [1, 2])
@pytest.mark.parametrize("bias", [True, False])
def test_recurrent_layers_of_torch(layers: int, directions: int, bias: bool) -> None:
    torch = pytest.importorskip("torch")
    options = {"num_layers": layers, "bidirectional": directions == 2, "bias": bias}
    ours = {"layers": layers, "directions": directions, "biases": 2 if bias else 0}

    def count(module: Any) -> int:
        return sum(p.numel() for p in module.parameters())

    assert gru_parameters(5, 7, **ours) == count(torch.nn.GRU(5, 7, **options))
    assert lstm_parameters(5, 7, **ours) == count(torch.nn.LSTM(5, 7, **options))
    assert lstm_parameters(5, 7, projection=3, **ours) == count(torch.nn.LSTM(5, 7, proj_size=3, **options))


def test_recurrent_layers_by_the_shapes_of_their_arrays() -> None:
    """Two layers, both directions, projected states: torch's documented shapes, written out."""
    first = [(28, 5), (28, 3), (28,), (28,), (3, 7)]  # weight_ih, weight_hh, two biases, weight_hr
    second = [(28, 6), (28, 3), (28,), (28,), (3, 7)]  # both directions of the first layer come in
    count = 2 * sum(int(np.prod(shape)) for shape in first + second)
    assert lstm_parameters(5, 7, layers=2, directions=2, projection=3) == count
    gru = [(21, 5), (21, 7), (21,), (21,)], [(21, 14), (21, 7), (21,), (21,)]
    count = 2 * sum(int(np.prod(shape)) for layer in gru for shape in layer)
    assert gru_parameters(5, 7, layers=2, directions=2) == count


@pytest.mark.oracle(
    "separable_conv_cost", against="the ratio 1 / out + 1 / k in closed form, and counting", tolerance="equal"
)
@given(
    positions=st.integers(1, 9),
    inputs=st.integers(1, 6),
    out=st.integers(1, 6),
    k=st.integers(1, 9),
    m=st.integers(1, 3),
)
def test_a_separable_convolution_costs_its_share(positions: int, inputs: int, out: int, k: int, m: int) -> None:
    plain = conv1d_cost(positions, inputs, out, k)
    ours = separable_conv_cost(positions, inputs, out, k, multiplier=m)
    assert ours.flops * out * k == plain.flops * m * (k + out)
    counted = sum(2 for _ in range(positions * inputs * m) for _ in range(k))
    counted += sum(2 for _ in range(positions * out) for _ in range(inputs * m))
    assert ours.flops == counted
    weights = inputs * m * (k + out)
    assert ours.bytes_moved == 4 * (weights + positions * (inputs + 2 * inputs * m + out))


SIZE = st.one_of(st.integers(1, 9), st.integers(-1, 3), st.sampled_from([2.0, "4", None, True, np.int64(3)]))


def explained(error: Exception) -> None:
    assert " must " in str(error)


@given(values=st.lists(SIZE, min_size=6, max_size=6), extra=st.lists(SIZE, min_size=5, max_size=5))
def test_any_sizes_count_or_say_why(values: list[Any], extra: list[Any]) -> None:
    calls = [
        lambda: ModelShape(*values, latent_rank=extra[0], rope_dim=extra[1], experts=extra[2]).parameters,
        lambda: ModelShape(*values).token_flops(extra[0]),
        lambda: ModelShape(*values).prefill_flops(extra[0]),
        lambda: bert_parameters(
            vocabulary=values[0], width=values[1], layers=values[2], hidden=extra[0], positions=extra[1], types=extra[2]
        ),
        lambda: albert_parameters(vocabulary=values[0], embedding=values[1], width=values[2], groups=extra[0]),
        lambda: gru_parameters(values[0], values[1], layers=values[2], directions=extra[0], biases=extra[1]),
        lambda: lstm_parameters(values[0], values[1], layers=values[2], projection=extra[0]),
        lambda: int(separable_conv_cost(values[0], values[1], values[2], values[3], multiplier=extra[0]).flops),
    ]
    for call in calls:
        try:
            count = call()
        except (TypeError, ValueError) as error:
            explained(error)
        else:
            assert isinstance(count, int)
            assert count > 0
