"""What every suite shares: which backend runs, how hypothesis draws, and the table of oracles."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from minicompress import ops
from tests.oracles.plugin import OraclePlugin

# Derandomized: the same examples on every run and machine, so that a red run can be repeated.
settings.register_profile("suite", deadline=None, derandomize=True, max_examples=40, database=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--oracle-table",
        nargs="?",
        const="-",
        metavar="FILE",
        help="print what each technique is held against and the worst deviation measured; --oracle-table=FILE writes "
        "it instead (Markdown, or JSON by its name). With --collect-only: the rows alone.",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(OraclePlugin(config.getoption("--oracle-table")), "minicompress-oracles")


def pytest_report_header(config: pytest.Config) -> str:
    """One line at the top of every run."""
    asked = os.environ.get("MINICOMPRESS_BACKEND", "auto")
    return f"minicompress backend: {ops.backend()} (MINICOMPRESS_BACKEND={asked})"


@pytest.fixture(scope="session")
def backend() -> str:
    """``"numba"`` or ``"reference"``: what the operations run on."""
    return ops.backend()
