"""Recipes: patterns in order, options checked at once, TOML files with errors that say where."""

from __future__ import annotations

from pathlib import Path

import pytest

from minicompress.pipeline import METHODS, PRESETS, Recipe, Rule, method, preset, resolve_recipe


def test_the_first_match_wins() -> None:
    first, second = Rule("layer.0.*", "rtn", {"bits": 8}), Rule("layer.*", "rtn", {"bits": 4})
    recipe = Recipe("r", (first, second))
    assert recipe.rule_for("layer.0.weight") is first
    assert recipe.rule_for("layer.1.weight") is second
    assert recipe.rule_for("head.weight") is None
    assert Recipe("r", (second, first)).rule_for("layer.0.weight") is second


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("*", "anything/at.all", True),
        ("*.weight", "a.b.weight", True),
        ("*.weight", "a.b.weight2", False),
        ("layer.?.w", "layer.3.w", True),
        ("layer.?.w", "layer.13.w", False),
        ("layer.[02].w", "layer.2.w", True),
        ("layer.[!02].w", "layer.2.w", False),
        ("Layer*", "layer.1", False),
        ("层*", "层.1", True),
    ],
)
def test_patterns_are_shell_wildcards(pattern: str, name: str, matches: bool) -> None:
    assert Rule(pattern, "dense").matches(name) is matches


def test_a_rule_is_checked_when_it_is_made() -> None:
    with pytest.raises(ValueError, match="method must be one of .*rtn.*; got 'rtm'"):
        Rule("*", "rtm")
    with pytest.raises(ValueError, match="method 'rtn' has no option 'bit'; it takes bits, group_size"):
        Rule("*", "rtn", {"bit": 4})
    with pytest.raises(ValueError, match="method 'magnitude' needs the option 'sparsity'"):
        Rule("*", "magnitude")
    with pytest.raises(ValueError, match="pattern must be a non-empty string"):
        Rule("", "rtn")
    with pytest.raises(ValueError, match="activation_bits must be None or 8; got 4"):
        Rule("*", "rtn", {}, 4)


def test_text_of_a_rule() -> None:
    assert str(Rule("*", "rtn", {"bits": 4}, 8)) == "rtn(bits=4, activation_bits=8)"
    assert str(Rule("*", "dense")) == "dense()"


TOML = """
name = "mine"
[[rule]]
pattern = "embed*"
method = "rtn"
bits = 8
[[rule]]
pattern = "*"
method = "rtn"
bits = 4
group_size = 64
activation_bits = 8
"""


def written(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "recipe.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_toml(tmp_path: Path) -> None:
    recipe = Recipe.from_toml(written(tmp_path, TOML))
    assert recipe.name == "mine"
    assert recipe.rules == (
        Rule("embed*", "rtn", {"bits": 8}),
        Rule("*", "rtn", {"bits": 4, "group_size": 64}, 8),
    )
    assert Recipe.from_toml(written(tmp_path, TOML.replace('name = "mine"', ""))).name == "recipe"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"must hold at least one \[\[rule\]\]"),
        ("rule = 3", r"must hold at least one \[\[rule\]\]"),
        ("rule = [1, 2]", r"must hold at least one \[\[rule\]\]"),
        ("[[rules]]\npattern = '*'\nmethod = 'rtn'", r"must hold at least one \[\[rule\]\]"),
        ("[[rule]\n", "is not a TOML recipe: .*line 1"),
        (b"name = '\xff'", "is not a TOML recipe"),
        ("[[rule]]\nmethod = 'rtn'", "rule 1 must have a pattern and a method; got method"),
        (TOML + "[[rule]]\npattern = 'x'", "rule 3 must have a pattern and a method; got pattern"),
        (TOML + "[[rule]]\npattern = 'x'\nmethod = 'zip'", "rule 3: method must be one of .*; got 'zip'"),
        (TOML + "[[rule]]\npattern = 'x'\nmethod = ['rtn']", "rule 3: "),
        (TOML + "[[rule]]\npattern = 3\nmethod = 'rtn'", "rule 3: pattern must be a non-empty string"),
        (TOML + "[[rule]]\npattern = 'x'\nmethod = 'rtn'\nbit = 4", "rule 3: method 'rtn' has no option 'bit'"),
        (TOML + "[[rule]]\npattern = 'x'\nmethod = 'rtn'\nactivation_bits = 4", "rule 3: activation_bits must be"),
    ],
)
def test_toml_errors_name_the_file_and_the_rule(tmp_path: Path, text: str | bytes, message: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ValueError, match=message) as caught:
        Recipe.from_toml(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Recipe.from_toml(tmp_path / "none.toml")


def test_presets_by_name() -> None:
    assert {"int8", "int4-g64", "sparse90"} <= set(PRESETS)
    assert resolve_recipe("int8") is PRESETS["int8"]
    mine = Recipe("mine", (Rule("*", "dense"),))
    assert resolve_recipe(mine) is mine
    with pytest.raises(ValueError, match=r"recipe must be one of .*; got 'int4-g6'; did you mean 'int4-g64'\?"):
        resolve_recipe("int4-g6")
    for name, recipe in PRESETS.items():
        assert recipe.name == name
        assert recipe.summary
        assert recipe.family


def test_names_are_taken_once() -> None:
    with pytest.raises(ValueError, match="preset 'int8' is registered twice"):
        preset("int8", "x", "y")
    with pytest.raises(ValueError, match="method 'rtn' is registered twice"):
        method(METHODS["rtn"])
