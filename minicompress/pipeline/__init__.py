"""From weights and a recipe to a compressed model and its report."""

from minicompress.pipeline.compression import compress, resolve_recipe
from minicompress.pipeline.deploy import load_into
from minicompress.pipeline.inputs import layer_inputs
from minicompress.pipeline.methods import METHODS, method
from minicompress.pipeline.model import CompressedModel, Record
from minicompress.pipeline.recipe import PRESETS, Recipe, Rule, preset
from minicompress.pipeline.report import Report

__all__ = [
    "METHODS",
    "PRESETS",
    "CompressedModel",
    "Recipe",
    "Record",
    "Report",
    "Rule",
    "compress",
    "layer_inputs",
    "load_into",
    "method",
    "preset",
    "resolve_recipe",
]
