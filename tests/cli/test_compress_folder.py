"""``minicompress compress FOLDER``: the folder that it writes, the report, and one line for each kind of bad input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from minicompress import files
from minicompress.cli import main
from minicompress.cli._compress_folder import parse_bytes
from minicompress.models import BertEncoder
from tests.models import bert_folders

pytest.importorskip("tokenizers")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return bert_folders.write_folder(tmp_path / "model")


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    lines = ["open the file", "", "return a number of the list", "close the list", "read a number", "write to the file"]
    (tmp_path / "texts.txt").write_text("\n".join(lines), "utf-8")
    return tmp_path / "texts.txt"


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    text = '[[rule]]\npattern = "*.layer.*"\nmethod = "gptq"\nbits = 4\n\n[[rule]]\npattern = "*"\nmethod = "rtn"\n'
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("suffix", [".md", ".json"])
def test_writes_a_folder_that_encodes_and_a_report(folder, texts, recipe, tmp_path, capsys, suffix) -> None:
    report = tmp_path / f"report{suffix}"
    arguments = ["compress", str(folder), "-o", str(tmp_path / "small"), "--recipe", str(recipe)]
    assert main([*arguments, "--calibrate", str(texts), "--report", str(report)]) == 0
    printed = capsys.readouterr().out
    assert "texts from texts.txt" in printed
    assert "mean cosine to float32: 0.9" in printed
    size = (tmp_path / "small" / "model.safetensors").stat().st_size
    assert f"{size:,} bytes" in printed.replace("\n", " ")
    vectors = BertEncoder.from_pretrained(tmp_path / "small").encode(["open the file"])
    assert float((vectors * BertEncoder.from_pretrained(folder).encode(["open the file"])).sum()) > 0.9
    records = files.load(tmp_path / "small" / "model.safetensors").records
    assert records["encoder.layer.0.output.dense.weight"].method == "gptq(bits=4)"
    text = report.read_text("utf-8")
    if suffix == ".json":
        content = json.loads(text)
        assert len(content["output_errors"]) == 12
        assert 0.9 < content["measured"]["mean cosine to float32"] <= 1
    else:
        assert text.startswith("| tensor |")
        assert "- mean cosine to float32: 0.9" in text


def test_a_dry_run_plans_and_writes_nothing(folder, recipe, tmp_path, capsys) -> None:
    before = sorted(p.name for p in tmp_path.iterdir())
    assert main(["compress", str(folder), "-o", str(tmp_path / "s"), "--recipe", str(recipe), "--dry-run"]) == 0
    printed = capsys.readouterr().out
    assert "gptq(bits=4)" in printed
    assert "expected: " in printed
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_a_budget_is_kept(folder, texts, tmp_path, capsys) -> None:
    out = tmp_path / "small"
    assert main(["compress", str(folder), "-o", str(out), "--calibrate", str(texts), "--budget", "40kB"]) == 0
    model = files.load(out / "model.safetensors")
    assert model.nbytes < 40_000
    assert model.info["recipe"] == "budget 40,000"


def bad(kind: str, folder: Path, texts: Path, tmp_path: Path) -> tuple[list[str], str]:
    target = ["-o", str(tmp_path / "small")]
    if kind == "recipe":
        return [str(folder), *target, "--recipe", "tinny"], "did you mean"
    if kind == "existing":
        return [str(folder), "-o", str(folder)], "name a new folder"
    if kind == "budget":
        return [str(folder), *target, "--budget", "9 apples"], "--budget must be a size"
    if kind == "no texts":
        texts.write_text("one line", "utf-8")
        return [str(folder), *target, "--calibrate", str(texts), "--recipe", "tiny"], "at least two lines"
    if kind == "file":
        return [str(folder / "model.safetensors"), *target, "--budget", "9MB"], "--budget is for the folder"
    (folder / "config.json").unlink()
    return [str(folder), *target], "config.json"


@pytest.mark.parametrize("kind", ["recipe", "existing", "budget", "no texts", "file", "config"])
def test_bad_input_is_one_line_and_exit_2(kind, folder, texts, tmp_path, capsys) -> None:
    arguments, named = bad(kind, folder, texts, tmp_path)
    assert main(["compress", *arguments]) == 2
    message = capsys.readouterr().err.strip()
    assert message.startswith("error: ")
    assert named in message
    assert "\n" not in message
    assert not (tmp_path / "small").exists()


def test_sizes_are_decimal() -> None:
    assert [parse_bytes(t) for t in ("9MB", "9.1 MB", "9000000", "12kb", "1G")] == [
        9_000_000, 9_100_000, 9_000_000, 12_000, 10**9,
    ]  # fmt: skip


def test_a_lone_b_is_no_unit() -> None:
    with pytest.raises(ValueError, match="--budget must be a size such as 9MB"):
        parse_bytes("9 b")
