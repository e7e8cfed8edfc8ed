"""1-bit SGD: the sign of each entry, and for each column the mean of its positive and of its negative entries."""

from __future__ import annotations

import numpy as np

from minicompress.gradients.base import GradientCompressor
from minicompress.gradients.messages import SignMessage, columns_of

__all__ = ["OneBitCompressor"]


class OneBitCompressor(GradientCompressor):
    """Send [a_ij >= 0], and for each column j the means of its entries >= 0 and < 0.

    Given the signs, a mean is the value of the smallest squared error, and each column's sum is sent exactly. A
    gradient (rows, columns) takes rows * columns bits and 2 columns floats; a vector is one column, further axes are
    columns. Source: Seide et al. 2014, doi:10.21437/Interspeech.2014-274.

    Examples
    --------
    >>> one = OneBitCompressor()
    >>> sent = one.compress(np.array([1.0, 3.0, -2.0, 6.0, -4.0]))
    >>> one.decompress(sent), sent.nbytes     # 1 byte of signs, two float32
    (array([ 3.33333325,  3.33333325, -3.        ,  3.33333325, -3.        ]), 9)
    >>> one.residual().round(3)
    array([-2.333, -0.333,  1.   ,  2.667, -1.   ])
    """

    def _encode(self, wanted: np.ndarray, name: str) -> SignMessage:
        matrix = wanted.reshape(columns_of(wanted.shape))
        signs = matrix >= 0
        positive = _mean_where(matrix, signs)
        negative = _mean_where(matrix, ~signs)
        return SignMessage(wanted.shape, np.packbits(signs), self._cast(positive), self._cast(negative))


def _mean_where(matrix: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The mean of each column's entries in ``mask``; 0 where there are none."""
    counts = mask.sum(axis=0)
    return np.where(mask, matrix, 0.0).sum(axis=0) / np.maximum(counts, 1)
