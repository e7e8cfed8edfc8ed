"""Grader of rigl_step. Oracle: plain lists, one connection moved after the other."""

from fractions import Fraction

import numpy as np
import pytest

NAMES = ("w", "mask")


def moved(
    w, grad, mask, k, *, regrow=False, drop_size=abs, grow_size=abs, start=None, last=False, stale=False, grow_k=None
):
    """Take out the smallest, put in the largest, one by one; the options are the usual mistakes."""
    values, slopes = w.ravel(order="C").tolist(), grad.ravel(order="C").tolist()
    on = [i for i, m in enumerate(mask.ravel(order="C").tolist()) if m]
    off = [i for i in range(w.size) if i not in on]
    kept, grown = list(on), []
    for _ in range(min(k, len(on))):
        kept.remove(min(kept[::-1] if last else kept, key=lambda i: drop_size(values[i])))
    candidates = off + [i for i in on if i not in kept] if regrow else list(off)
    candidates.sort()
    for _ in range(min(k if grow_k is None else grow_k, len(candidates))):
        best = max(candidates[::-1] if last else candidates, key=lambda i: grow_size(slopes[i]))
        candidates.remove(best)
        grown.append(best)
    new, result = np.zeros(w.size, bool), np.zeros(w.size, w.dtype)
    new[kept + grown] = True
    result[kept] = w.ravel(order="C")[kept]
    if stale:
        result[grown] = w.ravel(order="C")[grown]
    elif start is not None:
        result[grown] = [start(slopes[i]) for i in grown]
    return result.reshape(w.shape), new.reshape(w.shape)


def count(mask, fraction):
    a = int(mask.sum())
    return min(round(Fraction(str(fraction)) * a), mask.size - a)


def mistakes(w, grad, mask, fraction):
    k, a = count(mask, fraction), int(mask.sum())
    right, new = moved(w, grad, mask, k)

    def items(pair):
        return dict(zip(NAMES, pair, strict=True))

    product = Fraction(str(fraction)) * a
    wrong = {
        "a dropped connection was grown again at once: candidates are those inactive before": {"regrow": True},
        "the signed weights were compared: |w| decides what is dropped": {"drop_size": lambda v: v},
        "the signed gradients were compared: |grad| decides what is grown": {"grow_size": lambda v: v},
        "the largest weights were dropped": {"drop_size": lambda v: -abs(v)},
        "the smallest gradients were grown": {"grow_size": lambda v: -abs(v)},
        "a grown weight must start at 0; it got its old value (残留值)": {"stale": True},
        "a grown weight must start at 0; it got its gradient": {"start": lambda g: g},
        "a grown weight must start at 0; it got a gradient step": {"start": lambda g: -g},
        "of equal values the higher index came first": {"last": True},
        "connections were dropped and none grown: their number is constant": {"grow_k": 0},
    }
    found = {text: items(moved(w, grad, mask, k, **options)) for text, options in wrong.items()}
    numbers = {
        "k was truncated, not rounded": int(product),
        "half was rounded up in k, not to even (四舍六入五成双)": int((product + Fraction(1, 2)) // 1),
        "k is a share of the active weights, not of all": round(Fraction(str(fraction)) * w.size),
        "k is a share of the active weights, not of the inactive ones": round(Fraction(str(fraction)) * (w.size - a)),
    }
    for text, number in numbers.items():
        number = min(number, w.size - a, a)
        found[text] = items(moved(w, grad, mask, number))
    uncapped = round(product)
    found["more was dropped than could be grown: k is at most the number of inactive weights"] = items(
        moved(w, grad, mask, uncapped)
    )
    found["weights that are inactive now are not all 0: a dropped one kept its value"] = {
        "mask": new,
        "w": np.where(new & ~mask, 0, w),
    }
    found["w was left as it is: only the mask was updated"] = {"mask": new, "w": w}
    found["w is that of the old mask"] = {"mask": new, "w": np.where(mask, w, 0)}
    found["w lost old values by a product with the mask only: a grown weight must start at 0"] = {
        "mask": new,
        "w": np.where(new, w, 0),
    }
    pool = np.argsort(np.abs(np.where(mask, w, 0)), axis=None, kind="stable")[:k]
    grown = (moved(w, grad, mask, k)[1] & ~mask).ravel()
    found["inactive weights counted among the smallest: only active ones can be dropped"] = {
        "mask": (np.isin(np.arange(w.size), pool, invert=True) & mask.ravel() | grown).reshape(w.shape)
    }
    found["the mask is inverted"] = {"mask": ~new}
    found["the indices within the sublist were used as if they were those of the array"] = {
        "mask": sublist_mistake(w, grad, mask, k)
    }
    return found


def sublist_mistake(w, grad, mask, k):
    flat = mask.ravel()
    new = flat.copy()
    new[np.argsort(np.abs(w.ravel()[flat]), kind="stable")[:k]] = False
    new[np.argsort(-np.abs(grad.ravel()[~flat]), kind="stable")[:k]] = True
    return new.reshape(mask.shape)


def holds(exercise, w, grad, mask, fraction):
    answer = exercise(w, grad, mask, fraction=fraction)
    k = count(mask, fraction)
    known = mistakes(w, grad, mask, fraction)
    answer.equals(moved(w, grad, mask, k), dtype="exact", names=NAMES, known=known)


def layer(seed, shape=(6, 10), density=0.4, dtype=np.float32):
    """Old values where the mask is False, and large gradients at small active weights."""
    rng = np.random.default_rng(seed)
    mask = rng.random(shape) < density
    w = rng.normal(0, 1, shape)
    grad = rng.normal(0, 1, shape) + np.where(mask, 2 / (0.3 + np.abs(w)), 0)
    return w.astype(dtype), grad.astype(dtype), mask


def test_by_hand(exercise):
    w, grad = np.array([[5.0, -1.0, 7.0], [0.0, 2.0, 0.0]]), np.array([[0.0, 9.0, -3.0], [2.0, 0.0, 1.0]])
    mask = np.array([[True, True, False], [False, True, False]])
    expected = np.array([[5.0, 0.0, 0.0], [0.0, 2.0, 0.0]]), np.array([[True, False, True], [False, True, False]])
    answer = exercise(w, grad, mask, fraction=0.3)
    answer.equals(expected, names=NAMES, known=mistakes(w, grad, mask, 0.3))


@pytest.mark.parametrize("fraction", [0.0, 0.1, 0.3, 0.5, 1.0])
def test_fractions(exercise, fraction):
    holds(exercise, *layer(1), fraction)


@pytest.mark.parametrize("shape", [(30,), (3, 9), (2, 3, 4), (1,), ()])
def test_shapes(exercise, shape):
    holds(exercise, *layer(2, shape), 0.4)


@pytest.mark.parametrize("fraction", [0.05, 0.15, 0.25, 0.35, 0.46, 0.12])
def test_rounds_k_half_to_even(exercise, fraction):
    w, grad, _ = layer(3, (5, 8))
    mask = np.zeros(40, bool)
    mask[np.random.default_rng(3).permutation(40)[:10]] = True
    holds(exercise, w, grad, mask.reshape(5, 8), fraction)


@pytest.mark.parametrize("density", [0.8, 0.95])
def test_no_more_than_can_be_grown(exercise, density):
    holds(exercise, *layer(4, density=density), 0.5)
    holds(exercise, *layer(5, density=density), 1.0)


def test_all_active_and_none_active(exercise):
    w, grad, _ = layer(6)
    for value in (True, False):
        holds(exercise, w, grad, np.full(w.shape, value), 0.5)


@pytest.mark.parametrize("fraction", [0.2, 0.5])
def test_equal_values(exercise, fraction):
    rng = np.random.default_rng(7)
    w, grad = rng.choice([-2.0, -1.0, 1.0, 2.0], (2, 10, 12))
    holds(exercise, w, grad, rng.random((10, 12)) < 0.5, fraction)


def test_an_active_weight_of_zero_is_dropped_first(exercise):
    w, grad, mask = layer(8)
    mask[2, 3], w[2, 3] = True, 0
    holds(exercise, w, grad, mask, 0.05)


def test_fortran_order_and_double_precision(exercise):
    arrays = (np.asfortranarray(a) for a in layer(9, dtype=np.float64))
    holds(exercise, *arrays, 0.3)


def test_gradients_of_another_precision(exercise):
    w, grad, mask = layer(10)
    holds(exercise, w, grad.astype(np.float64), mask, 0.3)
    holds(exercise, w.astype(np.float16), grad, mask, 0.3)


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("shape", [(6, 9), (1, 10), (60,), (10, 6), (6, 10, 1)])
def test_refuses_shapes(exercise, place, shape):
    arrays = list(layer(11))
    arrays[place] = np.ones(shape, arrays[place].dtype)
    exercise.raises(ValueError, *arrays, fraction=0.3, because="w, grad and mask must be of one shape")


@pytest.mark.parametrize("dtype", [np.int64, np.float32, np.uint8])
def test_refuses_masks_of_numbers(exercise, dtype):
    w, grad, mask = layer(12)
    exercise.raises(ValueError, w, grad, mask.astype(dtype), fraction=0.3, because="mask must be of dtype bool")


@pytest.mark.parametrize("fraction", [-0.1, 1.1, float("nan")])
def test_refuses_fraction(exercise, fraction):
    exercise.raises(ValueError, *layer(13), fraction=fraction, because="fraction must be in 0 .. 1")
    w, grad, _ = layer(13)
    full = np.ones(w.shape, bool)
    exercise.raises(ValueError, w, grad, full, fraction=fraction, because="fraction must be in 0 .. 1")
