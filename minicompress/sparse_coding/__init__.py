"""Sparse coding: signals as a few atoms of a dictionary, found by L1 or greedily, and the dictionary learnt."""

from minicompress.sparse_coding.dictionary import learn_dictionary
from minicompress.sparse_coding.fista import fista
from minicompress.sparse_coding.ista import ista
from minicompress.sparse_coding.lasso import lasso_objective
from minicompress.sparse_coding.omp import orthogonal_matching_pursuit

__all__ = ["fista", "ista", "lasso_objective", "learn_dictionary", "orthogonal_matching_pursuit"]
