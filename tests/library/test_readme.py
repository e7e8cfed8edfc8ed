"""The README keeps its word: its Python runs, its recipe parses, its two commands stand, its links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from minicompress.pipeline import Recipe

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


def test_the_python_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    found = blocks("python")
    assert found
    for code in found:
        exec(compile(code, "README.md", "exec"), {})
    assert "rtn(bits=4" in capsys.readouterr().out


def test_the_recipe_parses(tmp_path):
    (text,) = blocks("toml")
    (tmp_path / "r.toml").write_text(text, "utf-8")
    recipe = Recipe.from_toml(tmp_path / "r.toml")
    assert [rule.options["bits"] for rule in recipe.rules] == [8, 4]


@pytest.mark.parametrize("name", ["tour", "tests"])
def test_a_command_sets_up_everything_itself(name):
    match = re.search(rf"^<!-- command: {name} -->\n```sh\n(.+)\n```", TEXT, re.MULTILINE)
    assert match, f"the README has no command {name}"
    assert match[1].startswith("python3 -m venv .venv && .venv/bin/pip install ")


def test_local_links_lead_somewhere():
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", TEXT) if "://" not in link]
    assert len(links) > 3
    assert not [link for link in links if not (ROOT / link.partition("#")[0]).exists()]
