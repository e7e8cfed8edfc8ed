"""A format or method that no test knows is a failure, not a gap."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress.tensors import FORMATS


def test_every_stored_format_has_a_row(formats_under_test: dict[str, Any]) -> None:
    found = {name for name, kind in FORMATS.items() if kind.__module__.startswith("minicompress.")}
    assert len(found) >= 3
    assert found == set(formats_under_test), "tests/conformance/formats.py: FORMATS_UNDER_TEST is out of step"


def test_each_row_builds_its_own_format(formats_under_test: dict[str, Any]) -> None:
    w = np.random.default_rng(0).standard_normal((4, 8)).astype(np.float32)
    for name, row in formats_under_test.items():
        assert row.builders
        for build in row.builders.values():
            assert build(w).format == name
            assert type(build(w)) is FORMATS[name]
