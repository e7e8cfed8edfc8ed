"""What a file holds, and how two models differ: checked against the files' own readers and against closed forms."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from safetensors.numpy import save_file
from typer.testing import CliRunner

import minicompress
from minicompress import files
from minicompress.cli.app import build, main
from minicompress.files.difference import compare_models
from minicompress.files.gguf import save_gguf
from minicompress.files.opening import open_model
from minicompress.quantization import quantize_gguf

RNG = np.random.default_rng(0)
W = RNG.standard_normal((64, 96)).astype(np.float32)


@pytest.fixture
def places(tmp_path):
    """The same weights as safetensors, as our container at 8 bits, and as GGUF."""
    weights = {"w": W, "half": W[:2].astype(np.float16), "n": np.arange(3)}
    save_file(weights, tmp_path / "a.safetensors")
    files.save(minicompress.compress({"w": W, "half": W[:2]}, "int8"), tmp_path / "b.safetensors")
    save_gguf({"w": quantize_gguf(W, format="Q4_0"), "half": W[:2].astype(np.float16)}, tmp_path / "c.gguf")
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(build(), list(map(str, arguments)), env={"COLUMNS": "160"})


def test_formats_shapes_and_bytes_are_those_of_the_file(places):
    plain = open_model(places / "a.safetensors")
    assert plain.kind == "safetensors"
    assert {t.name: (t.format, t.shape, t.nbytes) for t in plain.tensors.values()} == {
        "half": ("F16", (2, 96), 384),
        "n": ("I64", (3,), 24),
        "w": ("F32", (64, 96), 24576),
    }
    blocks = open_model(places / "c.gguf")
    assert blocks.kind == "gguf"
    assert blocks.tensors["w"].format == "Q4_0"
    assert blocks.tensors["w"].bits_per_weight == 4.5
    ours = open_model(places / "b.safetensors")
    assert ours.kind == "minicompress"
    assert ours.tensors["w"].nbytes == files.load(places / "b.safetensors").tensors["w"].nbytes


def test_a_folder_opens_as_its_weights(places):
    (places / "model.safetensors").write_bytes((places / "a.safetensors").read_bytes())
    assert open_model(places).tensors.keys() == {"w", "half", "n"}


def test_inspect_prints_every_tensor_and_the_total(places):
    shown = run("inspect", places / "c.gguf", "--histogram")
    assert shown.exit_code == 0
    for text in ("Q4_0", "64x96", "4.50", "3,456", "█", "6,336 weights in 3,840 bytes"):
        assert text in shown.output
    listed = json.loads(run("inspect", places / "a.safetensors", "--json").output)
    assert {t["name"]: t["bytes"] for t in listed["tensors"]} == {"w": 24576, "half": 384, "n": 24}


def test_diff_gives_the_errors_of_the_closed_forms(places):
    found = compare_models(open_model(places / "a.safetensors"), open_model(places / "c.gguf"))
    assert found.only_first == ("n",)
    (row,) = [row for row in found.rows if row.name == "w"]
    back = quantize_gguf(W, format="Q4_0").to_dense().astype(np.float64)
    w = W.astype(np.float64)
    relative = np.linalg.norm(w - back) / np.linalg.norm(w)
    np.testing.assert_allclose(row.relative_error, relative, rtol=1e-12)
    np.testing.assert_allclose(row.cosine, np.vdot(w, back) / np.linalg.norm(w) / np.linalg.norm(back), rtol=1e-12)
    np.testing.assert_allclose(row.sqnr, 10 * np.log10((w**2).sum() / ((w - back) ** 2).sum()), rtol=1e-12)
    np.testing.assert_allclose(row.largest, np.abs(W - back).max(), rtol=1e-12)
    assert found.rows[0] is row, "the worst stands first"
    assert not found.equal


def test_equal_models_are_said_to_be_equal(places):
    found = compare_models(open_model(places / "a.safetensors"), open_model(places / "a.safetensors"))
    assert found.equal
    for row in found.rows:
        assert (row.relative_error, row.sqnr) == (0.0, math.inf)
        assert row.cosine == pytest.approx(1)
    assert run("diff", places / "a.safetensors", places / "a.safetensors").exit_code == 0


def test_diff_says_where_models_do_not_match_and_ends_with_1(places, tmp_path):
    save_file({"w": W.T.copy(), "other": W}, tmp_path / "d.safetensors")
    shown = run("diff", places / "a.safetensors", tmp_path / "d.safetensors")
    assert shown.exit_code == 1
    assert "of another shape: w" in shown.output
    assert "only in d.safetensors: other" in shown.output
    listed = json.loads(run("diff", places / "a.safetensors", places / "b.safetensors", "--json", "--top", 1).output)
    assert not listed["equal"]


@pytest.mark.parametrize("zero", [np.zeros_like(W), W * np.float32(1e-30)])
def test_zeros_and_tiny_weights_have_defined_errors(tmp_path, zero):
    save_file({"w": zero}, tmp_path / "a.safetensors")
    save_file({"w": W}, tmp_path / "b.safetensors")
    (row,) = compare_models(open_model(tmp_path / "a.safetensors"), open_model(tmp_path / "a.safetensors")).rows
    assert (row.relative_error, row.largest) == (0, 0)
    (row,) = compare_models(open_model(tmp_path / "a.safetensors"), open_model(tmp_path / "b.safetensors")).rows
    assert row.relative_error > 1
    np.testing.assert_allclose(row.largest, np.abs(W.astype(np.float64) - zero).max(), rtol=1e-12)


@pytest.mark.parametrize("content", [None, b"", b"GGUF", b"no model at all"])
@pytest.mark.parametrize("command", ["inspect", "diff"])
def test_what_is_no_model_is_one_line_and_exit_code_2(tmp_path, capsys, command, content):
    path = tmp_path / "x.bin"
    if content is not None:
        path.write_bytes(content)
    assert main([command, str(path)] + [str(path)] * (command == "diff")) == 2
    assert capsys.readouterr().err.startswith("error: ")
