"""GGUF files: read by the gguf library as we wrote them, read by us as it wrote them, and broken ones refused."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minicompress.files.gguf import load_gguf, save_gguf
from minicompress.quantization import quantize_gguf
from minicompress.tensors import DenseTensor, GGUFTensor

RNG = np.random.default_rng(0)
METADATA = {
    "general.name": "made",
    "n": 3,
    "large": -(2**40),
    "share": 0.5,
    "yes": True,
    "words": ["eins", "zwei", "三"],
    "sizes": [1, 2**40],
}


def made() -> dict:
    w = RNG.standard_normal((6, 64)).astype(np.float32)
    blocks = {kind: quantize_gguf(w, format=kind) for kind in ("Q8_0", "Q4_0", "Q4_1")}
    return {
        "f32": w,
        "f16": w.astype(np.float16),
        "vector": w[0],
        "cube": w.reshape(2, 3, 64)[:, :, :5].copy(),
        **blocks,
    }


def dense(tensor) -> np.ndarray:
    return tensor if isinstance(tensor, np.ndarray) else tensor.to_dense()


def test_what_is_written_is_read_to_the_bit(tmp_path):
    tensors = made()
    size = save_gguf(tensors, tmp_path / "a.gguf", metadata=METADATA)
    assert size == (tmp_path / "a.gguf").stat().st_size
    found = load_gguf(tmp_path / "a.gguf")
    assert {k: found.metadata[k] for k in METADATA} == METADATA
    assert list(found.tensors) == list(tensors)
    for name, tensor in tensors.items():
        got = found.tensors[name]
        assert type(got) is (GGUFTensor if isinstance(tensor, GGUFTensor) else DenseTensor)
        np.testing.assert_array_equal(got.to_dense(), dense(tensor).astype(np.float32))


@pytest.mark.oracle("save_gguf", against="gguf (reader and dequantizer)", tolerance="bit-equal")
def test_the_gguf_library_reads_ours(tmp_path):
    gguf = pytest.importorskip("gguf")
    tensors = made()
    save_gguf(tensors, tmp_path / "a.gguf", metadata=METADATA)
    reader = gguf.GGUFReader(tmp_path / "a.gguf")
    assert reader.fields["general.name"].contents() == "made"
    assert reader.fields["words"].contents() == METADATA["words"]
    assert [t.name for t in reader.tensors] == list(tensors)
    for theirs in reader.tensors:
        ours = dense(tensors[theirs.name]).astype(np.float32)
        np.testing.assert_array_equal(theirs.shape[::-1], ours.shape)
        found = gguf.dequantize(theirs.data, theirs.tensor_type).reshape(ours.shape)
        np.testing.assert_array_equal(found, ours)


@pytest.mark.oracle("load_gguf", against="gguf (writer)", tolerance="bit-equal")
def test_ours_reads_what_the_gguf_library_writes(tmp_path):
    gguf = pytest.importorskip("gguf")
    writer = gguf.GGUFWriter(tmp_path / "b.gguf", "llama")
    w = RNG.standard_normal((4, 256)).astype(np.float32)
    kinds = {"Q8_0": gguf.GGMLQuantizationType.Q8_0, "Q4_0": gguf.GGMLQuantizationType.Q4_0}
    writer.add_array("tokens", ["a", "b"])
    writer.add_float64("eps", 1e-6)
    writer.add_tensor("plain", w)
    writer.add_tensor("half", w.astype(np.float16))
    bf16 = gguf.GGMLQuantizationType.BF16
    writer.add_tensor("bf16", gguf.quantize(w, bf16), raw_dtype=bf16)
    for name, kind in kinds.items():
        writer.add_tensor(name, gguf.quantize(w, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    found = load_gguf(tmp_path / "b.gguf")
    assert found.metadata["tokens"] == ["a", "b"]
    assert found.metadata["eps"] == 1e-6
    np.testing.assert_array_equal(found.tensors["plain"].to_dense(), w)
    np.testing.assert_array_equal(found.tensors["half"].to_dense(), w.astype(np.float16).astype(np.float32))
    rounded = gguf.dequantize(gguf.quantize(w, bf16), bf16)
    np.testing.assert_array_equal(found.tensors["bf16"].to_dense(), rounded)
    for name, kind in kinds.items():
        np.testing.assert_array_equal(found.tensors[name].to_dense(), gguf.dequantize(gguf.quantize(w, kind), kind))


def test_the_layout_by_hand(tmp_path):
    """One tensor, spelled out from the specification."""
    save_gguf({"w": np.array([1, 2], np.float32)}, tmp_path / "a.gguf", metadata={"k": True})
    text = lambda s: struct.pack("<Q", len(s)) + s  # noqa: E731
    entries = text(b"general.architecture") + struct.pack("<I", 8) + text(b"minicompress")
    entries += text(b"k") + struct.pack("<IB", 7, 1)
    entries += text(b"general.alignment") + struct.pack("<II", 4, 32)
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, 3) + entries
    head += text(b"w") + struct.pack("<IQIQ", 1, 2, 0, 0)
    head += bytes(-len(head) % 32)
    assert (tmp_path / "a.gguf").read_bytes() == head + struct.pack("<ff", 1, 2) + bytes(24)


def broken(content: bytes) -> dict[str, bytes]:
    """Files that must be refused, by what is wrong with them."""
    return {
        "empty": b"",
        "magic": b"GGML" + content[4:],
        "version": content[:4] + struct.pack("<I", 1) + content[8:],
        "more tensors": content[:8] + struct.pack("<Q", 2**60) + content[16:],
        "more entries": content[:16] + struct.pack("<Q", 2**60) + content[24:],
        "long string": content[:24] + struct.pack("<Q", 2**62) + content[32:],
        "cut in the header": content[:40],
        "cut in the data": content[:-40],
    }


@pytest.mark.parametrize("fault", broken(bytes(64)))
def test_a_broken_file_is_refused(tmp_path, fault):
    save_gguf({"w": np.ones((4, 32), np.float32)}, tmp_path / "a.gguf")
    (tmp_path / "a.gguf").write_bytes(broken((tmp_path / "a.gguf").read_bytes())[fault])
    with pytest.raises(ValueError, match="not a sound GGUF file"):
        load_gguf(tmp_path / "a.gguf")


@settings(max_examples=200, deadline=None)
@given(place=st.integers(0, 400), value=st.integers(0, 255))
def test_a_changed_byte_gives_a_tensor_or_a_clear_error(tmp_path_factory, place, value):
    path = tmp_path_factory.mktemp("gguf") / "a.gguf"
    save_gguf(
        {"w": quantize_gguf(np.ones((2, 32)), format="Q4_0"), "v": np.ones(3, np.float32)}, path, metadata=METADATA
    )
    content = bytearray(path.read_bytes())
    content[place % len(content)] = value
    path.write_bytes(content)
    try:
        load_gguf(path)
    except ValueError as error:
        assert "GGUF" in str(error)  # noqa: PT017


def test_what_a_file_cannot_hold_is_refused_and_nothing_is_left(tmp_path):
    for tensors, metadata, error in [
        ({"w": np.ones(3)}, {}, TypeError),  # float64
        ({"w": np.float32(1)}, {}, TypeError),
        ({"w": np.ones((1,) * 5, np.float32)}, {}, ValueError),
        ({}, {"k": object()}, TypeError),
        ({}, {"k": [1, "a"]}, TypeError),
        ({}, {"k": [[1]]}, TypeError),
        ({}, {"k": 2**70}, ValueError),
        ({}, {"general.alignment": 64}, ValueError),
    ]:
        with pytest.raises(error):
            save_gguf(tensors, tmp_path / "a.gguf", metadata=metadata)
    assert not list(tmp_path.iterdir())


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no file"):
        load_gguf(tmp_path / "none.gguf")
