"""Densities of the layers of a sparse network: Erdos-Renyi-kernel (ERK 各层密度分配), arXiv 1911.11134.

Questions: B29, B30 | Difficulty: 3/5 | Minutes: 20 | Points: 30

A sparse initialization (稀疏初始化) keeps a share ``density`` (密度) of all weights, but not the same share of each
layer: layers with few weights per neuron stay denser. With n_l the product of the dimensions of layer l (its number of
weights) and d_l their sum, for example d = out + in + kh + kw of a convolution (out, in, kh, kw),

    density_l = min(1, eps * d_l / n_l)

where the one number eps is such that the total is exact (总量精确):

    sum over l of density_l * n_l  =  density * sum over l of n_l

A layer cannot be denser than 1. What it would have had beyond 1 goes to the other layers, by a larger eps; that can
make further layers dense (再分配), and so on: a single round does not always do.

Task (任务): return the list of the densities, one float for each layer, to a relative 1e-9. A density is not rounded to
a whole number of weights.

shapes : list of tuples of integers above 0, at least one layer; each with at least one dimension.
density : a float above 0 and below 1. With density below 1, at least one layer ends below 1.
Raise ``ValueError`` where ``shapes`` is empty or ``density`` is not above 0 and below 1.
"""


def erk_densities(shapes: list[tuple[int, ...]], *, density: float) -> list[float]:
    """Return the ERK density of each layer, for a total of ``density``."""
    raise NotImplementedError
