"""Write ``format_vectors.json``: what bitsandbytes, torch, ml_dtypes and gguf make of fixed inputs.

    python tests/quantization/make_format_vectors.py

``test_format_vectors.py`` holds the library to the file, and the file to those of the libraries that are installed.
Inputs are made by integer arithmetic, so that they are the same for every version of everything.
"""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np

TARGET = Path(__file__).with_name("format_vectors.json")
K_KINDS = {"Q4_K": 144, "Q5_K": 176, "Q6_K": 210}


def scattered(count: int, salt: int = 0) -> np.ndarray:
    """``count`` integers from 0 to 2^32 - 1, well mixed."""
    i = np.arange(1, count + 1, dtype=np.uint64) + np.uint64(salt)
    h = (i * np.uint64(0x9E3779B97F4A7C15)) ^ (i * np.uint64(0xBF58476D1CE4E5B9) >> np.uint64(29))
    return (h >> np.uint64(31)) & np.uint64(2**32 - 1)


def weights(rows: int, columns: int) -> np.ndarray:
    """Skewed numbers whose size changes from row to row; some exact zeros, ties and a row of zeros."""
    u = (scattered(rows * columns).astype(np.float64) / 2**32 - 0.45).reshape(rows, columns)
    w = u**3 * 2.0 ** ((np.arange(rows) * 7) % 11 - 5)[:, None]
    w[:, ::17] = 0
    w[:, 5::29] = np.round(w[:, 5::29] * 8) / 8
    w[rows // 2] = 0
    return w.astype(np.float32)


def half_steps() -> np.ndarray:
    """Blocks of 32 whose weights are odd multiples of half a Q8_0 step: x / d and x (1 / d) round apart here."""
    largest = (1 + scattered(60, salt=9).astype(np.float64) / 2**32).astype(np.float32)
    odd = scattered(60 * 32).astype(np.int64).reshape(60, 32) % 253 - 126
    w = ((odd + 0.5) * (largest / np.float32(127)).astype(np.float64)[:, None]).astype(np.float32)
    w[:, 3] = largest
    return w


def half_way(levels: np.ndarray) -> np.ndarray:
    """One block of 64: the largest weight, and the points half way between NF4 levels, with their neighbours."""
    middle = (levels[1:] + levels[:-1]) / 2
    up, down = (np.nextafter(middle, np.float32(to)) for to in (2, -2))
    return np.concatenate([np.ones(1, np.float32), middle, up, down, np.zeros(18, np.float32)])[None]


def k_blocks(kind: str) -> np.ndarray:
    """Four blocks of any bytes, with finite scales."""
    size = K_KINDS[kind]
    blocks = (scattered(4 * size, salt=size) % np.uint64(256)).astype(np.uint8).reshape(4, size)
    for at in (208,) if kind == "Q6_K" else (0, 2):
        blocks[:, at : at + 2] = np.array([[0.37], [-2e-3], [1.5], [0.0]], np.float16).view(np.uint8)
    return blocks


def digest(array: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def of_bitsandbytes() -> dict[str, Any]:
    import bitsandbytes
    import torch
    from bitsandbytes import functional as F

    state: dict[str, Any] = {"version": bitsandbytes.__version__}
    state["nf4_levels"] = F.get_4bit_type("nf4", device="cpu").tolist()
    state["dynamic_levels"] = torch.as_tensor(F.create_dynamic_map()).tolist()
    levels = np.array(state["nf4_levels"], np.float32)
    packed, _ = F.quantize_nf4(torch.from_numpy(half_way(levels)), blocksize=64, compress_statistics=False)
    state["half_way"] = packed.numpy().tobytes().hex()
    w = torch.from_numpy(weights(160, 128))
    packed, plain = F.quantize_nf4(w, blocksize=64, compress_statistics=False)
    state["packed"], state["absmax"] = digest(packed.numpy()), digest(plain.absmax.numpy())
    state["first_codes"] = packed.numpy().reshape(-1)[:64].tobytes().hex()
    state["dense"] = digest(F.dequantize_nf4(packed, plain).numpy())
    packed, double = F.quantize_nf4(w, blocksize=64, compress_statistics=True)
    state["double"] = {
        "packed": digest(packed.numpy()),
        "absmax": double.absmax.numpy().tobytes().hex(),
        "nested_scale": double.state2.absmax.tolist(),
        "offset": float(double.offset),
        "first_rows": F.dequantize_nf4(packed, double).numpy()[:2].tolist(),
    }
    return state


def of_floats() -> dict[str, Any]:
    import ml_dtypes
    import torch

    w = weights(24, 40)
    kinds = {"e4m3": (torch.float8_e4m3fn, 448), "e5m2": (torch.float8_e5m2, 57344)}
    state: dict[str, Any] = {"torch": torch.__version__, "ml_dtypes": ml_dtypes.__version__}
    for name, (kind, largest) in kinds.items():
        scale = np.abs(w).max() / np.float32(largest)
        scaled = torch.from_numpy(np.clip(w / scale, -largest, largest)).to(kind)
        state[name] = {"scale": float(scale), "codes": digest(scaled.view(torch.uint8).numpy())}
    halves = np.arange(-32, 33, dtype=np.float32) / 4
    clipped = np.clip(halves, -6, 6)
    state["e2m1"] = clipped.astype(ml_dtypes.float4_e2m1fn).view(np.uint8).tolist()
    return state


def of_gguf() -> dict[str, Any]:
    from importlib.metadata import version

    from gguf import GGMLQuantizationType, quants

    state: dict[str, Any] = {"version": version("gguf")}
    w = weights(12, 96)
    for kind in ("Q8_0", "Q4_0", "Q4_1"):
        blocks = quants.quantize(w, GGMLQuantizationType[kind])
        dense = quants.dequantize(blocks, GGMLQuantizationType[kind])
        first = blocks.reshape(-1)[:40].tobytes().hex()
        halves = digest(quants.quantize(half_steps(), GGMLQuantizationType[kind]))
        state[kind] = {"blocks": digest(blocks), "first": first, "dense": digest(dense), "half_steps": halves}
    for kind in K_KINDS:
        dense = quants.dequantize(k_blocks(kind).reshape(2, -1), GGMLQuantizationType[kind])
        state[kind] = {"dense": digest(dense), "first": dense.reshape(-1)[:16].tolist()}
    return state


SOURCES = {"bitsandbytes": of_bitsandbytes, "floats": of_floats, "gguf": of_gguf}


def main() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        content = {"command": "python tests/quantization/make_format_vectors.py"}
        content |= {name: source() for name, source in SOURCES.items()}
    temporary = TARGET.with_suffix(".part")
    temporary.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    os.replace(temporary, TARGET)


if __name__ == "__main__":
    main()
