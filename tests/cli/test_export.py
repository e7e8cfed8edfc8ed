"""Exported models hold the same weights: GGUF by its own rounding, compressed-tensors to the last bit but one.

What an ONNX file computes is tested with :mod:`minicompress.files.onnx_encoder`.
"""

from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors.numpy import save_file

import minicompress
from minicompress import files
from minicompress.cli.app import main
from minicompress.quantization import quantize_gguf
from tests.models import bert_folders

RNG = np.random.default_rng(0)
W = RNG.standard_normal((64, 96)).astype(np.float32)
WEIGHTS = {"w.weight": W, "odd.weight": W[:, :50].copy(), "w.bias": W[0].copy(), "n": np.arange(3)}


@pytest.fixture
def floats(tmp_path):
    save_file(WEIGHTS, tmp_path / "a.safetensors")
    return tmp_path / "a.safetensors"


@pytest.mark.parametrize("kind", ["F32", "F16", "Q8_0", "Q4_0", "Q4_1"])
def test_gguf_holds_the_weights_in_the_kind_asked_for(tmp_path, floats, kind):
    assert main(["export", str(floats), "-o", str(tmp_path / "a.gguf"), "--kind", kind]) == 0
    found = files.load_gguf(tmp_path / "a.gguf").tensors
    assert found.keys() == WEIGHTS.keys() - {"n"}
    half = {"F32": W, "F16": W.astype(np.float16)}
    wanted = half[kind] if kind in half else quantize_gguf(W, format=kind).to_dense()
    np.testing.assert_array_equal(found["w.weight"].to_dense(), wanted)
    np.testing.assert_array_equal(found["w.bias"].to_dense(), W[0])
    np.testing.assert_allclose(found["odd.weight"].to_dense(), W[:, :50], rtol=2**-11)


def test_a_compressed_model_is_written_as_compressed_tensors_with_its_own_configuration(tmp_path):
    (tmp_path / "in").mkdir()
    model = minicompress.compress({"w.weight": W, "w.bias": W[0]}, "int3-g32")
    files.save(model, tmp_path / "in" / "model.safetensors")
    (tmp_path / "in" / "config.json").write_text('{"hidden_size": 96}')
    assert main(["export", str(tmp_path / "in"), "-o", str(tmp_path / "out")]) == 0
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    assert config["hidden_size"] == 96
    assert config["quantization_config"]["format"] == "pack-quantized"


def test_float_weights_have_nothing_to_export_as_compressed_tensors(tmp_path, floats, capsys):
    assert main(["export", str(floats), "-o", str(tmp_path / "out")]) == 2
    assert "error: " in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_an_unknown_kind_is_named(tmp_path, floats, capsys):
    assert main(["export", str(floats), "-o", str(tmp_path / "a.gguf"), "--kind", "Q3_K"]) == 2
    assert "--kind must be one of" in capsys.readouterr().err


@pytest.mark.parametrize("options", [["--format", "onnx", "-o", "a.bin"], ["-o", "a.onnx"]])
def test_an_encoders_folder_is_written_as_onnx(tmp_path, capsys, monkeypatch, options):
    pytest.importorskip("onnx")
    monkeypatch.chdir(tmp_path)
    folder = bert_folders.write_folder(tmp_path / "bert")
    assert main(["export", "bert", *options]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "14 x float32"
    assert said[-1].endswith(f"{options[-1]}: {(tmp_path / options[-1]).stat().st_size:,} bytes of weights")
    files.save_onnx(folder, tmp_path / "b.onnx")
    assert (tmp_path / options[-1]).read_bytes() == (tmp_path / "b.onnx").read_bytes()


def test_the_format_goes_before_the_ending(tmp_path, floats):
    assert main(["export", str(floats), "-o", str(tmp_path / "a.onnx"), "--format", "gguf"]) == 0
    assert (tmp_path / "a.onnx").read_bytes()[:4] == b"GGUF"


def test_what_is_no_encoder_has_no_graph_and_an_unknown_format_is_named(tmp_path, floats, capsys):
    assert main(["export", str(floats), "-o", str(tmp_path / "m.onnx")]) == 2
    assert "config.json" in capsys.readouterr().err
    assert main(["export", str(floats), "-o", str(tmp_path / "m"), "--format", "torch"]) == 2
    assert "--format must be one of" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["a.safetensors"]
