"""``minicompress study``: open the workbook in JupyterLab."""

from __future__ import annotations

from typing import Annotated

import typer

_FIRST = "00_start_here.ipynb"


def study(
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Start the server and print its address.")] = False,
) -> None:
    """Open the first chapter in JupyterLab."""
    import importlib.util
    import subprocess
    import sys

    from minicompress.workbook.discover import find_root

    root = find_root()
    chapter = root / "chapters" / _FIRST
    if importlib.util.find_spec("jupyterlab") is None:
        raise ImportError("study needs JupyterLab: pip install 'minicompress[study]'")
    if not chapter.is_file():
        raise ValueError(f"there is no chapter at {chapter}; is this copy of the repository complete?")
    # the address, not the file, is given: so the printed link opens the chapter, and exercises/ is in the file browser
    address = f"/lab/tree/chapters/{_FIRST}"
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={root}", f"--LabApp.default_url={address}"]
    try:
        done = subprocess.run(command + ["--no-browser"] * no_browser, cwd=root, check=False)
    except KeyboardInterrupt:
        return
    raise typer.Exit(done.returncode)
