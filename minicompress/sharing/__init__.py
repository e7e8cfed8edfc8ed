"""Sharing: one value, vector or array that stands at many places."""

from minicompress.sharing.centroids import shared_centroid_gradient
from minicompress.sharing.hashed import hash_weights, hashed_gradient
from minicompress.sharing.kmeans import kmeans_1d, optimal_kmeans_1d
from minicompress.sharing.product_quantization import product_quantize
from minicompress.sharing.tied import find_tied, share_layers, sum_tied_gradients

__all__ = [
    "find_tied",
    "hash_weights",
    "hashed_gradient",
    "kmeans_1d",
    "optimal_kmeans_1d",
    "product_quantize",
    "share_layers",
    "shared_centroid_gradient",
    "sum_tied_gradients",
]
