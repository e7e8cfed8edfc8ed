"""Folders in the compressed-tensors layout: the library's own configuration and decompressors read them as we do."""

from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors import safe_open

import minicompress
from minicompress.files.compressed_tensors import save_compressed_tensors
from minicompress.pipeline.recipe import Recipe, Rule

RNG = np.random.default_rng(0)
WEIGHTS = {
    "a.weight": RNG.standard_normal((24, 96)).astype(np.float32),
    "a.bias": RNG.standard_normal(24).astype(np.float32),
    "b.weight": RNG.standard_normal((33, 64)).astype(np.float32),
    "position_ids": np.arange(5),
}


def rule(**options):
    return Rule("*", "rtn", options)


CASES = {
    "int4 groups": (rule(bits=4, group_size=32), "pack-quantized"),
    "int4 groups, zero points": (rule(bits=4, group_size=32, symmetric=False), "pack-quantized"),
    "int3 rows": (rule(bits=3), "pack-quantized"),
    "int2 groups, zero points": (rule(bits=2, group_size=16, symmetric=False), "pack-quantized"),
    "int8 rows": (rule(bits=8), "int-quantized"),
    "int8 rows, zero points": (rule(bits=8, symmetric=False), "pack-quantized"),
    "int8 groups": (rule(bits=8, group_size=32), "pack-quantized"),
    "int8 rows, int8 activations": (Rule("*", "rtn", {"bits": 8}, activation_bits=8), "int-quantized"),
    "fp8": (Rule("*", "fp8", {}), "float-quantized"),
}


def made(tmp_path, *rules):
    model = minicompress.compress(WEIGHTS, Recipe("made", rules))
    save_compressed_tensors(model, tmp_path / "out", config={"hidden_size": 96})
    return model, json.loads((tmp_path / "out" / "config.json").read_text("utf-8"))


def decompressed(folder, config):
    """The weights by the library alone: its configuration classes, its decompressor of each group's format."""
    pytest.importorskip("torch")
    pytest.importorskip("compressed_tensors")
    from compressed_tensors.compressors import BaseCompressor
    from compressed_tensors.quantization import QuantizationConfig

    scheme_of = {
        target: group
        for group in QuantizationConfig.model_validate(config["quantization_config"]).config_groups.values()
        for target in group.targets
    }
    found = {}
    with safe_open(folder / "model.safetensors", framework="pt") as file:
        names = list(file.keys())
        for module, scheme in scheme_of.items():
            own = {n.removeprefix(f"{module}."): file.get_tensor(n) for n in names if n.startswith(f"{module}.weight")}
            compressor = BaseCompressor.get_value_from_registry(scheme.format)
            found[f"{module}.weight"] = compressor.decompress(own, scheme)["weight"].float().numpy()
        rest = [n for n in names if n.rpartition(".")[0] not in scheme_of or n.endswith(".bias")]
        found |= {n: file.get_tensor(n).numpy() for n in rest}
    return found


@pytest.mark.oracle("save_compressed_tensors", against="compressed-tensors (its decompressors)", tolerance="1 ulp")
@pytest.mark.parametrize("case", CASES)
def test_the_library_reads_the_same_weights(tmp_path, case):
    chosen, format = CASES[case]
    model, config = made(tmp_path, chosen)
    assert config["hidden_size"] == 96
    assert config["quantization_config"]["format"] == format
    found = decompressed(tmp_path / "out", config)
    assert found.keys() == WEIGHTS.keys()
    for name, ours in model.to_dense().items():
        np.testing.assert_allclose(found[name], ours, rtol=1.2e-7, atol=0)


def test_groups_of_two_kinds_are_one_mixed_model(tmp_path):
    model, config = made(tmp_path, Rule("a.*", "rtn", {"bits": 4, "group_size": 32}), Rule("b.*", "fp8", {}))
    quantization = config["quantization_config"]
    assert quantization["format"] == "mixed-precision"
    assert [g["targets"] for g in quantization["config_groups"].values()] == [["a"], ["b"]]
    found = decompressed(tmp_path / "out", config)
    for name, ours in model.to_dense().items():
        np.testing.assert_allclose(found[name], ours, rtol=1.2e-7, atol=0)


def test_what_is_kept_is_listed_as_ignored(tmp_path):
    _, config = made(tmp_path, Rule("a.*", "rtn", {"bits": 8}))
    assert config["quantization_config"]["ignore"] == ["b"]


def test_the_words_are_spelled_out(tmp_path):
    """Four-bit codes 1 to 8 of one row, by hand: the first one stands in the lowest bits."""
    from minicompress.pipeline.model import CompressedModel, Record
    from minicompress.tensors import QuantizedTensor

    codes = np.arange(1, 9, dtype=np.uint8)[None]
    tensor = QuantizedTensor.from_codes(codes, np.float32([[0.5]]), None, bits=4)
    record = Record((1, 8), "by hand", "", 32, 0.0)
    save_compressed_tensors(CompressedModel({"m.weight": tensor}, {"m.weight": record}), tmp_path / "out")
    with safe_open(tmp_path / "out" / "model.safetensors", framework="numpy") as file:
        assert file.get_tensor("m.weight_packed").view(np.uint32).tolist() == [[0x87654321]]
        assert file.get_tensor("m.weight_shape").tolist() == [1, 8]


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ((Rule("*", "magnitude", {"sparsity": 0.5}),), "has no place in this layout"),
        ((Rule("*", "fp8", {"group_size": 32}),), "FP8 groups"),
    ],
)
def test_what_has_no_place_is_named_and_nothing_is_left(tmp_path, rules, message):
    with pytest.raises(ValueError, match=message):
        made(tmp_path, *rules)
    assert not list(tmp_path.iterdir())


def test_a_name_without_weight_at_its_end_is_refused(tmp_path):
    model = minicompress.compress({"table": WEIGHTS["a.weight"]}, "int8")
    with pytest.raises(ValueError, match=r"must end in '\.weight'"):
        save_compressed_tensors(model, tmp_path / "out")


def test_a_folder_in_use_is_kept(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("keep")
    with pytest.raises(FileExistsError):
        made(tmp_path, rule(bits=8))
    assert (tmp_path / "out" / "mine.txt").read_text() == "keep"
