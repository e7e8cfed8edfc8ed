"""The decoders that ship: they are what their index says, and better than compressors and counting."""

from __future__ import annotations

import json
import lzma
from collections import Counter, defaultdict

import numpy as np
import pytest

from minicompress.data import load_docstrings
from minicompress.models import pretrained
from minicompress.models.decoder import generate, load_pretrained_decoder, perplexity
from minicompress.training.language_model import encode_corpus

NAMES = ["teacher", "student"]


@pytest.fixture(scope="module")
def corpus():
    return load_docstrings()


@pytest.fixture(scope="module")
def tokens(corpus):
    return encode_corpus(corpus, tokenizer=load_pretrained_decoder("student").tokenizer)


@pytest.fixture(scope="module")
def scores(tokens):
    return {name: perplexity(load_pretrained_decoder(name), tokens.test) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
class TestEach:
    def test_scores_what_it_recorded(self, name, corpus, scores):
        info = load_pretrained_decoder(name).info
        same = corpus.provenance["sha256"] == info["corpus_sha256"] == info["data"]["sha256"]
        tolerance = 0.005 if same else 0.15  # another Python has other docstrings
        assert scores[name].perplexity == pytest.approx(info["test_perplexity"], rel=tolerance)
        assert scores[name].bits_per_byte == pytest.approx(info["test_bits_per_byte"], rel=tolerance)

    def test_is_what_the_index_says(self, name):
        entry = json.loads((pretrained.CHECKPOINTS / "index.json").read_text("utf-8"))[f"decoder_{name}"]
        model = load_pretrained_decoder(name)
        assert model.to_bytes() == (pretrained.CHECKPOINTS / entry["file"]).read_bytes()
        assert {key: entry[key] for key in ("command", "seed", "test_perplexity", "corpus_sha256")} == {
            key: model.info[key] for key in ("command", "seed", "test_perplexity", "corpus_sha256")
        }
        assert len(model.tokenizer) == model.config.vocabulary == 1024
        assert not model.training

    def test_writes_words(self, name):
        model = load_pretrained_decoder(name)
        prompt = model.tokenizer.encode("Return the ")
        text = model.tokenizer.decode(generate(model, prompt, max_new_tokens=24, stop=model.tokenizer.end))
        known = {word.lower() for d in load_docstrings().train for word in d.text.split()}
        words = text.split()
        assert words
        assert np.mean([word.lower() in known for word in words[:-1]]) > 0.7  # the last may be cut


def test_the_sizes_are_those_of_a_teacher_and_its_student():
    sizes = [load_pretrained_decoder(name).n_parameters for name in NAMES]
    files = [(pretrained.CHECKPOINTS / f"decoder_{name}.safetensors").stat().st_size for name in NAMES]
    assert sizes[0] > 4 * sizes[1]
    assert sum(files) < 4_000_000
    assert load_pretrained_decoder("teacher").config.kv_heads < load_pretrained_decoder("teacher").config.heads


def test_both_have_one_tokenizer_learned_from_the_training_texts(corpus, tokens):
    merges = [load_pretrained_decoder(name).tokenizer.merges for name in NAMES]
    assert merges[0] == merges[1]
    if corpus.provenance["sha256"] == load_pretrained_decoder("student").info["corpus_sha256"]:
        assert encode_corpus(corpus).tokenizer.merges == merges[0]


def ngram_bits_per_byte(train, test, n_bytes, order=3):
    """Bits per byte of counting: an interpolated n-gram over the same tokens (Witten and Bell 1991).

    ``p(w | h) = (c(h w) + t(h) p(w | shorter h)) / (c(h) + t(h))`` with ``t(h)`` the kinds of tokens seen after ``h``.
    """
    followers = [defaultdict(Counter) for _ in range(order)]
    ids = train.tolist()
    for n in range(order):
        for i in range(n, len(ids)):
            followers[n][tuple(ids[i - n : i])][ids[i]] += 1
    totals = [{h: (sum(c.values()), len(c)) for h, c in table.items()} for table in followers]
    known, bits = test.tolist(), 0.0
    for i in range(1, len(known)):
        p = 1 / 1024
        for n in range(min(order, i + 1)):
            h = tuple(known[i - n : i])
            if h in totals[n]:
                count, kinds = totals[n][h]
                p = (followers[n][h][known[i]] + kinds * p) / (count + kinds)
        bits -= np.log2(p)
    return bits / n_bytes


class TestAgainstSimplerWays:
    def test_counting_three_tokens(self, tokens, scores):
        n_bytes = scores["teacher"].n_bytes
        bigram, trigram = (ngram_bits_per_byte(tokens.train, tokens.test, n_bytes, order=n) for n in (2, 3))
        assert trigram < bigram  # the baseline itself is sound
        assert scores["teacher"].bits_per_byte < 0.88 * trigram
        assert scores["student"].bits_per_byte < 0.94 * trigram
        assert scores["teacher"].bits_per_byte < scores["student"].bits_per_byte

    def test_lzma_that_has_read_the_training_texts(self, corpus, scores):
        """It keeps all of the training text and copies long repeats from it, which is too much for the student."""
        train, test = ("\n\n".join(d.text for d in split).encode() for split in (corpus.train, corpus.test))
        filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME}]

        def size(data):
            return len(lzma.compress(data, lzma.FORMAT_RAW, filters=filters))

        bits = 8 * (size(train + b"\n\n" + test) - size(train)) / len(test)
        assert 0 < bits < 8 * size(test) / len(test)
        assert scores["teacher"].bits_per_byte < 0.97 * bits
        assert scores["student"].bits_per_byte < 0.9 * 8 * size(test) / len(test)  # better than lzma alone, at least


def test_a_changed_file_is_refused(tmp_path, monkeypatch):
    for name in ("index.json", "decoder_student.safetensors"):
        (tmp_path / name).write_bytes((pretrained.CHECKPOINTS / name).read_bytes())
    target = tmp_path / "decoder_student.safetensors"
    target.write_bytes(target.read_bytes()[:-1] + b"\x01")
    monkeypatch.setattr("minicompress.models.pretrained.CHECKPOINTS", tmp_path)
    with pytest.raises(ValueError, match="sha256"):
        load_pretrained_decoder("student")


def test_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match="name must be one of 'teacher', 'student'; got 'cnn'"):
        load_pretrained_decoder("cnn")
