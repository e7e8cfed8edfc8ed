"""Reading safetensors files: what others wrote, and what nobody should have written."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from minicompress.files import read_weights
from minicompress.storage import write_atomic


def raw(header: bytes | dict[str, Any], data: bytes = b"", length: int | None = None) -> bytes:
    """A safetensors file by hand: 8 bytes of length, the header, the data."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def entry(dtype: str = "F32", shape: Any = (1,), offsets: Any = (0, 4)) -> dict[str, Any]:
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


ENTRY = json.dumps(entry()).encode()
HOSTILE: dict[str, bytes] = {
    "empty": b"",
    "three bytes": b"abc",
    "a text file": b"# a readme, not a checkpoint\n" * 20,
    "a zip file": b"PK\x03\x04" + bytes(200),
    "a header of 10 GB": raw(b"{}", length=10 * 2**30),
    "a header longer than the file": raw(b"{}", length=100),
    "the longest header": raw(b"{}", length=2**64 - 1),
    "bad JSON": raw(b'{"a": nope}'),
    "JSON that is no object": raw(b"[1, 2]"),
    "a header that is not UTF-8": raw(b'{"\xff": 1}'),
    "deep JSON": raw(b'{"a":' + b"[" * 100_000),
    "offsets outside": raw({"a": entry(shape=(2,), offsets=(0, 8))}, b"1234"),
    "offsets far outside": raw({"a": entry(shape=(2**40,), offsets=(0, 2**42))}, b"1234"),
    "offsets that fall": raw({"a": entry(offsets=(4, 0))}, b"1234"),
    "negative offsets": raw({"a": entry(offsets=(-4, 0))}, b"1234"),
    "overlapping offsets": raw(
        {"a": entry(shape=(2,), offsets=(0, 8)), "b": entry(shape=(2,), offsets=(4, 12))}, bytes(12)
    ),
    "a hole": raw({"a": entry(), "b": entry(offsets=(8, 12))}, bytes(12)),
    "bytes left over": raw({"a": entry()}, bytes(9)),
    "shape and bytes disagree": raw({"a": entry(shape=(2,))}, bytes(4)),
    "a negative shape": raw({"a": entry(shape=(-1,))}, bytes(4)),
    "a shape that overflows": raw({"a": entry(shape=(2**62, 8))}, bytes(4)),
    "an unknown type": raw({"a": entry("F33")}, bytes(4)),
    "a type that NumPy lacks": raw({"a": entry("F8_E4M3", shape=(4,))}, bytes(4)),
    "one name twice": raw(b'{"a":' + ENTRY + b',"a":' + ENTRY + b"}", bytes(4)),
    "one field twice": raw(b'{"a":{"dtype":"I32",' + ENTRY[1:] + b"}", bytes(4)),
    "one metadata key twice": raw(b'{"__metadata__":{"k":"1","k":"2"},"a":' + ENTRY + b"}", bytes(4)),
    "metadata that is no text": raw({"__metadata__": {"k": 1}, "a": entry()}, bytes(4)),
    "a shape of truth": raw({"a": entry(shape=(True,))}, bytes(4)),
    "a shape of fractions": raw({"a": entry(shape=(1.0,))}, bytes(4)),
    "a shape that is a number": raw(ENTRY.join((b'{"a":', b"}")).replace(b"[1]", b"1"), bytes(4)),
    "three offsets": raw({"a": entry(offsets=(0, 4, 4))}, bytes(4)),
    "an offset that is no number": raw(ENTRY.join((b'{"a":', b"}")).replace(b"[0,", b"[NaN,"), bytes(4)),
    "half a character": raw(b'{"\\ud800":' + ENTRY + b"}", bytes(4)),
    "an entry that is a list": raw({"a": [1]}, bytes(4)),
    "metadata that is a list": raw({"__metadata__": ["k"], "a": entry()}, bytes(4)),
    "no offsets": raw({"a": {"dtype": "F32", "shape": [1]}}, bytes(4)),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_hostile_files_are_a_value_error(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"safetensors file|twice|NumPy cannot hold"):
        read_weights(path)


def test_a_file_cut_anywhere_is_a_value_error(tmp_path: Path) -> None:
    whole, path = tmp_path / "whole", tmp_path / "cut"
    save_file({"a": np.arange(6.0), "b": np.ones((2, 2), np.float16)}, whole, metadata={"k": "v"})
    content = whole.read_bytes()
    for cut in range(len(content)):
        path.write_bytes(content[:cut])
        with pytest.raises(ValueError, match="is not a sound safetensors file"):
            read_weights(path)


def test_every_numpy_type_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "all"
    kinds = (np.float16, np.float32, np.float64, np.int8, np.uint8, np.int16, np.int32, np.int64, np.bool_)
    arrays = {np.dtype(k).name: np.arange(6).reshape(2, 3).astype(k) for k in kinds}
    arrays |= {"empty": np.zeros((0, 3), np.float32), "scalar": np.array(2.5)}
    save_file(arrays, path, metadata={"format": "np"})
    back, metadata = read_weights(path)
    assert metadata == {"format": "np"}
    assert {n: (a.dtype, a.shape, a.tobytes()) for n, a in back.items()} == {
        n: (a.dtype, a.shape, a.tobytes()) for n, a in arrays.items()
    }


def test_bfloat16_comes_back_exactly_as_float32(tmp_path: Path) -> None:
    # bfloat16 is the upper half of a float32: 1, -2.5, the largest, the smallest subnormal, and -0.
    halves = np.array([0x3F80, 0xC020, 0x7F7F, 0x0001, 0x8000, 0x3E99], "<u2")
    path = tmp_path / "bf16"
    first = {"a": entry("F32", offsets=(0, 4)), "b": entry("BF16", shape=(2, 3), offsets=(4, 16))}
    path.write_bytes(raw(first, np.float32([7]).tobytes() + halves.tobytes()))
    back, _ = read_weights(path)
    assert back["a"].tolist() == [7]
    assert back["b"].dtype == np.float32
    assert back["b"].shape == (2, 3)
    largest = (2 - 2.0**-7) * 2.0**127
    assert back["b"].reshape(-1).tolist() == [1, -2.5, largest, 2.0**-133, -0.0, 0.298828125]
    assert np.signbit(back["b"][1, 1])


def test_bfloat16_of_torch(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from safetensors.torch import save_file as save_torch

    generator = torch.Generator().manual_seed(0)
    tensors = {f"t{i}": torch.randn(3, 5 + i, generator=generator).bfloat16() for i in range(4)}
    tensors["f"] = torch.randn(7, generator=generator)
    path = tmp_path / "torch"
    save_torch(tensors, path)
    back, _ = read_weights(path)
    assert back.keys() == tensors.keys()
    for name, tensor in tensors.items():
        np.testing.assert_array_equal(back[name], tensor.float().numpy())


def test_arrays_do_not_depend_on_the_file(tmp_path: Path) -> None:
    path = tmp_path / "w"
    save_file({"a": np.arange(1000.0)}, path)
    back, _ = read_weights(path)
    path.write_bytes(b"")
    path.unlink()
    np.testing.assert_array_equal(back["a"], np.arange(1000.0))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no file .*none"):
        read_weights(tmp_path / "none")
    with pytest.raises(FileNotFoundError, match="there is no file"):
        read_weights(tmp_path)


def test_bytes_are_written_whole_and_folders_made(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b" / "c.bin"
    write_atomic(target, b"first")
    write_atomic(str(target), b"second")
    assert target.read_bytes() == b"second"
    assert [path.name for path in target.parent.iterdir()] == ["c.bin"], "nothing temporary is left"
    with pytest.raises(IsADirectoryError, match="is a folder"):
        write_atomic(target.parent, b"x")
