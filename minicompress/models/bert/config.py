"""What a BERT folder's JSON files say: sizes, pooling, how many tokens are read."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from minicompress import checks

__all__ = ["BertConfig", "read_json"]

_ACTIVATIONS = ("gelu", "relu")


@dataclasses.dataclass(frozen=True)
class BertConfig:
    """Sizes of an encoder, under the names that ``config.json`` has for them.

    Parameters
    ----------
    vocab_size, hidden_size, num_hidden_layers, num_attention_heads, intermediate_size : int
    max_position_embeddings, type_vocab_size : int
    layer_norm_eps : float
    hidden_act : "gelu" or "relu"
    max_tokens : int
        Tokens read of a text, the two special ones included.
    pooling : "mean" or "cls"
        Mean over a text's tokens, or its first token.
    normalize : bool
        Whether embeddings are divided by their length.

    Examples
    --------
    >>> BertConfig.from_json({"vocab_size": 9, "hidden_size": 8, "num_hidden_layers": 1,
    ...                       "num_attention_heads": 3, "intermediate_size": 16})
    Traceback (most recent call last):
    ValueError: config.json: num_attention_heads must divide hidden_size = 8; got 3
    """

    vocab_size: int
    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    intermediate_size: int
    max_position_embeddings: int = 512
    type_vocab_size: int = 2
    layer_norm_eps: float = 1e-12
    hidden_act: str = "gelu"
    max_tokens: int = 512
    pooling: str = "mean"
    normalize: bool = True

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> BertConfig:
        """Read the content of ``config.json``; what this encoder cannot run is a ``ValueError``."""
        try:
            kind = content.get("model_type", "bert")
            checks.one_of(kind, "model_type", ("bert",))
            checks.one_of(content.get("position_embedding_type", "absolute"), "position_embedding_type", ("absolute",))
            sizes: dict[str, Any] = {
                field.name: checks.integer(content.get(field.name, field.default), field.name, low=1)
                for field in dataclasses.fields(cls)[:7]
            }
            eps = checks.real(content.get("layer_norm_eps", 1e-12), "layer_norm_eps", low=0)
            act = checks.one_of(content.get("hidden_act", "gelu"), "hidden_act", _ACTIVATIONS)
            if sizes["hidden_size"] % sizes["num_attention_heads"]:
                raise ValueError(
                    f"num_attention_heads must divide hidden_size = {sizes['hidden_size']}; "
                    f"got {sizes['num_attention_heads']}"
                )
        except (TypeError, ValueError) as error:
            raise ValueError(f"config.json: {error}") from error
        most = sizes["max_position_embeddings"]
        return cls(**sizes, layer_norm_eps=eps, hidden_act=act, max_tokens=most)

    @classmethod
    def from_folder(cls, folder: Path) -> BertConfig:
        """Read ``config.json``, and beside it what sentence-transformers says of tokens, pooling and length."""
        config = cls.from_json(read_json(folder / "config.json"))
        changes: dict[str, Any] = {}
        if (folder / "sentence_bert_config.json").is_file():
            most = read_json(folder / "sentence_bert_config.json").get("max_seq_length")
            if most is not None:
                name = "sentence_bert_config.json: max_seq_length"
                changes["max_tokens"] = checks.integer(most, name, low=2, high=config.max_position_embeddings)
        if (folder / "1_Pooling" / "config.json").is_file():
            changes["pooling"] = _pooling(read_json(folder / "1_Pooling" / "config.json"))
        if (folder / "modules.json").is_file():
            text = (folder / "modules.json").read_text("utf-8")
            changes["normalize"] = "Normalize" in text
        return dataclasses.replace(config, **changes)


def _pooling(content: dict[str, Any]) -> str:
    """The one mode that is switched on."""
    mode = "pooling_mode_"
    on = sorted(name.removeprefix(mode) for name, value in content.items() if name.startswith(mode) and value is True)
    names = {"mean_tokens": "mean", "cls_token": "cls"}
    if len(on) != 1 or on[0] not in names:
        raise ValueError(f"1_Pooling/config.json must ask for mean_tokens or cls_token alone; got {', '.join(on)}")
    return names[on[0]]


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file; anything else is an error that names the file."""
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}: a model folder has config.json beside its weights")
    try:
        content = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is no JSON file: {error}") from error
    if not isinstance(content, dict):
        raise ValueError(f"{path} must hold a JSON object; got {checks.describe(content)}")
    return content
