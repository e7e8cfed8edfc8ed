"""A recipe: an ordered list of rules, pattern over tensor names -> method with options. The first match wins."""

from __future__ import annotations

import dataclasses
import fnmatch
import tomllib
from pathlib import Path
from typing import Any

from minicompress.pipeline import coded_methods  # noqa: F401 - registers its methods
from minicompress.pipeline.methods import NEEDS_INPUTS, check_options

__all__ = ["PRESETS", "Recipe", "Rule", "preset"]


@dataclasses.dataclass(frozen=True)
class Rule:
    """Apply ``method`` to the tensors whose name matches ``pattern`` (shell wildcards: ``*``, ``?``, ``[ab]``).

    Parameters
    ----------
    pattern, method : str
    options : dict
        Keyword arguments of the method.
    activation_bits : 8 or None
        Whether layers with this weight round their inputs to int8 when they run.
    """

    pattern: str
    method: str
    options: dict[str, Any] = dataclasses.field(default_factory=dict)
    activation_bits: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.pattern, str) or not self.pattern:
            raise ValueError(f"pattern must be a non-empty string such as '*.weight'; got {self.pattern!r}")
        check_options(self.method, self.options)
        if self.activation_bits not in (None, 8):
            raise ValueError(f"activation_bits must be None or 8; got {self.activation_bits!r}")

    def matches(self, name: str) -> bool:
        """Say whether the tensor called ``name`` is this rule's; case matters."""
        return fnmatch.fnmatchcase(name, self.pattern)

    def __str__(self) -> str:
        options = dict(self.options)
        if self.activation_bits:
            options["activation_bits"] = self.activation_bits
        return f"{self.method}({', '.join(f'{k}={v}' for k, v in options.items())})"


@dataclasses.dataclass(frozen=True)
class Recipe:
    """Rules in order of precedence.

    Only weights of two and more dimensions are compressed; vectors (biases, norms) are kept, whatever matches them.

    Examples
    --------
    >>> recipe = Recipe("mine", (Rule("embed*", "rtn", {"bits": 8}), Rule("*", "rtn", {"bits": 4, "group_size": 64})))
    >>> str(recipe.rule_for("encoder.0.weight"))
    'rtn(bits=4, group_size=64)'
    """

    name: str
    rules: tuple[Rule, ...]
    family: str = ""
    summary: str = ""

    def rule_for(self, name: str, *, calibrated: bool = True) -> Rule | None:
        """Return the first rule that matches ``name``, or None.

        A rule whose method looks at data passes over a weight that calibration did not reach (``calibrated=False``),
        such as an embedding, whose "inputs" are indices.
        """
        usable = (rule for rule in self.rules if calibrated or rule.method not in NEEDS_INPUTS)
        return next((rule for rule in usable if rule.matches(name)), None)

    @property
    def needs_inputs(self) -> bool:
        """Whether one of the rules looks at calibration data."""
        return any(rule.method in NEEDS_INPUTS for rule in self.rules)

    @classmethod
    def from_toml(cls, path: str | Path) -> Recipe:
        """Read a recipe file: an array of ``[[rule]]`` tables with ``pattern``, ``method`` and the method's options.

        ::

            [[rule]]
            pattern = "embedding*"
            method = "rtn"
            bits = 8
        """
        source = Path(path)
        try:
            content = tomllib.loads(source.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ValueError(f"{source} is not a TOML recipe: {error}") from error
        tables = content.get("rule")
        if not isinstance(tables, list) or not tables or not all(isinstance(t, dict) for t in tables):
            raise ValueError(f"{source} must hold at least one [[rule]] table with a pattern and a method")
        rules = []
        for number, table in enumerate(tables, 1):
            fields = dict(table)
            if not {"pattern", "method"} <= fields.keys():
                raise ValueError(f"{source}: rule {number} must have a pattern and a method; got {', '.join(fields)}")
            pattern, name, bits = fields.pop("pattern"), fields.pop("method"), fields.pop("activation_bits", None)
            try:
                rules.append(Rule(pattern, name, fields, bits))
            except (TypeError, ValueError) as error:
                raise ValueError(f"{source}: rule {number}: {error}") from error
        return cls(str(content.get("name", source.stem)), tuple(rules), str(content.get("family", "custom")))


#: Recipes by name. ``minicompress tour`` has one row for each: a new technique appears there by being added here.
PRESETS: dict[str, Recipe] = {}


def preset(name: str, family: str, summary: str, *rules: Rule) -> Recipe:
    """Register a named recipe."""
    if name in PRESETS:
        raise ValueError(f"preset {name!r} is registered twice")
    PRESETS[name] = Recipe(name, rules, family, summary)
    return PRESETS[name]


_F16 = {"scale_dtype": "float16"}
_G64 = {"bits": 4, "group_size": 64} | _F16
_G32 = {"bits": 3, "group_size": 32, "symmetric": False} | _F16
preset("float32", "float", "as trained: the yardstick", Rule("*", "dense"))
preset("float16", "float", "half-precision storage", Rule("*", "dense", {"dtype": "float16"}))
preset("int8", "quantization", "8-bit weights, one scale a row", Rule("*", "rtn", {"bits": 8}))
preset("int8-dynamic", "quantization", "8-bit weights and activations", Rule("*", "rtn", {"bits": 8}, 8))
preset(
    "int4-g64", "quantization", "4-bit weights, groups of 64", Rule("*", "rtn", {"bits": 4, "group_size": 64} | _F16)
)
preset(
    "int4-g64-a8",
    "quantization",
    "4-bit weights in groups of 64, 8-bit activations",
    Rule("*", "rtn", _G64, 8),
)
preset(
    "int3-g32",
    "quantization",
    "3-bit weights with zero points, groups of 32",
    Rule("*", "rtn", _G32),
)
preset(
    "int2-g32",
    "quantization",
    "2-bit weights with zero points, groups of 32",
    Rule("*", "rtn", _G32 | {"bits": 2}),
)
preset(
    "int4-g64-gptq", "calibrated", "as int4-g64, errors made up for", Rule("*", "gptq", _G64), Rule("*", "rtn", _G64)
)
preset(
    "int4-g64-awq",
    "calibrated",
    "as int4-g64, salient inputs scaled up",
    Rule("*", "awq", _G64),
    Rule("*", "rtn", _G64),
)
preset(
    "int3-g32-gptq", "calibrated", "as int3-g32, errors made up for", Rule("*", "gptq", _G32), Rule("*", "rtn", _G32)
)
preset("sparse50", "pruning", "half the weights dropped, CSR", Rule("*", "magnitude", {"sparsity": 0.5}))
preset("sparse90", "pruning", "nine weights in ten dropped, CSR", Rule("*", "magnitude", {"sparsity": 0.9}))
preset("sparse24", "pruning", "two of every four weights kept, packed", Rule("*", "nm", {"n": 2, "m": 4}))
preset("fp8", "small floats", "8-bit floats E4M3, one scale a row", Rule("*", "fp8"))
preset("mxfp4", "small floats", "4-bit floats, a power of two for every 32", Rule("*", "mx", {"format": "e2m1"}))
preset("nf4", "codebook", "16 normal quantiles, scales quantized", Rule("*", "nf4", {"double_quantization": True}))
preset("kmeans4", "codebook", "16 shared values for each matrix", Rule("*", "kmeans", {"bits": 4}))
preset("svd50", "low rank", "two factors of half the size", Rule("*", "svd", {"size": 0.5}))
preset(
    "deep-compression",
    "pruned and coded",
    "half the weights dropped, 16 shared values, Huffman",
    Rule("*", "deep_compression", {"sparsity": 0.5, "bits": 4}),
)
