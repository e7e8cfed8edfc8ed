"""Up to which rank are two factors smaller than the matrix? The break-even rank (盈亏平衡秩).

Questions: B25, B19, G06 | Difficulty: 1/5 | Minutes: 6 | Points: 10

A matrix (m, n) holds m * n numbers. Its two factors of rank r, (m, r) and (r, n), hold r * (m + n).

Task (任务): return the largest rank (最大的秩) at which the factors hold strictly fewer numbers (严格更少) than the
matrix, as a Python int, and 0 where no rank of at least 1 does.

1. At equality nothing is saved, and a second product is paid for: the rank of equality does not count.
2. Exact for integers of any size: m and n may have twenty digits, where a float has lost the last ones.

m, n : Python integers, at least 1.
Raise ``ValueError`` where ``m`` or ``n`` is below 1.
"""


def break_even_rank_count(m: int, n: int) -> int:
    """Return the largest rank whose factors hold fewer numbers than the (m, n) matrix."""
    raise NotImplementedError
