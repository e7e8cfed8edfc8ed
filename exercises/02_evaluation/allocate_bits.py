"""The exact allocation of bits (比特分配) to layers under a byte budget: a knapsack with one choice per layer (背包).

Questions: M18, B08, B17 | Difficulty: 4/5 | Minutes: 25 | Points: 40

Layer i can be stored in K ways (for example 2, 4 and 8 bits). Way k adds ``errors[i, k]`` to the error of the model
and takes ``sizes[i, k]`` bytes. Exactly one way must be chosen for each layer.

Task (任务): return the tuple ``(choice, error, size)``: the choice of a way for each layer, int64 (layers,), whose
total size is at most ``budget`` (不超过预算) and whose total error is the smallest possible; then these two totals.

Ties (并列): of choices with the same total error the one with the smallest total size; of those with the same error
and size the one that comes first in the lexicographic order (字典序最小) of ``choice``.

The exact optimum is asked for; a greedy choice (贪心) is not always best. There are up to 60 layers, so not all
K**layers choices can be tried; the sum of the largest sizes is at most 5000 bytes, so not many different totals
occur.

errors : float64 (layers, K), at least 0. They are multiples of 1/8 below 2**20: their sums are exact in any order.
sizes : integers (layers, K), at least 1; not sorted.  budget : int.  Do not change the arrays.
``error`` is a float, ``size`` an int; everything is exact.
Raise ``ValueError`` where no choice fits the budget, where the shapes differ, or where there is no layer.
"""

import numpy as np


def allocate_bits(errors: np.ndarray, sizes: np.ndarray, *, budget: int) -> tuple[np.ndarray, float, int]:
    """Return ``(choice, error, size)`` of the best allocation within ``budget`` bytes."""
    raise NotImplementedError
