"""Texts to token ids, by the folder's own ``tokenizer.json``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from minicompress import checks

__all__ = ["Tokenizing"]


class Tokenizing:
    """The tokenizer of a model folder; texts are cut to ``max_tokens``, special tokens included.

    Raises
    ------
    ImportError
        Without the package ``tokenizers`` (``pip install "minicompress[models]"``).
    FileNotFoundError, ValueError
        If ``tokenizer.json`` is missing or broken.
    """

    def __init__(self, folder: Path, *, max_tokens: int) -> None:
        path = folder / "tokenizer.json"
        if not path.is_file():
            raise FileNotFoundError(f"there is no file {path}: the tokenizer is read from tokenizer.json")
        try:
            from tokenizers import Tokenizer
        except ImportError as error:
            message = 'texts are cut into tokens by the package tokenizers: pip install "minicompress[models]"'
            raise ImportError(message, name="tokenizers") from error
        try:
            self._tokenizer: Any = Tokenizer.from_str(path.read_text("utf-8"))
        except Exception as error:  # the package raises nothing narrower
            raise ValueError(f"{path} is no tokenizer: {error}") from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(checks.integer(max_tokens, "max_tokens", low=2))

    def ids(self, texts: Sequence[str]) -> list[np.ndarray]:
        """Return the token ids of each text: int64 arrays of their own lengths."""
        if isinstance(texts, str) or not all(isinstance(text, str) for text in texts):
            raise TypeError(f"texts must be a sequence of strings; got {checks.describe(texts)}")
        return [np.array(found.ids, np.int64) for found in self._tokenizer.encode_batch(list(texts))]
