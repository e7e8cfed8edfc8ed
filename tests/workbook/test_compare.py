"""Comparison and diagnosis: what passes, what fails, and with which words."""

import re

import numpy as np
import pytest

from minicompress.workbook.answer import Answer
from minicompress.workbook.codec import Odd
from minicompress.workbook.compare import Rules, difference
from minicompress.workbook.outcome import GradeFailure, Kind

EYE = np.eye(2, dtype=np.float32)


def answer(value):
    return Answer(value, "f(x)", lambda: None)


@pytest.mark.parametrize(
    ("expected", "returned"),
    [
        (1, np.int8(1)),
        (1, np.array(1)),
        (0.5, np.float32(0.5)),
        (True, np.bool_(True)),
        (None, None),
        ("量化", "量化"),
        (b"\x01", b"\x01"),
        (EYE, EYE.astype(np.float64)),
        (np.arange(3, dtype=np.uint8), np.arange(3, dtype=np.int64)),
        ((1, 0.5), (1, 0.5)),
        ({"a": EYE, 2: [1]}, {2: [1], "a": EYE}),
        (2**70, 2**70),
        (np.inf, np.inf),
        (np.zeros((0, 3)), np.zeros((0, 3))),
    ],
)
def test_right(expected, returned):
    assert difference(expected, returned, Rules()) is None


@pytest.mark.parametrize(
    ("expected", "returned", "kind", "text"),
    [
        (1, 1.0, Kind.WRONG_DTYPE, "expected integers, returned floats"),
        (1, True, Kind.WRONG_DTYPE, "expected integers, returned booleans"),
        (0.5, 1, Kind.WRONG_DTYPE, "expected floats, returned integers"),
        (EYE, EYE.astype(int), Kind.WRONG_DTYPE, "expected floats, returned integers"),
        (EYE, EYE * 1j, Kind.WRONG_DTYPE, "complex"),
        (EYE, EYE[0], Kind.WRONG_SHAPE, r"expected shape \(2, 2\), returned shape \(2,\)"),
        (1.0, np.array([1.0]), Kind.WRONG_SHAPE, r"expected a single number, returned shape \(1,\)"),
        (EYE, 1.0, Kind.WRONG_SHAPE, r"expected shape \(2, 2\), returned a single number"),
        (EYE, EYE.tolist(), Kind.WRONG_TYPE, "returned a list of 2"),
        (EYE, None, Kind.WRONG_TYPE, "is a `return` missing"),
        (1, "1", Kind.WRONG_TYPE, "returned a str"),
        ("a", 1, Kind.WRONG_TYPE, "returned the number 1"),
        (None, 0, Kind.WRONG_TYPE, "expected None"),
        ((1, 2), [1, 2], Kind.WRONG_TYPE, "expected a tuple of 2"),
        ((1, 2), (1, 2, 3), Kind.WRONG_SHAPE, "expected 2 items, returned 3"),
        ({"a": 1}, {"b": 1}, Kind.WRONG_SHAPE, r"missing \['a'\]; not wanted \['b'\]"),
        ({"a": (1, 2)}, {"a": (1, 3)}, Kind.WRONG_VALUE, r"\['a'\], item 1: expected 2, returned 3"),
        (EYE, Odd("set", "{1}"), Kind.WRONG_TYPE, r"returned a set \(\{1\}\)"),
        (0.5, float("nan"), Kind.WRONG_VALUE, "expected 0.5, returned nan"),
        (0.5, -0.5, Kind.WRONG_VALUE, "off by 1"),
        (2**70, 2**70 + 1, Kind.WRONG_VALUE, "expected 1180591620717411303424"),
        (np.inf, -np.inf, Kind.WRONG_VALUE, "expected inf, returned -inf"),
        (np.array([1, 2]), np.array([1, 3]), Kind.WRONG_VALUE, r"1 of 2 values differ; the first is at \[1\]"),
    ],
)
def test_wrong(expected, returned, kind, text):
    found = difference(expected, returned, Rules())
    assert found.kind is kind
    assert re.search(text, found.text), found.text


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("rules", [Rules(), Rules(rtol=1e9, atol=1e9), Rules(dtype="any", rtol=np.inf)])
def test_what_is_not_finite_never_passes(bad, rules):
    returned = np.ones(5)
    returned[3] = bad
    assert "[3]" in difference(np.ones(5), returned, rules).text
    assert difference(1.0, bad, rules) is not None
    assert difference(np.inf, np.nan, rules) is not None


def test_tolerance_is_for_floats_only():
    loose = Rules(rtol=0.5, atol=0.5)
    assert difference(1.0, 1.4, loose) is None
    assert difference(10, 11, loose) is not None
    assert difference((1.0, 10), (1.4, 11), loose).text.startswith("item 1")
    assert "allowed 1e-06" in difference(1.0, 1.1, Rules(rtol=1e-6)).text


def test_tolerance_is_relative_to_the_expected_value():
    assert difference(100.0, 100.9, Rules(rtol=0.01)) is None
    assert difference(100.0, 101.1, Rules(rtol=0.01)) is not None
    assert difference(0.0, 1e-9, Rules(rtol=0.01)) is not None


@pytest.mark.parametrize(
    ("rule", "passes"),
    [("kind", True), ("any", True), ("exact", False), (np.float64, True), ("float32", False)],
)
def test_dtype_rules(rule, passes):
    found = difference(EYE, EYE.astype(np.float64), Rules(dtype=rule))
    assert (found is None) is passes


def test_unsigned_difference_does_not_wrap():
    assert difference(np.uint8(1), np.uint8(255), Rules(rtol=1.0)) is not None
    assert difference(np.array([2**63], np.uint64), np.array([-(2**63)], np.int64), Rules()) is not None


def test_known_mistakes_are_named():
    known = {"the sign is wrong": -EYE, "it was not computed": lambda: EYE * 0}
    with pytest.raises(GradeFailure, match=r"Looks like it was not computed\.$"):
        answer(np.zeros((2, 2))).equals(EYE, known=known)
    with pytest.raises(GradeFailure) as failure:
        answer(EYE * 3).equals(EYE, known=known)
    assert "Looks like" not in str(failure.value)
    answer(EYE).equals(EYE, known=known)


def test_known_mistakes_of_one_item():
    known = {"the order is wrong": {"scale": 3}, "it was truncated": {"zero_point": 2}}
    with pytest.raises(GradeFailure, match="zero_point: expected 3, returned 2\n(.*\n)*Looks like it was truncated"):
        answer((0.5, 2)).close_to((0.5, 3), names=("scale", "zero_point"), known=known)


def test_a_mistake_that_does_not_show_is_not_blamed():
    with pytest.raises(GradeFailure) as failure:
        answer((0.5, 2)).equals((0.5, 3), names=("a", "b"), known={"a is wrong": {"a": 0.5}})
    assert "Looks like" not in str(failure.value)


def test_checks_on_properties():
    answer(EYE).has(shape=(2, 2), dtype="float").check(np.True_, "never said")
    with pytest.raises(GradeFailure, match="too far"):
        answer(EYE).check(False, "too far")
    with pytest.raises(TypeError, match="condition must be a bool"):
        answer(EYE).check(EYE, "an array is no condition")
    for wanted in ({"shape": (2,)}, {"dtype": "integer"}, {"dtype": np.float64}):
        with pytest.raises(GradeFailure):
            answer(EYE).has(**wanted)
    with pytest.raises(GradeFailure, match="expected an array, returned None"):
        answer(None).has()


def test_parts():
    answer((EYE, 3)).part(1, "rank").equals(3)
    with pytest.raises(GradeFailure, match="rank: expected 4, returned 3"):
        answer((EYE, 3)).part(1, "rank").equals(4)
    with pytest.raises(GradeFailure, match=r"rank \(item 5\) is missing"):
        answer((EYE, 3)).part(5, "rank")
    with pytest.raises(GradeFailure, match="expected a tuple"):
        answer(EYE).part(0, "rank")


@pytest.mark.parametrize("trap", [np.nan, [1.0, np.nan], {"a": np.array([np.nan])}, np.float32("nan")])
def test_an_expected_nan_is_the_graders_mistake(trap):
    with pytest.raises(ValueError, match="expected holds a NaN"):
        answer(1.0).equals(trap)
