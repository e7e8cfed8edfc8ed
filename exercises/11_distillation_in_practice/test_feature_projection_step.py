"""Grader of feature_projection_step. Oracle: rational numbers; for a square loss (L(x + 1) - L(x - 1)) / 2 is exact."""

from fractions import Fraction

import numpy as np
import pytest

NAMES = ("loss", "hidden_grad", "weight", "bias")


def loss_of(h, f, w, b):
    total = Fraction(0)
    for row, target in zip(h, f, strict=True):
        for k, goal in enumerate(target):
            total += (sum(x * w[j][k] for j, x in enumerate(row)) + b[k] - goal) ** 2
    return total / (len(h) * len(f[0]))


def rational(x):
    return [[Fraction(float(v)) for v in row] for row in np.asarray(x).reshape(-1, np.asarray(x).shape[-1])]


def slopes(move, shape):
    """The exact derivative of the loss by every item of an array; ``move(index, step)`` gives the loss there."""
    out = np.empty(shape, object)
    for index in np.ndindex(*shape):
        out[index] = (move(index, 1) - move(index, -1)) / 2
    return out


def exact(hidden, teacher, weight, bias, lr, decay=0.0):
    h, f, w, b = rational(hidden), rational(teacher), rational(weight), rational(bias[None])[0]

    def moved(rows, index, step):
        rows = [list(r) for r in rows]
        rows[index[0]][index[1]] += step
        return rows

    dh = slopes(lambda i, s: loss_of(moved(h, i, s), f, w, b), (len(h), len(h[0])))
    dw = slopes(lambda i, s: loss_of(h, f, moved(w, i, s), b), weight.shape)
    db = slopes(lambda i, s: loss_of(h, f, w, moved([b], (0, i[0]), s)[0]), bias.shape)
    rate, shrink = Fraction(float(lr)), Fraction(float(decay))
    new_w = np.array(w, object) - rate * (dw + shrink * np.array(w, object))
    new_b = np.array(b, object) - rate * db
    return (
        float(loss_of(h, f, w, b)),
        dh.astype(float).reshape(hidden.shape),
        new_w.astype(float),
        new_b.astype(float),
    )


def mistakes(hidden, teacher, weight, bias, lr, decay=0.0):
    """What the usual mistakes return."""
    h, f = (x.astype(float).reshape(-1, x.shape[-1]) for x in (hidden, teacher))
    w, b = weight.astype(float), bias.astype(float)
    n, width = f.shape
    e = h @ w + b - f
    g = 2 * e / e.size
    loss = float(np.mean(e**2))

    def step(*, scale=1.0, by=None, shrink_w=decay, shrink_b=0.0, sign=1.0, seen=None):
        x = g * scale if by is None else 2 * e / by
        new_w = w - sign * lr * (h.T @ x + shrink_w * w)
        new_b = b - sign * lr * (x.sum(0) + shrink_b * b)
        back = (x @ (w if seen is None else seen).T).reshape(hidden.shape)
        return dict(zip(NAMES, (loss, back, new_w, new_b), strict=True))

    right = step()
    fresh = right["weight"]
    return {
        "the loss has a factor 1/2 that was not asked for": {"loss": loss / 2},
        "the loss was divided by the positions alone; the mean is over the teacher's features too": {
            "loss": loss * width
        },
        "the loss was not divided at all": {"loss": loss * e.size},
        "the loss was divided by the first axis alone": {"loss": loss * e.size / len(hidden)},
        "the loss holds the weight decay (权重衰减) as well": {"loss": loss + decay / 2 * float(np.sum(w**2))},
        "the loss was computed after the step": {"loss": float(np.mean((h @ fresh + right["bias"] - f) ** 2))},
        "the factor 2 of the square is missing in the gradients": step(scale=0.5),
        "the gradients were divided by the positions alone": step(by=n),
        "the gradients were divided by the first axis alone": step(by=len(hidden)),
        "hidden_grad was taken at the new W; it belongs to the W that made the loss": step(seen=fresh),
        "hidden_grad has the wrong sign: it is sent back as it is, the student makes its own step": right
        | {"hidden_grad": -right["hidden_grad"]},
        "hidden_grad was multiplied by the learning rate (学习率)": right | {"hidden_grad": lr * right["hidden_grad"]},
        "the step goes uphill: the gradient is subtracted": step(sign=-1.0),
        "the weight decay is missing": step(shrink_w=0.0),
        "the bias decays as well; only W does": step(shrink_b=decay),
        "the decay was not multiplied by the learning rate": right | {"weight": fresh + lr * decay * w - decay * w},
        "the decay was doubled: it is the gradient of half of weight_decay * W^2": step(shrink_w=2 * decay),
        "the decay makes W larger": step(shrink_w=-decay),
        "the bias was moved by a mean; its gradient is the sum of dloss/dE": right | {"bias": b - lr * g.mean(0)},
        "the bias was not moved": right | {"bias": b},
        "the gradients were returned, not the updated parameters": right
        | {"weight": h.T @ g + decay * w, "bias": g.sum(0)},
    }


def holds(exercise, *case):
    hidden, teacher, weight, bias, lr, decay = case
    answer = exercise(hidden, teacher, weight, bias, lr=lr, weight_decay=decay)
    known = mistakes(*case)
    answer.close_to(exact(*case), rtol=1e-9, atol=1e-12, names=NAMES, known=known)
    for i, like in ((1, hidden), (2, weight), (3, bias)):
        answer.part(i, NAMES[i]).has(shape=like.shape, dtype=np.float64)


def arrays(seed, lead=(2, 2), widths=(2, 3)):
    """Multiples of 1/8, small enough to be exact everywhere."""
    rng = np.random.default_rng(seed)
    shapes = (*lead, widths[0]), (*lead, widths[1]), widths, (widths[1],)
    return tuple(rng.integers(-20, 21, s) / 8 for s in shapes)


def test_by_hand(exercise):
    """One position, one feature: E = 2 * 3 + 1 - 4 = 3, the loss 9, dL/dE = 6."""
    h, f, w, b = np.array([[2.0]]), np.array([[4.0]]), np.array([[3.0]]), np.array([1.0])
    expected = 9.0, np.array([[18.0]]), np.array([[3.0 - 0.1 * (12.0 + 0.5 * 3.0)]]), np.array([1.0 - 0.1 * 6.0])
    answer = exercise(h, f, w, b, lr=0.1, weight_decay=0.5)
    answer.close_to(expected, rtol=1e-9, atol=1e-12, names=NAMES, known=mistakes(h, f, w, b, 0.1, 0.5))


@pytest.mark.parametrize("lead", [(4,), (2, 3), (1,), (2, 1, 2)])
@pytest.mark.parametrize("widths", [(2, 3), (3, 2), (2, 2)])
def test_shapes(exercise, lead, widths):
    holds(exercise, *arrays(len(lead), lead, widths), 0.25, 0.5)


@pytest.mark.parametrize(("lr", "decay"), [(0.5, 0.0), (0.0, 0.25), (0.125, 4.0), (2.0, 0.125)])
def test_rates(exercise, lr, decay):
    holds(exercise, *arrays(5), lr, decay)


def test_no_decay_by_default(exercise):
    case = arrays(6)
    answer = exercise(*case, lr=0.25)
    answer.close_to(exact(*case, 0.25), rtol=1e-9, atol=1e-12, names=NAMES, known=mistakes(*case, 0.25))


def test_as_many_of_each(exercise):
    holds(exercise, *arrays(7, (3,), (3, 3)), 0.5, 0.5)


def test_float32_is_computed_in_float64(exercise):
    h, f, w, b = (x * 1.1 for x in arrays(8))
    single = [x.astype(np.float32) for x in (h, f, w, b)]
    holds(exercise, *single, 0.3, 0.7)
    for i in range(4):
        mixed = [x.astype(np.float32) if k == i else x for k, x in enumerate((h, f, w, b))]
        holds(exercise, *mixed, 0.3, 0.7)


def test_leaves_fortran_ordered_arrays_alone(exercise):
    holds(exercise, *(np.asfortranarray(x) for x in arrays(9, (2, 3))), 0.5, 0.5)


@pytest.mark.parametrize("lead", [(3, 2), (2, 1), (1, 2), (2,), (4,)])
def test_refuses_other_positions(exercise, lead):
    h, _, w, b = arrays(10)
    because = "the axes of H and F before the last must agree"
    exercise.raises(ValueError, h, np.ones((*lead, 3)), w, b, lr=0.5, because=because)


@pytest.mark.parametrize("shape", [(3, 2), (2, 2), (3, 3), (2, 1), (1, 3)])
def test_refuses_another_weight(exercise, shape):
    h, f, _, b = arrays(11)
    exercise.raises(ValueError, h, f, np.ones(shape), b, lr=0.5, because="W must have the shape (d_s, d_t) = (2, 3)")


def test_refuses_a_weight_of_three_axes(exercise):
    h, f, w, b = arrays(12, (2,), (3, 3))
    exercise.raises(ValueError, h, f, w[None], b, lr=0.5, because="W must be 2-D, (d_s, d_t)")
