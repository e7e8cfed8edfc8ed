"""Reference answer: Erdos-Renyi-kernel densities."""

import math


def erk_densities(shapes: list[tuple[int, ...]], *, density: float) -> list[float]:
    """Return the ERK density of each layer, for a total of ``density``."""
    if not shapes:
        raise ValueError("shapes must name at least one layer")
    if not 0 < density < 1:
        raise ValueError(f"density must be above 0 and below 1; got {density}")
    sizes = [math.prod(shape) for shape in shapes]
    budget = density * sum(sizes)

    # Suppose `sparse` were the layers below 1. The others take all their weights; what is left of the budget is
    # eps * d_l for each sparse layer (n_l cancels), which gives eps. A layer that comes out above 1 was misjudged:
    # it becomes dense, and eps can only grow by that, so no dense layer ever has to come back.
    sparse = range(len(shapes))
    while True:
        taken = sum(sizes) - sum(sizes[i] for i in sparse)
        eps = (budget - taken) / sum(sum(shapes[i]) for i in sparse)
        below = [i for i in sparse if eps * sum(shapes[i]) <= sizes[i]]
        if len(below) == len(sparse):
            return [eps * sum(shapes[i]) / sizes[i] if i in sparse else 1.0 for i in range(len(shapes))]
        sparse = below
