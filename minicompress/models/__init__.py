"""Models to compress: two small classifiers of names, trained by the project's own code."""

from minicompress.models.classifier import ClassifierConfig, TextClassifier
from minicompress.models.pretrained import load_classifier, load_pretrained_classifier
from minicompress.models.text_cnn import TextCNN
from minicompress.models.text_transformer import TextTransformer

__all__ = [
    "ClassifierConfig",
    "TextCNN",
    "TextClassifier",
    "TextTransformer",
    "load_classifier",
    "load_pretrained_classifier",
]
