"""``minicompress warmup``: every kernel compiled now, so that no later call waits for it."""

from __future__ import annotations


def warmup() -> None:
    """Compile all kernels for this CPU and keep them on disk; done before, they are only loaded."""
    import sys
    import time

    from rich.console import Console
    from rich.progress import Progress

    from minicompress import ops
    from minicompress.cli._kernels import all_kernels, say_if_no_dot_product

    console = Console(soft_wrap=not sys.stdout.isatty())
    if ops.backend() != "numba":
        console.print("the backend is reference (NumPy only): there is nothing to compile")
        return
    say_if_no_dot_product(console)
    start = time.perf_counter()
    with Progress(console=console, transient=True) as progress:
        kernels = all_kernels()
        task = progress.add_task("compiling", total=len(kernels))
        for name, kernel in kernels.items():
            progress.update(task, description=f"compiling {name}")
            kernel.compile()
            progress.advance(task)
    from minicompress.kernels.compiler import cache_counts, cache_folder
    from minicompress.kernels.isa import choose_isa

    compiled, loaded = cache_counts()
    seconds = time.perf_counter() - start
    console.print(f"{len(kernels)} kernels, path {choose_isa()}: {compiled} compiled, {loaded} loaded, {seconds:.1f} s")
    console.print(f"kept in {cache_folder()}")
