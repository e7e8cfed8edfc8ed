"""Plausible wrong answers to product_quantize_encode; the first line of each docstring is in the failure it gets."""

import numpy as np


def _checked(x, codebooks):
    if x.ndim != 2 or codebooks.ndim != 3 or x.shape[1] != codebooks.shape[0] * codebooks.shape[2]:
        raise ValueError("shapes")
    if not 1 <= codebooks.shape[1] <= 256:
        raise ValueError("k")
    return codebooks.shape


def _distances(x, codebooks):
    m, _, s = _checked(x, codebooks)
    return ((x.astype(float).reshape(len(x), m, 1, s) - codebooks) ** 2).sum(-1)


def every_mth_element(x, codebooks):
    """a piece takes every m-th element
    Solver's mistake.
    """
    m, _, s = _checked(x, codebooks)
    pieces = x.astype(float).reshape(len(x), s, m).swapaxes(1, 2)[:, :, None]
    distances = ((pieces - codebooks) ** 2).sum(-1)
    return distances.argmin(-1).astype(np.uint8), distances.min(-1).sum(-1)


def by_inner_product(x, codebooks):
    """the nearest by the largest inner product
    Solver's mistake.
    """
    distances = _distances(x, codebooks)
    m, _, s = codebooks.shape
    codes = np.einsum("nms,mks->nmk", x.reshape(len(x), m, s), codebooks).argmax(-1)
    return codes.astype(np.uint8), np.take_along_axis(distances, codes[..., None], -1)[..., 0].sum(1)


def expanded_square(x, codebooks):
    """the digits are lost
    Solver's mistake.
    """
    m, _, s = _checked(x, codebooks)
    pieces = x.astype(np.float64).reshape(len(x), m, s)
    books = codebooks.astype(np.float64)
    distances = (pieces**2).sum(-1)[..., None] - 2 * np.einsum("nms,mks->nmk", pieces, books) + (books**2).sum(-1)
    return distances.argmin(-1).astype(np.uint8), distances.min(-1).sum(-1)


def absolute_differences(x, codebooks):
    """the sum of absolute differences \\(L1\\)"""
    distances = _distances(x, codebooks)
    m, _, s = codebooks.shape
    codes = np.abs(x.astype(float).reshape(len(x), m, 1, s) - codebooks).sum(-1).argmin(-1)
    return codes.astype(np.uint8), np.take_along_axis(distances, codes[..., None], -1)[..., 0].sum(1)


def one_codebook_for_all(x, codebooks):
    """all pieces use the first codebook"""
    _checked(x, codebooks)
    distances = _distances(x, np.repeat(codebooks[:1], len(codebooks), 0))
    return distances.argmin(-1).astype(np.uint8), distances.min(-1).sum(-1)


def mean_squared_error(x, codebooks):
    """the error is the mean over the d elements
    Solver's mistake.
    """
    distances = _distances(x, codebooks)
    return distances.argmin(-1).astype(np.uint8), distances.min(-1).sum(-1) / x.shape[1]


def error_not_squared(x, codebooks):
    """the error is a distance: its square"""
    distances = _distances(x, codebooks)
    return distances.argmin(-1).astype(np.uint8), np.sqrt(distances.min(-1).sum(-1))


def error_of_each_piece(x, codebooks):
    """the error is that of each piece
    Solver's mistake.
    """
    distances = _distances(x, codebooks)
    return distances.argmin(-1).astype(np.uint8), distances.min(-1)


def last_of_equals(x, codebooks):
    """of equally near codewords the last index"""
    distances = _distances(x, codebooks)
    codes = distances.shape[-1] - 1 - distances[..., ::-1].argmin(-1)
    return codes.astype(np.uint8), distances.min(-1).sum(-1)


def signed_codes(x, codebooks):
    """the codes went through int8
    Solver's mistake.
    """
    distances = _distances(x, codebooks)
    return distances.argmin(-1).astype(np.int8), distances.min(-1).sum(-1)


def any_size_of_codebook(x, codebooks):
    """the codes are uint8
    Solver's mistake.
    """
    if x.ndim != 2 or codebooks.ndim != 3 or 0 in codebooks.shape:
        raise ValueError("shapes")
    m, _, s = codebooks.shape
    distances = ((x.astype(float).reshape(len(x), m, 1, s) - codebooks) ** 2).sum(-1)
    return distances.argmin(-1).astype(np.uint8), distances.min(-1).sum(-1)
