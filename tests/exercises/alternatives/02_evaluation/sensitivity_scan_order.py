"""Right answers to sensitivity_scan_order in other styles; each must pass."""

import math

import numpy as np


def row_by_row(layers, *, bits=4):
    """The two outputs compared, row of the weight by row."""
    if bits < 2 or bits > 8:
        raise ValueError("bits")
    errors = {}
    for name, (w, x) in layers.items():
        top = size = 0.0
        for row in w.astype(np.float64):
            limit = np.abs(row).max()
            step = limit / (2 ** (bits - 1) - 1)
            rough = step * np.round(row / step) if limit > 0 else row
            plain, other = x.astype(np.float64) @ row, x.astype(np.float64) @ rough
            top += ((other - plain) ** 2).sum()
            size += (plain**2).sum()
        errors[name] = math.sqrt(top / size) if size > 0 else 0.0
    return errors, sorted(errors, key=lambda name: -errors[name])


def by_the_gram_matrix(layers, *, bits=4):
    """With the Gram matrix of the inputs: ||x g^T||^2 = trace(g H g^T)."""
    if bits not in (2, 3, 4, 5, 6, 7, 8):
        raise ValueError("bits")
    names, values = list(layers), []
    for weight, inputs in layers.values():
        w, x = np.float64(weight), np.float64(inputs)
        h = x.T @ x
        scale = np.abs(w).max(1) / (2 ** (bits - 1) - 1)
        scale[scale == 0] = 1
        gap = np.rint(w / scale[:, None]) * scale[:, None] - w
        size = np.einsum("oi,ij,oj->", w, h, w)
        values.append(np.sqrt(np.einsum("oi,ij,oj->", gap, h, gap) / size) if size > 0 else 0.0)
    order = np.argsort(-np.array(values), kind="stable")
    return {n: float(v) for n, v in zip(names, values, strict=True)}, [names[i] for i in order]
