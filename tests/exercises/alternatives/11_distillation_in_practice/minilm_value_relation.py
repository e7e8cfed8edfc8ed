"""Right answers to minilm_value_relation in other styles; each must pass."""

import numpy as np


def one_sequence_at_a_time(student_values, teacher_values, *, heads, mask=None):
    """The real tokens cut out first: then there is no padding to mask."""
    widths = student_values.shape[2], teacher_values.shape[2]
    if heads < 1 or any(w % heads for w in widths):
        raise ValueError("heads")
    total, count = 0.0, 0
    for b in range(len(student_values)):
        keep = slice(None) if mask is None else mask[b]
        pair = []
        for v in (student_values[b][keep], teacher_values[b][keep]):
            logs = []
            for x in np.split(v.astype(float), heads, axis=1):
                if len(x):
                    scores = x @ x.T / x.shape[1] ** 0.5
                    logs.append(scores - np.logaddexp.reduce(scores, axis=1, keepdims=True))
            pair.append(logs)
        for lq, lp in zip(*pair, strict=True):
            total += float(np.sum(np.exp(lp) * (lp - lq)))
            count += len(lq)
    if count == 0:
        raise ValueError("nothing is real")
    return total / count


def einsum(student_values, teacher_values, *, heads, mask=None):
    """Scores with einsum; masked keys have probability 0 by multiplication."""
    b, n, _ = student_values.shape
    if not heads >= 1 or (student_values.shape[2] % heads) or (teacher_values.shape[2] % heads):
        raise ValueError("heads")
    real = np.ones((b, n), bool) if mask is None else np.array(mask)
    if real.sum() == 0:
        raise ValueError("nothing is real")
    logs = []
    for v in (student_values, teacher_values):
        x = np.asfortranarray(v, dtype=np.float64).reshape(b, n, heads, -1)
        scores = np.einsum("bihd,bjhd->bijh", x, x) / np.sqrt(x.shape[-1])
        top = np.where(real[:, None, :, None], scores, -np.inf).max(axis=2, keepdims=True)
        top = np.where(np.isfinite(top), top, 0.0)
        e = np.exp(np.minimum(scores - top, 0)) * real[:, None, :, None]
        whole = e.sum(axis=2, keepdims=True)
        logs.append((scores - top - np.log(np.where(whole > 0, whole, 1)), e / np.where(whole > 0, whole, 1)))
    (lq, _), (lp, p) = logs
    kl = np.einsum("bijh,bijh->bi", p, lp - lq)
    return float(kl[real].sum() / real.sum() / heads)
