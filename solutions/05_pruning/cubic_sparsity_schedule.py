"""Reference answer: the cubic sparsity schedule."""


def cubic_sparsity_schedule(
    step: int, *, start: int, stop: int, final: float, initial: float = 0.0, every: int = 1
) -> float:
    """Return the sparsity at training step ``step``."""
    if start >= stop or every < 1:
        raise ValueError(f"start < stop and every >= 1 must hold; got {start}, {stop} and {every}")
    if not 0 <= initial <= final <= 1:
        raise ValueError(f"0 <= initial <= final <= 1 must hold; got {initial} and {final}")

    # The last renewal is always at stop, also where every does not divide the span.
    if step >= stop:
        return final

    # Otherwise the last renewal lies a multiple of every after start; before start, t = 0 gives initial.
    elapsed = max(step - start, 0) // every * every
    return final + (initial - final) * (1 - elapsed / (stop - start)) ** 3
