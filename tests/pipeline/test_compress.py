"""``compress``: every tensor accounted for, nothing changed behind the caller's back, every error with a name."""

from __future__ import annotations

import json

import numpy as np
import pytest

import minicompress
from minicompress import compress
from minicompress.pipeline import PRESETS, CompressedModel, Recipe, Rule


def toy() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {
        "embed.weight": rng.standard_normal((30, 64)).astype(np.float32),
        "conv.weight": rng.standard_normal((16, 32, 4)).astype(np.float32),
        "fc.weight": rng.standard_normal((10, 128)).astype(np.float32),
        "fc.bias": rng.standard_normal(10).astype(np.float32),
        "step": np.float32(7),
    }


@pytest.mark.parametrize("name", PRESETS)
def test_presets_run_and_leave_the_weights_alone(name: str) -> None:
    weights = toy()
    before = {k: (w.tobytes(), w.flags.writeable) for k, w in weights.items() if isinstance(w, np.ndarray)}
    done: list[str] = []
    rng = np.random.default_rng(1)  # inputs for the methods that look at data: one row of W is one output
    inputs = {k: rng.standard_normal((64, w[0].size)) for k, w in weights.items() if np.ndim(w) > 1}
    model = compress(weights, name, inputs, on_tensor=done.append)
    assert {k: (w.tobytes(), w.flags.writeable) for k, w in weights.items() if isinstance(w, np.ndarray)} == before
    assert done == list(weights) == list(model.tensors) == list(model.records)
    assert model.info["recipe"] == name
    back = model.to_dense()
    for key, w in weights.items():
        assert back[key].shape == np.shape(w)
        assert back[key].dtype == np.float32
    np.testing.assert_array_equal(back["fc.bias"], weights["fc.bias"])
    assert model.records["fc.bias"].method == "kept"
    assert model.records["fc.bias"].reason == "vector"
    if PRESETS[name].family == "quantization" or name in ("float16", "sparse90"):
        assert model.nbytes < 0.6 * model.original_nbytes
    width = PRESETS[name].rules[0].activation_bits
    assert set(model.activation_bits.values()) == ({width} if width else set())


def test_a_convolution_is_a_matrix_inside_and_a_convolution_outside() -> None:
    weights = toy()
    model = compress(weights, "int8")
    assert model.tensors["conv.weight"].shape == (16, 128)
    assert model.records["conv.weight"].shape == (16, 32, 4)
    back = model.to_dense()["conv.weight"]
    step = np.abs(weights["conv.weight"]).max(axis=(1, 2)) / 127
    assert (np.abs(back - weights["conv.weight"]) <= step[:, None, None] * 0.5001).all()


def test_sizes_by_hand() -> None:
    model = compress(toy(), "int4-g64")
    rows = 30, 16, 10
    groups = 1, 2, 2
    columns = 64, 128, 128
    assert model.nbytes == sum(r * (c // 2 + 2 * g) for r, g, c in zip(rows, groups, columns, strict=True)) + 4 * 11
    assert model.original_nbytes == 4 * (30 * 64 + 16 * 128 + 10 * 128 + 11)
    assert model.bits_per_weight == 8 * model.nbytes / (model.original_nbytes / 4)


def test_rules_in_order_and_what_none_matches_is_kept() -> None:
    recipe = Recipe("r", (Rule("fc*", "magnitude", {"sparsity": 0.5}), Rule("*conv*", "rtn", {"bits": 8})))
    model = compress(toy(), recipe)
    kinds = {name: (record.method, record.reason) for name, record in model.records.items()}
    assert kinds == {
        "embed.weight": ("kept", "no rule"),
        "conv.weight": ("rtn(bits=8)", ""),
        "fc.weight": ("magnitude(sparsity=0.5)", ""),
        "fc.bias": ("kept", "vector"),
        "step": ("kept", "no rule"),
    }
    np.testing.assert_array_equal(model.to_dense()["embed.weight"], toy()["embed.weight"])


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_what_is_kept_is_kept_to_the_bit_and_copied(dtype: type) -> None:
    w, b = np.random.default_rng(1).standard_normal((4, 8)).astype(dtype), np.array([1 / 3, 2 / 3], dtype)
    before = b.copy()
    model = compress({"w": w, "b": b}, "int8")
    assert model.tensors["b"].nbytes == b.nbytes == model.records["b"].original_nbytes
    b[:] = 9
    np.testing.assert_array_equal(model.tensors["b"].arrays()["data"], before)


def test_lists_are_arrays_too() -> None:
    model = compress({"w": [[1.0, 2.0], [3.0, 4.0]]}, "float16")
    assert model.to_dense()["w"].tolist() == [[1, 2], [3, 4]]


def test_empty_matrices_are_kept() -> None:
    model = compress({"w": np.ones((2, 2)), "none": np.zeros((0, 3))}, "int8")
    assert model.records["none"].reason == "empty"
    assert model.to_dense()["none"].shape == (0, 3)


def test_culprits_are_named() -> None:
    weights = toy()
    with pytest.raises(
        ValueError, match=r"pattern 'embd\*' matches no weight matrix; the names are: embed.weight, conv"
    ):
        compress(weights, Recipe("r", (Rule("embd*", "rtn"),)))
    with pytest.raises(ValueError, match=r"pattern 'fc.bias' matches no weight matrix"):
        compress(weights, Recipe("r", (Rule("fc.bias", "rtn"),)))
    with pytest.raises(ValueError, match=r"weight 'embed.weight': group_size must divide in_features = 64; got 48"):
        compress(weights, Recipe("r", (Rule("*", "rtn", {"bits": 4, "group_size": 48}),)))
    weights["conv.weight"][3, 2, 1] = np.nan
    with pytest.raises(ValueError, match=r"weight 'conv.weight' has 1 value that is not finite.*\(3, 2, 1\)"):
        compress(weights, "int8")
    with pytest.raises(ValueError, match="weight 'b' has 1 value that is not finite"):
        compress({"w": np.ones((2, 2)), "b": np.array([np.inf])}, "int8")
    with pytest.raises(ValueError, match="bits must be an integer from 1 to 8; got 99") as caught:
        compress(toy(), Recipe("r", (Rule("*", "rtn", {"bits": 99}),)))
    assert "weight 'embed.weight'" in str(caught.value)
    for nothing in ({}, [], None, 3):
        with pytest.raises(ValueError, match="weights must be a non-empty mapping"):
            compress(nothing, "int8")


def test_calibration_must_fit_its_weight() -> None:
    with pytest.raises(ValueError, match=r"calibration\['w'\] must have shape \(any, 4\); got .*\(7, 5\)"):
        compress({"w": np.ones((3, 4))}, "int8", {"w": np.ones((7, 5))})


@pytest.mark.parametrize("exponent", [30, 0, -30])
def test_relative_error_holds_at_any_magnitude(exponent: int) -> None:
    w = np.random.default_rng(5).standard_normal((8, 64))
    want = compress({"w": w}, "int4-g64").records["w"].relative_error
    recipe = Recipe("r", (Rule("*", "rtn", {"bits": 4, "group_size": 64}),))
    found = compress({"w": w * 10.0**exponent}, recipe).records["w"].relative_error
    assert 0.05 < want < 0.2
    assert found == pytest.approx(want, rel=0.02)


# ---- the report --------------------------------------------------------------------------------------------------


def mixed() -> CompressedModel:
    recipe = Recipe("r", (Rule("fc*", "magnitude", {"sparsity": 0.1}), Rule("*", "rtn", {"bits": 4})))
    return compress(toy(), recipe)


def test_totals_add_up() -> None:
    model, report = mixed(), mixed().report()
    assert report.nbytes == sum(row.nbytes for row in report.rows) == model.nbytes
    assert (
        report.original_nbytes
        == sum(row.original_nbytes for row in report.rows)
        == sum(np.asarray(w).nbytes for w in toy().values())
    )
    assert report.ratio == report.original_nbytes / report.nbytes
    sizes = [int(np.prod(row.shape)) for row in report.rows]
    assert report.bits_per_weight == pytest.approx(
        sum(row.bits_per_weight * n for row, n in zip(report.rows, sizes, strict=True)) / sum(sizes)
    )


def test_a_tensor_that_grew_is_a_warning() -> None:
    report = mixed().report()
    assert len(report.warnings) == 1
    assert report.warnings[0].startswith("fc.weight: magnitude(sparsity=0.1) made it larger (5,120 ->")
    assert "made it larger" in report.to_markdown()
    assert "made it larger" in str(report)
    assert minicompress.compress(toy(), "int8").report().warnings == []


def test_json_parses_to_the_rows() -> None:
    report = mixed().report()
    content = json.loads(report.to_json(), parse_constant=lambda c: pytest.fail(f"{c} is not JSON"))
    assert [row["name"] for row in content["rows"]] == list(toy())
    assert content["ratio"] == report.ratio
    assert content["rows"][1]["shape"] == [16, 32, 4]


def test_markdown_is_a_table() -> None:
    lines = mixed().report().to_markdown().splitlines()
    table = [line for line in lines if line.startswith("|")]
    assert {line.count("|") for line in table} == {8}
    assert set(table[1]) <= set("|-: ")
    assert len(table) == 2 + len(toy()) + 1
    assert table[-1].startswith("| total |")
    assert "| 16x32x4 |" in table[3]
    assert "| scalar |" in table[6]
