"""How many components: where the factors stop being smaller than the matrix, and how many hold the energy."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks

__all__ = ["break_even_rank", "checked_rank", "rank_for_energy", "rank_for_size", "spectrum"]


def break_even_rank(m: int, n: int) -> int:
    """Return the largest rank at which two factors, r (m + n) numbers, are fewer than the m n of the matrix.

    >>> break_even_rank(64, 64), break_even_rank(768, 3072), break_even_rank(1, 50)
    (31, 614, 0)
    """
    m, n = checks.integer(m, "m", low=1), checks.integer(n, "n", low=1)
    return (m * n - 1) // (m + n)


def rank_for_size(shape: tuple[int, ...], size: float) -> int:
    """Return the largest rank whose factors take at most the share ``size`` of the matrix, and at least 1.

    >>> rank_for_size((64, 64), 0.5)
    16
    """
    m, n = (checks.integer(s, "shape", low=1) for s in shape)
    share = checks.real(size, "size", low=0, high=1, open_low=True)
    return max(1, int(share * m * n / (m + n)))


def rank_for_energy(singular_values: Any, energy: float) -> int:
    """Return the smallest r with sum_{i <= r} s_i^2 >= energy * sum s_i^2, and at least 1.

    The relative error of the truncated SVD in the Frobenius norm is then at most sqrt(1 - energy).

    Parameters
    ----------
    singular_values : (k,), >= 0, falling
    energy : float in (0, 1]
        Share of the squared Frobenius norm to keep; 1 keeps every value that is not 0.

    Examples
    --------
    >>> rank_for_energy([3.0, 2.0, 1.0, 0.0], 0.9), rank_for_energy([3.0, 2.0, 1.0, 0.0], 1.0)
    (2, 3)
    """
    s = spectrum(singular_values, "singular_values")
    kept = checks.real(energy, "energy", low=0, high=1, open_low=True)
    squares = (s / (s[0] or 1.0)) ** 2
    tail = np.append(np.cumsum(squares[::-1])[::-1], 0.0)  # what is lost after r components, r = 0 .. k
    return max(1, int(np.argmax(tail <= (1 - kept) * tail[0])))


def spectrum(singular_values: Any, name: str) -> np.ndarray:
    """Return ``singular_values`` as float64, or raise unless they are falling and none is negative."""
    s = checks.float_array(singular_values, name, ndim=1, dtype=np.float64)
    if (s < 0).any() or (np.diff(s) > 0).any():
        raise ValueError(f"{name} must be at least 0 and fall; got {checks.describe(s)}")
    return s


def checked_rank(rank: int, shape: tuple[int, ...], *, allow_growth: bool) -> int:
    """Return ``rank`` if a matrix of ``shape`` has it, and its factors are smaller or ``allow_growth`` is True."""
    m, n = shape
    rank = checks.integer(rank, "rank", low=1, high=min(m, n))
    limit = break_even_rank(m, n)
    if rank > limit and not allow_growth:
        raise ValueError(
            f"rank must be at most {limit} for a matrix {(m, n)}: {rank} ({m} + {n}) = {rank * (m + n)} numbers are "
            f"not fewer than {m * n}; allow_growth=True takes them all the same"
        )
    return rank
