"""The recurrence of a GRU over time, and back-propagation through it, as one step on the tape."""

from __future__ import annotations

import numpy as np

from minicompress.nn.tape.elementwise import sigmoid
from minicompress.nn.tape.node import is_recording
from minicompress.nn.tensor import Tensor


def gru_scan(gates: Tensor, weight: Tensor, bias: Tensor, mask: np.ndarray | None = None) -> Tensor:
    """Return the states ``h_t`` (batch, length, h), from ``h_0 = 0``.

    ``gates`` (batch, length, 3h) holds ``a_t``, the inputs' part, in the order r, z, n; with ``u_t = W h_(t-1) + b``:

    ``r = sigmoid(a_r + u_r)``, ``z = sigmoid(a_z + u_z)``, ``n = tanh(a_n + r u_n)``, ``h_t = n + z (h_(t-1) - n)``.

    ``weight`` (3h, h), ``bias`` (3h,); where ``mask`` (batch, length) is false the state is carried over.
    Source: Cho et al., arXiv:1406.1078, with the reset gate after the product, as cuDNN and torch have it.
    """
    w, b = weight.data, bias.data
    batch, length, h = *gates.shape[:2], w.shape[1]
    state = np.zeros((batch, h), gates.dtype)
    states = np.empty((batch, length, h), gates.dtype)
    saved: list[tuple[np.ndarray, ...]] = []
    keep_saved = is_recording()
    for t in range(length):
        u = state @ w.T + b
        rz = sigmoid(gates.data[:, t, : 2 * h] + u[:, : 2 * h])
        r, z, u_n = rz[:, :h], rz[:, h:], u[:, 2 * h :]
        n = np.tanh(gates.data[:, t, 2 * h :] + r * u_n)
        if keep_saved:
            saved.append((state, r, z, n, u_n))
        new = n + z * (state - n)
        state = new if mask is None else np.where(mask[:, t, None], new, state)
        states[:, t] = state

    last: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []  # the three rules share one walk back

    def walk(g: np.ndarray, which: int) -> np.ndarray:
        if not last:
            last.append(_walk_back(g, w, saved, mask))
        return last[0][which]

    return Tensor.record(
        states, (gates, lambda g: walk(g, 0)), (weight, lambda g: walk(g, 1)), (bias, lambda g: walk(g, 2))
    )


def _walk_back(
    g: np.ndarray, w: np.ndarray, saved: list[tuple[np.ndarray, ...]], mask: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return dL/dgates, dL/dW and dL/db from ``g = dL/dstates``, last step first."""
    batch, length, h = g.shape
    to_gates, to_u = np.empty((2, batch, length, 3 * h), g.dtype)
    carried = np.zeros((batch, h), g.dtype)  # dL/dh_t by way of the later steps
    for t in reversed(range(length)):
        state, r, z, n, u_n = saved[t]
        dh = carried + g[:, t]
        skipped = None if mask is None else np.where(mask[:, t, None], 0, dh)
        dh = dh if skipped is None else dh - skipped
        dn = dh * (1 - z) * (1 - n * n)
        to_gates[:, t, :h] = dn * u_n * r * (1 - r)
        to_gates[:, t, h : 2 * h] = dh * (state - n) * z * (1 - z)
        to_gates[:, t, 2 * h :] = dn
        to_u[:, t, : 2 * h] = to_gates[:, t, : 2 * h]
        to_u[:, t, 2 * h :] = dn * r
        carried = dh * z + to_u[:, t] @ w
        carried = carried if skipped is None else carried + skipped
    before = np.stack([step[0] for step in saved], axis=1)
    rows = to_u.reshape(-1, 3 * h)
    return to_gates, rows.T @ before.reshape(-1, h), rows.sum(axis=0)
