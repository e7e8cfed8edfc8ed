"""A BERT encoder for inference, from any folder in the Hugging Face layout, compressed or not."""

from minicompress.models.bert.config import BertConfig
from minicompress.models.bert.encoder import BertEncoder
from minicompress.models.bert.lookup import find_pretrained

__all__ = ["BertConfig", "BertEncoder", "find_pretrained"]
