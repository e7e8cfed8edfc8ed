"""Plausible wrong answers to obs_update; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _checked(w, h_inv):
    if h_inv.shape != (w.size, w.size) or (np.diag(h_inv) <= 0).any():
        raise ValueError("h_inv")
    return w.astype(np.float64), h_inv.astype(np.float64)


def _remove(w, h_inv, q):
    updated = w - w[q] / h_inv[q, q] * h_inv[:, q]
    updated[q] = 0
    return q, updated, float(w[q] ** 2 / h_inv[q, q] / 2)


def by_magnitude(w, h_inv):
    """q was chosen by magnitude"""
    w, h_inv = _checked(w, h_inv)
    return _remove(w, h_inv, int(np.abs(w).argmin()))


def by_obd(w, h_inv):
    """q was chosen by OBD"""
    w, h_inv = _checked(w, h_inv)
    return _remove(w, h_inv, int((w**2 * np.diag(np.linalg.inv(h_inv))).argmin()))


def diagonal_as_factor(w, h_inv):
    """the diagonal belongs below the line"""
    w, h_inv = _checked(w, h_inv)
    return _remove(w, h_inv, int((w**2 * np.diag(h_inv)).argmin()))


def no_update(w, h_inv):
    """the others must move to make up for it"""
    w, h_inv = _checked(w, h_inv)
    q, _, loss = _remove(w, h_inv, int((w**2 / np.diag(h_inv)).argmin()))
    w[q] = 0
    return q, w, loss


def wrong_sign(w, h_inv):
    """the update has the wrong sign"""
    w, h_inv = _checked(w, h_inv)
    q, updated, loss = _remove(w, h_inv, int((w**2 / np.diag(h_inv)).argmin()))
    updated = 2 * w - updated
    updated[q] = 0
    return q, updated, loss


def without_the_half(w, h_inv):
    """the loss lacks the factor 1/2"""
    w, h_inv = _checked(w, h_inv)
    q, updated, loss = _remove(w, h_inv, int((w**2 / np.diag(h_inv)).argmin()))
    return q, updated, 2 * loss


def not_divided(w, h_inv):
    """the update was not divided by"""
    w, h_inv = _checked(w, h_inv)
    q = int((w**2 / np.diag(h_inv)).argmin())
    updated = w - w[q] * h_inv[:, q]
    updated[q] = 0
    return q, updated, float(w[q] ** 2 / h_inv[q, q] / 2)


def leaves_rounding_behind(w, h_inv):
    """the removed weight is not exactly 0"""
    w, h_inv = _checked(w, h_inv)
    q = int((w**2 / np.diag(h_inv)).argmin())
    updated = w - h_inv[:, q] * (w[q] / h_inv[q, q])
    updated[q] += 1e-17
    return q, updated, float(w[q] ** 2 / h_inv[q, q] / 2)


def inverts_again_for_the_loss(w, h_inv):
    """the loss is the saliency of OBD"""
    w, h_inv = _checked(w, h_inv)
    q, updated, _ = _remove(w, h_inv, int((w**2 / np.diag(h_inv)).argmin()))
    return q, updated, float(w[q] ** 2 * np.linalg.inv(h_inv)[q, q] / 2)


def takes_it_for_the_hessian(w, h_inv):
    """h_inv was used as if it were H"""
    w, h_inv = _checked(w, h_inv)
    h = np.linalg.inv(h_inv)
    q = int((w**2 / np.diag(h_inv)).argmin())
    updated = w - w[q] / h[q, q] * h[:, q]
    updated[q] = 0
    return q, updated, float(w[q] ** 2 / h_inv[q, q] / 2)


def stays_in_single_precision(w, h_inv):
    """expected dtype float64, returned float32"""
    _checked(w, h_inv)
    q, updated, loss = _remove(w.copy(), h_inv.astype(w.dtype), int((w**2 / np.diag(h_inv)).argmin()))
    return q, updated, loss


def changes_w(w, h_inv):
    """after the call, w is"""
    _checked(w, h_inv)
    q = int((w**2 / np.diag(h_inv)).argmin())
    loss = float(w[q] ** 2 / h_inv[q, q] / 2)
    w -= (w[q] / h_inv[q, q] * h_inv[:, q]).astype(w.dtype)
    w[q] = 0
    return q, w.astype(np.float64), loss
