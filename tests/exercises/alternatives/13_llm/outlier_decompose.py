"""Right answers to outlier_decompose in other styles; each must pass."""

import numpy as np


def int32_codes(x, w, *, threshold=6.0):
    """Codes in int8 as they would be stored, widened before the product."""
    if x.shape[-1] != w.shape[-1] or not threshold > 0:
        raise ValueError("x, w or threshold")
    out = np.any(np.abs(x) >= threshold, axis=0)
    regular, kept = np.where(out, 0.0, x), np.where(out, 0.0, w)  # zeros change no maximum and no sum
    sx = np.abs(regular).max(axis=1, keepdims=True) / 127
    sw = np.abs(kept).max(axis=1, keepdims=True) / 127
    sx[sx == 0], sw[sw == 0] = 1, 1
    qx, qw = np.rint(regular / sx).astype(np.int8), np.rint(kept / sw).astype(np.int8)
    y = (qx.astype(np.int32) @ qw.astype(np.int32).T) * sx * sw.T
    return y + (x - regular) @ (w - kept).T, np.nonzero(out)[0].astype(np.int32)


def loops(x, w, *, threshold=6.0):
    """One output at a time, Python integers."""
    if x.shape[1] != w.shape[1] or threshold <= 0:
        raise ValueError("x, w or threshold")
    outliers = [j for j in range(x.shape[1]) if max(abs(v) for v in x[:, j]) >= threshold]
    regular = sorted(set(range(x.shape[1])) - set(outliers))
    y = np.zeros((len(x), len(w)))
    for i, a in enumerate(x.tolist()):
        sx = max([abs(a[j]) for j in regular], default=0) / 127 or 1.0
        for o, b in enumerate(w.tolist()):
            sw = max([abs(b[j]) for j in regular], default=0) / 127 or 1.0
            y[i, o] = sx * sw * sum(round(a[j] / sx) * round(b[j] / sw) for j in regular)
            y[i, o] += sum(a[j] * b[j] for j in outliers)
    return y, np.array(outliers, dtype=np.int64)
