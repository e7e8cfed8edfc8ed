"""Which language is this name written in? Some 35,000 names in 64 languages, split so that nothing leaks.

A sample is the name of a language or a territory ("Elfenbeinküste"), its label the language it is written in ("de").

1. A name that two of the chosen languages write alike (see :func:`~minicompress.data.cldr.text_key`) has no single
   label and is removed from both.
2. A name that one language gives to two codes of different families (Finnish "kiina" is Chinese, and China) is
   removed, so no string of the test was seen in training under another code.
3. The split is by CLDR *code*: all languages' names for Peru fall on the same side. A code's side is a hash of the
   seed and the code, so it stays where it is when the list of languages or the CLDR version changes.

What remains shared are words inside names ("Arabic" in "Algerian Arabic"): that is what a model is to learn.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from minicompress import checks
from minicompress.data.cldr import Name, read_names, script_of, text_key, versions

# One CLDR locale per language, the plain one, hence its default script: Chinese is Simplified, Serbian Cyrillic,
# Uzbek and Azerbaijani Latin; Norwegian is Bokmål. Left out: languages whose CLDR names are largely English (fil,
# ig, ha, so) or mostly those of a neighbour that is here (af, bs, fo, gl, lb, ms), and some with fewer names.
LANGUAGES: tuple[str, ...] = (
    "ar", "az", "be", "bg", "bn", "brx", "ca", "ckb", "cs", "cy", "da", "de", "el", "en", "es", "et", "eu",
    "fa", "fi", "fr", "ga", "he", "hi", "hr", "hu", "hy", "id", "is", "it", "ja", "ka", "kk", "ko", "kok",
    "ky", "lt", "lv", "mk", "mr", "nb", "ne", "nl", "pl", "ps", "pt", "ro", "ru", "sd", "sk", "sl", "sq",
    "sr", "sv", "sw", "th", "tr", "ug", "uk", "ur", "uz", "vi", "yo", "zh", "zu",
)  # fmt: skip
TRAIN, VALIDATION = 0.8, 0.1  # the rest, one tenth of the codes, is the test


@dataclass(frozen=True, eq=False)
class NameSplit:
    """Names, their labels and the CLDR codes they come from; ``labels`` is a read-only int64 array."""

    texts: tuple[str, ...]
    labels: np.ndarray  # (n,)
    codes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, indices: Iterable[int]) -> NameSplit:
        """Return the samples at ``indices``, in that order."""
        rows = [int(i) for i in indices]
        return _split([(self.texts[i], int(self.labels[i]), self.codes[i]) for i in rows])


@dataclass(frozen=True, eq=False)
class LanguageNames:
    """The three splits, the language code of each label, its script, and where the names come from."""

    train: NameSplit
    validation: NameSplit
    test: NameSplit
    label_names: tuple[str, ...]
    scripts: tuple[str, ...]
    provenance: dict[str, str]


def load_language_names(*, languages: Iterable[str] | None = None, seed: int = 0) -> LanguageNames:
    """Return the names of languages and territories in ``languages`` (default: 64), split by CLDR code.

    ``label_names[i]`` is the language of label ``i``. Reading takes under two seconds; the result is kept in memory
    for the next call. Raises ImportError without Babel, ValueError for an unknown locale or a language named twice.

    >>> names = load_language_names(languages=["de", "fi"])
    >>> names.label_names, names.scripts
    (('de', 'fi'), ('Latn', 'Latn'))
    """
    if isinstance(languages, str):
        raise TypeError(f"languages must be a sequence such as ['de', 'fi']; got the string {languages!r}")
    chosen = LANGUAGES if languages is None else tuple(languages)
    seed = checks.integer(seed, "seed", low=0)
    bases = [str(c).replace("-", "_").split("_")[0] for c in chosen]
    if len(chosen) < 2 or len(set(bases)) < len(bases):
        raise ValueError(f"languages must be at least two, one locale per language; got {list(chosen)}")
    return _load(chosen, seed)


@lru_cache(maxsize=8)
def _load(chosen: tuple[str, ...], seed: int) -> LanguageNames:
    kept = _unambiguous({language: read_names(language) for language in chosen})
    rows: dict[str, list[tuple[str, int, str]]] = {"train": [], "validation": [], "test": []}
    for label, language in enumerate(chosen):
        for name in kept[language]:
            rows[split_of(name.family, seed=seed)].append((name.text, label, name.code))
    found = versions()
    provenance = {
        "source": "Unicode CLDR names of languages and territories, read through Babel",
        "babel": found["babel"],
        "cldr": found["cldr"],
        "licence": "Unicode License v3",
        "split": f"80/10/10 by CLDR code family, seed {seed}",
    }
    return LanguageNames(
        train=_split(rows["train"]),
        validation=_split(rows["validation"]),
        test=_split(rows["test"]),
        label_names=chosen,
        scripts=tuple(script_of(c) for c in chosen),
        provenance=provenance,
    )


def _unambiguous(names: dict[str, tuple[Name, ...]]) -> dict[str, list[Name]]:
    """Keep the strings that one language alone uses, for one code family alone, and each of them once."""
    users = defaultdict(set)
    for language, entries in names.items():
        for name in entries:
            users[text_key(name.text)].add((language, name.family))
    kept: dict[str, list[Name]] = {}
    for language, entries in names.items():
        once = {text_key(n.text): n for n in reversed(entries) if len(users[text_key(n.text)]) == 1}
        kept[language] = sorted(once.values())
    return kept


def split_of(family: str, *, seed: int = 0) -> str:
    """Return the side of a code family: its SHA-256 with the seed, read as a number in [0, 1).

    >>> split_of("territory:PE") == split_of("territory:PE")
    True
    """
    digest = hashlib.sha256(f"{seed}/{family}".encode()).digest()
    position = int.from_bytes(digest[:8], "big") / 2**64
    if position < TRAIN:
        return "train"
    return "validation" if position < TRAIN + VALIDATION else "test"


def _split(rows: list[tuple[str, int, str]]) -> NameSplit:
    labels = np.array([label for _, label, _ in rows], dtype=np.int64)
    labels.flags.writeable = False
    return NameSplit(tuple(text for text, _, _ in rows), labels, tuple(code for _, _, code in rows))
