"""A model's folder: written whole beside its place, never over what is there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from minicompress import CompressedModel, compress, files
from minicompress.files.folder import save_folder, weights_nbytes_on_disk


@pytest.fixture
def model() -> CompressedModel:
    return compress({"w": np.random.default_rng(0).standard_normal((4, 64)).astype(np.float32)}, "int8")


def test_an_empty_folder_is_taken_and_files_are_copied(model: CompressedModel, tmp_path: Path) -> None:
    source, out = tmp_path / "source", tmp_path / "out"
    (source / "1_Pooling").mkdir(parents=True)
    (source / "1_Pooling" / "config.json").write_text("{}")
    (source / "config.json").write_text("{}")
    (source / "readme.txt").write_text("not copied")
    out.mkdir()
    size = save_folder(model, source, out)
    assert sorted(p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()) == [
        "1_Pooling/config.json",
        "config.json",
        "model.safetensors",
    ]
    assert size == (out / "model.safetensors").stat().st_size == weights_nbytes_on_disk(out)
    np.testing.assert_array_equal(
        files.load(out / "model.safetensors").to_dense()["w"], model.to_dense()["w"], strict=True
    )
    assert {p.name for p in tmp_path.iterdir()} == {"source", "out"}, "nothing temporary is left"


def test_what_is_there_is_left_alone(model: CompressedModel, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("kept")
    (tmp_path / "file").write_text("kept")
    for name in ("full", "file"):
        with pytest.raises(FileExistsError, match="exists and is not an empty folder; name another"):
            save_folder(model, tmp_path, tmp_path / name)
    with pytest.raises(FileNotFoundError, match="the folder .*nowhere does not exist"):
        save_folder(model, tmp_path, tmp_path / "nowhere" / "out")
    assert (tmp_path / "full" / "mine").read_text() == (tmp_path / "file").read_text() == "kept"
