"""The table of exercises is made from the prompts and leaves out what is unfinished."""

from minicompress.workbook import catalogue

PROMPT = '"""{what} (中文).\n\nQuestions: B01, G03 | Difficulty: {level}/5 | Minutes: 50 | Points: {points}\n"""\n'


def make(root, chapter, name, level=1, points=10, what="One | two", *, done=True):
    folder = root / "exercises" / chapter
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"test_{name}.py").write_text("")
    (folder / f"{name}.py").write_text(PROMPT.format(what=what, level=level, points=points), encoding="utf-8")
    if done:
        (folder / f"{name}.hints.md").write_text("")
        (root / "solutions" / chapter).mkdir(parents=True, exist_ok=True)
        (root / "solutions" / chapter / f"{name}.py").write_text("")


def test_table(tmp_path):
    make(tmp_path, "02_y", "b", points=7)
    make(tmp_path, "01_x", "hard", level=4, points=40, what="Hard")
    make(tmp_path, "01_x", "simple")
    make(tmp_path, "01_x", "half", done=False)
    lines = catalogue.write(tmp_path).read_text(encoding="utf-8").split("\n")
    assert "3 exercises, 2 h 30 min, 57 points." in lines
    assert [line for line in lines if line.startswith(("## ", "| ["))] == [
        "## 01_x",
        r"| [simple](01_x/simple.py) | 1 | 50 | 10 | B01, G03 | One \| two (中文) |",
        "| [hard](01_x/hard.py) | 4 | 50 | 40 | B01, G03 | Hard (中文) |",
        "## 02_y",
        r"| [b](02_y/b.py) | 1 | 50 | 7 | B01, G03 | One \| two (中文) |",
    ]
