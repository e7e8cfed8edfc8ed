"""The BERT encoder in NumPy, for inference: texts in, one vector each out.

    x_0 = norm(word[ids] + position + type_0)
    y_l = norm(x_l + output(attention(query(x_l), key(x_l), value(x_l))))
    x_l+1 = norm(y_l + down(gelu(up(y_l))))            post-norm: Devlin et al. 2018, arXiv:1810.04805

Every matrix is a stored tensor and runs on its own kernels; nothing is kept for a backward pass. A text's vector is
the mean of its last layer's rows, divided by its length: Reimers and Gurevych 2019, arXiv:1908.10084.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from minicompress import checks
from minicompress.models.bert.config import BertConfig
from minicompress.models.bert.functions import attention, gelu, layer_norm, relu
from minicompress.models.bert.tokenizing import Tokenizing
from minicompress.models.bert.weights import BertWeights

__all__ = ["BertEncoder"]

_TOKENS = 1024  # that go through the layers together: 6 MB for the widest layer of a small encoder

Watcher = Callable[[str, np.ndarray, np.ndarray], None]


class BertEncoder:
    """An encoder of the BERT family; made by :meth:`from_pretrained`.

    Parameters
    ----------
    config : BertConfig
    weights : BertWeights
    tokenizing : Tokenizing or None
        Without it the encoder takes token ids alone.
    """

    def __init__(self, config: BertConfig, weights: BertWeights, tokenizing: Tokenizing | None = None) -> None:
        self.config = config
        self.weights = weights
        self.tokenizing = tokenizing
        self._activate = {"gelu": gelu, "relu": relu}[config.hidden_act]
        #: Called as ``watch(name, x, real)`` before each linear layer: its weight's name, its inputs (batch, length,
        #: in), and which of them are no padding, bool (batch, length).
        self.watch: Watcher | None = None
        self._real = np.zeros((0, 0), bool)
        for name, matrix in weights.matrices.items():
            if not name.startswith("embeddings."):
                matrix.prepare()

    @classmethod
    def from_pretrained(cls, folder: str | os.PathLike[str]) -> BertEncoder:
        """Read a folder with ``config.json``, ``tokenizer.json`` and ``model.safetensors``, dense or compressed.

        Raises
        ------
        FileNotFoundError, ValueError
            If a file is missing, truncated, or does not fit the others; the message names the file and the tensor.
        """
        path = Path(folder)
        if not path.is_dir():
            raise FileNotFoundError(f"there is no folder {path}")
        config = BertConfig.from_folder(path)
        return cls(config, BertWeights.read(path, config), Tokenizing(path, max_tokens=config.max_tokens))

    # ---- texts ----------------------------------------------------------------------------------------------------

    def encode(self, texts: Sequence[str], *, batch_size: int = 32, progress: bool = False) -> np.ndarray:
        """Return one vector for each text: float32 (n, hidden), of length 1 where the folder says so.

        Texts are sorted by length first, so that a batch holds little padding; ``progress`` shows a bar.
        """
        if self.tokenizing is None:
            raise ValueError("this encoder has no tokenizer: make it by BertEncoder.from_pretrained(folder)")
        ids = self.tokenizing.ids(texts)
        out = np.empty((len(ids), self.config.hidden_size), np.float32)
        for rows in self._batches(ids, batch_size, progress):
            padded, real = pad([ids[i] for i in rows])
            out[rows] = self.pool(self.forward(padded, real), real)
        return out

    def _batches(self, ids: list[np.ndarray], batch_size: int, progress: bool) -> Iterator[np.ndarray]:
        """Indices of texts of like length, the longest first, so that memory is at its peak at once."""
        size = checks.integer(batch_size, "batch_size", low=1)
        order = np.argsort([-len(i) for i in ids], kind="stable")
        batches = [order[start : start + size] for start in range(0, len(order), size)]
        if not progress:
            yield from batches
            return
        from rich.progress import Progress

        with Progress(transient=True) as bar:
            task = bar.add_task("encoding", total=sum(len(i) for i in ids))  # tokens: time goes with them
            for rows in batches:
                yield rows
                bar.advance(task, sum(len(ids[i]) for i in rows))

    def pool(self, x: np.ndarray, real: np.ndarray) -> np.ndarray:
        """Last layer (batch, length, hidden) to vectors (batch, hidden)."""
        if self.config.pooling == "cls":
            pooled = x[:, 0].copy()
        else:
            share = real / real.sum(axis=1, keepdims=True)
            pooled = np.matmul(share[:, None, :].astype(np.float32), x)[:, 0]
        if self.config.normalize:
            pooled /= np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-12)
        return pooled

    # ---- tokens ---------------------------------------------------------------------------------------------------

    def forward(self, ids: np.ndarray, real: np.ndarray | None = None) -> np.ndarray:
        """Token ids (batch, length) to the last layer (batch, length, hidden) float32.

        ``real`` (batch, length) bool is False at padding, which no other token looks at; None where there is none.
        """
        tokens = checks.int_array(ids, "ids", ndim=2, low=0, high=self.config.vocab_size - 1)
        most = self.config.max_position_embeddings
        if not 1 <= tokens.shape[1] <= most:
            raise ValueError(f"ids must hold 1 to {most} tokens a text; got {checks.describe(tokens)}")
        if real is not None and (real.shape != tokens.shape or not real[:, 0].all()):
            raise ValueError(f"real must be True at each text's first token, and have ids' shape {tokens.shape}")
        whole = np.ones(tokens.shape, bool) if real is None else real
        # No text looks at another: a few at a time need buffers of a few, which stay in the cache.
        texts = len(tokens) if self.watch is not None else max(1, _TOKENS // tokens.shape[1])
        if len(tokens) <= texts:
            return self._layers(tokens, whole)
        out = np.empty((*tokens.shape, self.config.hidden_size), np.float32)
        for start in range(0, len(tokens), texts):
            some = slice(start, start + texts)
            out[some] = self._layers(tokens[some], whole[some])
        return out

    def _layers(self, tokens: np.ndarray, real: np.ndarray) -> np.ndarray:
        self._real = real
        mask = None if real.all() else real
        x = self._embed(tokens)
        for i in range(self.config.num_hidden_layers):
            x = self._block(f"encoder.layer.{i}.", x, mask)
        return x

    def _embed(self, tokens: np.ndarray) -> np.ndarray:
        tables = self.weights.matrices
        x = tables["embeddings.word_embeddings.weight"].take_rows(tokens)
        x += tables["embeddings.position_embeddings.weight"].take_rows(np.arange(tokens.shape[1]))
        x += tables["embeddings.token_type_embeddings.weight"].take_rows(np.zeros(1, np.int64))
        return self._norm("embeddings.LayerNorm", x)

    def _block(self, layer: str, x: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
        q, k, v = (self._linear(f"{layer}attention.self.{part}", x) for part in ("query", "key", "value"))
        mixed = attention(q, k, v, self.config.num_attention_heads, mask)
        y = self._linear(f"{layer}attention.output.dense", mixed)
        y = self._norm(f"{layer}attention.output.LayerNorm", y, x)
        wide = self._activate(self._linear(f"{layer}intermediate.dense", y))
        z = self._linear(f"{layer}output.dense", wide)
        return self._norm(f"{layer}output.LayerNorm", z, y)

    def _linear(self, name: str, x: np.ndarray) -> np.ndarray:
        weight = f"{name}.weight"
        if self.watch is not None:
            self.watch(weight, x, self._real)
        bits = self.weights.activation_bits.get(weight)
        return self.weights.matrices[weight].linear(x, self.weights.vectors[f"{name}.bias"], activation_bits=bits)

    def _norm(self, name: str, x: np.ndarray, residual: np.ndarray | None = None) -> np.ndarray:
        weight, bias = (self.weights.vectors[f"{name}.{part}"] for part in ("weight", "bias"))
        return layer_norm(x, weight, bias, self.config.layer_norm_eps, residual)


def pad(ids: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Token ids of several texts as one array (batch, longest), 0 at padding, and where they are real.

    >>> pad([np.array([5, 6]), np.array([7])])[0].tolist()
    [[5, 6], [7, 0]]
    """
    longest = max(len(i) for i in ids)
    real = np.arange(longest) < np.array([len(i) for i in ids])[:, None]
    padded = np.zeros(real.shape, np.int64)
    padded[real] = np.concatenate(ids)
    return padded, real
