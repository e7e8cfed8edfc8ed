"""What crosses the pipe comes back with its exact type, dtype and memory order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minicompress.workbook import codec

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=20,
)


def trip(value):
    return codec.decode(codec.encode(value))


def same_types(a, b):
    if type(a) is not type(b):
        return False
    if isinstance(a, list | tuple):
        return all(map(same_types, a, b))
    return not isinstance(a, dict) or (same_types(list(a), list(b)) and same_types(list(a.values()), list(b.values())))


@given(PLAIN)
def test_python_values(value):
    assert trip(value) == value
    assert same_types(trip(value), value)


@pytest.mark.parametrize("dtype", ["?", "i1", "u1", "<i2", ">i4", "u8", "f2", "f4", "f8", "c8", "U3", "S2"])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (0, 4)])
def test_arrays(dtype, shape):
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)
    back = trip(array)
    assert isinstance(back, np.ndarray)
    assert back.dtype == array.dtype
    assert back.flags.writeable
    np.testing.assert_array_equal(back, array)


def test_memory_order_and_views():
    array = np.arange(24.0).reshape(2, 3, 4)
    assert trip(np.asfortranarray(array)).flags.f_contiguous
    assert trip(array).flags.c_contiguous
    np.testing.assert_array_equal(trip(array[:, ::2, ::-1]), array[:, ::2, ::-1])


@pytest.mark.parametrize("value", [np.float32(0.1), np.int8(-3), np.bool_(True), np.float64(2), np.complex64(1j)])
def test_numpy_scalars_stay_numpy_scalars(value):
    assert type(trip(value)) is type(value)
    assert trip(value) == value


def test_not_a_number_and_infinity():
    assert np.isnan(trip(float("nan")))
    assert trip([float("inf"), -0.0]) == [float("inf"), 0.0]
    assert np.signbit(trip(-0.0))


@pytest.mark.parametrize("bits", [np.random.PCG64, np.random.MT19937, np.random.Philox, np.random.SFC64])
def test_generators_continue_their_stream(bits):
    rng = np.random.Generator(bits(7))
    rng.normal(size=3)
    copy = trip(rng)
    np.testing.assert_array_equal(copy.normal(size=5), rng.normal(size=5))


class Rude:
    def __repr__(self):
        raise RuntimeError("no")


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (object(), "object"),
        ({1, 2}, "set"),
        (np.ma.masked_array([1.0], [True]), "numpy.ma.MaskedArray"),
        (np.array([None]), "numpy.ndarray"),
        (10**5000, "int"),
        (len, "builtin_function_or_method"),
    ],
    ids=["object", "set", "masked", "objects", "huge", "function"],  # the huge integer has no text
)
def test_what_cannot_travel_says_what_it_was(value, name):
    assert trip(value).type_name == name
    with pytest.raises(TypeError, match="cannot be passed to an exercise"):
        codec.encode(value, strict=True)


def test_rude_and_endless_values():
    assert "repr raised RuntimeError" in trip(Rude()).text
    endless = []
    endless.append(endless)
    for _ in range(codec._MAX_DEPTH):
        endless = endless[0]
    assert isinstance(trip(endless), list)


def test_size_is_limited(monkeypatch):
    monkeypatch.setattr(codec, "MAX_BYTES", 1000)
    trip(np.zeros(100))
    with pytest.raises(codec.TooLarge):
        codec.encode([np.zeros(100)] * 2)
    monkeypatch.setattr(codec, "MAX_NODES", 10)
    with pytest.raises(codec.TooLarge):
        codec.encode([0] * 10)
