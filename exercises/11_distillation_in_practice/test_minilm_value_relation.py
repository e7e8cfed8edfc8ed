"""Grader of minilm_value_relation. Oracles: torch (frozen), and loops over heads, tokens and keys in plain Python."""

import math

import numpy as np
import pytest

# kl_div(log_softmax of the student's scores, the teacher's, reduction="sum", log_target=True) / (heads * tokens),
# torch 2.13.0, float64, for the values of `small` below.
TORCH = [(1, 0.1273703753805647), (2, 0.18652263277543413), (4, 0.17450783397737327)]


def small():
    student = (np.arange(24).reshape(1, 3, 8) * 7 % 11 - 5) / 4.0
    teacher = (np.arange(36).reshape(1, 3, 12) * 5 % 13 - 6) / 5.0
    return student, teacher


def log_relation(vectors, i, keys, scale):
    """ln of row i of the relation, over the keys that are real."""
    scores = [math.fsum(a * b for a, b in zip(vectors[i], vectors[j], strict=True)) / scale for j in keys]
    lse = max(scores) + math.log(math.fsum(math.exp(v - max(scores)) for v in scores))
    return [v - lse for v in scores]


def divergences(student, teacher, heads, mask, *, scales=None, keys_masked=True):
    """The divergence of every head and real token, sequence by sequence."""
    widths = [v.shape[2] // heads for v in (student, teacher)]
    scales = scales or [math.sqrt(d) for d in widths]
    found = []
    for b in range(len(student)):
        real = np.flatnonzero(mask[b]).tolist()
        keys = real if keys_masked else list(range(mask.shape[1]))
        rows = []
        for h in range(heads):
            cut = [
                v[b, :, h * d : (h + 1) * d].astype(float).tolist()
                for v, d in zip((student, teacher), widths, strict=True)
            ]
            for i in real:
                lq, lp = (log_relation(x, i, keys, s) for x, s in zip(cut, scales, strict=True))
                rows.append(math.fsum(math.exp(u) * (u - v) for u, v in zip(lp, lq, strict=True)))
        found.append(rows)
    return found


def everything(mask, student):
    return np.ones(student.shape[:2], bool) if mask is None else mask


def exact(student, teacher, heads, mask=None):
    flat = [v for rows in divergences(student, teacher, heads, everything(mask, student)) for v in rows]
    return math.fsum(flat) / len(flat)


def scrambled(values, heads):
    """The values as the wrong reshape reads them."""
    batch, tokens, width = values.shape
    wrong = np.ascontiguousarray(values).reshape(batch, heads, tokens, width // heads)
    return wrong.transpose(0, 2, 1, 3).reshape(values.shape)


def interleaved(values, heads):
    """The heads read as every so many columns."""
    batch, tokens, width = values.shape
    return values.reshape(batch, tokens, width // heads, heads).swapaxes(2, 3).reshape(values.shape)


def mistakes(student, teacher, heads, mask=None):
    """What the usual mistakes return."""
    mask = everything(mask, student)
    case = student, teacher, heads, mask
    right = exact(*case)
    rows = divergences(*case)
    total = math.fsum(v for r in rows for v in r)
    real = int(mask.sum())
    ds, dt = (v.shape[2] // heads for v in (student, teacher))

    def mean(**options):
        flat = [v for r in divergences(*case, **options) for v in r]
        return math.fsum(flat) / len(flat)

    full = [r for r in rows if r]
    return {
        "the scores were not divided by sqrt(d)": mean(scales=[1.0, 1.0]),
        "the scores were divided by d, not by its root": mean(scales=[float(ds), float(dt)]),
        "the scores were divided by the root of the whole width; d is the width of one head": mean(
            scales=[math.sqrt(ds * heads), math.sqrt(dt * heads)]
        ),
        "both models were divided by the student's sqrt(d); each has its own d": mean(scales=[math.sqrt(ds)] * 2),
        "both models were divided by the teacher's sqrt(d); each has its own d": mean(scales=[math.sqrt(dt)] * 2),
        "the heads were ignored: one relation over the whole width": exact(student, teacher, 1, mask),
        "the reshape (batch, heads, tokens, d) mixes tokens and heads: split the last axis, then move the heads": exact(
            scrambled(student, heads), scrambled(teacher, heads), heads, mask
        ),
        "a head takes every so many columns; its columns lie side by side": exact(
            interleaved(student, heads), interleaved(teacher, heads), heads, mask
        ),
        "padded tokens (填充) are attended to: as keys they must be left out of the softmax": mean(keys_masked=False),
        "padding was counted in the denominator": total / heads / mask.size,
        "the heads were summed; the loss is a mean over them": right * heads,
        "the sum was not divided by the number of tokens": total / heads,
        "divided by the number of tokens twice": right / mask.shape[1],
        "divided by the batch": total / heads / len(mask),
        "the mean per sequence was averaged; each token counts alike": math.fsum(math.fsum(r) / len(r) for r in full)
        / len(full),
        "the divergence is the wrong way round, KL(student || teacher)": exact(teacher, student, heads, mask),
    }


def holds(exercise, student, teacher, heads, mask=None):
    known = mistakes(student, teacher, heads, mask)
    answer = exercise(student, teacher, heads=heads, mask=mask)
    answer.has(shape=(), dtype="float")
    told = "NaN or infinity came out (does 0 meet infinity where a key is masked, or an exponential overflow?)"
    answer.check(bool(np.isfinite(answer.value)), told)
    answer.close_to(exact(student, teacher, heads, mask), rtol=1e-9, atol=1e-12, known=known)


def values(seed, shape=(2, 4), widths=(6, 12)):
    rng = np.random.default_rng(seed)
    return rng.normal(0, 1, (*shape, widths[0])), rng.normal(0, 1, (*shape, widths[1]))


MASK = np.array([[True, True, True, False], [True, False, True, True], [True, False, False, False]])


@pytest.mark.parametrize(("heads", "loss"), TORCH)
def test_agrees_with_torch(exercise, heads, loss):
    answer = exercise(*small(), heads=heads)
    answer.close_to(loss, rtol=1e-9, atol=1e-12, known=mistakes(*small(), heads))


@pytest.mark.parametrize("heads", [1, 2, 3, 6])
def test_heads(exercise, heads):
    holds(exercise, *values(heads), heads)


@pytest.mark.parametrize("heads", [1, 2])
def test_padding(exercise, heads):
    holds(exercise, *values(10, (3, 4)), heads, MASK)


def test_what_padding_holds_does_not_matter(exercise):
    s, t = values(11, (3, 4))
    s[~MASK] = 40.0
    t[~MASK] = -40.0
    holds(exercise, s, t, 3, MASK)


def test_a_sequence_of_padding(exercise):
    mask = MASK.copy()
    mask[1] = False
    holds(exercise, *values(12, (3, 4)), 2, mask)


@pytest.mark.parametrize(("shape", "widths", "heads"), [((1, 1), (4, 4), 2), ((4, 4), (4, 4), 4), ((1, 5), (3, 3), 1)])
def test_shapes(exercise, shape, widths, heads):
    holds(exercise, *values(13, shape, widths), heads)


def test_a_student_wider_than_the_teacher(exercise):
    holds(exercise, *values(14, (2, 3), (12, 4)), 2, MASK[:2, :3])


def test_large_scores(exercise):
    s, t = values(15, (2, 3))
    holds(exercise, 60 * s, 60 * t, 2)
    holds(exercise, 60 * s, 60 * t, 3, MASK[:2, :3])


def test_equal_values(exercise):
    s, _ = values(16)
    exercise(s, s, heads=3).close_to(0.0, rtol=0, atol=1e-12)


def test_float32_in_fortran_order(exercise):
    s, t = (np.asfortranarray(a.astype(np.float32)) for a in values(17, (3, 4)))
    holds(exercise, s, t, 2, np.asfortranarray(MASK))
    holds(exercise, s.astype(np.float64), t, 2)
    holds(exercise, s, t.astype(np.float64), 2)


@pytest.mark.parametrize("heads", [0, -1, -2, 4, 5, 12])
def test_refuses_heads(exercise, heads):
    because = "heads must be at least 1 and divide both widths, 6 and 12"
    exercise.raises(ValueError, *values(18), heads=heads, because=because)
    because = "heads must be at least 1 and divide both widths, 12 and 6"
    exercise.raises(ValueError, *values(18)[::-1], heads=heads, because=because)


def test_refuses_a_batch_of_padding(exercise):
    mask = np.zeros((2, 4), bool)
    exercise.raises(ValueError, *values(19), heads=2, mask=mask, because="no token is real: the mean is over nothing")
