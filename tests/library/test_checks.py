"""Argument checks: what passes comes back in the form asked for, and every refusal names the argument."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from minicompress import checks


def test_float_array_converts_and_never_changes_its_input() -> None:
    for given in (
        np.arange(6).reshape(2, 3),
        np.asfortranarray(np.ones((2, 3))),
        np.ones((4, 6))[::2, ::2],
        [[1, 2, 3]] * 2,
    ):
        copy = np.array(given)
        out = checks.float_array(given, "w", ndim=2, shape=(2, None))
        assert out.dtype == np.float32
        assert out.flags.c_contiguous
        np.testing.assert_array_equal(out, copy)
        np.testing.assert_array_equal(given, copy)
    same = np.ones(3, np.float32)
    assert checks.float_array(same, "w") is same or np.shares_memory(checks.float_array(same, "w"), same)
    assert checks.float_array(np.ones(2), "w", dtype=None).dtype == np.float64
    assert checks.float_array(np.ones(2, np.float16), "w", dtype=None).dtype == np.float32
    assert checks.float_array(True, "w").shape == ()
    assert checks.float_array(np.zeros((0, 3)), "w", allow_empty=True).shape == (0, 3)
    assert np.isnan(checks.float_array([np.nan], "w", finite=False)).all()


@pytest.mark.parametrize(
    ("value", "options", "error", "message"),
    [
        (["a"], {}, TypeError, "w must hold real numbers; got an array of shape"),
        ([1j], {}, TypeError, "w must hold real numbers"),
        ([None], {}, TypeError, "w must hold real numbers"),
        (
            [1.0],
            {"ndim": 2},
            ValueError,
            r"w must have 2 dimension\(s\); got an array of shape \(1,\) and dtype float64",
        ),
        ([1.0], {"ndim": (2, 3)}, ValueError, "w must have 2 or 3 dimension"),
        ([1.0], {"shape": (2,)}, ValueError, r"w must have shape \(2,\)"),
        ([1.0], {"shape": (None, 2)}, ValueError, r"w must have shape \(any, 2\)"),
        ([], {}, ValueError, "w is empty"),
        (
            [[1, np.nan], [np.inf, 2]],
            {},
            ValueError,
            r"w has 2 values that are not finite \(first: nan at index \(0, 1\)\)",
        ),
        ([1e300], {}, ValueError, "w has values beyond the range of float32"),
    ],
)
def test_float_array_refuses(value: Any, options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        checks.float_array(value, "w", **options)


def test_int_array() -> None:
    assert checks.int_array([], "i").dtype == np.int64
    assert checks.int_array(np.uint8([7]), "i", low=0, high=7).dtype == np.uint8
    for bad in ([0.0], [True], ["1"]):
        with pytest.raises(TypeError, match="i must hold integers"):
            checks.int_array(bad, "i")
    with pytest.raises(ValueError, match=r"i must lie in \[0, inf\]; got a minimum of -1"):
        checks.int_array([-1], "i", low=0)
    with pytest.raises(ValueError, match=r"i must have 1 dimension\(s\)"):
        checks.int_array([[1]], "i", ndim=1)
    # Comparison in Python integers: a uint64 beyond int64 must not wrap.
    with pytest.raises(ValueError, match="got a maximum of 18446744073709551615"):
        checks.int_array(np.uint64([2**64 - 1]), "i", high=5)


@pytest.mark.parametrize("good", [3, np.int64(3), np.uint8(3)])
def test_integer_takes_integers(good: Any) -> None:
    found = checks.integer(good, "n", low=3, high=3)
    assert (found, type(found)) == (3, int)


@pytest.mark.parametrize("bad", [True, np.True_, 3.0, "3", None, [3]])
def test_integer_refuses_what_is_none(bad: Any) -> None:
    with pytest.raises(TypeError, match="n must be an integer"):
        checks.integer(bad, "n")


def test_real() -> None:
    for good in (1, 0.5, np.float32(0.5), np.int8(1)):
        assert type(checks.real(good, "r", low=0, high=1)) is float
    for bad in (True, "0.5", None, [0.5], 1j):
        with pytest.raises(TypeError, match=r"r must be a number in \[0, 1\]"):
            checks.real(bad, "r", low=0, high=1)
    for bad in (-0.1, 1.1, np.nan, np.inf):
        with pytest.raises(ValueError, match=r"r must be a number in \[0, 1\]; got"):
            checks.real(bad, "r", low=0, high=1)
    with pytest.raises(ValueError, match=r"r must be a number in \(0, inf\]; got 0.0"):
        checks.real(0, "r", low=0, open_low=True)


@pytest.mark.parametrize("columns", range(1, 40))
def test_group_size_suggests_sizes_that_divide(columns: int) -> None:
    assert checks.group_size(None, columns) == columns
    for size in range(1, 45):
        if columns % size == 0:
            assert checks.group_size(size, columns) == size
            continue
        with pytest.raises(ValueError, match=f"must divide in_features = {columns}; got {size}") as caught:
            checks.group_size(size, columns)
        hints = str(caught.value).split("try ")[1].replace(" or ", ", ").split(", ")
        assert hints
        assert all(columns % int(hint) == 0 for hint in hints)


def test_generator_and_choice() -> None:
    rng = np.random.default_rng(0)
    assert checks.generator(rng) is rng
    for bad in (0, None, np.random, np.random.RandomState(0)):  # noqa: NPY002 - the kind that is refused
        with pytest.raises(TypeError, match="rng must be a numpy.random.Generator"):
            checks.generator(bad)
    with pytest.raises(ValueError, match="axis must be one of 'a', 'b'; got 3"):
        checks.one_of(3, "axis", ("a", "b"))


def test_descriptions_are_short() -> None:
    assert len(checks.describe("x" * 1000)) < 70
    assert checks.describe(None) == "NoneType None"


def test_a_hessian_is_symmetric_with_a_diagonal_of_at_least_zero() -> None:
    h = checks.hessian(np.float32([[2, 1], [1, 2]]), 2)
    assert h.dtype == np.float64
    with pytest.raises(ValueError, match="h must have a diagonal of at least 0; entry 1 is -0.5"):
        checks.hessian([[1.0, 0.0], [0.0, -0.5]], 2, "h")
    with pytest.raises(ValueError, match="h must be symmetric; it differs from its transpose by 0.1"):
        checks.hessian([[1.0, 0.1], [0.2, 1.0]], 2, "h")
    with pytest.raises(ValueError, match=r"h must have shape \(3, 3\)"):
        checks.hessian(np.eye(2), 3, "h")
