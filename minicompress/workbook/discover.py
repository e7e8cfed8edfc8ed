"""Find the workbook's folder and its exercises, and read what each one says about itself."""

from __future__ import annotations

import difflib
import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from minicompress.workbook import stubs

CHAPTER = re.compile(r"\d\d_[a-z0-9_]+")
HEADER = re.compile(
    r"^Questions: (?P<questions>[A-Z]\d\d(?:, [A-Z]\d\d)*) \| Difficulty: (?P<difficulty>[1-5])/5 "
    r"\| Minutes: (?P<minutes>\d+) \| Points: (?P<points>\d+)$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Header:
    """The line ``Questions: B03, G03 | Difficulty: 1/5 | Minutes: 5 | Points: 10`` of a prompt."""

    questions: tuple[str, ...]
    difficulty: int
    minutes: int
    points: int


def parse_header(source: str, name: str) -> Header:
    """Return the header of a prompt; ``name`` is used in the error.

    >>> parse_header("Questions: B03 | Difficulty: 1/5 | Minutes: 5 | Points: 10", "absmax").points
    10
    """
    found = HEADER.search(source)  # by text, not by syntax: the file may be an attempt that does not parse
    if not found:
        raise ValueError(
            f"exercise {name} has no header line such as "
            "'Questions: B03, G03 | Difficulty: 1/5 | Minutes: 5 | Points: 10'"
        )
    numbers = (int(found[key]) for key in ("difficulty", "minutes", "points"))
    return Header(tuple(found["questions"].split(", ")), *numbers)


@dataclass(frozen=True)
class Exercise:
    """One exercise: ``<root>/exercises/<chapter>/<name>.py`` and the files that belong to it."""

    name: str
    chapter: str
    root: Path

    @property
    def path(self) -> Path:
        """The learner's file."""
        return self.root / "exercises" / self.chapter / f"{self.name}.py"

    @property
    def grader(self) -> Path:
        """The tests."""
        return self.path.with_name(f"test_{self.name}.py")

    @property
    def solution(self) -> Path:
        """The reference answer."""
        return self.root / "solutions" / self.chapter / f"{self.name}.py"

    @cached_property
    def stub(self) -> str:
        """The file as it is handed out: the shipped stub, or the file itself where none is shipped yet."""
        shipped = stubs.shipped().get(f"{self.chapter}/{self.name}.py")
        return self.path.read_text(encoding="utf-8") if shipped is None else shipped

    @cached_property
    def header(self) -> Header:
        """What the prompt's header line says (read from the stub: the learner's file may be broken)."""
        return parse_header(self.stub, self.name)

    def hints(self) -> list[str]:
        """Return the three hints: a nudge, the idea, the skeleton."""
        path = self.path.with_name(f"{self.name}.hints.md")
        parts = re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
        if len(parts) != 3:
            raise ValueError(f"{path} must have three sections '## ...'; it has {len(parts)}")
        return [part.strip() for part in parts]


def find_root(start: Path | None = None) -> Path:
    """Return the folder with ``exercises/``: MINICOMPRESS_WORKBOOK, else from here upwards, else the package's."""
    named = os.environ.get("MINICOMPRESS_WORKBOOK")
    if named:
        if not _is_root(Path(named)):
            raise ValueError(f"MINICOMPRESS_WORKBOOK must name a folder with exercises/ in it; got {named!r}")
        return Path(named).resolve()
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents, Path(__file__).resolve().parents[2]):
        if _is_root(folder):
            return folder
    raise ValueError(
        f"no workbook found: neither {here} nor a folder above it has exercises/; change into a copy of the "
        "repository, or set MINICOMPRESS_WORKBOOK to it"
    )


def _is_root(folder: Path) -> bool:
    return any((folder / "exercises").glob("[0-9][0-9]_*/test_*.py"))


def discover(root: Path | None = None) -> list[Exercise]:
    """Return every exercise, by chapter, then difficulty, then name; none at all is an error."""
    root = root or find_root()
    graders = sorted((root / "exercises").glob("[0-9][0-9]_*/test_*.py"))
    if not graders:
        raise ValueError(f"no exercise found in {root / 'exercises'}")
    found = [Exercise(g.stem.removeprefix("test_"), g.parent.name, root) for g in graders]
    names = [e.name for e in found]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise ValueError(f"two exercises have the same name: {', '.join(twice)}")
    return sorted(found, key=lambda e: (e.chapter, e.header.difficulty, e.name))


def find(name: str, root: Path | None = None) -> Exercise:
    """Return the exercise ``name`` (also given as a path or with ``.py``), or suggest the nearest names."""
    every = {e.name: e for e in discover(root)}
    wanted = Path(name).stem.removeprefix("test_")
    if wanted in every:
        return every[wanted]
    near = difflib.get_close_matches(wanted, every, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else "`minicompress progress` lists them all"
    raise ValueError(f"no exercise is called {name!r}; {hint}")
