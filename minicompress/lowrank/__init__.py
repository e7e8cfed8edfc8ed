"""Low rank: a matrix as a product of thin ones. Every factorization returns a stored format, or a pair of kernels.

``svd_factorize`` (best for any input), ``activation_aware_svd`` (best for the inputs given), ``factorize_embedding``
(best for the tokens that occur), ``low_rank_plus_sparse``, ``LoRA``; for convolutions ``tucker2``, ``factorize_conv``
and ``separable_approximation`` (two convolutions in a row); ``randomized_svd`` for large matrices;
``break_even_rank``, ``break_even_conv_rank``, ``rank_for_energy``, ``rank_for_error``, ``rank_for_size`` and
``allocate_ranks`` for how many.
"""

from minicompress.lowrank.activation_aware import activation_aware_svd, whitened_weights
from minicompress.lowrank.allocation import allocate_ranks, allocate_ranks_by_energy
from minicompress.lowrank.conv import ConvPair, break_even_conv_rank, factorize_conv, separable_approximation
from minicompress.lowrank.embedding import factorize_embedding
from minicompress.lowrank.lora import LoRA
from minicompress.lowrank.randomized import randomized_svd, rank_for_error
from minicompress.lowrank.ranks import break_even_rank, rank_for_energy, rank_for_size
from minicompress.lowrank.sparse_residual import low_rank_plus_sparse
from minicompress.lowrank.svd import svd_factorize
from minicompress.lowrank.tucker import tucker2

__all__ = [
    "ConvPair",
    "LoRA",
    "activation_aware_svd",
    "allocate_ranks",
    "allocate_ranks_by_energy",
    "break_even_conv_rank",
    "break_even_rank",
    "factorize_conv",
    "factorize_embedding",
    "low_rank_plus_sparse",
    "randomized_svd",
    "rank_for_energy",
    "rank_for_error",
    "rank_for_size",
    "separable_approximation",
    "svd_factorize",
    "tucker2",
    "whitened_weights",
]
