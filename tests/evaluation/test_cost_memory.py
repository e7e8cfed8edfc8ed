"""Bytes and the plan made of them: against stored tensors, real caches, published figures and brute force."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minicompress.evaluation import (
    LLAMA_2_7B,
    LLAMA_2_70B,
    LLAMA_3_8B,
    MemoryPlan,
    ModelShape,
    activation_nbytes,
    cache_nbytes,
    largest_context,
    plan_memory,
    quantized_nbytes,
    shape_nbytes,
    training_activation_nbytes,
    training_nbytes,
)
from minicompress.models.decoder import Decoder, DecoderConfig, KVCache
from minicompress.quantization import quantize_rtn

SMALL = ModelShape(50, 32, 3, 4, 2, 48)


@pytest.mark.oracle("quantized_nbytes", against="nbytes of stored tensors", tolerance="equal")
@pytest.mark.parametrize("bits", [2, 4, 8])
@pytest.mark.parametrize("group_size", [32, 64])
@pytest.mark.parametrize("symmetric", [True, False])
def test_the_bytes_of_a_quantized_matrix(bits: int, group_size: int, symmetric: bool) -> None:
    w = np.random.default_rng(0).standard_normal((24, 128)).astype(np.float32)
    stored = quantize_rtn(w, bits=bits, group_size=group_size, symmetric=symmetric)
    zero = 0 if symmetric else 8
    found = quantized_nbytes(w.size, bits=bits, group_size=group_size, scale_bits=32, zero_point_bits=zero)
    assert found == stored.nbytes


@given(
    count=st.integers(0, 10**14),
    bits=st.sampled_from([1, 1.58, 2.5, 4, 16]),
    group=st.one_of(st.none(), st.integers(1, 300)),
)
def test_bytes_in_fractions(count: int, bits: float, group: int | None) -> None:
    want = math.ceil(count * Fraction(bits) / 8)
    if group is not None:
        want += math.ceil(math.ceil(Fraction(count, group)) * Fraction(20, 8))
    assert quantized_nbytes(count, bits=bits, group_size=group, scale_bits=12, zero_point_bits=8) == want


@pytest.mark.oracle("cache_nbytes", against="the cache of a decoder that has read the tokens", tolerance="equal")
@pytest.mark.parametrize("kind", [{}, {"kv_heads": 2}, {"kv_heads": 1}, {"latent_rank": 24, "rope_dim": 8}])
def test_the_bytes_of_a_real_cache(kind: dict[str, Any]) -> None:
    config = DecoderConfig(50, width=32, layers=3, heads=4, hidden=48, **kind)
    cache = KVCache(3)
    Decoder(config, rng=np.random.default_rng(0)).logits(np.zeros((2, 11), np.int32), cache)
    shape = ModelShape(50, 32, 3, 4, config.kv_heads, 48, latent_rank=config.latent_rank, rope_dim=config.rope_dim)
    assert cache_nbytes(shape, tokens=11, batch=2, bits=32) == cache.nbytes


def test_published_figures() -> None:
    """ZeRO, arXiv:1910.02054, figure 1: 7.5B parameters, 64 devices: 120, 31.4, 16.6, 1.9 GB."""
    each = [training_nbytes(7_500_000_000, zero_stage=s, devices=64) / 1e9 for s in range(4)]
    np.testing.assert_allclose(each, [120, 31.4, 16.6, 1.9], atol=0.05)
    assert cache_nbytes(LLAMA_2_7B, tokens=1) == 524_288, "0.5 MiB a token in float16"
    assert cache_nbytes(LLAMA_2_70B, tokens=1) == 327_680, "grouped queries: 8 of 64 heads"
    assert shape_nbytes(LLAMA_2_7B) == 2 * 6_738_415_616


def test_latent_attention_caches_little() -> None:
    """DeepSeek-V2, arXiv:2405.04434, table 1: (d_c + d_rope) l = 9/2 d_h l numbers, as 2.25 groups of queries have."""
    latent = ModelShape(102400, 5120, 60, 128, 128, 12288, head_dim=128, latent_rank=512, rope_dim=64)
    assert latent.cached_per_token == 60 * 576 == 60 * 128 * 9 / 2
    whole = ModelShape(102400, 5120, 60, 128, 128, 12288, head_dim=128)
    assert whole.cached_per_token == 60 * 2 * 128 * 128


@pytest.mark.oracle("shape_nbytes", against="the sum of the parts", tolerance="equal")
@given(bits=st.sampled_from([2, 4, 8, 16]), group=st.sampled_from([None, 32, 128]), other=st.sampled_from([8, 16, 32]))
def test_weights_are_the_sum_of_their_parts(bits: int, group: int | None, other: int) -> None:
    want = Fraction(SMALL.matrix_parameters * bits, 8)
    want += 0 if group is None else 2 * (-(-SMALL.matrix_parameters // group))
    want += Fraction((2 * 50 * 32 + 7 * 32) * other, 8)
    assert shape_nbytes(SMALL, bits=bits, group_size=group, other_bits=other) == math.ceil(want)


def test_training_of_an_adapter_has_few_states() -> None:
    whole, adapter = training_nbytes(10**9), training_nbytes(10**9, trainable=10**7)
    assert (whole, adapter) == (16 * 10**9, 2 * 10**9 + 14 * 10**7)
    qlora = training_nbytes(10**9, trainable=10**7, weight_bits=4)
    assert qlora == 5 * 10**8 + 14 * 10**7
    plain = training_nbytes(1000, weight_bits=32, gradient_bits=32, optimizer_bits=64)
    assert plain == 16_000, "float32 Adam: 4 + 4 + 8, as much as mixed precision"


@pytest.mark.oracle(
    "training_nbytes", against="bytes held by torch.optim.Adam", tolerance="equal, its step counters apart"
)
def test_the_states_of_adam_in_torch() -> None:
    torch = pytest.importorskip("torch")
    layer = torch.nn.Linear(30, 20)
    optimizer = torch.optim.Adam(layer.parameters())
    layer(torch.ones(2, 30)).sum().backward()
    optimizer.step()
    held = sum(p.nbytes + p.grad.nbytes for p in layer.parameters())
    held += sum(v.nbytes for state in optimizer.state.values() for k, v in state.items() if k != "step")
    assert training_nbytes(620, weight_bits=32, gradient_bits=32, optimizer_bits=64) == held


@pytest.mark.oracle("training_activation_nbytes", against="the published formula", tolerance="equal")
def test_activations_of_training() -> None:
    """arXiv:2205.05198, table 2 and section 4.1, written out for one layer: 34 s b h + 5 a s^2 b bytes."""
    layer = ModelShape(10, 8, 1, 2, 2, 32)
    # attention 11 sbh + 5 as^2 b, feed-forward 19 sbh, two norms 4 sbh
    s, b, h, a = 6, 3, 8, 2
    assert training_activation_nbytes(layer, tokens=s, batch=b) == (11 + 19 + 4) * s * b * h + 5 * a * s * s * b
    assert training_activation_nbytes(layer, tokens=s, batch=b, recompute="attention") == 34 * s * b * h
    assert training_activation_nbytes(layer, tokens=s, batch=b, recompute="layers") == 2 * s * b * h
    gpt3 = ModelShape(51200, 12288, 96, 96, 96, 49152)
    saved = 1 - training_activation_nbytes(gpt3, tokens=2048, recompute="attention") / training_activation_nbytes(
        gpt3, tokens=2048
    )
    assert saved == pytest.approx(0.70, abs=0.005), "70 % for GPT-3, its section 5"


@pytest.mark.oracle("activation_nbytes", against="counted by hand", tolerance="equal")
def test_activations_of_inference_by_hand() -> None:
    # 5 tokens, 2 sequences: stream 32 and the larger of (4 + 2) heads * 2 * 8 and 2 * 48, two bytes; 50 logits
    assert activation_nbytes(SMALL, tokens=5, batch=2) == 10 * (32 + 96) * 2 + 4 * 2 * 50
    wide = ModelShape(50, 32, 3, 4, 4, 48)
    assert activation_nbytes(wide, tokens=1) == (32 + 128) * 2 + 200
    assert activation_nbytes(ModelShape(50, 32, 3, 4, 4, 48, experts=8), tokens=1) == (32 + 192) * 2 + 200


@pytest.mark.oracle("plan_memory", against="its parts added up", tolerance="equal")
def test_the_plan_adds_up_and_says_so() -> None:
    plan = plan_memory(LLAMA_2_7B, device_nbytes=24 * 10**9, context=4096, batch=4)
    rows = dict(plan.rows)
    assert rows["weights"] == shape_nbytes(LLAMA_2_7B)
    assert rows["kv cache"] == cache_nbytes(LLAMA_2_7B, tokens=4096, batch=4) == 4 * 2**31
    assert plan.per_device == sum(rows.values())
    assert plan.usable == int(24 * 10**9 * 0.9)
    assert plan.fits is False
    assert plan.verdict.startswith("does not fit, ")
    smaller = plan_memory(LLAMA_2_7B, device_nbytes=24 * 10**9, context=4096, batch=4, weight_bits=4, group_size=128)
    assert smaller.fits is True
    assert smaller.verdict.startswith("fits, ")
    assert smaller.table().splitlines()[-1] == smaller.verdict
    assert len(smaller.table().splitlines()) == 5
    edge = MemoryPlan((("weights", 10),), 10, 1)
    assert edge.fits
    assert not MemoryPlan((("weights", 11),), 10, 1).fits


def test_a_cache_cannot_be_cut_finer_than_its_heads() -> None:
    def cache(devices: int, shape: ModelShape = LLAMA_3_8B) -> int:
        return dict(plan_memory(shape, device_nbytes=10**11, context=1000, devices=devices).rows)["kv cache"]

    one = cache(1)
    assert [one // cache(d) for d in (2, 4, 8, 16)] == [2, 4, 8, 8]
    assert cache(3) * 8 == one * 3, "8 heads on 3 devices: one of them holds 3"
    latent = ModelShape(1000, 512, 4, 8, 8, 1024, latent_rank=64)
    assert cache(8, latent) == cache(1, latent)


def test_a_bare_number_has_weights_alone() -> None:
    plan = plan_memory(7 * 10**9, device_nbytes=8 * 10**9, weight_bits=4, group_size=128)
    assert plan.rows == (("weights", 7 * 10**9 * 4.125 / 8),)
    assert plan.fits
    with pytest.raises(ValueError, match="model must be a ModelShape to plan a context of 5 tokens"):
        plan_memory(10, device_nbytes=10, context=5)
    with pytest.raises(TypeError, match="context is what largest_context looks for"):
        largest_context(SMALL, device_nbytes=10**6, context=3)


@pytest.mark.oracle("largest_context", against="trying every context", tolerance="equal")
@given(
    nbytes=st.integers(30_000, 200_000),
    bits=st.sampled_from([4, 8, 16]),
    kv_bits=st.sampled_from([4, 16]),
    group=st.sampled_from([None, 16]),
    batch=st.integers(1, 3),
    devices=st.integers(1, 3),
)
def test_the_largest_context_by_trying_all(
    nbytes: int, bits: int, kv_bits: int, group: int | None, batch: int, devices: int
) -> None:
    options: dict[str, Any] = {
        "device_nbytes": nbytes,
        "weight_bits": bits,
        "kv_bits": kv_bits,
        "kv_group_size": group,
        "batch": batch,
        "devices": devices,
        "chunk": 4,
    }
    fitting = [c for c in range(400) if plan_memory(SMALL, context=c, **options).fits]
    assert largest_context(SMALL, most=399, **options) == max(fitting, default=0)


NUMBER = st.one_of(st.integers(1, 64), st.integers(-2, 2), st.floats(), st.sampled_from(["8", None, True]))


def explained(error: Exception) -> None:
    assert " must " in str(error)


@given(values=st.lists(NUMBER, min_size=6, max_size=6))
def test_any_numbers_plan_or_say_why(values: list[Any]) -> None:
    a, b, c, d, e, f = values
    calls = [
        lambda: quantized_nbytes(a, bits=b, group_size=c, scale_bits=d, zero_point_bits=e),
        lambda: cache_nbytes(SMALL, tokens=a, batch=b, bits=c, group_size=d),
        lambda: shape_nbytes(SMALL, bits=a, group_size=b, other_bits=c),
        lambda: activation_nbytes(SMALL, tokens=a, batch=b, bits=c),
        lambda: training_nbytes(a, trainable=b, weight_bits=c, zero_stage=d, devices=e),
        lambda: training_activation_nbytes(SMALL, tokens=a, batch=b),
        lambda: plan_memory(SMALL, device_nbytes=a, weight_bits=b, context=c, batch=d, devices=e, reserve=f).per_device,
        lambda: plan_memory(a, device_nbytes=b, weight_bits=c, group_size=d, devices=e).per_device,
        lambda: largest_context(SMALL, device_nbytes=a, weight_bits=b, kv_bits=c, batch=d, devices=e),
    ]
    for call in calls:
        try:
            nbytes = call()
        except (TypeError, ValueError) as error:
            explained(error)
        else:
            assert isinstance(nbytes, int)
            assert nbytes >= 0
