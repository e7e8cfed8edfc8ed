"""Real data that needs no download: names in 64 languages, docstrings, their characters or pieces as ids, batches."""

from minicompress.data.batches import batches
from minicompress.data.bpe import ByteBPE
from minicompress.data.docstrings import Docstring, DocstringCorpus, load_docstrings, summary_pairs
from minicompress.data.language_names import LanguageNames, NameSplit, load_language_names
from minicompress.data.tokens import PAD, UNKNOWN, CharVocabulary

__all__ = [
    "PAD",
    "UNKNOWN",
    "ByteBPE",
    "CharVocabulary",
    "Docstring",
    "DocstringCorpus",
    "LanguageNames",
    "NameSplit",
    "batches",
    "load_docstrings",
    "load_language_names",
    "summary_pairs",
]
