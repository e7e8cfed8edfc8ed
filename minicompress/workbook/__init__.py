"""The workbook: questions, exercises, grading and progress.

``check("affine_qparams")`` grades one exercise from a notebook; ``grade`` does the same for a program. The learner's
code always runs in a process of its own (`minicompress.workbook.worker`), never in the caller's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from minicompress.workbook.checking import check
    from minicompress.workbook.grading import grade

__all__ = ["check", "grade"]


def __getattr__(name: str) -> Any:
    # Imported on demand, so that the worker process, which imports this package, starts with NumPy alone.
    if name == "check":
        from minicompress.workbook.checking import check
        from minicompress.workbook.magic import register_here

        register_here()
        return check
    if name == "grade":
        from minicompress.workbook.grading import grade

        return grade
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def load_ipython_extension(shell: Any) -> None:
    """Let ``%load_ext minicompress.workbook`` register the cell magic ``%%exercise``."""
    from minicompress.workbook.magic import register

    register(shell)
