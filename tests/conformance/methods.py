"""The table of methods: option sets, and an error bound for each. A method without a row fails the suite."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from minicompress.tensors import CompressedTensor
from tests.conformance import methods_coded
from tests.conformance.bounds import (
    Options,
    data_driven_bound,
    dense_bound,
    llm_int8_bound,
    low_rank_sparse_bound,
    magnitude_bound,
    ranked_by,
    rtn_bound,
    rtn_step,
    smoothquant_bound,
    sparsegpt_bound,
    svd_bound,
    whitened_svd_bound,
)


@dataclasses.dataclass(frozen=True)
class MethodRow:
    options: tuple[Options, ...]
    bound: Callable[[np.ndarray, CompressedTensor, Options], None]


def refused(name: str, options: Options, w: np.ndarray) -> bool:
    """Whether the values are beyond float16, where the options ask for it."""
    largest = float(np.abs(w.astype(np.float64)).max())
    if options.get("dtype") == "float16":
        return largest > 65504
    return options.get("scale_dtype") == "float16" and rtn_step(np.array([largest]), options) > 65504


METHODS_UNDER_TEST: dict[str, MethodRow] = {
    "svd": MethodRow(tuple({"size": s, "allow_growth": True} for s in (0.2, 0.5, 0.9)), svd_bound),
    "whitened_svd": MethodRow(tuple({"size": s, "allow_growth": True} for s in (0.2, 0.7)), whitened_svd_bound),
    "low_rank_sparse": MethodRow(
        ({"size": 0.3, "density": 0.1, "allow_growth": True}, {"size": 0.5, "density": 0.0, "allow_growth": True}),
        low_rank_sparse_bound,
    ),
    "dense": MethodRow(({}, {"dtype": "float16"}), dense_bound),
    "rtn": MethodRow(
        (
            {},
            {"bits": 2},
            {"bits": 3, "symmetric": False},
            {"bits": 4, "group_size": 4},
            {"bits": 4, "group_size": 8, "narrow_range": False},
            {"bits": 8, "symmetric": False, "scale_dtype": "float16"},
            {"bits": 8, "group_size": 4, "scale_dtype": "float16"},
            {"bits": 1, "symmetric": False},
            {"bits": 6, "symmetric": True, "scale_dtype": "float16"},
        ),
        rtn_bound,
    ),
    "gptq": MethodRow(
        (
            {},
            {"bits": 3, "symmetric": False, "group_size": 4},
            {"bits": 4, "group_size": 8, "act_order": True, "scale_dtype": "float16"},
            {"bits": 8, "narrow_range": False, "act_order": True, "damping": 0.1},
        ),
        # White inputs, and few rows: the sweep may lose a little here, and wins on correlated ones (its own tests).
        data_driven_bound(each_row=False, room=1.5),
    ),
    "awq": MethodRow(
        ({}, {"bits": 3, "symmetric": False, "group_size": 4}, {"bits": 2}),
        data_driven_bound(each_row=False, room=1.0),
    ),
    "adaround": MethodRow(
        ({"n_iter": 40}, {"bits": 3, "symmetric": False, "group_size": 4, "n_iter": 20}),
        data_driven_bound(each_row=True, room=1.0),
    ),
    "smoothquant": MethodRow(({}, {"alpha": 0.0}, {"alpha": 0.8, "bits": 4}), smoothquant_bound),
    "llm_int8": MethodRow(({}, {"threshold": 2.5}, {"threshold": 0.0}), llm_int8_bound),
    "magnitude": MethodRow(tuple({"sparsity": s} for s in (0.0, 0.3, 0.5, 0.9, 1.0)), magnitude_bound),
    "nm": MethodRow(({"n": 2, "m": 4}, {"n": 1, "m": 2}, {"n": 3, "m": 8}), ranked_by("magnitude")),
    "block": MethodRow(
        ({"block": [1, 4], "sparsity": 0.5}, {"block": (1, 1), "sparsity": 0.3}, {"block": (2, 2), "sparsity": 0.9}),
        ranked_by("magnitude"),
    ),
    "wanda": MethodRow(({"sparsity": 0.5}, {"sparsity": 0.8}, {"n": 2, "m": 4}), ranked_by("wanda")),
    "sparsegpt": MethodRow(({"sparsity": 0.5}, {"sparsity": 0.25, "damping": 0.1}, {"n": 2, "m": 4}), sparsegpt_bound),
}

METHODS_UNDER_TEST |= {name: MethodRow(*parts) for name, parts in methods_coded.ROWS.items()}
