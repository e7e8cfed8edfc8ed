"""Our own container: the same bits back, all or nothing on disk, and distrust of every field on the way in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

import minicompress
from minicompress import files
from minicompress.files import atomic_path
from minicompress.pipeline import CompressedModel, Recipe, Rule

KEY = "minicompress.model"


def model() -> CompressedModel:
    rng = np.random.default_rng(0)
    weights = {
        "embed.weight": rng.standard_normal((20, 16)).astype(np.float32),
        "层/conv.weight": rng.standard_normal((6, 4, 8)).astype(np.float32),
        "head": rng.standard_normal((5, 16)).astype(np.float16),
        "bias": rng.standard_normal(5),
        "scalar": np.float32(3.5),
        "none": np.zeros((0, 4), np.float32),
    }
    rules = (
        Rule("embed*", "rtn", {"bits": 3, "group_size": 8, "symmetric": False, "scale_dtype": "float16"}, 8),
        Rule("*conv*", "magnitude", {"sparsity": 0.7}),
        Rule("head", "dense", {"dtype": "float16"}),
    )
    made = minicompress.compress(weights, Recipe("mixed", rules))
    made.info["note"] = {"nested": [1, "二", None]}
    return made


def test_everything_comes_back(tmp_path: Path) -> None:
    before, path = model(), tmp_path / "m.safetensors"
    assert files.save(before, path) == path.stat().st_size
    after = files.load(path)
    assert list(after.tensors) == list(before.tensors)
    assert after.records == before.records
    assert after.info == before.info
    assert after.activation_bits == {"embed.weight": 8}
    assert after.report().to_json() == before.report().to_json()
    for name, array in before.to_dense().items():
        assert after.to_dense()[name].tobytes() == array.tobytes()
        assert after.to_dense()[name].shape == array.shape
    again = tmp_path / "again"
    files.save(after, again)
    assert load_file(again).keys() == load_file(path).keys()
    assert again.stat().st_size == path.stat().st_size


def test_it_is_a_safetensors_file_that_others_can_open(tmp_path: Path) -> None:
    path = tmp_path / "m"
    files.save(model(), path)
    with safe_open(path, framework="numpy") as file:
        assert files.is_compressed(file.metadata())
        assert file.metadata()["minicompress.version"] == minicompress.__version__
    assert load_file(path)["层/conv.weight/data"].dtype == np.float32
    assert not files.is_compressed({})


# ---- all or nothing ----------------------------------------------------------------------------------------------


def test_a_failure_midway_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "m"
    files.save(model(), path)
    old = path.read_bytes()

    def broken(target: Path, arrays: Any, metadata: Any) -> None:
        Path(target).write_bytes(b"half a fi")
        raise OSError("no space left on device")

    monkeypatch.setattr("minicompress.files.container.write_tensors", broken)
    with pytest.raises(OSError, match="no space left"):
        files.save(model(), path)
    assert path.read_bytes() == old
    assert [p.name for p in tmp_path.iterdir()] == ["m"]


def test_an_interrupt_leaves_nothing(tmp_path: Path) -> None:
    def interrupted() -> None:
        with atomic_path(tmp_path / "new") as temporary:
            temporary.write_text("half")
            assert temporary.parent == tmp_path  # the same file system, so that the rename is one step
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


def test_a_new_file_has_ordinary_permissions(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("x")
    with atomic_path(tmp_path / "ours") as temporary:
        temporary.write_text("x")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_targets_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match="is a folder"):
        files.save(model(), tmp_path)
    with pytest.raises(FileNotFoundError, match=r"the folder .*nowhere does not exist"):
        files.save(model(), tmp_path / "nowhere" / "m")
    with pytest.raises(TypeError, match="model must be a CompressedModel"):
        files.save({}, tmp_path / "m")
    assert list(tmp_path.iterdir()) == []


# ---- strangers' files --------------------------------------------------------------------------------------------


def tampered(tmp_path: Path, change: Callable[[dict[str, Any], dict[str, np.ndarray]], Any]) -> Path:
    """A good file with its JSON or its arrays changed; ``change`` may return the text to store instead."""
    good, bad = tmp_path / "good", tmp_path / "bad"
    files.save(model(), good)
    with safe_open(good, framework="numpy") as file:
        content = json.loads(file.metadata()[KEY])
    arrays = load_file(good)
    text = change(content, arrays)
    save_file(arrays, bad, metadata={KEY: text if isinstance(text, str) else json.dumps(content)})
    return bad


def entry(content: dict[str, Any], name: str = "embed.weight") -> dict[str, Any]:
    return content["tensors"][name]


CHANGES: dict[str, tuple[Callable[[Any, Any], Any], str]] = {
    "bad JSON": (lambda c, a: "{nope", "metadata cannot be read"),
    "deep JSON": (lambda c, a: "[" * 50_000, "metadata cannot be read"),
    "no object": (lambda c, a: "[]", "metadata cannot be read"),
    "no tensors": (lambda c, a: '{"info": {}}', "metadata cannot be read"),
    "tensors of a wrong kind": (lambda c, a: '{"info": {}, "tensors": 3}', "metadata cannot be read"),
    "unknown format": (lambda c, a: entry(c)["meta"].update(format="zip"), "format must be one of"),
    "format of a wrong kind": (lambda c, a: entry(c)["meta"].update(format=["csr"]), "embed.weight"),
    "meta of a wrong kind": (lambda c, a: entry(c).update(meta=3), "format must be one of"),
    "no meta": (lambda c, a: entry(c).pop("meta"), "embed.weight"),
    "an entry of a wrong kind": (lambda c, a: c["tensors"].update(head=3), "tensor 'head'"),
    "unknown field": (lambda c, a: entry(c)["meta"].update(extra=1), "no field.* extra"),
    "bits of a wrong kind": (lambda c, a: entry(c)["meta"].update(bits="3"), "bits must be an integer"),
    "bits beyond the range": (lambda c, a: entry(c)["meta"].update(bits=64), "bits must be an integer from 1 to 8"),
    "bits that do not fit": (lambda c, a: entry(c)["meta"].update(bits=4), "packed must hold"),
    "columns far too many": (lambda c, a: entry(c)["meta"].update(columns=2**60), "packed must hold"),
    "missing array": (lambda c, a: a.pop("embed.weight/scale") is None, "embed.weight.*scale"),
    "all arrays missing": (lambda c, a: [a.pop(k) for k in list(a) if k.startswith("head")], "tensor 'head'.*data"),
    "wrong shape": (lambda c, a: a.update({"embed.weight/scale": np.ones((3, 2), np.float16)}), "scale must have"),
    "wrong type": (lambda c, a: a.update({"head/data": np.ones((5, 16), np.int32)}), "tensor 'head'.*data must be"),
    "array for a number": (lambda c, a: a.update({"embed.weight/bits": np.array(3)}), "field bits must be of type int"),
    "an array too many": (lambda c, a: a.update({"embed.weight/more": np.ones(1)}), "no field.* more"),
    "an array of no tensor": (lambda c, a: a.update({"ghost/data": np.ones(1)}), "no metadata for tensor 'ghost'"),
    "an array without a name": (lambda c, a: a.update({"stray": np.ones(1)}), "no metadata for tensor ''"),
    "a row start that falls": (
        lambda c, a: a["层/conv.weight/indptr"].__setitem__(slice(1, 3), [9, 1]), "indptr must not fall",
    ),
    "a column outside": (lambda c, a: a["层/conv.weight/indices"].__setitem__(0, 999), "indices must lie in"),
    "a scale that is NaN": (lambda c, a: a["embed.weight/scale"].__setitem__(0, np.nan), "not finite"),
    "huge recorded shape": (
        lambda c, a: entry(c)["record"].update(shape=[2**40, 2**40]), "does not hold the stored",
    ),
    "shape that wraps to the right size": (
        lambda c, a: entry(c)["record"].update(shape=[2**32, 2**32, 320]), "does not hold the stored",
    ),
    "shape that wraps to nothing": (
        lambda c, a: entry(c, "none")["record"].update(shape=[2**32, 2**32]), "does not hold the stored",
    ),
    "negative shape": (lambda c, a: entry(c)["record"].update(shape=[-20, -16]), "shape must be an integer"),
    "shape of floats": (lambda c, a: entry(c)["record"].update(shape=[20.0, 16.0]), "shape must be an integer"),
    "shape of a wrong kind": (lambda c, a: entry(c)["record"].update(shape=320), "embed.weight"),
    "record with a field too many": (lambda c, a: entry(c)["record"].update(extra=1), "embed.weight.*extra"),
    "record without its method": (lambda c, a: entry(c)["record"].pop("method") is None, "embed.weight.*method"),
    "method of a wrong kind": (lambda c, a: entry(c)["record"].update(method=3), "method must be text"),
    "error of a wrong kind": (lambda c, a: entry(c)["record"].update(relative_error="x"), "relative_error must be"),
    "activation bits out of range": (
        lambda c, a: entry(c)["record"].update(activation_bits=5), "activation_bits must be one of",
    ),
    "no record": (lambda c, a: entry(c).pop("record") is None, "tensor 'embed.weight'"),
    "a buffer of floats": (
        lambda c, a: (a.update({"ids/buffer": np.ones(3, np.float32)}), c["tensors"].update(ids={"buffer": True}))[1],
        "tensor 'ids': a buffer is one array of integers",
    ),
    "a buffer with two arrays": (
        lambda c, a: (
            a.update({"ids/buffer": np.arange(3), "ids/more": np.arange(3)}), c["tensors"].update(ids={"buffer": True})
        )[1],
        "tensor 'ids': a buffer is one array of integers; got",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "message"), CHANGES.values(), ids=CHANGES)
def test_what_does_not_fit_is_a_value_error(change: Any, message: str, tmp_path: Path) -> None:
    bad = tampered(tmp_path, change)
    with pytest.raises(ValueError, match=message) as caught:
        files.load(bad)
    assert str(bad) in str(caught.value), "the message names the file"


def test_an_unchanged_copy_loads(tmp_path: Path) -> None:
    assert files.load(tampered(tmp_path, lambda c, a: None)).nbytes == model().nbytes


def test_files_of_others_are_told_apart(tmp_path: Path) -> None:
    save_file({"w": np.ones(3)}, tmp_path / "plain")
    with pytest.raises(ValueError, match=r"is a safetensors file, but not one that minicompress\.files\.save wrote"):
        files.load(tmp_path / "plain")
    (tmp_path / "text").write_text("hello")
    with pytest.raises(ValueError, match="is not a sound safetensors file"):
        files.load(tmp_path / "text")
