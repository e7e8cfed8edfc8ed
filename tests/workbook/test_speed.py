"""Speed exercises: the tier is information, right or wrong decides; the text says what limits."""

import numpy as np
import pytest

from minicompress.workbook import baselines, speed
from minicompress.workbook.discover import find
from minicompress.workbook.grading import grade
from minicompress.workbook.outcome import Status

LINE = "Speed: baseline=slow_sum | Bronze: 0.01x | Silver: 1000000x | Gold: 2000000x"
PROMPT = f'"""Sum.\n\nQuestions: B01 | Difficulty: 1/5 | Minutes: 5 | Points: 10\n{LINE}\n"""\n'
GRADER = """
import numpy as np
from minicompress.workbook import speed

def test_speed(exercise):
    x = np.ones(2000)
    exercise(x).equals(2000.0)
    speed.measure(exercise, __file__, x, operations=2000, traffic=x.nbytes)
"""


@pytest.fixture
def exercise(tmp_path):
    folder = tmp_path / "exercises/01_x"
    folder.mkdir(parents=True)
    prompt = PROMPT.replace("slow_sum", "numpy_nf4_dequantize").replace("(x)", "")
    (folder / "total.py").write_text(prompt)
    (folder / "test_total.py").write_text(GRADER)
    return find("total", tmp_path)


def handed_in(exercise, source):
    path = exercise.root / "answer.py"
    path.write_text(source)
    return grade(exercise, path)


@pytest.fixture
def takes_one(monkeypatch, exercise):
    """Let the baseline be one that takes the same argument, in the learner's process too."""
    grader = exercise.grader.read_text()
    grader = grader.replace("    exercise(x).equals(2000.0)\n", "    exercise(x, x[:1], x[:16]).equals(2000.0)\n")
    grader = grader.replace("np.ones(2000)", "np.ones(2000, np.uint8)").replace(
        "__file__, x,", "__file__, x, x[:1], x[:16],"
    )
    exercise.grader.write_text(grader)
    return exercise


RIGHT = "import numpy as np\ndef total(x, a, b):\n  return float(np.sum(x))\n"


def test_a_right_answer_gets_its_tier_and_full_points(takes_one):
    result = handed_in(takes_one, RIGHT)
    assert (result.status, result.earned, result.tier) == (Status.PASSED, 10, "bronze"), str(result)
    (note,) = result.notes
    assert note.startswith("bronze: ")
    assert "x the speed of numpy_nf4_dequantize (silver from 1e+06x); limited by" in note
    assert note in str(result)
    assert result.as_dict()["tier"] == result.as_dict()["tests"][0]["tier"] == "bronze"


def test_a_slow_right_answer_loses_nothing(takes_one):
    text = takes_one.path.read_text().replace("0.01x", "500000x")
    takes_one.path.write_text(text)
    result = handed_in(find("total", takes_one.root), RIGHT)
    assert (result.status, result.earned, result.tier) == (Status.PASSED, 10, "")
    assert result.notes[0].startswith("no tier yet: ")


def test_a_fast_wrong_answer_gets_nothing(takes_one):
    result = handed_in(takes_one, "def total(x, a, b):\n  return 0.0\n")
    assert (result.status, result.tier, result.notes) == (Status.FAILED, "", [])


def test_an_error_while_timed_is_a_failure(takes_one):
    source = "n = 0\ndef total(x, a, b):\n  global n\n  n += 1\n  if n > 3: raise KeyError('later')\n  return 2000.0\n"
    result = handed_in(takes_one, source)
    assert result.status is Status.FAILED
    assert "while it was timed" in str(result)
    assert "KeyError: 'later'" in str(result)


def test_it_can_be_turned_off(takes_one, monkeypatch):
    monkeypatch.setenv("MINICOMPRESS_SPEED", "0")
    result = handed_in(takes_one, RIGHT)
    assert (result.status, result.notes) == (Status.PASSED, [])


def test_a_prompt_without_the_line_is_the_graders_mistake(takes_one):
    takes_one.path.write_text(takes_one.path.read_text().replace("Speed:", "Pace:"))
    result = handed_in(find("total", takes_one.root), RIGHT)
    assert "has no line 'Speed: baseline=...'" in str(result)


def test_the_line_of_a_prompt():
    found = speed.target("a\nSpeed: baseline=numpy_int4_matvec | Bronze: 1x | Silver: 1.5x | Gold: 10x\nb")
    assert found == speed.Target("numpy_int4_matvec", {"bronze": 1, "silver": 1.5, "gold": 10})
    assert [found.tier(r) for r in (0.9, 1.0, 1.5, 9.9, 10.0)] == ["", "bronze", "silver", "silver", "gold"]
    assert speed.target("no line") is None
    with pytest.raises(ValueError, match="must be a function of"):
        speed.target(LINE)
    with pytest.raises(ValueError, match="must rise"):
        speed.target("Speed: baseline=numpy_int4_matvec | Bronze: 2x | Silver: 1x | Gold: 10x")


@pytest.mark.parametrize(
    ("own", "text"),
    [
        (1.0, "limited by memory traffic: 8.0 GB/s, 80% of a plain copy"),
        (10.0, "limited by its inner loop, not by the machine: 0.8 GB/s, 8% of"),
    ],
)
def test_what_limits(own, text):
    times = {"own": own, "baseline": 20.0, "copy": 10e9, "peak": 100e9}
    assert speed.limit(times, 30e9, 8e9).startswith(text)
    assert speed.limit({**times, "own": 1.0}, 90e9, 1e9).startswith("limited by arithmetic: ")


def test_what_the_next_tier_asks_for():
    wanted = speed.Target("b", {"bronze": 1, "silver": 4, "gold": 10})
    assert speed.standing(5.0, wanted) == "silver: 5x the speed of b (gold from 10x)"
    assert speed.standing(12.0, wanted) == "gold: 12x the speed of b"


def test_the_race_knows_the_faster_one(monkeypatch):
    def slow(x):
        return sum(float(v) for v in x)

    monkeypatch.setattr(baselines, "slow_sum", slow, raising=False)
    times = speed.race(np.sum, "slow_sum", (np.ones(20_000),), {}, traffic=160_000)
    assert times["baseline"] > 3 * times["own"] > 0
    assert times["copy"] > 1e7
    assert times["peak"] > 1e7


def test_baselines_are_right():
    rng = np.random.default_rng(0)
    packed, scale = rng.integers(0, 256, (3, 4), dtype=np.uint8), rng.normal(size=(3, 2)).astype(np.float32)
    x = rng.normal(size=8).astype(np.float32)
    w = [[scale[i, j // 4] * (int(packed[i, j // 2]) // 16 ** (j % 2) % 16 - 8) for j in range(8)] for i in range(3)]
    np.testing.assert_allclose(baselines.numpy_int4_matvec(packed, scale, x), w @ x, rtol=1e-5, atol=1e-4)
    s = np.array([[0, 2.0, 0], [0, 0, 0], [3.0, 0, -1]], np.float32)
    data, indices, indptr = np.array([2, 3, -1], np.float32), np.array([1, 0, 2]), np.array([0, 1, 1, 3])
    np.testing.assert_allclose(baselines.scipy_csr_matmul(data, indices, indptr, s), s @ s)
    levels = rng.normal(size=16).astype(np.float32)
    flat = packed.ravel()
    expected = [levels[int(flat[i // 2]) // 16 ** (1 - i % 2) % 16] * scale[0, i // 12] for i in range(24)]
    np.testing.assert_array_equal(baselines.numpy_nf4_dequantize(flat, scale[0], levels), expected)


def test_a_busy_machine_is_said(takes_one, monkeypatch):
    monkeypatch.setattr(speed, "_QUIET", 1e9)
    assert handed_in(takes_one, RIGHT).notes[0].endswith("; the machine was busy, measure again when it is quiet")
