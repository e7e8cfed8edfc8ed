"""Rows of the products with codes of 8 bits and fewer."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.peers import THREADS, Function, library, matmul_integer, matmul_nbits
from benchmarks.rows import Row, family
from minicompress import ops
from minicompress.quantization import quantize_nf4, quantize_rtn
from minicompress.tensors import CodebookTensor

SHAPES = [(1024, 1024), (4096, 4096), (384, 1536), (1536, 384), (777, 1000)]
BATCHES = (1, 8, 32, 128)


def _shapes(quick: bool) -> Iterator[tuple[int, int, int]]:
    for inputs, outputs in SHAPES[2:4] if quick else SHAPES:
        for n in (1, 32) if quick else BATCHES:
            yield n, inputs, outputs


def _present(peers: dict[str, Function | None]) -> tuple[dict[str, Function], list[str]]:
    return {k: f for k, f in peers.items() if f is not None}, [k for k, f in peers.items() if f is None]


@family("int8")
def int8(quick: bool, rng: np.random.Generator) -> Iterator[Row]:
    """int8 x int8: exact sums, one scale to a row and to an output (a scale of 1 here, so that peers agree)."""
    torch = library("torch")
    for n, inputs, outputs in _shapes(quick):
        q = rng.integers(-127, 128, (n, inputs)).astype(np.int8)
        w = rng.integers(-127, 128, (outputs, inputs)).astype(np.int8)
        panels = ops.panel_codes((w.astype(np.int16) + 128).astype(np.uint8), 1, 8)
        scale = ops.panel_parameters(np.ones((outputs, 1)))
        zero = ops.panel_parameters(np.full((outputs, 1), 128))
        one = np.ones(n, np.float32)
        wanted = q.astype(np.float64) @ w.T.astype(np.float64)
        unsigned = (q.astype(np.int16) + 128).astype(np.uint8)
        qf, wf = q.astype(np.float32), w.astype(np.float32)
        torch_mm: Function | None = None
        if torch is not None and n > 16:  # torch._int_mm takes no fewer rows
            torch.set_num_threads(THREADS)
            left, right = torch.from_numpy(q), torch.from_numpy(w).t()
            torch_mm = lambda left=left, right=right: torch._int_mm(left, right).numpy()  # noqa: E731
        peers, absent = _present(
            {
                "onnxruntime MatMulInteger": matmul_integer(unsigned, w.T),
                "torch._int_mm": torch_mm,
                "float32 BLAS": lambda qf=qf, wf=wf: qf @ wf.T,
            }
        )
        args = (q, one, panels, scale, zero, 8, outputs)
        ours = lambda args=args: ops.affine_linear_int8(*args)  # noqa: E731
        shape = f"{n}x{inputs} . {inputs}x{outputs}"
        work = 2.0 * n * inputs * outputs
        yield Row("int8 x int8", shape, ours, peers, wanted, 1e-5, work, float(w.nbytes), "int8", absent)


@family("int4")
def int4(quick: bool, rng: np.random.Generator) -> Iterator[Row]:
    """4-bit codes in groups: with 8-bit activations, their quantization included, and with float activations."""
    for n, inputs, outputs in _shapes(quick):
        for size in (32,) if quick else (32, 64, 128):
            if inputs % size:
                continue
            groups = inputs // size
            x = rng.standard_normal((n, inputs)).astype(np.float32)
            codes = rng.integers(0, 16, (outputs, inputs)).astype(np.uint8)
            scale = rng.uniform(0.01, 0.1, (outputs, groups)).astype(np.float32)
            zero = np.full((outputs, groups), 8, np.uint8)
            dense = ops.affine_dequantize(codes, scale, zero)
            wanted = x.astype(np.float64) @ dense.T.astype(np.float64)
            args = (
                ops.panel_codes(codes, groups, 4),
                ops.panel_parameters(scale),
                ops.panel_parameters(zero),
                4,
                outputs,
            )
            blas: Function = lambda x=x, dense=dense: x @ dense.T  # noqa: E731
            shape, work = f"{n}x{inputs} . {inputs}x{outputs} g{size}", 2.0 * n * inputs * outputs
            moved = codes.size / 2 + scale.nbytes

            def with_int8(x: np.ndarray = x, args: tuple = args) -> np.ndarray:
                return ops.affine_linear_int8(*ops.quantize_rows(x), *args)

            peers, absent = _present({"onnxruntime level 4": matmul_nbits(x, codes, scale, 4), "float32 BLAS": blas})
            # 8-bit activations: both round them, each in its own groups.
            yield Row("int4 x int8 activations", shape, with_int8, peers, wanted, 0.05, work, moved, "int8", absent)
            peers, absent = _present({"onnxruntime level 0": matmul_nbits(x, codes, scale, 0), "float32 BLAS": blas})
            ours = lambda x=x, args=args: ops.affine_linear(x, *args)  # noqa: E731
            yield Row("int4 x float", shape, ours, peers, wanted, 1e-4, work, moved, absent=absent)


@family("lowbit")
def lowbit(quick: bool, rng: np.random.Generator) -> Iterator[Row]:
    """One activation row times stored weights of 2 and 3 bits, of NF4, and of 16 shared values."""
    for inputs, outputs in ((384, 1536),) if quick else ((1024, 1024), (4096, 4096), (384, 1536), (1536, 384)):
        w = rng.standard_normal((outputs, inputs)).astype(np.float32)
        x = rng.standard_normal((1, inputs)).astype(np.float32)
        for name, stored in (
            ("2 bits", quantize_rtn(w, bits=2, group_size=64)),
            ("3 bits", quantize_rtn(w, bits=3, group_size=64)),
            ("NF4", quantize_nf4(w)),
            ("codebook of 16", CodebookTensor.from_codebook(w, np.linspace(-3, 3, 16, dtype=np.float32)[None], bits=4)),
        ):
            dense = stored.prepare().to_dense()
            yield Row(
                f"{name} x float, batch 1",
                f"{inputs} . {inputs}x{outputs}",
                lambda stored=stored, x=x: stored.linear(x),
                {"float32 BLAS": lambda x=x, dense=dense: x @ dense.T},
                x.astype(np.float64) @ dense.T,
                1e-4,
                2.0 * inputs * outputs,
                float(stored.runtime_nbytes),
            )
