"""The interview questions, read from ``questions.toml`` and validated."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

CHAPTERS = (
    "00_start_here",
    "01_foundations",
    "02_evaluation",
    "03_quantization",
    "04_integer_inference_and_qat",
    "05_pruning",
    "06_sparse",
    "07_lowrank",
    "08_sharing_and_coding",
    "09_efficient_layers",
    "10_distillation",
    "11_distillation_in_practice",
    "12_attention",
    "13_llm",
    "14_applications",
    "15_trends",
    "16_capstone",
)
VERDICTS = ("wrong", "imprecise", "convention", "unverifiable")
_ID = re.compile(r"[BGHSKM]\d\d")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Question:
    """One question: its wording in both languages, where it is answered, and what the chapter must run.

    ``errata`` says what a published answer gets wrong, ``verdict`` how wrong (see `VERDICTS`); both or neither are set.
    """

    id: str
    chapter: str
    topic: str
    en: str
    zh: str
    show: str
    errata: str = ""
    verdict: str = ""


@cache
def questions() -> tuple[Question, ...]:
    """Return every question, in the order of the file.

    >>> next(q.zh for q in questions() if q.id == "B03")
    '模型量化的完整步骤是什么？'
    """
    return parse(Path(__file__).with_name("questions.toml").read_text(encoding="utf-8"))


def question(name: str) -> Question:
    """Return the question whose id is ``name``, or raise a ``ValueError``."""
    for record in questions():
        if record.id == name:
            return record
    raise ValueError(f"name must be a question's id such as 'B03'; got {name!r}")


def parse(text: str) -> tuple[Question, ...]:
    """Return the questions of a TOML text; a record that breaks a rule is a ``ValueError`` that names it."""
    records = tomllib.loads(text).get("question", [])
    if not records:
        raise ValueError("the text holds no [[question]]")
    found = tuple(_validated(record) for record in records)
    ids = [q.id for q in found]
    twice = sorted({i for i in ids if ids.count(i) > 1})
    if twice:
        raise ValueError(f"two questions have the same id: {', '.join(twice)}")
    return found


def _validated(record: dict[str, Any]) -> Question:
    name = record.get("id", "without id")
    known = {f.name for f in fields(Question)}
    unknown = sorted(record.keys() - known)
    missing = sorted(known - {"errata", "verdict"} - record.keys())
    if unknown or missing:
        raise ValueError(f"question {name}: unknown fields {unknown}, missing fields {missing}")
    if not all(isinstance(v, str) and v.strip() for v in record.values()):
        raise ValueError(f"question {name}: every field must be a text that is not empty")
    q = Question(**record)
    if not _ID.fullmatch(q.id):
        raise ValueError(f"question {name}: id must be one of the letters BGHSKM and two digits")
    if q.chapter not in CHAPTERS:
        raise ValueError(f"question {name}: chapter must be one of {', '.join(CHAPTERS)}; got {q.chapter!r}")
    if not _CHINESE.search(q.zh):
        raise ValueError(f"question {name}: zh must be Chinese; got {q.zh!r}")
    if bool(q.errata) != bool(q.verdict):
        raise ValueError(f"question {name}: errata and verdict come together")
    if q.verdict and q.verdict not in VERDICTS:
        raise ValueError(f"question {name}: verdict must be one of {', '.join(VERDICTS)}; got {q.verdict!r}")
    return q
