"""``minicompress compress`` with ``--workers``, of shards, and resumed: processes, messages, what a kill leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from minicompress import files
from minicompress.cli import _compress_streaming, main
from tests.files.streamed import whole
from tests.storage.test_checkpoint import shards

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    weights = {f"layer.{i:02d}": rng.standard_normal((64, 64)).astype(np.float32) for i in range(6)}
    save_file(weights | {"bias": np.zeros(3, np.float32)}, tmp_path / "w.safetensors")
    return tmp_path / "w.safetensors"


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_two_processes_write_the_same_bytes(source: Path, tmp_path: Path, capsys) -> None:
    arguments = ["compress", str(source), "-o", str(tmp_path / "small"), "--recipe", "int4-g64"]
    assert main([*arguments, "--workers", "2", "--report", str(tmp_path / "report.json")]) == 0
    printed = capsys.readouterr().out
    assert "layer.05" in printed
    assert f"{(tmp_path / 'small').stat().st_size:,} bytes" in printed
    model = whole(source, tmp_path / "whole", "int4-g64")
    assert (tmp_path / "small").read_bytes() == (tmp_path / "whole").read_bytes()
    assert (tmp_path / "report.json").read_text("utf-8") == model.report().to_json() + "\n"


def test_a_folder_of_shards_needs_no_option(tmp_path: Path, capsys) -> None:
    shards(tmp_path / "model")
    (tmp_path / "model" / "config.json").write_text('{"model_type": "llama"}', "utf-8")
    assert main(["compress", str(tmp_path / "model"), "-o", str(tmp_path / "small")]) == 0
    assert names(tmp_path / "small") == ["config.json", "model.safetensors"]
    assert files.load(tmp_path / "small" / "model.safetensors").records["z"].method == "rtn(bits=8)"
    capsys.readouterr()
    assert main(["compress", str(tmp_path / "model"), "-o", str(tmp_path / "small")]) == 2
    assert "not an empty folder" in capsys.readouterr().err
    assert main(["compress", str(tmp_path / "model"), "-o", str(tmp_path / "other"), "--dry-run"]) == 0
    assert capsys.readouterr().out.splitlines() == [f"{name}  2x2  rtn(bits=8)" for name in "amz"]
    assert names(tmp_path) == ["model", "small"]


def test_an_interrupted_run_goes_on_and_says_so(source: Path, tmp_path: Path, capsys, monkeypatch) -> None:
    from minicompress.files import streaming

    arguments = ["compress", str(source), "-o", str(tmp_path / "small")]
    work, done = streaming.compress_part, []

    def stopped(task: streaming.Task) -> str:
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(task.entry.name)
        return work(task)

    with monkeypatch.context() as patched:
        patched.setattr(streaming, "compress_part", stopped)
        assert main(arguments) == 130
        assert names(tmp_path) == [".small.part", "w.safetensors"]
        done.clear()
        assert main([*arguments, "--no-resume"]) == 130
        assert len(done) == 3
    capsys.readouterr()
    assert main([*arguments, "--recipe", "int4-g64", "--dry-run"]) == 0, "a dry run leaves the journal alone"
    capsys.readouterr()
    assert main(arguments) == 0
    assert "small.part: 3 of 7 tensors are done" in capsys.readouterr().out.replace("\n", "")
    whole(source, tmp_path / "whole", "int8")
    assert (tmp_path / "small").read_bytes() == (tmp_path / "whole").read_bytes()
    assert names(tmp_path) == ["small", "w.safetensors", "whole"]


def test_a_worker_that_dies_is_told_in_one_line(source: Path, tmp_path: Path, capsys, monkeypatch) -> None:
    from concurrent.futures.process import BrokenProcessPool

    from minicompress.files import streaming

    def died(*arguments: object) -> None:
        raise BrokenProcessPool

    monkeypatch.setattr(streaming, "_run", died)
    assert main(["compress", str(source), "-o", str(tmp_path / "small"), "--workers", "1"]) == 2
    message = capsys.readouterr().err
    assert message.startswith("error: a worker process died")
    assert message.count("\n") == 1
    assert names(tmp_path) == ["w.safetensors"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--recipe", "int4-g64-gptq"], "'layer.00': method 'gptq' looks at data"),
        (["--calibrate", "texts.txt"], "--calibrate is for the folder of an encoder"),
        (["--budget", "9MB"], "--budget is for the folder of an encoder"),
        (["--workers", "0"], "--workers"),
    ],
)
def test_options_that_do_not_fit(options, message, source: Path, tmp_path: Path, capsys) -> None:
    assert main(["compress", str(source), "-o", str(tmp_path / "small"), "--workers", "1", *options]) == 2
    assert message in capsys.readouterr().err
    assert names(tmp_path) == ["w.safetensors"]


# ---- an encoder's folder -----------------------------------------------------------------------------------------


@pytest.fixture
def encoder(tmp_path: Path) -> Path:
    pytest.importorskip("tokenizers")
    from tests.models import bert_folders

    return bert_folders.write_folder(tmp_path / "model")


def test_an_encoder_by_a_recipe_without_data(encoder: Path, tmp_path: Path) -> None:
    from minicompress.files.folder import save_folder
    from minicompress.models import BertEncoder
    from minicompress.pipeline.folder import compress_folder

    assert main(["compress", str(encoder), "-o", str(tmp_path / "small"), "--recipe", "int8", "--workers", "2"]) == 0
    save_folder(compress_folder(encoder, "int8").model, encoder, tmp_path / "whole")
    assert names(tmp_path / "small") == names(tmp_path / "whole")
    for name in names(tmp_path / "whole"):
        assert (tmp_path / "small" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert BertEncoder.from_pretrained(tmp_path / "small").encode(["open the file"]).shape == (1, 32)


def test_an_encoder_by_a_recipe_that_looks_at_texts(encoder: Path, tmp_path: Path, capsys) -> None:
    for recipe in ("tiny", "int4-gptq"):
        arguments = ["compress", str(encoder), "-o", str(tmp_path / "small"), "--recipe", recipe, "--workers", "1"]
        assert main(arguments) == 2
        assert "looks at texts, which --workers does not" in capsys.readouterr().err
    assert main(["compress", str(encoder), "-o", str(tmp_path / "s"), "--workers", "1", "--budget", "9MB"]) == 2
    assert "not with --workers" in capsys.readouterr().err
    assert names(tmp_path) == ["model"]


# ---- processes ---------------------------------------------------------------------------------------------------


def children(pid: int) -> list[int]:
    return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_for(condition, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="children are listed in /proc")
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT])
def test_workers_end_with_the_command(sign, tmp_path: Path, capsys) -> None:
    """A killed parent cannot tell its workers. At Ctrl-C they finish what they are at, and say nothing."""
    source = tmp_path / "w.safetensors"
    rng = np.random.default_rng(0)
    save_file({f"layer.{i:02d}": rng.standard_normal((512, 512)).astype(np.float32) for i in range(60)}, source)
    arguments = ["compress", str(source), "-o", str(tmp_path / "small"), "--recipe", "kmeans4"]
    command = [sys.executable, "-m", "minicompress.cli", *arguments, "--workers", "2"]
    running = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    wait_for(lambda: len(list((tmp_path / ".small.part").glob("*/[0-9]*.safetensors"))) >= 3)
    workers = children(running.pid)
    assert len(workers) >= 2
    (os.killpg if sign == signal.SIGINT else os.kill)(running.pid, sign)
    printed, errors = running.communicate(timeout=60)
    wait_for(lambda: not any(runs(pid) for pid in workers), 30)
    assert names(tmp_path) == [".small.part", "w.safetensors"]
    if sign == signal.SIGINT:
        assert running.returncode == 130
        assert errors in ("", "stopped\n"), "no traceback of a worker"
        assert "finishing the tensors at work (" in printed
    assert main(arguments) == 0
    assert "going on with" in capsys.readouterr().out
    whole(source, tmp_path / "whole", "kmeans4")
    assert (tmp_path / "small").read_bytes() == (tmp_path / "whole").read_bytes()


def test_a_pool_is_made_only_when_it_is_asked_for() -> None:
    with _compress_streaming._executor(None) as executor:
        assert executor is None
