"""Parameters of a GRU (门控循环单元的参数量): a recurrent layer shares its weights over all time steps.

Questions: B06, S01 | Difficulty: 1/5 | Minutes: 8 | Points: 10

A GRU has three gates: reset (重置门), update (更新门) and candidate (候选状态). Each has a weight matrix (hidden, width
of the layer's input), a weight matrix (hidden, hidden) for the state before, and biases (偏置). The number of time
steps does not matter: every step uses the same weights (时间步共享).

There are two conventions (约定) for the biases; ``bias`` says which:
    "two":  each gate has two vectors of ``hidden`` numbers, one with the input, one with the state (PyTorch, cuDNN);
    "one":  each gate has one vector (the textbook);
    "none": no biases.

Task (任务): return the number of parameters of a stack of ``layers`` GRU layers (int). The first layer reads vectors of
``inputs`` numbers. A bidirectional (双向) layer is two layers of its own, forward and backward, that read the same
input; the layer above it reads both outputs side by side, 2 * hidden numbers.

All sizes are integers; ``inputs``, ``hidden`` and ``layers`` at least 1.
Raise ``ValueError`` where a size is below 1 or ``bias`` is something else.
"""


def gru_parameter_count(
    inputs: int, hidden: int, *, layers: int = 1, bidirectional: bool = False, bias: str = "two"
) -> int:
    """Return the number of parameters of a stack of GRU layers."""
    raise NotImplementedError
