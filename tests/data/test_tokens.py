"""Characters to ids and back."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minicompress.data import PAD, UNKNOWN, CharVocabulary
from minicompress.data.tokens import normalize


def test_most_frequent_first_ties_by_code_point() -> None:
    vocabulary = CharVocabulary.build(["bbb", "ca", "ac", "d"], size=5)
    assert vocabulary.characters == ("b", "a", "c")
    assert len(vocabulary) == 5


def test_order_of_texts_does_not_matter() -> None:
    texts = ["Straße", "日本", "año", "ελ"]
    assert CharVocabulary.build(texts) == CharVocabulary.build(texts[::-1])


def test_special_ids_and_mask() -> None:
    ids, mask = CharVocabulary(("x", "y")).encode(["Yx", "", "xqxxx"], max_length=4)
    assert (PAD, UNKNOWN) == (0, 1)
    assert ids.dtype == np.int32
    assert mask.dtype == np.bool_
    np.testing.assert_array_equal(ids, [[3, 2, 0, 0], [0, 0, 0, 0], [2, 1, 2, 2]])
    np.testing.assert_array_equal(mask, [[1, 1, 0, 0], [0, 0, 0, 0], [1, 1, 1, 1]])


def test_composed_and_decomposed_are_one() -> None:
    vocabulary = CharVocabulary.build(["é"])
    assert vocabulary.characters == ("é",)
    texts = ["e\N{COMBINING ACUTE ACCENT}", "\N{LATIN CAPITAL LETTER E WITH ACUTE}"]
    np.testing.assert_array_equal(vocabulary.encode(texts, max_length=2)[0], [[2, 0], [2, 0]])


def test_lower_case_keeps_sharp_s() -> None:
    assert normalize("STRAßE") == "straße"


@given(st.lists(st.text(max_size=12), min_size=1, max_size=6))
def test_round_trip(texts: list[str]) -> None:
    vocabulary = CharVocabulary.build(texts)
    ids, mask = vocabulary.encode(texts, max_length=64)
    for text, row, filled in zip(texts, ids, mask, strict=True):
        assert vocabulary.decode(row) == normalize(text)
        assert filled.sum() == len(normalize(text))
    assert CharVocabulary.from_json(vocabulary.to_json()) == vocabulary


def test_json_is_a_plain_list() -> None:
    assert json.loads(CharVocabulary(("ß", "界", '"')).to_json()) == ["ß", "界", '"']


@pytest.mark.parametrize("text", ["{", "{}", '["ab"]', "[1]", '["a","a"]'])
def test_bad_json(text: str) -> None:
    with pytest.raises(ValueError, match="JSON|characters"):
        CharVocabulary.from_json(text)


def test_one_string_is_refused() -> None:
    with pytest.raises(TypeError, match="one string"):
        CharVocabulary(("a",)).encode("abc", max_length=3)
    with pytest.raises(TypeError, match="index 1"):
        CharVocabulary.build(["a", 3])  # type: ignore[list-item]


def test_id_outside_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\[0, 2\]"):
        CharVocabulary(("a",)).decode(np.array([3]))
