"""Grader of attention_transfer_map. Oracles: torch adaptive_avg_pool2d and normalize (frozen), and plain loops."""

import math

import numpy as np
import pytest

NAMES = ("student_energy", "teacher_energy", "loss")
STUDENT = [[[[1.0, -2.0], [0.5, 0.0]], [[0.0, 1.0], [-1.5, 2.0]], [[3.0, 0.25], [1.0, -1.0]]]]

# torch 2.13.0, float64: normalize(x.pow(2).mean(1).flatten(1)), the teacher (arange(-16, 16).reshape(1, 2, 4, 4) / 8)
# through adaptive_avg_pool2d(..., (2, 2)) after the mean over channels; then (a - b).pow(2).mean().
TORCH_STUDENT = [0.7835515568137742, 0.3966729756369731, 0.274243044884821, 0.3917757784068871]
TORCH_TEACHER = [0.5728584041681783, 0.4681736196501356, 0.4332786914774547, 0.5147001905470435]
TORCH_LOSS = 0.022476673663294363


def energy(x, power, size):
    """Loops in Python floats: the mean over channels and over the block of each position of the grid ``size``."""
    batch, channels, rows, columns = x.shape
    high, wide = rows // size[0], columns // size[1]
    out = np.zeros((batch, *size))
    for b, i, j in np.ndindex(out.shape):
        block = x[b, :, i * high : (i + 1) * high, j * wide : (j + 1) * wide].ravel().tolist()
        out[b, i, j] = math.fsum(abs(float(v)) ** power for v in block) / len(block)
    return out


def loss_of(a, b):
    total = 0.0
    for x, y in zip(a.reshape(len(a), -1).tolist(), b.reshape(len(b), -1).tolist(), strict=True):
        nx, ny = math.hypot(*x) or 1.0, math.hypot(*y) or 1.0
        total += math.fsum((u / nx - v / ny) ** 2 for u, v in zip(x, y, strict=True))
    return total / a.size


def exact(student, teacher, power=2.0):
    size = student.shape[2:]
    s, t = energy(student, power, size), energy(teacher, power, size)
    return s, t, loss_of(s, t)


def pooled(x, size):
    high, wide = x.shape[-2] // size[0], x.shape[-1] // size[1]
    return x.reshape(*x.shape[:-2], size[0], high, size[1], wide).mean(axis=(-3, -1))


def mistakes(student, teacher, power=2.0):
    """What the usual mistakes return."""
    s, t, loss = exact(student, teacher, power)
    size = student.shape[2:]
    z, w = student.astype(float), teacher.astype(float)
    fine = (np.abs(w) ** power).mean(axis=1)
    high, wide = w.shape[2] // size[0], w.shape[3] // size[1]
    strided = fine.reshape(len(w), high, size[0], wide, size[1]).mean(axis=(1, 3))

    def flat(a):
        return a.reshape(len(a), -1)

    def ratio(a, norm):
        return np.divide(a, norm, out=np.zeros_like(a), where=norm > 0)

    def units(a, kind):
        return ratio(flat(a), np.linalg.norm(flat(a), kind, axis=1, keepdims=True))

    whole = np.mean((ratio(s, np.full_like(s, np.linalg.norm(s))) - ratio(t, np.full_like(t, np.linalg.norm(t)))) ** 2)
    first = {"student_energy": s, "teacher_energy": t}
    early = (np.abs(pooled(w, size)) ** power).mean(axis=1)
    found = {
        "the channels were summed; the energy is their mean": {"student_energy": s * student.shape[1]},
        "the features were averaged over the channels before the power: signs cancel (正负抵消)": {
            "student_energy": np.abs(z.mean(axis=1)) ** power
        },
        "the power was taken without the absolute value": {"student_energy": (np.sign(z) * np.abs(z) ** power).mean(1)},
        "the power was ignored: this is the mean of squares": {"student_energy": (z**2).mean(axis=1)},
        "the teacher's features were pooled first; the energy is pooled, not the features": {
            "student_energy": s,
            "teacher_energy": early,
        },
        "the pooling averages positions that lie far apart: the blocks (块) are neighbours": {
            "student_energy": s,
            "teacher_energy": strided,
        },
        "the blocks were summed; average pooling is asked for": {
            "student_energy": s,
            "teacher_energy": t * high * wide,
        },
        "one position of each block was picked; average pooling is asked for": {
            "student_energy": s,
            "teacher_energy": fine[:, ::high, ::wide],
        },
        "the energies returned are already divided by their norm": {
            "student_energy": units(s, 2).reshape(s.shape),
        },
        "the maps were divided by the sum (L1), not by the L2 norm": first
        | {"loss": np.mean((units(s, 1) - units(t, 1)) ** 2)},
        "the maps were divided by their maximum, not by the L2 norm": first
        | {"loss": np.mean((units(s, np.inf) - units(t, np.inf)) ** 2)},
        "one norm was taken for the whole batch; each sample has its own": first | {"loss": whole},
        "the energies were compared without dividing by their norms": first | {"loss": np.mean((s - t) ** 2)},
        "the squares were summed over the positions; the loss is their mean": first | {"loss": loss * s[0].size},
        "the squares were summed over samples and positions; the loss is their mean": first | {"loss": loss * s.size},
        "the loss is a norm (square root), not the mean of squares": first | {"loss": math.sqrt(loss)},
        "teacher and student are in the wrong order": {"student_energy": t, "teacher_energy": s},
    }
    if z.shape[1] > 1 and z.shape[2] == z.shape[3]:
        found["height and width are exchanged"] = {"student_energy": s.swapaxes(1, 2)}
    return found


def holds(exercise, student, teacher, power=2.0):
    answer = exercise(student, teacher, power=power)
    known = mistakes(student, teacher, power)
    expected = exact(student, teacher, power)
    answer.close_to(expected, rtol=1e-9, atol=1e-12, dtype="kind", names=NAMES, known=known)
    for i, name in enumerate(NAMES[:2]):
        answer.part(i, name).has(shape=expected[i].shape, dtype=np.float64)


def features(seed, batch=2, channels=(3, 5), size=(2, 3), blocks=(2, 3)):
    rng = np.random.default_rng(seed)
    fine = size[0] * blocks[0], size[1] * blocks[1]
    return rng.normal(0.2, 1, (batch, channels[0], *size)), rng.normal(0.1, 2, (batch, channels[1], *fine))


def test_agrees_with_torch(exercise):
    s, t = np.array(STUDENT), np.arange(-16, 16).reshape(1, 2, 4, 4) / 8
    answer = exercise(s, t)
    answer.part(2, "loss").close_to(TORCH_LOSS, rtol=1e-9, atol=1e-12)
    for i, unit in enumerate((TORCH_STUDENT, TORCH_TEACHER)):
        part = answer.part(i, NAMES[i]).has(shape=(1, 2, 2), dtype="float")
        norm = np.linalg.norm(part.value)
        same = bool(np.allclose(part.value.ravel() / norm, unit, rtol=1e-9))
        part.check(same, f"divided by its norm it should be {unit}, as torch has it")
    holds(exercise, s, t)


def test_by_hand(exercise):
    """Energies (1, 0) and, after pooling, (0, 5): opposite ends, so the mean square is 1."""
    s = np.array([[[[1.0, 0.0]], [[-1.0, 0.0]]]])
    t = np.array([[[[0.0, 0.0, 1.0, -3.0]]]])
    expected = np.array([[[1.0, 0.0]]]), np.array([[[0.0, 5.0]]]), 1.0
    answer = exercise(s, t)
    answer.close_to(expected, rtol=1e-9, atol=1e-12, names=NAMES, known=mistakes(s, t))


@pytest.mark.parametrize("power", [0.5, 1, 2, 3, 4.0])
def test_powers(exercise, power):
    holds(exercise, *features(1), power)


def test_power_defaults_to_2(exercise):
    s, t = features(2)
    answer = exercise(s, t)
    answer.close_to(exact(s, t, 2.0), rtol=1e-9, atol=1e-12, names=NAMES, known=mistakes(s, t, 2.0))


@pytest.mark.parametrize("blocks", [(1, 1), (1, 4), (3, 1), (2, 2)])
@pytest.mark.parametrize("size", [(3, 3), (2, 4), (1, 1), (1, 5), (4, 2)])
def test_grids(exercise, size, blocks):
    holds(exercise, *features(3, 3, (2, 4), size, blocks), 3.0)


def test_one_of_everything(exercise):
    holds(exercise, *features(4, 1, (1, 1)), 2.0)
    holds(exercise, *features(5, 4, (4, 4), (4, 4), (1, 1)), 1.0)


def test_size_of_the_features_does_not_matter(exercise):
    s, t = features(6)
    s[0] *= 1e-7
    t[1] *= 1e5
    holds(exercise, s, t, 1.0)


def test_an_energy_of_zeros(exercise):
    s, t = features(7, 3)
    s[0], t[1] = 0, 0
    s[2], t[2] = 0, 0
    answer = exercise(s, t)
    finite = bool(np.isfinite(answer.part(2, "loss").has(shape=(), dtype="float").value))
    answer.check(finite, "an energy of zeros was divided by its norm, 0 / 0; it stays zeros")
    holds(exercise, s, t)


def test_float32_in_fortran_order(exercise):
    s, t = (np.asfortranarray(a.astype(np.float32)) for a in features(8))
    holds(exercise, s, t, 3.0)
    holds(exercise, s.astype(np.float64), t, 3.0)
    holds(exercise, s, t.astype(np.float64), 3.0)


@pytest.mark.parametrize("size", [(3, 6), (4, 5), (1, 6), (4, 1), (5, 3), (2, 4)])
def test_refuses_another_grid(exercise, size):
    because = "the teacher's height and width must be whole multiples (整数倍) of the student's 2 x 3"
    exercise.raises(ValueError, np.ones((1, 2, 2, 3)), np.ones((1, 2, *size)), because=because)


def test_refuses_other_shapes(exercise):
    s = np.ones((2, 1, 2, 2))
    exercise.raises(ValueError, s, np.ones((1, 1, 2, 2)), because="the batches differ")
    exercise.raises(ValueError, s[:1], np.ones((2, 1, 2, 2)), because="the batches differ")
    exercise.raises(ValueError, s, np.ones((2, 2, 2)), because="the teacher must be 4-D")
    exercise.raises(ValueError, s[0], np.ones((1, 1, 2, 2)), because="the student must be 4-D")
    exercise.raises(ValueError, s[..., None], s[..., None], because="the arrays must be 4-D")


@pytest.mark.parametrize("power", [0.0, -1.0, float("nan")])
def test_refuses_power(exercise, power):
    exercise.raises(ValueError, *features(9), power=power, because="the power must be above 0")
