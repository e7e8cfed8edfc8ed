"""Right answers to awq_scale_search in other styles; each must pass."""

import numpy as np


def gram_matrix(w, x, *, bits=4, steps=20):
    """All losses first, through x.T @ x; then argmin, which takes the first of equals."""
    if bits not in range(2, 9) or steps <= 0:
        raise ValueError("bits or steps")
    gram = x.T @ x
    a = np.clip(np.mean(np.abs(x), axis=0), 1e-4, None)
    top = 2 ** (bits - 1) - 1
    alphas = np.linspace(0, 1, steps + 1)
    every, losses = [], []
    for alpha in alphas:
        s = np.exp(alpha * np.log(a))
        s /= np.sqrt(s.min()) * np.sqrt(s.max())
        step = np.abs(w * s).max(axis=1) / top
        step[step == 0] = 1
        codes = np.clip(np.rint((w * s) / step[:, None]), -top, top)
        error = w - codes * step[:, None] / s
        every.append(s)
        losses.append(np.einsum("ij,jk,ik->", error, gram, error))
    best = int(np.argmin(np.round(losses, 12)))
    return float(alphas[best]), every[best], float(losses[best])


def stacked(w, x, *, bits=4, steps=20):
    """All candidates at once, on a leading axis."""
    if not 2 <= bits <= 8 or steps < 1:
        raise ValueError("bits or steps")
    a = np.abs(x).sum(axis=0) / len(x)
    a[a < 1e-4] = 1e-4
    alpha = np.arange(steps + 1) / steps
    s = a ** alpha[:, None]
    s = s / np.sqrt(s.max(axis=1) * s.min(axis=1))[:, None]
    scaled = w * s[:, None, :]
    step = np.abs(scaled).max(axis=2, keepdims=True) / (2 ** (bits - 1) - 1)
    step = np.where(step > 0, step, 1)
    w_hat = step * np.rint(scaled / step) / s[:, None, :]
    losses = np.square(x @ (w - w_hat).swapaxes(1, 2)).sum(axis=(1, 2))
    i = losses.argmin()
    return alpha[i], s[i], losses[i]
