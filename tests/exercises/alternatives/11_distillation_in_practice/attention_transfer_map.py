"""Right answers to attention_transfer_map in other styles; each must pass."""

import numpy as np


def _checked(student, teacher, power):
    if np.ndim(student) != 4 or np.ndim(teacher) != 4 or student.shape[0] != teacher.shape[0]:
        raise ValueError("shapes")
    if any(b % a for a, b in zip(student.shape[2:], teacher.shape[2:], strict=True)) or not power > 0:
        raise ValueError("grid or power")


def slices(student, teacher, *, power=2.0):
    """Pooling as a sum of strided slices; einsum for the norms; Fortran order out."""
    _checked(student, teacher, power)
    h, w = student.shape[2:]
    r, c = teacher.shape[2] // h, teacher.shape[3] // w
    s = np.einsum("bchw->bhw", np.abs(np.float64(student)) ** power) / student.shape[1]
    t = np.abs(np.float64(teacher)) ** power
    t = sum(t[:, :, i::r, j::c] for i in range(r) for j in range(c)).mean(axis=1) / (r * c)
    ns, nt = (np.sqrt(np.einsum("bhw,bhw->b", a, a))[:, None, None] for a in (s, t))
    q = np.divide(s, ns, out=np.zeros(s.shape), where=ns > 0) - np.divide(t, nt, out=np.zeros(t.shape), where=nt > 0)
    return np.asfortranarray(s), np.asfortranarray(t), np.einsum("bhw,bhw->", q, q) / q.size


def loops(student, teacher, *, power=2.0):
    """Sample by sample, position by position."""
    _checked(student, teacher, power)
    batch, _, h, w = student.shape
    r, c = teacher.shape[2] // h, teacher.shape[3] // w
    s, t, total = np.zeros((batch, h, w)), np.zeros((batch, h, w)), 0.0
    for b in range(batch):
        for i in range(h):
            for j in range(w):
                s[b, i, j] = np.mean(np.abs(student[b, :, i, j].astype(float)) ** power)
                block = teacher[b, :, i * r : i * r + r, j * c : j * c + c].astype(float)
                t[b, i, j] = np.mean(np.abs(block) ** power)
        ns, nt = np.sqrt(np.sum(s[b] ** 2)), np.sqrt(np.sum(t[b] ** 2))
        gap = (s[b] / ns if ns else s[b]) - (t[b] / nt if nt else t[b])
        total += float(np.sum(gap**2))
    return s, t, total / (batch * h * w)
