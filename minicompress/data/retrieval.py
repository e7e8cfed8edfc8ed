"""Retrieval over docstrings: find what was written below a summary line by the summary line alone.

    query     the first line           "Return the sum of two numbers."
    document  the rest                  "Both must be finite. Raises ValueError if ..."

The right document of query i is document i; all others of its set are wrong. Two sets share no top-level package: one
to calibrate, tune and search budgets on, one to report on. Needs no download and no labels by hand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from minicompress.data.docstrings import Docstring, load_docstrings

__all__ = ["Retrieval", "RetrievalSet", "load_retrieval", "retrieval_set"]

_SEED = 2  # packages differ in size: this seed leaves more than 1,000 pairs to report on
_CALIBRATION = 0.7
_WORDS = 4  # of a query: "Close the file" may be said of anything
_SHORTEST = 40  # characters of a document: shorter ones say nothing that could be found


@dataclass(frozen=True)
class RetrievalSet:
    """Queries and documents of equal number, the i-th of each belonging together, and the packages they come from.

    Of several docstrings with one summary, or with one rest, the first alone is kept: each query has one right answer.
    """

    queries: tuple[str, ...]
    documents: tuple[str, ...]
    packages: frozenset[str]

    def __len__(self) -> int:
        return len(self.queries)


@dataclass(frozen=True)
class Retrieval:
    """``calibration`` to tune on, ``report`` to report on; no package is in both."""

    calibration: RetrievalSet
    report: RetrievalSet
    provenance: dict[str, str]


@lru_cache(maxsize=1)
def load_retrieval() -> Retrieval:
    """Return both sets, from this Python's standard library; a few seconds, kept in memory for the next call.

    >>> task = load_retrieval()
    >>> len(task.report) >= 1000, sorted(task.report.packages & task.calibration.packages)
    (True, [])
    """
    corpus = load_docstrings()
    sides: dict[bool, list[Docstring]] = {True: [], False: []}
    for docstring in sorted((*corpus.train, *corpus.validation, *corpus.test), key=lambda d: (d.module, d.qualname)):
        sides[_for_calibration(docstring.family)].append(docstring)
    split = f"{100 * _CALIBRATION:.0f} % of the top-level packages to calibrate on, by hash, seed {_SEED}"
    return Retrieval(retrieval_set(sides[True]), retrieval_set(sides[False]), corpus.provenance | {"split": split})


def retrieval_set(docstrings: Iterable[Docstring]) -> RetrievalSet:
    """Return the pairs of those docstrings with four words in their first line and 40 characters below it.

    >>> rest = "Both of the numbers must be finite, or else."
    >>> pairs = retrieval_set([Docstring("a", "f", f"Add two numbers up.\\n\\n{rest}"), Docstring("a", "g", "Add.\\n")])
    >>> pairs.queries, len(pairs.documents)
    (('Add two numbers up.',), 1)
    """
    pairs: dict[str, str] = {}
    documents: set[str] = set()
    packages = set()
    for d in docstrings:
        told = len(d.summary.split()) >= _WORDS and len(d.rest) >= _SHORTEST
        if told and d.summary not in pairs and d.rest not in documents:
            pairs[d.summary] = d.rest
            documents.add(d.rest)
            packages.add(d.family)
    return RetrievalSet(tuple(pairs), tuple(pairs.values()), frozenset(packages))


def _for_calibration(family: str) -> bool:
    digest = hashlib.sha256(f"retrieval {_SEED}/{family}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < _CALIBRATION
