"""``minicompress compress``: what it writes, and one clear line for each kind of bad input."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest
from safetensors.numpy import save_file

from minicompress import files
from minicompress.cli import main


@pytest.fixture
def checkpoint(tmp_path):
    rng = np.random.default_rng(0)
    weights = {
        "embed.weight": rng.standard_normal((128, 64)).astype(np.float32),
        "conv.weight": rng.standard_normal((64, 64, 3)).astype(np.float32),
        "conv.bias": np.zeros(64, np.float32),
    }
    save_file(weights, tmp_path / "w.safetensors")
    return tmp_path / "w.safetensors"


def test_writes_a_model_that_loads_and_reports_every_tensor(checkpoint, tmp_path, capsys):
    out = tmp_path / "o.safetensors"
    assert main(["compress", str(checkpoint), "-o", str(out), "--recipe", "int4-g64"]) == 0
    printed = capsys.readouterr().out
    model = files.load(out)
    assert {n: a.shape for n, a in model.to_dense().items()} == {
        "embed.weight": (128, 64),
        "conv.weight": (64, 64, 3),
        "conv.bias": (64,),
    }
    assert all(name in printed for name in model.tensors)
    assert f"{out.stat().st_size:,} bytes" in printed


@pytest.mark.parametrize("suffix", [".md", ".json"])
def test_writes_a_report(checkpoint, tmp_path, suffix):
    report = tmp_path / f"r{suffix}"
    assert main(["compress", str(checkpoint), "-o", str(tmp_path / "o.safetensors"), "--report", str(report)]) == 0
    text = report.read_text("utf-8")
    assert (json.loads(text)["nbytes"] > 0) if suffix == ".json" else text.startswith("| tensor |")


def test_a_dry_run_writes_nothing(checkpoint, tmp_path, capsys):
    assert main(["compress", str(checkpoint), "-o", str(tmp_path / "o.safetensors"), "--dry-run"]) == 0
    assert "conv.bias  64  kept" in capsys.readouterr().out
    assert sorted(p.name for p in tmp_path.iterdir()) == ["w.safetensors"]


def test_a_recipe_file_is_followed(checkpoint, tmp_path):
    recipe = tmp_path / "mine.toml"
    recipe.write_text('[[rule]]\npattern = "embed*"\nmethod = "rtn"\nbits = 3\n', "utf-8")
    out = tmp_path / "o.safetensors"
    assert main(["compress", str(checkpoint), "-o", str(out), "--recipe", str(recipe)]) == 0
    records = files.load(out).records
    assert records["embed.weight"].method == "rtn(bits=3)"
    assert records["conv.weight"].reason == "no rule"


def broken(kind, checkpoint, tmp_path):
    """Return the arguments of a run that must fail, and what its message must name."""
    path, options = tmp_path / "bad.safetensors", []
    good = checkpoint.read_bytes()
    size = struct.unpack("<Q", good[:8])[0]
    header = json.loads(good[8 : 8 + size])
    recipe = tmp_path / "r.toml"
    named = "bad.safetensors"
    if kind == "not safetensors":
        path.write_bytes(b"this is a text file, nothing else")
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "truncated":
        path.write_bytes(good[: len(good) // 2])
    elif kind == "header of 10 GB":
        path.write_bytes(struct.pack("<Q", 10 * 2**30) + b"{}")
    elif kind == "tensor of 10 GB":
        header["conv.bias"] |= {"shape": [10 * 2**30 // 4], "data_offsets": [0, 10 * 2**30]}
        text = json.dumps(header).encode()
        path.write_bytes(struct.pack("<Q", len(text)) + text + good[8 + size :])
    elif kind == "nan":
        w = np.ones((64, 64), np.float32)
        w[3, 4] = np.nan
        save_file({"layer.weight": w}, path)
        named = "'layer.weight'"
    elif kind == "no such file":
        path, named = tmp_path / "missing.safetensors", "missing.safetensors"
    elif kind == "pattern":
        recipe.write_text('[[rule]]\npattern = "decoder*"\nmethod = "rtn"\n', "utf-8")
        path, options, named = checkpoint, ["--recipe", str(recipe)], "'decoder*'"
    elif kind == "group":
        recipe.write_text('[[rule]]\npattern = "*"\nmethod = "rtn"\nbits = 4\ngroup_size = 48\n', "utf-8")
        path, options, named = checkpoint, ["--recipe", str(recipe)], "group_size must divide"
    elif kind == "preset":
        path, options, named = checkpoint, ["--recipe", "int5"], "did you mean 'int8'"
    elif kind == "toml":
        recipe.write_text("[[rule]\n", "utf-8")
        path, options, named = checkpoint, ["--recipe", str(recipe)], "r.toml"
    elif kind == "option":
        recipe.write_text('[[rule]]\npattern = "*"\nmethod = "rtn"\nbit = 4\n', "utf-8")
        path, options, named = checkpoint, ["--recipe", str(recipe)], "'bit'"
    return [str(path), *options], named


KINDS = ("not safetensors", "empty", "truncated", "header of 10 GB", "tensor of 10 GB", "nan", "no such file")
KINDS += ("pattern", "group", "preset", "toml", "option")


@pytest.mark.parametrize("kind", KINDS)
def test_bad_input_is_one_line_exit_2_and_nothing_written(kind, checkpoint, tmp_path, capsys):
    arguments, named = broken(kind, checkpoint, tmp_path)
    before = sorted(p.name for p in tmp_path.iterdir())
    assert main(["compress", *arguments, "-o", str(tmp_path / "o.safetensors")]) == 2
    message = capsys.readouterr().err.strip()
    assert message.startswith("error: ")
    assert named in message
    assert "\n" not in message
    assert "Traceback" not in message
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_debug_shows_the_error_itself(tmp_path):
    with pytest.raises(FileNotFoundError):
        main(["--debug", "compress", str(tmp_path / "none.safetensors"), "-o", str(tmp_path / "o")])


def test_the_original_is_never_overwritten(checkpoint, capsys):
    before = checkpoint.read_bytes()
    assert main(["compress", str(checkpoint), "-o", str(checkpoint)]) == 2
    assert "name another" in capsys.readouterr().err
    assert checkpoint.read_bytes() == before


def test_what_is_compressed_is_not_compressed_again(checkpoint, tmp_path, capsys):
    out = tmp_path / "o.safetensors"
    assert main(["compress", str(checkpoint), "-o", str(out)]) == 0
    assert main(["compress", str(out), "-o", str(tmp_path / "p.safetensors")]) == 2
    assert "compressed already" in capsys.readouterr().err
