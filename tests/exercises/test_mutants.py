"""Grader strength: small faults of the reference answers are failed; those that pass are listed and judged by hand.

A plain run grades every mutant of the exercises that changed since the recorded run (``mutants.json``) and a sample of
all others. ``MINICOMPRESS_MUTANTS=full`` grades them all; `python -m minicompress.workbook.mutants` by hand.
"""

import hashlib
import json
import os
from pathlib import Path

import pytest

from minicompress.workbook import mutant_report, mutants
from minicompress.workbook.discover import discover

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RECORD = HERE / "mutants.json"
FULL = os.environ.get("MINICOMPRESS_MUTANTS") == "full"
SAMPLE, CHANGED = 400, 1000  # mutants; both together take about a minute on two free cores
pytestmark = pytest.mark.timeout(1800)

EXERCISES = [e for e in discover(ROOT) if e.solution.exists()]
LISTED = mutants.equivalents(HERE / "equivalent_mutants.toml")


def seed():
    """A sample of its own for every state of the exercises, the same one in every run of it."""
    text = "".join(map(mutants.digest, EXERCISES))
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)


def told(report, **options):
    problems = report.problems(**options)
    broken = [f"{t.place}: {t.mutant.key}: {t.by}" for t in report.trials if t.kind == "error in the grader"]
    return "\n".join([*problems, *(f"the grader itself failed: {line}" for line in broken)])


@pytest.mark.skipif(not FULL, reason="MINICOMPRESS_MUTANTS=full grades all mutants")
def test_all_mutants():
    report = mutants.run(EXERCISES, listed=LISTED)
    assert len(report.trials) > 30 * len(EXERCISES)
    assert not told(report), told(report)


@pytest.mark.skipif(FULL, reason="all mutants are graded")
def test_mutants_of_what_changed():
    changed = mutants.changed(EXERCISES, RECORD)
    if not changed:
        pytest.skip("no exercise changed since the recorded run")
    report = mutants.run(changed, listed=LISTED, sample=CHANGED, seed=seed())
    sampled = len(report.trials) >= CHANGED
    assert not told(report, sampled=sampled), told(report, sampled=sampled)


@pytest.mark.skipif(FULL, reason="all mutants are graded")
def test_a_sample_of_all_mutants():
    report = mutants.run(EXERCISES, listed=LISTED, sample=SAMPLE, seed=seed())
    assert len(report.trials) >= SAMPLE
    assert not told(report, sampled=True), told(report, sampled=True)


def test_the_recorded_run_meets_the_bars():
    """Written by ``python -m minicompress.workbook.mutants --record``."""
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    rows = record["killed"]
    assert set(rows) == set(record["digests"])
    killed, total = (sum(row[i] for row in rows.values()) for i in (0, 1))
    assert killed >= mutant_report.OVERALL * total > 0
    weak = {name: row for name, row in rows.items() if row[0] < mutant_report.EACH * row[1]}
    assert not weak


def test_listed_mutants_belong_to_an_exercise():
    names = {e.name for e in EXERCISES}
    unknown = {name for name, _ in LISTED if name not in names}
    assert not unknown
