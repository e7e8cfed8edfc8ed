"""Text as characters: one id per character, 0 for padding, 1 for a character that training never saw.

A character vocabulary needs no trained merges and covers every script at once: the 64 languages of
:mod:`minicompress.data.language_names` use about 1,800 characters.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from minicompress import checks

PAD = 0
UNKNOWN = 1
_SPECIAL = 2


def normalize(text: str) -> str:
    """Return ``text`` in NFC and lower case.

    Lower case, not case folding: folding writes the German "ß" as "ss", and so loses a sign of the language. Case
    itself is dropped because CLDR capitalises names in some languages only, by its own rule of style.

    >>> normalize("Weißrussland")
    'weißrussland'
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())


@dataclass(frozen=True)
class CharVocabulary:
    """The characters that have an id of their own: ``characters[i]`` has id ``i + 2``."""

    characters: tuple[str, ...]
    _ids: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        chars = tuple(self.characters)
        if any(not isinstance(c, str) or len(c) != 1 for c in chars) or len(set(chars)) < len(chars):
            raise ValueError(f"characters must be distinct strings of length 1; got {checks.describe(chars)}")
        object.__setattr__(self, "characters", chars)
        object.__setattr__(self, "_ids", {c: i + _SPECIAL for i, c in enumerate(chars)})

    def __len__(self) -> int:
        return len(self.characters) + _SPECIAL

    @classmethod
    def build(cls, texts: Iterable[str], *, size: int = 2048) -> CharVocabulary:
        """Return the vocabulary of the most frequent characters: ``size`` ids at most, two of them special.

        >>> CharVocabulary.build(["Aab", "a"], size=3).characters
        ('a',)
        """
        size = checks.integer(size, "size", low=_SPECIAL + 1)
        counts = Counter(c for text in _strings(texts) for c in normalize(text))
        # Ties go by code point, so that the ids are the same on every machine.
        ranked = sorted(counts, key=lambda c: (-counts[c], c))
        return cls(tuple(ranked[: size - _SPECIAL]))

    def encode(self, texts: Sequence[str], *, max_length: int) -> tuple[np.ndarray, np.ndarray]:
        """Return ids ``(n, max_length)``, int32, and a mask of that shape, True where there is a character.

        A longer text is cut at ``max_length`` characters; a shorter one is padded at its end.

        >>> ids, mask = CharVocabulary(("a", "b")).encode(["ab?"], max_length=4)
        >>> ids.tolist(), mask.tolist()
        ([[2, 3, 1, 0]], [[True, True, True, False]])
        """
        max_length = checks.integer(max_length, "max_length", low=1)
        rows = _strings(texts)
        ids = np.full((len(rows), max_length), PAD, dtype=np.int32)
        for row, text in zip(ids, rows, strict=True):
            codes = [self._ids.get(c, UNKNOWN) for c in normalize(text)[:max_length]]
            row[: len(codes)] = codes
        return ids, ids != PAD

    def decode(self, ids: np.ndarray) -> str:
        """Return the text of one row of ids: padding is dropped, an unknown character is U+FFFD.

        >>> CharVocabulary(("a", "b")).decode(np.array([2, 3, 1, 0]))
        'ab�'
        """
        row = checks.int_array(ids, "ids", ndim=1, low=0, high=len(self) - 1)
        table = ("", "\N{REPLACEMENT CHARACTER}", *self.characters)
        return "".join(table[i] for i in row.tolist())

    def to_json(self) -> str:
        """Return the vocabulary as plain JSON: a list of one-character strings in the order of their ids."""
        return json.dumps(list(self.characters), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> CharVocabulary:
        """Return the vocabulary that :meth:`to_json` wrote.

        >>> CharVocabulary.from_json(CharVocabulary(("ß", "界")).to_json()).characters
        ('ß', '界')
        """
        try:
            characters = json.loads(text)
        except json.JSONDecodeError as error:
            raise ValueError(f"text must be the JSON list of to_json: {error}") from error
        if not isinstance(characters, list):
            raise ValueError(f"text must be the JSON list of to_json; got a {type(characters).__name__}")
        return cls(tuple(characters))


def _strings(texts: Iterable[str]) -> list[str]:
    if isinstance(texts, str):
        raise TypeError(f"texts must be a sequence of strings; got one string: {checks.describe(texts)}")
    rows = list(texts)
    for i, text in enumerate(rows):
        if not isinstance(text, str):
            raise TypeError(f"texts must hold strings; got {checks.describe(text)} at index {i}")
    return rows
