"""Models to compress: two small classifiers of names, trained by the project's own code, and BERT encoders."""

from minicompress.models.bert import BertConfig, BertEncoder, find_pretrained
from minicompress.models.classifier import ClassifierConfig, TextClassifier
from minicompress.models.decoder import Decoder, DecoderConfig, KVCache, generate, load_pretrained_decoder, perplexity
from minicompress.models.pretrained import load_classifier, load_pretrained_classifier
from minicompress.models.text_cnn import TextCNN
from minicompress.models.text_transformer import TextTransformer

__all__ = [
    "BertConfig",
    "BertEncoder",
    "ClassifierConfig",
    "Decoder",
    "DecoderConfig",
    "KVCache",
    "TextCNN",
    "TextClassifier",
    "TextTransformer",
    "find_pretrained",
    "generate",
    "load_classifier",
    "load_pretrained_classifier",
    "load_pretrained_decoder",
    "perplexity",
]
