"""Byte-pair encoding: no byte is lost, and merges and ids are those of a slow count and of another library."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minicompress.data import ByteBPE
from minicompress.data.docstrings import load_docstrings

# Written out for str, to which other libraries apply it: \s of bytes is these six characters.
PATTERN = r" ?[A-Za-z]+| ?[0-9]+| ?[^ \t\n\r\f\vA-Za-z0-9]+|[ \t\n\r\f\v]+(?![^ \t\n\r\f\v])|[ \t\n\r\f\v]+"
TEXTS = [
    "the cat sat on the mat, and the rat sat on the cat",
    "  def f(x):\n        return x == 0x10  # naïve café 压缩\n\n\n    pass\n",
    "=====\n-----\n1234 12 1\t\t x",
    "mississippi aaaa aaaaa aaa",
]


@pytest.fixture(scope="module")
def trained() -> ByteBPE:
    return ByteBPE.train([d.text for d in load_docstrings().train[:800]], vocabulary=600)


def slow_merges(texts, wanted):
    """Count everything again after every merge."""
    words = Counter(word for text in texts for word in re.findall(PATTERN.encode(), text.encode()))
    split = {word: [bytes([b]) for b in word] for word in words}
    ids = {bytes([b]): b for b in range(256)}
    merges = []
    while len(merges) < wanted:
        counts = Counter()
        for word, parts in split.items():
            for pair in zip(parts, parts[1:], strict=False):
                counts[ids[pair[0]], ids[pair[1]]] += words[word]
        if not counts or max(counts.values()) < 2:
            break
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        names = {number: name for name, number in ids.items()}
        first, second = names[best[0]], names[best[1]]
        if first + second in ids:  # two ways to one piece: the loop below tells pieces apart by their bytes
            pytest.skip("the slow count does not tell two pieces of the same bytes apart")
        ids[first + second] = 256 + len(merges)
        merges.append(best)
        for word, parts in split.items():
            out, i = [], 0
            while i < len(parts):
                if parts[i : i + 2] == [first, second]:
                    out.append(first + second)
                    i += 2
                else:
                    out.append(parts[i])
                    i += 1
            split[word] = out
    return tuple(merges)


class TestTrain:
    @pytest.mark.parametrize("wanted", [1, 5, 40])
    def test_against_a_slow_count(self, wanted):
        merges = ByteBPE.train(TEXTS, vocabulary=257 + wanted).merges
        assert merges == slow_merges(TEXTS, wanted)
        assert len(merges) == min(wanted, len(merges)) > 0

    def test_against_a_slow_count_on_real_text(self):
        texts = [d.text for d in load_docstrings().train[:60]]
        assert ByteBPE.train(texts, vocabulary=257 + 60).merges == slow_merges(texts, 60)

    def test_stops_when_no_pair_occurs_twice(self):
        assert ByteBPE.train(["abab"], vocabulary=1000).merges == ((97, 98),)
        assert ByteBPE.train([], vocabulary=1000).merges == ()

    def test_never_joins_across_words(self, trained):
        pieces = [piece for piece in trained.pieces[256:]]
        assert len(pieces) == 600 - 257
        assert all(len(re.findall(PATTERN.encode(), piece)) == 1 for piece in pieces)


class TestEncode:
    @given(st.binary(max_size=200))
    def test_any_bytes_come_back(self, trained, data):
        ids = trained.encode(data)
        assert trained.decode_bytes(ids) == data
        assert int(trained.byte_lengths[ids].sum()) == len(data)

    @given(st.text(alphabet=st.sampled_from("the catsion _=-\n\t0179é压"), max_size=120))
    def test_any_text_comes_back(self, trained, text):
        assert trained.decode(trained.encode(text)) == text

    def test_against_tokenizers(self, trained):
        library = pytest.importorskip("tokenizers")
        alphabet = _byte_alphabet()

        def name(piece):
            return "".join(alphabet[b] for b in piece)

        vocabulary = {name(piece): i for i, piece in enumerate(trained.pieces)}
        assert len(vocabulary) == len(trained.pieces)
        merges = [(name(trained.pieces[a]), name(trained.pieces[b])) for a, b in trained.merges]
        other = library.Tokenizer(library.models.BPE(vocab=vocabulary, merges=merges))
        other.pre_tokenizer = library.pre_tokenizers.Sequence(
            [
                library.pre_tokenizers.Split(library.Regex(PATTERN), behavior="isolated"),
                library.pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
        texts = TEXTS + [d.text for d in load_docstrings().test]
        for text in texts:
            assert trained.encode(text).tolist() == other.encode(text).ids

    def test_real_text_gets_shorter(self, trained):
        text = "\n".join(d.text for d in load_docstrings().test)
        assert len(trained.encode(text)) < 0.55 * len(text.encode())

    def test_texts_in_a_row_are_closed(self, trained):
        ids = trained.encode_all(["one", "", "two"])
        assert np.flatnonzero(ids == trained.end).tolist() == [
            len(trained.encode("one")),
            len(trained.encode("one")) + 1,
            len(ids) - 1,
        ]
        assert trained.decode(ids) == "onetwo"
        assert trained.encode_all([]).shape == (0,)


def _byte_alphabet():
    """The printable stand-in of each byte that the library's ByteLevel uses (GPT-2's table)."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in kept]
    return {b: chr(b) for b in kept} | {b: chr(256 + i) for i, b in enumerate(others)}


def test_half_a_character_is_replaced_not_raised():
    bpe = ByteBPE([])
    assert bpe.decode([0xE5, 0x8E]) == "\ufffd"
    assert bpe.decode_bytes([0xE5, 0x8E]) == b"\xe5\x8e"


@pytest.mark.parametrize(
    ("merges", "message"),
    [
        ([(97, 256)], r"merges\[0\] must name two ids below 256; got \(97, 256\)"),
        ([(97, 98), (97, 98)], "must not hold a pair twice"),
    ],
)
def test_merges_that_cannot_be_are_refused(merges, message):
    with pytest.raises(ValueError, match=message):
        ByteBPE(merges)


def test_what_does_not_fit_is_named():
    with pytest.raises(ValueError, match="vocabulary must be an integer of at least 257; got 256"):
        ByteBPE.train(["a"], vocabulary=256)
    with pytest.raises(TypeError, match="a text must be str or bytes; got int 3"):
        ByteBPE([]).encode(3)
    with pytest.raises(ValueError, match=r"ids must lie in \[0, 256\]"):
        ByteBPE([]).decode([257])
