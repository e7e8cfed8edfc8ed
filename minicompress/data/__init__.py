"""Real data that needs no download: names in 64 languages, their characters as ids, batches."""

from minicompress.data.batches import batches
from minicompress.data.language_names import LanguageNames, NameSplit, load_language_names
from minicompress.data.tokens import PAD, UNKNOWN, CharVocabulary

__all__ = ["PAD", "UNKNOWN", "CharVocabulary", "LanguageNames", "NameSplit", "batches", "load_language_names"]
