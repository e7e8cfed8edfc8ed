"""Structured pruning of a hidden layer (结构化剪枝): two smaller matrices, and the same function as the masked network.

Questions: B20, M26, B04 | Difficulty: 3/5 | Minutes: 15 | Points: 30

A network of two linear layers computes

    h = relu(x @ w1.T + b1)        y = h @ w2.T + b2

with w1 (hidden, inputs), b1 (hidden,), w2 (outputs, hidden), b2 (outputs,). A pruning tool has masked (掩码) the
*weights* of some hidden channels (通道): the rows of w1 where ``keep`` is False count as zero, as ``ln_structured`` on
"weight" does in PyTorch. The biases b1 were not masked. A masked channel therefore no longer depends on x,
but it need not be 0: it is a constant, and that constant still reaches y.

Task (任务): return the tuple ``(w1, b1, w2, b2)`` of the network without the masked channels, in their old order:

1. the rows of w1, the entries of b1 and the columns of w2 of the kept channels, unchanged;
2. b2 such that for every x the small network gives the y of the masked one (偏置折叠: fold the constant into b2).

Each array has the dtype of the argument that it replaces. The first three are exact; b2 to a relative 1e-5 plus 1e-6
absolute. keep : bool (hidden,). w1, b1, w2, b2 : floats; do not change them. With no channel kept, the arrays of the
hidden layer have the size 0 there.
Raise ``ValueError`` where the shapes do not fit each other, or where ``keep`` is not of dtype bool (indices 索引 are
refused, not guessed).
"""

import numpy as np


def prune_channels(
    w1: np.ndarray, b1: np.ndarray, w2: np.ndarray, b2: np.ndarray, *, keep: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return ``(w1, b1, w2, b2)`` of the network without the channels that are not kept."""
    raise NotImplementedError
