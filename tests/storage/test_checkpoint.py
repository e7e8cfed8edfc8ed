"""Headers read by ourselves, held against the safetensors library; shards; files written and joined."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save_file

from minicompress.storage import Checkpoint, join_tensors, read_entries, write_tensors
from tests.storage.test_weights import HOSTILE, entry, raw

ARRAYS: dict[str, np.ndarray] = {
    "b": np.arange(6, dtype=np.float32).reshape(2, 3),
    "a": np.arange(5, dtype=np.int64),
    "层/c": np.array([True, False, True]),
    'quote"\n': np.float16([1, 2]),
    "empty": np.zeros((0, 7), np.float32),
    "scalar": np.array(2.5),
    "u8": np.arange(3, dtype=np.uint8),
    "u16": np.arange(3, dtype=np.uint16),
    "u32": np.arange(3, dtype=np.uint32),
    "u64": np.arange(3, dtype=np.uint64),
    "i8": np.arange(3, dtype=np.int8),
    "turned": np.arange(6, dtype=np.int16).reshape(2, 3).T,
}


def accepted_by_safetensors(path: Path) -> bool:
    try:
        with safe_open(path, framework="numpy") as file:
            file.keys()
    except SafetensorError:
        return False
    return True


def test_headers_are_refused_exactly_where_safetensors_refuses_them(tmp_path: Path) -> None:
    """1,000 headers with a byte or a number changed. Names given twice are the one thing that we alone refuse."""
    rng = np.random.default_rng(0)
    good = tmp_path / "good"
    save_file({k: v for k, v in ARRAYS.items() if k != "turned"}, good, metadata={"k": "v"})
    content = good.read_bytes()
    length = int.from_bytes(content[:8], "little")
    path, verdicts = tmp_path / "changed", []
    digits = [i for i in range(8, 8 + length) if chr(content[i]).isdigit()]
    for number in range(1000):
        changed = bytearray(content)
        at = int(rng.choice(digits)) if number % 2 else int(rng.integers(8 + length))
        changed[at] = ord(str(rng.integers(10))) if number % 2 else int(rng.integers(256))
        path.write_bytes(bytes(changed))
        try:
            read_entries(path)
            ours, message = True, ""
        except ValueError as error:
            ours, message = False, str(error)
        assert ours == accepted_by_safetensors(path) or "twice" in message, (bytes(changed[: 8 + length]), message)
        verdicts.append(ours)
    assert 100 < sum(verdicts) < 900, "both verdicts occur often"


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_get_the_verdict_of_safetensors(name: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(HOSTILE[name])
    if name == "a type that NumPy lacks":
        assert accepted_by_safetensors(path)
        assert read_entries(path)[0]["a"].nbytes == 4
        return
    with pytest.raises(ValueError, match="safetensors file") as caught:
        read_entries(path)
    assert not accepted_by_safetensors(path) or "twice" in str(caught.value)


def test_one_tensor_is_read_alone(tmp_path: Path) -> None:
    path = tmp_path / "w"
    save_file({k: np.ascontiguousarray(v).reshape(v.shape) for k, v in ARRAYS.items()}, path)
    checkpoint = Checkpoint.open(path)
    assert list(checkpoint.entries) == sorted(ARRAYS)
    for name, array in load_file(path).items():
        back = checkpoint.entries[name].read()
        assert (back.dtype, back.shape, back.tobytes()) == (array.dtype, array.shape, array.tobytes())
    assert {n for n, e in checkpoint.entries.items() if e.is_matrix} == {"b"}


def test_a_file_cut_after_it_was_opened(tmp_path: Path) -> None:
    path = tmp_path / "w"
    save_file({"w": np.ones((4, 4), np.float32)}, path)
    found = Checkpoint.open(path).entries["w"]
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ValueError, match="ends within tensor 'w'"):
        found.read()


# ---- shards ------------------------------------------------------------------------------------------------------

FIRST, SECOND = "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"


def shards(folder: Path) -> dict[str, np.ndarray]:
    """A folder with two shards and their index."""
    folder.mkdir()
    arrays = {name: np.full((2, 2), i, np.float32) for i, name in enumerate(("z", "a", "m"))}
    save_file({"z": arrays["z"], "a": arrays["a"]}, folder / FIRST, metadata={"format": "pt"})
    save_file({"m": arrays["m"]}, folder / SECOND)
    write_index(folder, {"z": FIRST, "a": FIRST, "m": SECOND})
    return arrays


def write_index(folder: Path, weight_map: Any) -> None:
    text = json.dumps({"metadata": {"total_size": 48}, "weight_map": weight_map})
    (folder / "model.safetensors.index.json").write_text(text, "utf-8")


def test_shards_are_one_checkpoint(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    arrays = shards(folder)
    for source in (folder, folder / "model.safetensors.index.json"):
        checkpoint = Checkpoint.open(source)
        assert list(checkpoint.entries) == ["a", "m", "z"]
        assert checkpoint.metadata == {"format": "pt"}
        assert checkpoint.nbytes == sum((folder / name).stat().st_size for name in (FIRST, SECOND))
        for name, array in arrays.items():
            np.testing.assert_array_equal(checkpoint.entries[name].read(), array)


def _index(text: str) -> Callable[[Path], Any]:
    return lambda folder: (folder / "model.safetensors.index.json").write_text(text, "utf-8")


BAD_SHARDS: dict[str, tuple[Callable[[Path], Any], str]] = {
    "no JSON": (_index("{nope"), "is no JSON"),
    "deep JSON": (_index("[" * 100_000), "is no JSON"),
    "a list": (_index("[1]"), "must hold a weight_map"),
    "no map": (_index("{}"), "must hold a weight_map"),
    "an empty map": (_index('{"weight_map": {}}'), "must hold a weight_map"),
    "a path out of the folder": (lambda f: write_index(f, {"z": "../x.safetensors"}), "a file beside it"),
    "an absolute path": (lambda f: write_index(f, {"z": "/etc/passwd"}), "a file beside it"),
    "a Windows path": (lambda f: write_index(f, {"z": "..\\x"}), "a file beside it"),
    "the folder above": (lambda f: write_index(f, {"z": ".."}), "a file beside it"),
    "a number": (lambda f: write_index(f, {"z": 3}), "a file beside it"),
    "a missing shard": (lambda f: (f / SECOND).unlink(), f"there is no file .*{SECOND}"),
    "a truncated shard": (lambda f: (f / SECOND).write_bytes((f / SECOND).read_bytes()[:-1]), "not a sound"),
    "a name of no shard": (
        lambda f: write_index(f, {"z": FIRST, "a": FIRST, "m": SECOND, "ghost": SECOND}), "'ghost'.*does not hold",
    ),
    "a tensor without a name": (lambda f: write_index(f, {"z": FIRST, "m": SECOND}), "'a'.*does not name"),
    "another shard's tensor": (lambda f: write_index(f, {"z": FIRST, "a": SECOND, "m": SECOND}), "'a'.*puts into"),
    "a whole file beside": (lambda f: save_file({"w": np.ones(1)}, f / "model.safetensors"), "holds both"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD_SHARDS)
def test_shards_that_do_not_fit_are_refused(kind: str, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shards(folder)
    change, message = BAD_SHARDS[kind]
    change(folder)
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        Checkpoint.open(folder)


# ---- writing -----------------------------------------------------------------------------------------------------


def test_what_is_written_is_what_safetensors_reads(tmp_path: Path) -> None:
    path = tmp_path / "w"
    write_tensors(path, ARRAYS, {"k": 'é"\n', "a": ""})
    back = load_file(path)
    assert back.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert (back[name].dtype, back[name].shape, back[name].tolist()) == (array.dtype, array.shape, array.tolist())
    with safe_open(path, framework="numpy") as file:
        assert file.metadata() == {"k": 'é"\n', "a": ""}
    for found in read_entries(path)[0].values():
        width = max(1, found.nbytes // max(1, int(np.prod(found.shape))))
        assert found.start % width == 0, f"{found.name} is not aligned"


def test_the_same_content_is_the_same_bytes(tmp_path: Path) -> None:
    for number, names in enumerate((list(ARRAYS), sorted(ARRAYS), list(ARRAYS)[::-1])):
        write_tensors(tmp_path / str(number), {name: ARRAYS[name] for name in names}, {"z": "1", "a": "2"})
    assert (tmp_path / "0").read_bytes() == (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


def test_joined_parts_are_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("minicompress.storage.writing._CHUNK", 5)  # so that a tensor takes several pieces
    names, parts = list(ARRAYS), []
    for start in range(0, len(names), 4):
        parts.append(tmp_path / f"part{start}")
        write_tensors(parts[-1], {name: ARRAYS[name] for name in names[start : start + 4]}, {"other": "text"})
    write_tensors(tmp_path / "whole", ARRAYS, {"k": "v"})
    join_tensors(tmp_path / "joined", parts, {"k": "v"})
    assert (tmp_path / "joined").read_bytes() == (tmp_path / "whole").read_bytes()
    with pytest.raises(ValueError, match="'a' twice"):
        join_tensors(tmp_path / "twice", [parts[0], parts[0]])


def test_joining_keeps_types_that_numpy_lacks(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(raw({"a": entry("F8_E4M3", shape=(4,))}, b"1234"))
    (tmp_path / "b").write_bytes(raw({"b": entry("F32")}, b"5678"))
    join_tensors(tmp_path / "joined", [tmp_path / "a", tmp_path / "b"])
    assert (tmp_path / "joined").read_bytes().endswith(b"56781234"), "wide types come first"
    assert accepted_by_safetensors(tmp_path / "joined")


def test_a_type_without_a_place_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'w' of type complex128"):
        write_tensors(tmp_path / "w", {"w": np.ones(2, complex)})
