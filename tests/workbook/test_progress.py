"""Progress is never lost: corrupt files, newer files, crashes between writes, resets."""

import json
import threading

import pytest

from minicompress.storage import write_atomic
from minicompress.workbook import progress as module
from minicompress.workbook import stubs
from minicompress.workbook.attempts import reset
from minicompress.workbook.checking import record
from minicompress.workbook.discover import Exercise
from minicompress.workbook.outcome import ExerciseResult, Status, TestResult
from minicompress.workbook.progress import NewerSchema, Progress


def result(*statuses):
    return ExerciseResult("one", "01_x", 10, [TestResult(f"test_{i}", s) for i, s in enumerate(statuses)])


def test_round_trip(tmp_path):
    progress = Progress(tmp_path)
    assert progress.read() == {"schema": 1, "exercises": {}}
    progress.update("one", hints=2)
    progress.note_result(result(Status.PASSED, Status.FAILED))
    again = Progress(tmp_path).record("one")
    assert (again["hints"], again["status"], again["earned"], again["checks"]) == (2, "failed", 5.0, 1)
    assert "first_passed" not in again


def test_the_first_pass_stays(tmp_path):
    progress = Progress(tmp_path)
    progress.note_result(result(Status.PASSED))
    first = progress.record("one")["first_passed"]
    progress.note_result(result(Status.FAILED))
    assert progress.record("one")["first_passed"] == first
    assert progress.record("one")["status"] == "failed"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"schema": "x", "exercises": {}}', b"null"])
def test_a_corrupt_file_is_kept_and_the_backup_used(tmp_path, content):
    progress = Progress(tmp_path)
    progress.update("one", hints=1)
    progress.update("two", hints=3)
    progress.path.write_bytes(content)
    fresh = Progress(tmp_path)
    assert fresh.read()["exercises"] == {"one": {"hints": 1}}
    assert any("recovered" in message for message in fresh.messages)
    assert (progress.folder / "progress.corrupt-1.json").read_bytes() == content
    fresh.update("three", hints=2)
    assert set(Progress(tmp_path).read()["exercises"]) == {"one", "three"}


def test_corrupt_twice_loses_neither_file(tmp_path):
    progress = Progress(tmp_path)
    for text in ("first", "second"):
        progress.folder.mkdir(exist_ok=True)
        progress.path.write_text(text)
        progress.read()
    kept = [p.read_text() for p in sorted(progress.folder.glob("progress.corrupt-*"))]
    assert kept == ["first", "second"]
    assert "there was no readable backup: progress starts anew" in progress.messages


def test_a_file_of_the_future_is_left_alone(tmp_path):
    progress = Progress(tmp_path)
    progress.folder.mkdir()
    future = json.dumps({"schema": 2, "exercises": {}, "new": True})
    progress.path.write_text(future)
    with pytest.raises(NewerSchema, match="has schema 2; this version of minicompress knows up to 1"):
        progress.update("one", hints=1)
    (note,) = record(result(Status.PASSED), tmp_path)
    assert note.startswith("progress was not recorded")
    assert progress.path.read_text() == future


def test_migration(tmp_path, monkeypatch):
    Progress(tmp_path).update("one", hints=1)

    def rename(document):
        exercises = {k: {"hints_seen": v["hints"]} for k, v in document["exercises"].items()}
        return {**document, "exercises": exercises}

    monkeypatch.setattr(module, "SCHEMA", 2)
    monkeypatch.setattr(module, "MIGRATIONS", {1: rename})
    assert Progress(tmp_path).read() == {"schema": 2, "exercises": {"one": {"hints_seen": 1}}}


def test_unknown_fields_survive(tmp_path):
    progress = Progress(tmp_path)
    progress.folder.mkdir()
    progress.path.write_text('{"schema": 1, "exercises": {"one": {"mine": 5}}, "theme": "dark"}')
    progress.update("one", hints=1)
    document = Progress(tmp_path).read()
    assert document["theme"] == "dark"
    assert document["exercises"]["one"] == {"mine": 5, "hints": 1}


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.json"
    write_atomic(path, b"old")
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


def test_two_writers_lose_nothing(tmp_path):
    pytest.importorskip("fcntl")
    names = [[f"{who}{i}" for i in range(15)] for who in "ab"]
    threads = [threading.Thread(target=lambda n=n: [Progress(tmp_path).update(x, hints=1) for x in n]) for n in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(Progress(tmp_path).read()["exercises"]) == {*names[0], *names[1]}


@pytest.fixture
def exercise(tmp_path, monkeypatch):
    stub = "def one():\n    raise NotImplementedError  # 量化\n"
    monkeypatch.setattr(stubs, "shipped", lambda: {"01_x/one.py": stub})
    found = Exercise("one", "01_x", tmp_path)
    found.path.parent.mkdir(parents=True)
    return found


def test_reset_keeps_every_attempt(exercise):
    for attempt in (b"first\r\n\xff", b"second"):
        exercise.path.write_bytes(attempt)
        assert reset(exercise).read_bytes() == attempt
        assert "量化" in exercise.path.read_text(encoding="utf-8")
    kept = sorted((exercise.root / ".minicompress/attempts").iterdir())
    assert [p.name for p in kept] == ["one.001.py", "one.002.py"]
    assert [p.read_bytes() for p in kept] == [b"first\r\n\xff", b"second"]
    assert reset(exercise) is None


def test_reset_restores_a_deleted_file(exercise):
    assert reset(exercise) is None
    assert exercise.path.exists()


def test_reset_without_a_shipped_stub_touches_nothing(exercise, monkeypatch):
    exercise.path.write_text("mine")
    monkeypatch.setattr(stubs, "shipped", dict)
    with pytest.raises(ValueError, match="no stub is shipped"):
        reset(exercise)
    assert exercise.path.read_text() == "mine"


def test_an_attempt_is_never_shipped_as_a_stub(exercise, tmp_path):
    exercise.path.write_text("def one():\n    return 1\n")
    exercise.grader.write_text("")
    with pytest.raises(ValueError, match="is not a stub"):
        stubs.write(tmp_path, tmp_path / "stubs.json")
    assert not (tmp_path / "stubs.json").exists()
    exercise.path.write_text("def one():\n    raise NotImplementedError\n")
    assert stubs.write(tmp_path, tmp_path / "stubs.json") == 1
