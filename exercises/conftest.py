"""Activates the grader: ``pytest exercises/03_quantization``. The hooks live in the package."""

from minicompress.workbook.plugin import (  # noqa: F401
    exercise,
    pytest_addoption,
    pytest_collection_finish,
    pytest_configure,
    pytest_pyfunc_call,
    pytest_report_teststatus,
    pytest_runtest_makereport,
    pytest_sessionfinish,
    pytest_terminal_summary,
)
