"""Reference answer: the break-even rank of a factorization."""


def break_even_rank_count(m: int, n: int) -> int:
    """Return the largest rank whose factors hold fewer numbers than the (m, n) matrix."""
    if min(m, n) < 1:
        raise ValueError(f"m and n must be at least 1; got {m} and {n}")

    # r (m + n) < m n for integers is r (m + n) <= m n - 1, and the floor division gives the largest such r.
    # Without the -1, a square matrix of even side would "save" at half its side, where both are equal.
    return (m * n - 1) // (m + n)
