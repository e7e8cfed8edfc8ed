"""The whole decoder: causality, the cache, generation, perplexity, checkpoints, compressed weights."""

from __future__ import annotations

import numpy as np
import pytest

from minicompress.data import ByteBPE
from minicompress.models.decoder import (
    Decoder,
    DecoderConfig,
    KVCache,
    generate,
    load_decoder,
    load_pretrained_decoder,
    perplexity,
    token_losses,
)
from minicompress.nn import check_gradients, cross_entropy
from minicompress.pipeline import PRESETS, compress, layer_inputs, load_into

SIZES = {"width": 32, "layers": 2, "heads": 4, "hidden": 32, "context": 8}
KINDS = {
    "multi-head": {"kv_heads": 4},
    "grouped-query": {"kv_heads": 2},
    "multi-query": {"kv_heads": 1},
    "latent": {"latent_rank": 12, "rope_dim": 4},
    "experts": {"kv_heads": 2, "experts": 3, "experts_per_token": 2},
}
every_kind = pytest.mark.parametrize("kind", KINDS)


def small(kind="grouped-query", **changes):
    config = DecoderConfig(**({"vocabulary": 13} | SIZES | KINDS[kind] | changes))
    return Decoder(config, rng=np.random.default_rng(0)).eval()


def ids(*shape, seed=0, high=13):
    return np.random.default_rng(seed).integers(0, high, shape)


@every_kind
class TestEachKind:
    def test_a_later_token_changes_nothing_before_it(self, kind):
        model, first = small(kind), ids(2, 9)
        second = first.copy()
        second[:, 5] = (first[:, 5] + 1) % 13
        one, other = model.logits(first), model.logits(second)
        np.testing.assert_allclose(one[:, :5], other[:, :5], rtol=0, atol=1e-6)
        assert (np.abs(one[:, 5:] - other[:, 5:]).max(axis=(0, 2)) > 1e-4).all()  # and all after it

    @pytest.mark.parametrize("parts", [(1,) * 40, (4, 30, 6), (40,)])
    def test_the_cache_changes_nothing(self, kind, parts):
        model, tokens = small(kind), ids(2, 40)
        cache, found = KVCache(2), []
        for stop in np.cumsum(parts):
            found.append(model.logits(tokens[:, cache.length : stop], cache))
        assert cache.length == 40
        np.testing.assert_allclose(np.concatenate(found, axis=1), model.logits(tokens), atol=1e-5)

    def test_the_cache_holds_what_the_config_says(self, kind):
        model, cache = small(kind), KVCache(2)
        model.logits(ids(3, 20), cache)
        assert cache.nbytes == 3 * 20 * 2 * model.config.cached_per_token * 4

    def test_a_cut_cache_goes_on_as_if_nothing_had_been(self, kind):
        model, tokens, cache = small(kind), ids(1, 9), KVCache(2)
        model.logits(ids(1, 8, seed=1), cache)
        cache.truncate(0)
        model.logits(tokens[:, :6], cache)
        cache.truncate(4)
        np.testing.assert_allclose(model.logits(tokens[:, 4:], cache), model.logits(tokens)[:, 4:], atol=1e-5)

    def test_gradients(self, kind):
        model = small(kind, width=8, hidden=3, layers=1, rope_dim=2, latent_rank=3 if kind == "latent" else None)
        model.train().astype(np.float64)
        tokens = ids(1, 3)

        def loss():
            return cross_entropy(model(tokens), ids(1, 3, seed=1)) + model.balance_loss()

        check_gradients(loss, model.named_parameters(), rtol=1e-4)

    def test_a_checkpoint_comes_back_as_float16_rounds_it(self, kind, tmp_path):
        model = small(kind)
        model.info = {"seed": 0}
        (tmp_path / "m.safetensors").write_bytes(model.to_bytes())
        loaded = load_decoder(tmp_path / "m.safetensors")
        assert (loaded.config, loaded.info, loaded.tokenizer) == (model.config, model.info, None)
        for name, array in model.state_dict().items():
            np.testing.assert_array_equal(loaded.state_dict()[name], array.astype(np.float16).astype(np.float32))

    def test_runs_on_compressed_weights(self, kind):
        model, tokens = small(kind), ids(2, 7)
        packed = compress(model.state_dict(), PRESETS["int8"])
        running, dense = load_into(small(kind), packed), small(kind).load_state_dict(packed.to_dense())
        np.testing.assert_allclose(running.logits(tokens), dense.logits(tokens), atol=1e-4)
        assert running.n_parameters == model.n_parameters
        cached = running.logits(tokens, KVCache(2))
        np.testing.assert_allclose(cached, dense.logits(tokens), atol=1e-4)

    def test_calibration_inputs_name_the_weights(self, kind):
        model = small(kind)
        seen = layer_inputs(model, lambda: model.logits(ids(2, 7)), rng=np.random.default_rng(0))
        state = model.state_dict()
        linear = {n for n, w in state.items() if w.ndim == 2 and n != "embedding.weight"}
        assert set(seen) == linear
        assert all(x.shape[1] == state[name].shape[1] for name, x in seen.items())


def test_the_output_layer_is_the_embedding():
    model = small()
    model.embedding.weight.data[4] *= 2
    with_it = small().logits([[1, 2]])
    np.testing.assert_allclose(model.logits([[1, 2]])[..., 4], 2 * with_it[..., 4], rtol=1e-5)
    assert "head.weight" not in model.state_dict()


class TestQuantizedCache:
    @pytest.mark.parametrize(("bits", "tolerance"), [(8, 0.02), (4, 0.3)])
    def test_is_close_and_smaller(self, bits, tolerance):
        model, tokens = load_pretrained_decoder("student"), ids(1, 96, high=1024)
        exact, rough = KVCache(3), KVCache(3, bits=bits, group_size=32)
        wanted, got = model.logits(tokens[:, :95], exact), model.logits(tokens[:, :95], rough)
        np.testing.assert_allclose(got[:, -1], wanted[:, -1], atol=tolerance * np.abs(wanted).max())
        assert rough.nbytes < exact.nbytes
        assert rough.length == 95
        one, other = model.logits(tokens[:, 95:], exact), model.logits(tokens[:, 95:], rough)
        np.testing.assert_allclose(other, one, atol=tolerance * np.abs(wanted).max())
        assert not np.array_equal(other, one)

    def test_eight_bits_are_closer_than_two(self):
        model, tokens = load_pretrained_decoder("student"), ids(1, 64, high=1024)
        wanted = model.logits(tokens)
        errors = [np.abs(model.logits(tokens, KVCache(3, bits=b)) - wanted).mean() for b in (8, 4, 2)]
        assert errors[0] < 0.2 * errors[1] < 0.2 * errors[2]

    def test_what_it_cannot_do_is_said(self):
        with pytest.raises(ValueError, match="latent attention in float"):
            small("latent").logits(ids(1, 3), KVCache(2, bits=8))
        cache = KVCache(2, bits=8)
        small().logits(ids(1, 3), cache)
        with pytest.raises(ValueError, match="cannot forget"):
            cache.truncate(1)
        with pytest.raises(ValueError, match="length must be an integer from 0 to 0; got 1"):
            KVCache(1).truncate(1)


class TestGenerate:
    def test_greedy_is_the_argmax_of_the_whole_text_each_time(self):
        model, text = small(), ids(4).tolist()
        got = generate(model, text, max_new_tokens=9)
        for token in got:
            assert token == model.logits([text])[0, -1].argmax()
            text.append(int(token))
        assert len(got) == 9

    def test_choose_gets_the_logits_and_the_generator(self):
        def sample(logits, rng):
            return int((logits + rng.gumbel(size=logits.shape)).argmax())

        model = small()
        first, again, other = (
            generate(model, [1], max_new_tokens=30, choose=sample, rng=np.random.default_rng(s)).tolist()
            for s in (0, 0, 1)
        )
        assert first == again != other
        assert len(set(first)) > 1

    def test_stops_after_the_stop_token(self):
        script = iter([5, 6, 7, 8])
        got = generate(small(), [1], max_new_tokens=4, choose=lambda logits, rng: next(script), stop=7)
        assert got.tolist() == [5, 6, 7]

    def test_what_does_not_fit_is_named(self):
        model, used = small(), KVCache(2)
        model.logits([[1]], used)
        with pytest.raises(ValueError, match="cache must be empty; it holds 1 tokens"):
            generate(model, [1], max_new_tokens=1, cache=used)
        with pytest.raises(ValueError, match="at least one token"):
            generate(model, np.zeros(0, int), max_new_tokens=1)
        with pytest.raises(ValueError, match=r"ids must lie in \[0, 12\]; got a maximum of 13"):
            generate(model, [13], max_new_tokens=1)
        with pytest.raises(ValueError, match=r"one part a layer \(2\); got training=False and 3 parts"):
            model.logits([[1]], KVCache(3))


class TestPerplexity:
    @pytest.mark.parametrize(
        ("length", "window", "stride"), [(30, 8, None), (30, 8, 3), (9, 8, 8), (5, 8, 2), (2, 8, 1)]
    )
    def test_each_token_from_what_its_window_shows(self, length, window, stride):
        model, text = small(), ids(length)
        step = stride or window
        wanted = []
        for target in range(1, length):
            # The first window that reaches the target.
            start = 0 if target <= window else -(-(target - window) // step) * step
            row = model.logits(text[None, start:target])[0, -1].astype(np.float64)
            wanted.append(np.log(np.exp(row).sum()) - row[text[target]])
        got = token_losses(model.logits, text, window=window, stride=stride)
        np.testing.assert_allclose(got, wanted, atol=1e-5)
        score = perplexity(model, text, window=window, stride=stride)
        np.testing.assert_allclose(
            [score.nats, score.perplexity], [np.mean(wanted), np.exp(np.mean(wanted))], rtol=1e-5
        )
        assert score.tokens == length - 1

    def test_a_model_that_knows_nothing_is_as_unsure_as_there_are_tokens(self):
        model = small()
        model.embedding.weight.data[:] = 0
        np.testing.assert_allclose(perplexity(model, ids(30)).perplexity, 13)

    def test_bits_per_byte_count_the_bytes_of_the_text(self):
        bpe = ByteBPE.train(["the theme of the thesis"] * 3, vocabulary=262)
        config = DecoderConfig(**({"vocabulary": len(bpe)} | SIZES))
        model = Decoder(config, tokenizer=bpe, rng=np.random.default_rng(0))
        text = bpe.encode_all(["the theme", "of"])
        score = perplexity(model, text)
        n_bytes = len(b"the themeof") - len(bpe.pieces[text[0]])
        np.testing.assert_allclose(score.bits_per_byte, score.nats * score.tokens / np.log(2) / n_bytes)
        with pytest.raises(ValueError, match="tokenizer"):
            perplexity(small(), ids(9)).bits_per_byte  # noqa: B018

    def test_what_does_not_fit_is_named(self):
        with pytest.raises(ValueError, match="at least two tokens"):
            perplexity(small(), [1])
        with pytest.raises(ValueError, match="stride must be an integer from 1 to 8; got 9"):
            perplexity(small(), ids(30), stride=9)


class TestCheckpoints:
    @pytest.mark.parametrize("damage", ["empty", "truncated", "metadata", "nan", "merges"])
    def test_a_broken_one_is_a_clear_error(self, damage, tmp_path):
        model = small()
        content = model.to_bytes()
        if damage == "nan":
            model.norm.weight.data[0] = np.nan
            content = model.to_bytes()
        if damage == "merges":
            content = content.replace(b'\\"merges\\": null', b'\\"merges\\": [9] ')
            assert content != model.to_bytes()
        path = tmp_path / "bad.safetensors"
        path.write_bytes(
            {"empty": b"", "truncated": content[:-9], "metadata": content.replace(b"decoder", b"dec_der")}.get(
                damage, content
            )
        )
        with pytest.raises(ValueError, match=r"bad\.safetensors"):
            load_decoder(path)

    def test_the_same_model_is_the_same_bytes(self):
        assert len({small().to_bytes() for _ in range(20)}) == 1

    def test_the_tokenizer_is_in_the_file(self, tmp_path):
        bpe = ByteBPE.train(["banana bandana"], vocabulary=260)
        model = Decoder(DecoderConfig(**({"vocabulary": 260} | SIZES)), tokenizer=bpe, rng=np.random.default_rng(0))
        (tmp_path / "m.safetensors").write_bytes(model.to_bytes())
        assert load_decoder(tmp_path / "m.safetensors").tokenizer.merges == bpe.merges
        with pytest.raises(ValueError, match="config says 13 tokens; the tokenizer has 260"):
            Decoder(small().config, tokenizer=bpe, rng=np.random.default_rng(0))

    def test_a_copy_is_independent(self):
        model = small()
        other = model.copy()
        load_into(other, compress(model.state_dict(), "float16"))
        assert not np.array_equal(other.logits([[1, 2]]), model.logits([[1, 2]]))
