"""The names that Unicode's CLDR gives to languages and territories, read through Babel.

The Common Locale Data Repository (https://cldr.unicode.org, Unicode License v3) says how each language writes
"German" or "Ivory Coast". Babel ships it as package data, so reading it needs no network and no download.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any, NamedTuple


class Name(NamedTuple):
    """One CLDR entry: the full ``code``, the ``family`` that its variants share, and the name in NFC."""

    code: str
    family: str
    text: str


def babel() -> Any:
    """Return the ``babel`` package, or say how to install it."""
    try:
        import babel as package
        import babel.core
    except ImportError as error:
        raise ImportError("the language names need Babel: pip install 'minicompress[study]'") from error
    return package


def versions() -> dict[str, str]:
    """Return the versions of Babel and of the CLDR inside it.

    >>> sorted(versions())
    ['babel', 'cldr']
    """
    package = babel()
    return {"babel": package.__version__, "cldr": str(package.core.get_global("cldr")["version"])}


def code_family(kind: str, code: str) -> str:
    """Return what a CLDR code shares with its variants: ``language:en`` for ``en_GB``.

    Region and script are dropped and CLDR's aliases followed, because the names of two variants differ by one word
    at most: seeing "British English" in training would give "English" away in the test.

    >>> code_family("language", "zh_Hans"), code_family("language", "sh"), code_family("territory", "GB")
    ('language:zh', 'language:sr', 'territory:GB')
    """
    base = code.split("_")[0]
    alias = babel().core.get_global(f"{kind}_aliases").get(base, base)
    # A territory that was divided has several successors; such a code keeps its own family.
    if isinstance(alias, str):
        base = alias.split("_")[0]
    return f"{kind}:{base}"


def text_key(text: str) -> str:
    """Return the form under which two names count as the same string.

    NFC and case folding; also without invisible format characters (category Cf, such as the zero-width joiner) and
    with single spaces, since what a reader cannot see must not hide a repetition.

    >>> text_key("Stra\\u200dße  A") == text_key("STRASSE a")
    True
    """
    folded = unicodedata.normalize("NFC", text).casefold()
    seen = "".join(c for c in folded if unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFC", " ".join(seen.split()))


@lru_cache(maxsize=256)
def read_names(language: str) -> tuple[Name, ...]:
    """Return the names of languages, then of territories, that one CLDR locale gives, ordered by code.

    A name all in Latin letters in a language that is not written in them (Pashto "mc") was never translated: left out.

    >>> next(n for n in read_names("de") if n.code == "territory:CI").text
    'Côte d’Ivoire'
    """
    package = babel()
    try:
        locale = package.Locale.parse(language)
    except (ValueError, package.UnknownLocaleError) as error:
        message = f"languages must be CLDR locales such as 'de' or 'zh'; got {language!r}: {error}"
        raise ValueError(message) from error
    latin = script_of(language) == "Latn"
    names = []
    for kind, table in (("language", locale.languages), ("territory", locale.territories)):
        for code, text in sorted(table.items()):
            if latin or not _all_latin(text):
                family = code_family(kind, code)
                names.append(Name(f"{kind}:{code}", family, unicodedata.normalize("NFC", text)))
    return tuple(names)


def _all_latin(text: str) -> bool:
    return all(unicodedata.name(c, "").startswith("LATIN") for c in text if c.isalpha())


def script_of(language: str) -> str:
    """Return the ISO 15924 code of the script in which CLDR writes a language unless told otherwise.

    >>> script_of("uk"), script_of("zh"), script_of("en")
    ('Cyrl', 'Hans', 'Latn')
    """
    likely = str(babel().core.get_global("likely_subtags").get(language, ""))
    parts = (language + "_" + likely).split("_")
    return next((p for p in parts if len(p) == 4 and p.isalpha()), "Zzzz")
