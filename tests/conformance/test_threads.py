"""Many threads may use one tensor, prepared or not: in a process of its own, since a clash may end the process."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
from concurrent.futures import ThreadPoolExecutor
import numpy as np
from minicompress.pruning import magnitude_mask
from minicompress.quantization import quantize_rtn
from minicompress.tensors import CSRMatrix, DenseTensor

rng = np.random.default_rng(0)
w = rng.standard_normal((96, 128)).astype(np.float32)
x = rng.standard_normal((128, 33)).astype(np.float32)
makers = (
    lambda: DenseTensor(w.astype(np.float16)),
    lambda: quantize_rtn(w, bits=4, group_size=32),
    lambda: quantize_rtn(w, bits=8, symmetric=False),
    lambda: CSRMatrix.from_dense(w, magnitude_mask(w, sparsity=0.8)),
)
for make in makers:
    def work(tensor):
        first = tensor.take_rows([3, 1])
        return tensor @ x, tensor.linear(x.T, activation_bits=8), first, make().to_dense()
    alone = work(make())
    with ThreadPoolExecutor(8) as pool:
        shared = make()
        for found in pool.map(work, [shared] * 24):
            for a, b in zip(alone, found, strict=True):
                np.testing.assert_array_equal(a, b)
print("all equal")
"""


def test_threads_share_a_tensor() -> None:
    done = subprocess.run([sys.executable, "-W", "error", "-c", SCRIPT], capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == "all equal"
