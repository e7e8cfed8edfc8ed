"""A small BERT folder made by hand, and its forward pass written out in float64: what the tests of encoders share."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

CONFIG = {
    "model_type": "bert",
    "vocab_size": 40,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 64,
    "max_position_embeddings": 24,
    "type_vocab_size": 2,
    "layer_norm_eps": 1e-12,
    "hidden_act": "gelu",
}
LINEAR = ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense")
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "a", "of", "to", "is", "in", "number", "list"]
WORDS += ["file", "open", "close", "read", "write", "return"]


def weights(seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    h, wide = 32, 64

    def normal(*shape: int) -> np.ndarray:
        return (0.2 * rng.standard_normal(shape)).astype(np.float32)

    made = {
        "embeddings.word_embeddings.weight": normal(40, h) * 5,
        "embeddings.position_embeddings.weight": normal(24, h),
        "embeddings.token_type_embeddings.weight": normal(2, h),
        "embeddings.position_ids": np.arange(24)[None],
    }
    norms = ["embeddings.LayerNorm"]
    for i in range(2):
        layer = f"encoder.layer.{i}."
        for name in LINEAR:
            made |= {f"{layer}{name}.weight": normal(h, h), f"{layer}{name}.bias": normal(h)}
        made |= {f"{layer}intermediate.dense.weight": normal(wide, h), f"{layer}intermediate.dense.bias": normal(wide)}
        made |= {f"{layer}output.dense.weight": normal(h, wide), f"{layer}output.dense.bias": normal(h)}
        norms += [f"{layer}attention.output.LayerNorm", f"{layer}output.LayerNorm"]
    for name in norms:
        made |= {f"{name}.weight": 1 + normal(h), f"{name}.bias": normal(h)}
    return made | {"pooler.dense.weight": normal(h, h), "pooler.dense.bias": normal(h)}


def write_folder(folder: Path, prefix: str = "", config: dict | None = None) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config or CONFIG), "utf-8")
    save_file({prefix + name: array for name, array in weights().items()}, folder / "model.safetensors")
    special = [{"id": i, "content": WORDS[i], "special": True} for i in range(4)]
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    single = [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}]
    single.append({"SpecialToken": {"id": "[SEP]", "type_id": 0}})
    tokenizer = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [entry | flags for entry in special],
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": single,
            "pair": [*single, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {t: {"id": t, "ids": [WORDS.index(t)], "tokens": [t]} for t in ("[CLS]", "[SEP]")},
        },
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": {w: i for i, w in enumerate(WORDS)}, "unk_token": "[UNK]"},
    }
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), "utf-8")
    return folder


def slow_forward(w: dict[str, np.ndarray], ids: list[int], eps: float = 1e-12) -> np.ndarray:
    """One text without padding through the encoder, position by position and head by head, in float64."""
    w = {name: array.astype(np.float64) for name, array in w.items()}

    def norm(row: np.ndarray, name: str) -> np.ndarray:
        mean = sum(row) / len(row)
        variance = sum((v - mean) ** 2 for v in row) / len(row)
        return (row - mean) / math.sqrt(variance + eps) * w[f"{name}.weight"] + w[f"{name}.bias"]

    def linear(row: np.ndarray, name: str) -> np.ndarray:
        return w[f"{name}.weight"] @ row + w[f"{name}.bias"]

    x = [
        norm(
            w["embeddings.word_embeddings.weight"][token]
            + w["embeddings.position_embeddings.weight"][position]
            + w["embeddings.token_type_embeddings.weight"][0],
            "embeddings.LayerNorm",
        )
        for position, token in enumerate(ids)
    ]
    for i in range(2):
        layer = f"encoder.layer.{i}."
        q, k, v = ([linear(row, f"{layer}attention.self.{part}") for row in x] for part in ("query", "key", "value"))
        mixed = []
        for here in range(len(ids)):
            parts = []
            for head in range(4):
                cut = slice(8 * head, 8 * head + 8)
                scores = [math.exp(float(q[here][cut] @ k[there][cut]) / math.sqrt(8)) for there in range(len(ids))]
                parts.append(sum(s / sum(scores) * v[there][cut] for there, s in enumerate(scores)))
            mixed.append(np.concatenate(parts))
        output = [linear(m, f"{layer}attention.output.dense") for m in mixed]
        y = [norm(a + b, f"{layer}attention.output.LayerNorm") for a, b in zip(output, x, strict=True)]
        wide = [linear(row, f"{layer}intermediate.dense") for row in y]
        wide = [np.array([g * (1 + math.erf(g / math.sqrt(2))) / 2 for g in row]) for row in wide]
        down = [linear(row, f"{layer}output.dense") for row in wide]
        x = [norm(a + b, f"{layer}output.LayerNorm") for a, b in zip(down, y, strict=True)]
    return np.stack(x)
