"""``%%exercise affine_qparams``: solve an exercise in a notebook; running the cell grades it.

``from minicompress.workbook import check`` registers the magic, and so does ``%load_ext minicompress.workbook``.

    %%exercise affine_qparams
    def affine_qparams(x, *, bits=8):
        ...

The cell is graded as a file would be, in a process of its own, and the outcome is recorded. The imports of the stub
are at hand there (``np``, say); other cells are not. A cell that loads is then run in the notebook as well, with these
imports, so that the function can be tried out below.
"""

from __future__ import annotations

import ast
import sys
import tempfile
from pathlib import Path
from typing import Any

from minicompress.workbook.checking import CheckResult, record
from minicompress.workbook.discover import Exercise, find, find_root
from minicompress.workbook.grading import grade


def register(shell: Any) -> None:
    """Give ``shell`` (an ``InteractiveShell``) the cell magic."""

    def exercise(line: str, cell: str) -> CheckResult:
        """Grade the cell as the answer to an exercise: ``%%exercise NAME``."""
        return grade_cell(line, cell, shell)

    shell.register_magic_function(exercise, "cell")


def register_here() -> None:
    """Register the magic where this runs in a notebook or in IPython; do nothing elsewhere."""
    if "IPython" in sys.modules:
        shell = sys.modules["IPython"].get_ipython()
        if shell is not None:
            register(shell)


def grade_cell(line: str, cell: str, shell: Any) -> CheckResult:
    """Grade ``cell`` for the exercise named on ``line``; define it in the notebook where it loads."""
    from IPython.core.error import UsageError

    name = line.strip()
    if not name or len(name.split()) > 1:
        raise UsageError("write the name of one exercise: %%exercise affine_qparams")
    try:
        root = find_root()
        exercise = find(name, root)
    except ValueError as error:
        raise UsageError(str(error)) from None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{exercise.name}.py"
        text = source(exercise, cell)
        path.write_text(text, encoding="utf-8")
        result = grade(exercise, path)
    loaded = not any(test.message.split("\n")[0].endswith(f"loading {path.name}") for test in result.tests)
    outcome = CheckResult(result, tuple(record(result, root)), place="the cell, below its first line")
    if loaded:
        try:  # not shell.run_cell: it would take the place of the outcome
            exec(compile(text, f"<exercise {exercise.name}>", "exec"), shell.user_ns)
        except Exception:
            shell.showtraceback()
    return outcome


def source(exercise: Exercise, cell: str) -> str:
    """Return the file that is graded: the stub's imports where the magic's own line was, so that line numbers hold.

    >>> e = Exercise("f", "01_x", Path())
    >>> e.__dict__["stub"] = "import math\\nimport numpy as np\\ndef f(): ..."
    >>> source(e, "def f(): return np.pi")
    'import math; import numpy as np\\ndef f(): return np.pi'
    """
    nodes = ast.parse(exercise.stub).body
    imports = [ast.unparse(n) for n in nodes if isinstance(n, ast.Import | ast.ImportFrom)]
    if "from __future__" in cell:  # must come first in a file
        imports = []
    return "; ".join(imports) + "\n" + cell
