"""A checkpoint compressed tensor by tensor: the same bytes as in memory, whatever the executor."""

from __future__ import annotations

import importlib
import multiprocessing
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from minicompress import files
from minicompress.files import compress_file
from minicompress.pipeline import Recipe, Rule, compress
from tests.files.streamed import RECIPE, Backwards, whole, write_checkpoint
from tests.storage.test_checkpoint import shards


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_checkpoint(tmp_path / "w.safetensors")


def executor(kind: str) -> Executor:
    if kind == "threads":
        return ThreadPoolExecutor(3)
    if kind == "processes":
        return ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))
    return Backwards()


def test_the_bytes_and_the_report_are_those_of_the_whole(source: Path, tmp_path: Path) -> None:
    model = whole(source, tmp_path / "whole")
    seen: list[str] = []
    report = compress_file(source, tmp_path / "streamed", RECIPE, on_tensor=seen.append)
    assert (tmp_path / "streamed").read_bytes() == (tmp_path / "whole").read_bytes()
    assert report == model.report()
    assert report.warnings == model.report().warnings
    assert sorted(seen) == sorted([*model.tensors, *model.buffers])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["streamed", "w.safetensors", "whole"]
    assert (tmp_path / "streamed").stat().st_mode == (tmp_path / "whole").stat().st_mode
    assert files.load(tmp_path / "streamed").report() == report


def test_the_bytes_are_those_of_the_state_dict(source: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from safetensors.torch import load_file

    state = load_file(source)
    assert str(state["coded.2"].dtype) == "torch.bfloat16"
    files.save(compress({name: state[name] for name in sorted(state)}, RECIPE), tmp_path / "whole")
    report = compress_file(source, tmp_path / "streamed", RECIPE)
    assert (tmp_path / "streamed").read_bytes() == (tmp_path / "whole").read_bytes()
    assert {row.name: row.original_nbytes for row in report.rows}["coded.2"] == 2 * 64 * 64


@pytest.mark.parametrize("kind", ["threads", "processes", "backwards"])
def test_the_bytes_do_not_depend_on_the_executor(kind: str, source: Path, tmp_path: Path) -> None:
    whole(source, tmp_path / "whole")
    with executor(kind) as pool:
        compress_file(source, tmp_path / "streamed", RECIPE, executor=pool)
    assert (tmp_path / "streamed").read_bytes() == (tmp_path / "whole").read_bytes()
    if isinstance(pool, Backwards):
        assert pool.order == sorted(pool.order, reverse=True), "the last one was done first"
        assert len(pool.order) == 14


def test_few_tasks_wait_at_a_time(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("minicompress.files.streaming._IN_FLIGHT", 3)
    whole(source, tmp_path / "whole")
    with Backwards() as pool:
        waiting: list[int] = []

        def count(name: str) -> None:
            waiting.append(len(pool._stack))

        compress_file(source, tmp_path / "streamed", RECIPE, executor=pool, on_tensor=count)
    assert 1 <= max(waiting) <= 3
    assert (tmp_path / "streamed").read_bytes() == (tmp_path / "whole").read_bytes()


def test_a_dask_cluster(source: Path, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    whole(source, tmp_path / "whole")
    with distributed.Client(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None) as client:
        compress_file(source, tmp_path / "streamed", RECIPE, executor=client.get_executor())
    assert (tmp_path / "streamed").read_bytes() == (tmp_path / "whole").read_bytes()


def test_calibration_reaches_its_tensor(source: Path, tmp_path: Path) -> None:
    rules = (Rule("coded.*", "gptq", {"bits": 4}), Rule("*", "rtn", {"bits": 8}))
    inputs = {"coded.3": np.random.default_rng(1).standard_normal((100, 64)).astype(np.float32)}
    recipe = Recipe("calibrated", rules)
    model = whole(source, tmp_path / "whole", recipe, inputs)
    assert model.records["coded.3"].method == "gptq(bits=4)"
    assert model.records["coded.1"].method == "rtn(bits=8)"
    with Backwards() as pool:
        compress_file(source, tmp_path / "streamed", recipe, inputs, executor=pool)
    assert (tmp_path / "streamed").read_bytes() == (tmp_path / "whole").read_bytes()


def test_shards_become_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    arrays = shards(folder)
    (folder / "config.json").write_text('{"model_type": "llama"}', "utf-8")
    (tmp_path / "small").mkdir()
    compress_file(folder, tmp_path / "small", "int8")
    assert sorted(p.name for p in (tmp_path / "small").iterdir()) == ["config.json", "model.safetensors"]
    dense = files.load(tmp_path / "small" / "model.safetensors").to_dense()
    for name, array in arrays.items():
        np.testing.assert_allclose(dense[name], array, atol=1e-6)  # constants stand on the grid
    index = folder / "model.safetensors.index.json"
    compress_file(index, tmp_path / "one.safetensors", "int8")
    assert (tmp_path / "one.safetensors").read_bytes() == (tmp_path / "small" / "model.safetensors").read_bytes()


def bad(kind: str, source: Path, tmp_path: Path) -> tuple[Path, Path, Recipe | str, str]:
    """Source, target, recipe, and what the message must say."""
    target = tmp_path / "out"
    if kind == "needs inputs":
        return source, target, Recipe("r", (Rule("coded.1", "gptq"),)), "'coded.1': method 'gptq' looks at data"
    if kind == "pattern":
        return source, target, Recipe("r", (Rule("decoder*", "rtn"),)), "'decoder\\*' matches no weight"
    if kind == "recipe":
        return source, target, "int9", "did you mean 'int"
    if kind == "compressed":
        whole(source, tmp_path / "whole")
        return tmp_path / "whole", target, "int8", "compressed already"
    if kind == "itself":
        return source, source, "int8", "name another"
    if kind == "a folder":
        target.mkdir()
        return source, target, "int8", "is a folder"
    if kind == "nowhere":
        return source, tmp_path / "none" / "out", "int8", "the folder .*none does not exist"
    if kind == "no such file":
        return tmp_path / "gone", target, "int8", "there is no file .*gone"
    if kind == "a full folder":
        shards(tmp_path / "model")
        shards(target)
        return tmp_path / "model", target, "int8", "not an empty folder"
    if kind == "group":
        return source, target, Recipe("r", (Rule("head", "rtn", {"group_size": 5}),)), "'head': group_size must divide"
    w = np.ones((4, 4), np.float32)
    if kind == "empty":
        save_file({}, tmp_path / "x")
        return tmp_path / "x", target, "int8", "holds no tensor"
    if kind == "truncated":
        (tmp_path / "x").write_bytes(source.read_bytes()[:-1])
        return tmp_path / "x", target, "int8", "not a sound safetensors file"
    assert kind == "nan"
    save_file({"a": w, "b": np.where(np.eye(4) > 0, np.nan, w)}, tmp_path / "x")
    return tmp_path / "x", target, "int8", "weight 'b' has 4 values that are not finite"


KINDS = ("needs inputs", "pattern", "recipe", "compressed", "itself", "a folder", "nowhere", "no such file")
KINDS += ("a full folder", "group", "empty", "truncated", "nan")


@pytest.mark.parametrize("kind", KINDS)
def test_bad_input_is_named_and_nothing_is_left(kind: str, source: Path, tmp_path: Path) -> None:
    path, target, recipe, message = bad(kind, source, tmp_path)
    before = {p: p.read_bytes() if p.is_file() else b"" for p in tmp_path.rglob("*")}
    with pytest.raises((ValueError, OSError), match=message):
        compress_file(path, target, recipe)
    assert {p: p.read_bytes() if p.is_file() else b"" for p in tmp_path.rglob("*")} == before


def test_a_type_that_numpy_lacks_is_refused_before_any_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.storage.test_weights import entry, raw

    header = {"a": entry(shape=(1, 1)), "z": entry("F8_E4M3", shape=(4,), offsets=(4, 8))}
    (tmp_path / "x").write_bytes(raw(header, bytes(8)))
    streaming = importlib.import_module("minicompress.files.streaming")
    monkeypatch.setattr(streaming, "compress_part", lambda task: pytest.fail("work was begun"))
    with pytest.raises(ValueError, match="'z' has the type F8_E4M3"):
        compress_file(tmp_path / "x", tmp_path / "out", "int8")
