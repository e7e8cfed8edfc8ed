"""What the tests of streaming share: a checkpoint of every kind of tensor, a recipe of many methods, executors."""

from __future__ import annotations

import dataclasses
import json
import threading
import time
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import numpy as np

from minicompress import files, pipeline
from minicompress.pipeline import Recipe, Rule
from minicompress.storage import read_entries

RECIPE = Recipe(
    "mixed",
    (
        Rule("embed*", "rtn", {"bits": 3, "group_size": 8, "symmetric": False, "scale_dtype": "float16"}, 8),
        Rule("*conv*", "magnitude", {"sparsity": 0.7}),
        Rule("head", "dense", {"dtype": "float16"}),
        Rule("coded.0", "deep_compression", {"sparsity": 0.5, "bits": 3}),
        Rule("coded.1", "entropy_constrained", {"rate": 3.0}),
        Rule("coded.2", "nf4", {"double_quantization": True}),
        Rule("coded.3", "kmeans", {"bits": 3}),
        Rule("coded.4", "nm"),
    ),
)


def write_checkpoint(path: Path, seed: int = 0) -> Path:
    """By hand, as bfloat16 is among the types."""
    rng = np.random.default_rng(seed)
    arrays: dict[str, np.ndarray] = {
        "embed.weight": rng.standard_normal((20, 16)).astype(np.float32),
        "层/conv.weight": rng.standard_normal((6, 4, 8)).astype(np.float32),
        "head": rng.standard_normal((5, 16)).astype(np.float16),
        "bias": rng.standard_normal(5),
        "scalar": np.array(3.5, np.float32),
        "none": np.zeros((0, 4), np.float32),
        "positions": np.arange(24)[None],
        "flags": np.array([True, False]),
        "no rule": rng.standard_normal((3, 4)).astype(np.float16),
    }
    arrays |= {f"coded.{i}": rng.standard_normal((64, 64)).astype(np.float32) for i in range(5)}
    kinds = {"<f4": "F32", "<f2": "F16", "<f8": "F64", "<i8": "I64", "|b1": "BOOL"}
    header: dict[str, Any] = {}
    data = b""
    for name, array in arrays.items():
        kind, body = kinds[array.dtype.str], array.tobytes()
        if name == "coded.2":
            kind, body = "BF16", (array.view("<u4") >> 16).astype("<u2").tobytes()
        header[name] = {"dtype": kind, "shape": array.shape, "data_offsets": [len(data), len(data) + len(body)]}
        data += body
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)
    return path


def whole(source: Path, target: Path, recipe: Any = RECIPE, calibration: Any = None) -> pipeline.CompressedModel:
    """Compress it in memory, as the yardstick."""
    model = pipeline.compress(files.read_weights(source)[0], recipe, calibration)
    for name, entry in read_entries(source)[0].items():
        if entry.dtype == "BF16":  # compress saw float32; of a tensor of torch it would know
            model.records[name] = dataclasses.replace(model.records[name], original_nbytes=entry.nbytes)
    files.save(model, target)
    return model


class Backwards(Executor):
    """Runs in a thread of its own whatever was handed in last."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self._stack: list[tuple[Future[Any], Any, Any]] = []
        self._over = False
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def submit(self, function: Any, /, *arguments: Any, **options: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self._stack.append((future, function, arguments))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._over = True
        self._thread.join()

    def _work(self) -> None:
        time.sleep(0.2)  # until everything was handed in
        while not self._over or self._stack:
            if not self._stack:
                time.sleep(0.005)
                continue
            future, function, arguments = self._stack.pop()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(function(*arguments))
                self.order.append(future.result())
            except BaseException as error:
                future.set_exception(error)
