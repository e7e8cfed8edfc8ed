"""No kernel touches memory outside its arrays: each stands between pages that may not be read or written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("numba")

# In a process of its own: a touch outside ends it with a signal.
CHECK = """
import ctypes, importlib.util, mmap, sys
sys.path.insert(0, {here!r})
import numpy as np, cases
from minicompress import ops

libc = ctypes.CDLL(None, use_errno=True)
libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
PAGE, kept, at_end = mmap.PAGESIZE, [], True

def guarded(shape, dtype=np.float64):
    "An array that ends at, or begins after, a page without access."
    dtype = np.dtype(dtype)
    size = int(np.prod(shape)) * dtype.itemsize
    pages = max(1, -(-size // PAGE))
    memory = mmap.mmap(-1, (pages + 2) * PAGE)
    base = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    for page in (0, pages + 1):
        assert libc.mprotect(base + page * PAGE, PAGE, 0) == 0
    kept.append(memory)
    start = PAGE + (pages * PAGE - size if at_end else 0)
    array = np.frombuffer(memory, dtype, int(np.prod(shape)), start).reshape(shape)
    return array

class Guarded:
    "numpy, but new arrays are guarded."
    def __getattr__(self, name):
        return getattr(np, name)
    def empty(self, shape, dtype=np.float64):
        out = guarded(shape, dtype)
        out.view(np.uint8 if out.dtype.itemsize == 1 else out.dtype)[...] = 85
        return out
    def zeros(self, shape, dtype=np.float64):
        return guarded(shape, dtype)

def copy(value):
    if not isinstance(value, np.ndarray):
        return value
    out = guarded(value.shape, value.dtype)
    out[...] = value
    return out

if sys.argv[1] == "trip":
    array = guarded((3,), np.float32)
    ctypes.c_float.from_address(array.ctypes.data + 12).value
    sys.exit("the guard page could be read")

paths = ["minicompress.kernels." + family for family in ops.FAMILIES]
modules = [importlib.import_module(path) for path in paths if importlib.util.find_spec(path)]
from minicompress.kernels.compiler import KERNELS
for kernel in KERNELS.values():
    kernel.compile()  # with numpy itself, before it is replaced
count = 0
for module in modules:
    module.np = Guarded()
    for name in module.__all__:
        for at_end in (True, False):
            for case in cases.cases(name)[::3]:
                wanted = ops.operation(name, "reference")(**case)
                got = ops.operation(name, "numba")(**{{k: copy(v) for k, v in case.items()}})
                pairs = zip(got, wanted) if isinstance(wanted, tuple) else [(got, wanted)]
                for mine, theirs in pairs:
                    np.testing.assert_allclose(mine, theirs, rtol=1e-3, atol=1e-3)
                count += 1
print(count)
"""


def _run(mode: str) -> subprocess.CompletedProcess[str]:
    code = CHECK.format(here=str(Path(__file__).parent))
    return subprocess.run([sys.executable, "-c", code, mode], capture_output=True, text=True, timeout=400)


@pytest.mark.skipif(sys.platform == "win32", reason="mprotect is POSIX")
def test_the_guard_itself_works() -> None:
    assert _run("trip").returncode < 0


@pytest.mark.timeout(420)  # kernels are compiled in a process of their own
@pytest.mark.skipif(sys.platform == "win32", reason="mprotect is POSIX")
def test_no_access_outside_the_arrays() -> None:
    done = _run("all")
    assert done.returncode == 0, f"{done.returncode}: {done.stderr[-2000:]}"
    assert int(done.stdout) > 150
