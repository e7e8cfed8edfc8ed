"""Byte-level byte-pair encoding: text into the ids of a language model and back, without loss for any bytes.

The alphabet is the 256 bytes. Training joins the most frequent pair of neighbours into a new symbol, again and again;
encoding replays the joins in the order they were learned. Pairs never cross the border of a *pre-token* (a word with
the space before it, a number, a run of punctuation or of white space), so a word is encoded once and remembered.

Source: Sennrich et al., arXiv:1508.07909; Radford et al., "Language models are unsupervised multitask learners" (2019).
"""

from __future__ import annotations

import heapq
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from minicompress import checks

__all__ = ["ByteBPE"]

# Every byte belongs to exactly one of these, so the pieces joined are the input. The last space of a run stays with
# the word that follows.
_PRE_TOKEN = re.compile(rb" ?[A-Za-z]+| ?[0-9]+| ?[^\sA-Za-z0-9]+|\s+(?!\S)|\s+")
Pair = tuple[int, int]


class ByteBPE:
    """Ids 0 to 255 are bytes, id ``256 + i`` is the join of the pair ``merges[i]``, the last id ends a text.

    Parameters
    ----------
    merges : sequence of (int, int)
        In the order they were learned; a pair names only ids before its own.

    Examples
    --------
    >>> bpe = ByteBPE([(97, 98), (256, 99)])
    >>> bpe.encode("abcab").tolist(), bpe.decode([257, 256]), bpe.end
    ([257, 256], 'abcab', 258)
    """

    def __init__(self, merges: Iterable[Sequence[int]]) -> None:
        self.merges: tuple[Pair, ...] = tuple((int(a), int(b)) for a, b in merges)
        self.pieces: list[bytes] = [bytes([i]) for i in range(256)]
        for new, (a, b) in enumerate(self.merges, 256):
            if not (0 <= a < new and 0 <= b < new):
                raise ValueError(f"merges[{new - 256}] must name two ids below {new}; got {(a, b)}")
            self.pieces.append(self.pieces[a] + self.pieces[b])
        self._ranks = {pair: new for new, pair in enumerate(self.merges, 256)}
        if len(self._ranks) < len(self.merges):
            raise ValueError("merges must not hold a pair twice")
        self._known: dict[bytes, tuple[int, ...]] = {}

    @property
    def end(self) -> int:
        """The id that ends a text; it stands for no bytes."""
        return 256 + len(self.merges)

    def __len__(self) -> int:
        return self.end + 1

    @classmethod
    def train(cls, texts: Iterable[str | bytes], *, vocabulary: int = 1024) -> ByteBPE:
        """Learn ``vocabulary - 257`` merges, fewer if no pair occurs twice; of equal counts the smallest pair wins.

        >>> ByteBPE.train(["aaab aaab"], vocabulary=259).merges
        ((97, 97), (97, 98))
        """
        wanted = checks.integer(vocabulary, "vocabulary", low=257) - 257
        words: Counter[bytes] = Counter()
        for text in texts:
            words.update(_PRE_TOKEN.findall(_as_bytes(text)))
        return cls(_learn([list(word) for word in words], list(words.values()), wanted))

    def encode(self, text: str | bytes) -> np.ndarray:
        """Return the ids of a text, int32; the end is not added."""
        known = self._known
        ids: list[int] = []
        for word in _PRE_TOKEN.findall(_as_bytes(text)):
            if word not in known:
                known[word] = tuple(self._join(list(word)))
            ids += known[word]
        return np.array(ids, np.int32)

    def encode_all(self, texts: Iterable[str | bytes]) -> np.ndarray:
        """Return the texts in a row, each closed by :attr:`end`, int32."""
        parts = [part for text in texts for part in (self.encode(text), np.array([self.end], np.int32))]
        return np.concatenate(parts) if parts else np.zeros(0, np.int32)

    def decode_bytes(self, ids: Any) -> bytes:
        """Return the bytes of ids; the end stands for none."""
        array = checks.int_array(ids, "ids", ndim=1, low=0, high=self.end)
        return b"".join(self.pieces[i] for i in array.tolist() if i != self.end)

    def decode(self, ids: Any) -> str:
        """Return the text of ids; bytes that are no UTF-8, such as half a character, become U+FFFD."""
        return self.decode_bytes(ids).decode("utf-8", "replace")

    @property
    def byte_lengths(self) -> np.ndarray:
        """Bytes of each id, (len(self),) int64: what turns bits per token into bits per byte."""
        return np.array([*(len(piece) for piece in self.pieces), 0], np.int64)

    def _join(self, ids: list[int]) -> list[int]:
        """Replay the merges on one word: always the earliest learned of the pairs that are there."""
        while len(ids) > 1:
            pair = min(zip(ids, ids[1:], strict=False), key=lambda p: self._ranks.get(p, len(self)))
            if pair not in self._ranks:
                break
            ids = _replace(ids, pair, self._ranks[pair])
        return ids


def _as_bytes(text: str | bytes) -> bytes:
    if isinstance(text, str):
        return text.encode("utf-8", "surrogatepass")
    if isinstance(text, bytes):
        return text
    raise TypeError(f"a text must be str or bytes; got {checks.describe(text)}")


def _replace(ids: list[int], pair: Pair, new: int) -> list[int]:
    """Return ``ids`` with each occurrence of ``pair``, from the left and without overlap, as ``new``."""
    out, i = [], 0
    while i < len(ids):
        if ids[i] == pair[0] and i + 1 < len(ids) and ids[i + 1] == pair[1]:
            out.append(new)
            i += 2
        else:
            out.append(ids[i])
            i += 1
    return out


def _learn(words: list[list[int]], counts: list[int], wanted: int) -> list[Pair]:
    """Return up to ``wanted`` merges; only the words that hold the joined pair are counted again."""
    totals: Counter[Pair] = Counter()
    holders: defaultdict[Pair, set[int]] = defaultdict(set)
    for i, word in enumerate(words):
        for pair in zip(word, word[1:], strict=False):
            totals[pair] += counts[i]
            holders[pair].add(i)
    heap = [(-total, pair) for pair, total in totals.items()]
    heapq.heapify(heap)
    merges: list[Pair] = []
    while heap and len(merges) < wanted:
        total, pair = heapq.heappop(heap)
        if totals[pair] != -total:
            continue  # an outdated entry: the right one is in the heap as well
        if -total < 2:
            break
        changed: set[Pair] = set()
        for i in holders.pop(pair):
            before, words[i] = words[i], _replace(words[i], pair, 256 + len(merges))
            for word, sign in ((before, -counts[i]), (words[i], counts[i])):
                for p in zip(word, word[1:], strict=False):
                    totals[p] += sign
                    changed.add(p)
            for p in zip(words[i], words[i][1:], strict=False):
                holders[p].add(i)
        merges.append(pair)
        for p in changed:
            heapq.heappush(heap, (-totals[p], p))
    return merges
