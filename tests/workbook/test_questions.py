"""The questions: complete, valid, and refused where a record breaks a rule."""

from collections import Counter

import pytest

from minicompress.workbook.questions import CHAPTERS, parse, question, questions

RECORD = {"id": "B01", "chapter": "01_foundations", "topic": "foundations", "en": "What?", "zh": "什么？", "show": "it"}


def toml(**changes):
    fields = {k: v for k, v in {**RECORD, **changes}.items() if v is not None}
    return "[[question]]\n" + "\n".join(f'{k} = "{v}"' for k, v in fields.items()) + "\n"


def test_every_published_question_is_there():
    count = Counter(q.id[0] for q in questions())
    published = {"B": 30, "G": 11, "H": 10, "S": 10, "K": 30}
    assert {k: v for k, v in count.items() if k != "M"} == published
    for letter, number in [*published.items(), ("M", count["M"])]:
        assert {q.id for q in questions() if q.id[0] == letter} == {f"{letter}{i:02d}" for i in range(1, number + 1)}


def test_every_chapter_of_content_answers_some():
    assert {q.chapter for q in questions()} == set(CHAPTERS) - {"00_start_here", "16_capstone"}


def test_wording():
    text = " ".join(q.errata + q.show for q in questions())
    assert "The seed" not in text
    assert all(q.en.rstrip(")")[-1] in "?.:" for q in questions())


def test_look_up():
    assert question("B03").chapter == "03_quantization"
    with pytest.raises(ValueError, match="got 'Z99'"):
        question("Z99")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"id": "X01"}, "id must be one of the letters"),
        ({"chapter": "03_quant"}, "chapter must be one of"),
        ({"zh": "what?"}, "zh must be Chinese"),
        ({"show": None}, r"missing fields \['show'\]"),
        ({"shows": "x"}, r"unknown fields \['shows'\]"),
        ({"en": " "}, "must be a text that is not empty"),
        ({"errata": "It is wrong."}, "errata and verdict come together"),
        ({"errata": "It is wrong.", "verdict": "false"}, "verdict must be one of wrong, imprecise"),
    ],
)
def test_broken_records(changes, text):
    assert len(parse(toml())) == 1
    with pytest.raises(ValueError, match=text):
        parse(toml(**changes))


def test_none_and_twice():
    with pytest.raises(ValueError, match=r"holds no \[\[question\]\]"):
        parse("")
    with pytest.raises(ValueError, match="same id: B01"):
        parse(toml() * 2)
