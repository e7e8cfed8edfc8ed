"""The language-name data: what is in it, and above all that nothing leaks from training into the test.

The rules are checked on the raw tables of Babel and with the string operations of this file, not the package's.
"""

from __future__ import annotations

import time
import unicodedata
from collections import Counter, defaultdict

import numpy as np
import pytest

babel = pytest.importorskip("babel")

from minicompress.data import LanguageNames, load_language_names  # noqa: E402
from minicompress.data.language_names import _load  # noqa: E402

SPLITS = ("train", "validation", "test")


@pytest.fixture(scope="module")
def names() -> LanguageNames:
    return load_language_names()


def fold(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def base_code(code: str) -> str:
    """The code without script or region: what must not be in two splits."""
    return code.split("_")[0]


def samples(names: LanguageNames, split: str) -> list[tuple[str, str, str]]:
    part = getattr(names, split)
    labels = [names.label_names[i] for i in part.labels]
    return list(zip(part.texts, labels, part.codes, strict=True))


def test_size_and_shape(names: LanguageNames) -> None:
    assert len(names.label_names) == len(set(names.label_names)) == 64
    shared = [script for script, count in Counter(names.scripts).items() if count >= 5]
    assert len(shared) >= 3
    total = sum(len(getattr(names, s)) for s in SPLITS)
    assert total > 30_000
    assert 0.75 < len(names.train) / total < 0.85
    assert 0.06 < len(names.validation) / total < 0.14
    assert 0.06 < len(names.test) / total < 0.14
    for split in SPLITS:
        part = getattr(names, split)
        assert part.labels.dtype == np.int64
        assert len(part.texts) == len(part.labels) == len(part.codes) == len(part)


def test_class_balance(names: LanguageNames) -> None:
    # Stated, not corrected: close neighbours lose the names that they share (Danish keeps 184, Japanese 937).
    counts = np.bincount(np.concatenate([getattr(names, s).labels for s in SPLITS]), minlength=64)
    assert counts.min() >= 150
    assert counts.max() <= 6 * counts.min()
    for split in SPLITS:
        assert np.bincount(getattr(names, split).labels, minlength=64).min() >= 8


def test_no_code_in_two_splits(names: LanguageNames) -> None:
    codes = {s: {base_code(code) for _, _, code in samples(names, s)} for s in SPLITS}
    assert min(len(c) for c in codes.values()) >= 50
    assert not codes["train"] & codes["test"]
    assert not codes["train"] & codes["validation"]
    assert not codes["validation"] & codes["test"]


def test_variants_and_aliases_stay_with_their_language(names: LanguageNames) -> None:
    side = {code: s for s in SPLITS for _, _, code in samples(names, s)}
    variants = [c for c in side if "_" in c and c.split("_")[0] in side]
    assert len(variants) >= 10
    assert all(side[c] == side[c.split("_")[0]] for c in variants)
    # Two codes fall on the same side by chance too, so several seeds are tried.
    aliases = [("sh", "sr"), ("tw", "ak"), ("fat", "ak"), ("tl", "fil")]
    for seed in range(6):
        few = load_language_names(languages=["de", "fr", "zh"], seed=seed)
        side = {code: s for s in SPLITS for _, _, code in samples(few, s)}
        pairs = [(f"language:{a}", f"language:{b}") for a, b in aliases]
        pairs = [(a, b) for a, b in pairs if a in side and b in side]
        assert len(pairs) >= 2
        assert all(side[a] == side[b] for a, b in pairs)


def test_no_name_belongs_to_two_languages(names: LanguageNames) -> None:
    users = defaultdict(set)
    for language in names.label_names:
        locale = babel.Locale.parse(language)
        for text in (*locale.languages.values(), *locale.territories.values()):
            users[fold(text)].add(language)
    kept = [(text, label) for s in SPLITS for text, label, _ in samples(names, s)]
    assert all(users[fold(text)] == {label} for text, label in kept)
    assert len(set(kept)) == len({fold(text) for text, _ in kept}) == len(kept)


def test_removed_names_are_ambiguous(names: LanguageNames) -> None:
    """Every Finnish name that is missing is shared with another language or stands for two codes."""
    kept = {code for s in SPLITS for _, label, code in samples(names, s) if label == "fi"}
    users = defaultdict(set)
    own: dict[str, str] = {}
    for language in names.label_names:
        locale = babel.Locale.parse(language)
        for kind, table in (("language", locale.languages), ("territory", locale.territories)):
            for code, text in table.items():
                users[fold(text)].add((language, f"{kind}:{base_code(code)}"))
                if language == "fi":
                    own[f"{kind}:{code}"] = text
    missing = set(own) - kept
    assert missing
    assert all(len(users[fold(own[code])]) > 1 for code in missing)
    assert "territory:DE" in missing  # "Saksa" in Estonian too
    assert "language:zh" in missing  # "kiina" is both the language and the country
    assert "territory:US" in kept  # "Yhdysvallat"


def test_texts_are_what_cldr_says(names: LanguageNames) -> None:
    locales = {language: babel.Locale.parse(language) for language in names.label_names}
    for text, label, code in samples(names, "test"):
        kind, key = code.split(":")
        table = locales[label].languages if kind == "language" else locales[label].territories
        assert unicodedata.normalize("NFC", table[key]) == text


def test_deterministic_and_quick(names: LanguageNames) -> None:
    _load.cache_clear()
    start = time.perf_counter()
    again = load_language_names()
    seconds = time.perf_counter() - start
    assert again is not names
    for split in SPLITS:
        assert samples(again, split) == samples(names, split)
    assert seconds < 10  # about 0.7 s alone; the bound leaves room for a busy machine
    assert load_language_names() is again


def test_seed_and_subset_move_only_what_they_should(names: LanguageNames) -> None:
    other = load_language_names(seed=1)
    assert {c for _, _, c in samples(other, "test")} != {c for _, _, c in samples(names, "test")}
    few = load_language_names(languages=["ru", "uk", "bg"])
    side = {base_code(code): s for s in SPLITS for _, _, code in samples(names, s)}
    for split in SPLITS:
        assert all(side.get(base_code(code), split) == split for _, _, code in samples(few, split))
    assert set(few.scripts) == {"Cyrl"}


def test_every_name_has_a_letter_of_its_script(names: LanguageNames) -> None:
    prefix = {
        "Latn": ("LATIN",), "Cyrl": ("CYRILLIC",), "Arab": ("ARABIC",), "Deva": ("DEVANAGARI",),
        "Grek": ("GREEK",), "Beng": ("BENGALI",), "Hebr": ("HEBREW",), "Armn": ("ARMENIAN",),
        "Geor": ("GEORGIAN",), "Thai": ("THAI",), "Kore": ("HANGUL",), "Hans": ("CJK",),
        "Jpan": ("CJK", "KATAKANA", "HIRAGANA"),
    }  # fmt: skip
    strays = [
        (text, label)
        for split in SPLITS
        for text, label, _ in samples(names, split)
        if not any(
            unicodedata.name(c, "").startswith(prefix[names.scripts[names.label_names.index(label)]]) for c in text
        )
    ]
    assert strays == []


def test_labels_cannot_be_changed_in_the_cache(names: LanguageNames) -> None:
    with pytest.raises(ValueError, match="read-only"):
        names.train.labels[0] = 1


def test_take(names: LanguageNames) -> None:
    part = names.test.take([5, 2])
    assert part.texts == (names.test.texts[5], names.test.texts[2])
    assert part.labels.tolist() == [names.test.labels[5], names.test.labels[2]]
    assert part.codes == (names.test.codes[5], names.test.codes[2])


def test_provenance(names: LanguageNames) -> None:
    assert names.provenance["babel"] == babel.__version__
    assert names.provenance["cldr"] == str(babel.core.get_cldr_version())
    assert "seed 0" in names.provenance["split"]


@pytest.mark.parametrize(
    ("languages", "error", "match"),
    [
        ("de", TypeError, "sequence such as"),
        (["de"], ValueError, "at least two"),
        (["de", "de_AT"], ValueError, "one locale per language"),
        (["de", "qqq"], ValueError, "qqq"),
    ],
)
def test_bad_languages(languages: object, error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        load_language_names(languages=languages)  # type: ignore[arg-type]


def test_missing_babel_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "babel", None)
    _load.cache_clear()
    with pytest.raises(ImportError, match=r"minicompress\[study\]"):
        load_language_names(languages=["de", "fi"], seed=77)
