"""How far each method may move a weight: bounds worked out from the definitions and the weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minicompress.tensors import CompressedTensor

Options = dict[str, Any]


def dense_bound(w: np.ndarray, tensor: CompressedTensor, options: Options) -> None:
    error = np.abs(w - tensor.to_dense())
    if options.get("dtype") == "float16":
        half_ulp = np.maximum(np.abs(w) * 2.0**-11, 2.0**-25)  # 11 significant bits; subnormals below 2^-14
        assert (error <= half_ulp).all()
        assert tensor.nbytes == 2 * w.size
    else:
        assert not error.any()
        assert tensor.nbytes == 4 * w.size


def rtn_step(members: np.ndarray, options: Options) -> float:
    """The step that the definition gives to one group of weights, in double precision."""
    bits = options.get("bits", 8)
    if not options.get("symmetric", True):
        step = (max(members.max(), 0.0) - min(members.min(), 0.0)) / (2**bits - 1)
    elif options.get("narrow_range", True):
        step = np.abs(members).max() / (2 ** (bits - 1) - 1)
    else:
        step = 2 * np.abs(members).max() / (2**bits - 1)
    if step < np.finfo(np.float32).tiny:
        return 1.0
    # A float16 step is the next one up, within one spacing; a float32 step is the nearest.
    return step + max(step * 2.0**-10, 2.0**-24) if options.get("scale_dtype") == "float16" else step


def rtn_bound(w: np.ndarray, tensor: CompressedTensor, options: Options) -> None:
    size = options.get("group_size") or w.shape[1]
    back = tensor.to_dense().astype(np.float64)
    for row in range(w.shape[0]):
        for start in range(0, w.shape[1], size):
            run = slice(start, start + size)
            step = rtn_step(w[row, run], options)
            error = np.abs(w[row, run] - back[row, run]).max()
            assert error <= step * 0.50005, f"row {row}, group at {start}: {error} > {step} / 2"
    bits, groups = options.get("bits", 8), w.shape[1] // size
    side = 2 if options.get("scale_dtype") == "float16" else 4
    side += 0 if options.get("symmetric", True) else 1
    assert tensor.nbytes == w.shape[0] * (-(-w.shape[1] * bits // 8) + groups * side)


def magnitude_bound(w: np.ndarray, tensor: CompressedTensor, options: Options) -> None:
    back = tensor.to_dense()
    dropped = back != w
    assert not back[dropped].any(), "what is kept is kept exactly"
    wanted = int(np.rint(w.size * options["sparsity"]))
    assert dropped.sum() == max(0, wanted - int((w == 0).sum())), "zeros go first and are no loss"
    if dropped.any() and back.any():
        assert np.abs(w[dropped]).max() <= np.abs(back[back != 0]).min()


def pruned_bound(w: np.ndarray, tensor: CompressedTensor, options: Options) -> None:
    """What stays is as it was, and in each circle exactly the lowest scores went (zeros first: they are no loss)."""
    back = tensor.to_dense()
    kept = back != 0
    np.testing.assert_array_equal(back[kept], w[kept])
    norm = np.sqrt((calibration_inputs(w.shape[1]).astype(np.float64) ** 2).sum(axis=0))
    score = np.abs(w) * (norm if options["by"] == "wanda" else 1)
    if "block" in options:
        (a, b), (rows, columns) = options["block"], w.shape
        tiles = (score**2).reshape(rows // a, a, columns // b, b).sum(axis=(1, 3))
        circles, stays = (
            tiles.reshape(1, -1),
            kept.reshape(rows // a, a, columns // b, b).any(axis=(1, 3)).reshape(1, -1),
        )
    elif "m" in options or options["by"] == "magnitude":
        width = options.get("m", 4)
        circles, stays = score.reshape(-1, width), kept.reshape(-1, width)
    else:
        circles, stays = score, kept
    drop = int(np.rint(circles.shape[1] * options["sparsity"])) if "sparsity" in options else None
    drop = circles.shape[1] - options.get("n", 2) if drop is None else drop
    for scores, here in zip(circles, stays, strict=True):
        assert here.sum() == min((scores > 0).sum(), len(scores) - drop)
        gone = np.sort(scores[~here])
        if here.any() and gone.size:
            assert gone[-1] <= scores[here].min() * (1 + 1e-9)


def ranked_by(score: str) -> Callable[[np.ndarray, CompressedTensor, Options], None]:
    return lambda w, tensor, options: pruned_bound(w, tensor, options | {"by": score})


def sparsegpt_bound(w: np.ndarray, tensor: CompressedTensor, options: Options) -> None:
    """Exact counts, and outputs not worse than magnitude's at the same count by more than the damping may cost."""
    back = tensor.to_dense().astype(np.float64)
    if "m" in options:
        groups = np.abs(w).reshape(-1, options["m"])
        keep = np.argsort(np.argsort(groups, axis=1), axis=1) >= options["m"] - options["n"]
        assert ((back != 0).reshape(groups.shape).sum(axis=1) <= options["n"]).all()
    else:
        order = np.argsort(np.argsort(np.abs(w), axis=None)).reshape(w.shape)
        keep = order >= int(np.rint(w.size * options["sparsity"]))
        assert (back == 0).sum() >= w.size - keep.sum()
    keep = keep.reshape(w.shape)
    ours, theirs = output_error(w - back).sum(), output_error(w * ~keep).sum()
    assert ours <= 1.05 * theirs + 1e-6 * output_error(np.abs(w)).sum() + 1e-60


def calibration_inputs(columns: int) -> np.ndarray:
    return np.random.default_rng(5).standard_normal((64, columns)).astype(np.float32)


def output_error(error: np.ndarray) -> np.ndarray:
    """Squared error of each output over the calibration inputs, in double precision."""
    return ((calibration_inputs(error.shape[1]).astype(np.float64) @ error.T) ** 2).sum(axis=0)


def rounded_to_nearest(w: np.ndarray, options: Options) -> np.ndarray:
    """What the definition of round to nearest gives, worked out group by group in double precision."""
    size, bits = options.get("group_size") or w.shape[1], options["bits"]
    back = np.empty_like(w)
    for row in range(w.shape[0]):
        for start in range(0, w.shape[1], size):
            members = w[row, start : start + size]
            step = float(np.float32(rtn_step(members, options)))
            zero = 0 if options.get("symmetric", True) else np.rint(-min(members.min(), 0.0) / step)
            codes = np.rint(members / step) + zero
            codes = codes if options.get("symmetric", True) else np.clip(codes, 0, 2**bits - 1)
            back[row, start : start + size] = (codes - zero) * step
    return back


def data_driven_bound(*, each_row: bool, room: float) -> Callable[[np.ndarray, CompressedTensor, Options], None]:
    """The outputs on the calibration inputs are not worse than round to nearest's by more than ``room``."""

    def bound(w: np.ndarray, tensor: CompressedTensor, options: Options) -> None:
        options = {"bits": 4} | options
        ours = output_error(w - tensor.to_dense().astype(np.float64))
        theirs = output_error(w - rounded_to_nearest(w, options))
        rounding = 1e-4 * output_error(np.abs(w)).sum() * 2.0 ** (-2 * options["bits"]) + 1e-60
        if each_row:
            assert (ours <= theirs * room + rounding).all()
        assert ours.sum() <= theirs.sum() * room + rounding
        bits, groups = options["bits"], w.shape[1] // (options.get("group_size") or w.shape[1])
        side = 2 if options.get("scale_dtype") == "float16" else 4
        side += 0 if options.get("symmetric", True) else 1
        extra = {name for name in tensor.arrays() if name.startswith("input_")}
        assert tensor.nbytes == w.shape[0] * (-(-w.shape[1] * bits // 8) + groups * side) + 4 * w.shape[1] * len(extra)

    return bound


def smoothquant_bound(w: np.ndarray, tensor: CompressedTensor, options: Options) -> None:
    alpha, bits = options.get("alpha", 0.5), options.get("bits", 8)
    reach = np.abs(calibration_inputs(w.shape[1])).max(axis=0).astype(np.float64)
    s = np.maximum(reach**alpha / np.maximum(np.abs(w).max(axis=0), 1e-5) ** (1 - alpha), 1e-5)
    step = np.abs(w * s).max(axis=1, keepdims=True) / (2 ** (bits - 1) - 1)
    step[step < np.finfo(np.float32).tiny] = 1
    assert (np.abs(w - tensor.to_dense()) * s <= step * 0.5001).all()
    assert tensor.nbytes == w.shape[0] * (-(-w.shape[1] * bits // 8) + 4) + 4 * w.shape[1]


def llm_int8_bound(w: np.ndarray, tensor: CompressedTensor, options: Options) -> None:
    outlier = np.abs(calibration_inputs(w.shape[1])).max(axis=0) >= options.get("threshold", 6.0)
    error = np.abs(w - tensor.to_dense())
    wide = np.abs(w[:, outlier]).max(initial=0) > 65504
    assert (error[:, outlier] <= (0 if wide else np.maximum(np.abs(w[:, outlier]) * 2.0**-11, 2.0**-25))).all()
    for row, rest in zip(error[:, ~outlier], w[:, ~outlier], strict=True):
        if rest.size:
            assert row.max() <= 0.50005 * rtn_step(rest, {"bits": 8})
    k = int(outlier.sum())
    scales = 4 * w.shape[0] if k < w.shape[1] else 4
    assert tensor.nbytes == w.shape[0] * (k * (4 if wide else 2) + w.shape[1] - k) + scales + 4 * k


def component_energies(a: np.ndarray) -> np.ndarray:
    """Squared singular values, largest first, from the eigenvalues of the Gram matrix scaled to size one."""
    scale = np.abs(a).max() or 1.0
    gram = (a / scale) @ (a / scale).T
    return np.maximum(np.linalg.eigvalsh(gram)[::-1], 0) * scale**2


def svd_rank(w: np.ndarray, options: Options) -> int:
    return max(1, int(options["size"] * w.size / sum(w.shape)))


def svd_bound(w: np.ndarray, tensor: CompressedTensor, options: Options) -> None:
    rank, energies = svd_rank(w, options), component_energies(w)
    lost = ((w - tensor.to_dense()) ** 2).sum()
    rounding = 1e-6 * np.sqrt(energies.sum()) + 1e-44 * w.size  # float32 factors, and subnormals
    assert abs(np.sqrt(lost) - np.sqrt(energies[rank:].sum())) <= rounding
    assert tensor.nbytes == 4 * rank * sum(w.shape)


def whitened_svd_bound(w: np.ndarray, tensor: CompressedTensor, options: Options) -> None:
    rank = svd_rank(w, options)
    energies = component_energies(w @ calibration_inputs(w.shape[1]).astype(np.float64).T)
    lost = np.sqrt(output_error(w - tensor.to_dense()).sum())
    room = 1e-3 * np.sqrt(energies.sum()) + 1e-42 * w.size  # damping 1e-6 of the energy, float32, subnormals
    assert np.sqrt(energies[rank:].sum()) - room <= lost <= np.sqrt(energies[rank:].sum()) + room
    assert tensor.nbytes == 4 * rank * sum(w.shape)


def low_rank_sparse_bound(w: np.ndarray, tensor: CompressedTensor, options: Options) -> None:
    rank, energies = svd_rank(w, options), component_energies(w)
    lost = np.sqrt(((w - tensor.to_dense()) ** 2).sum())
    assert lost <= np.sqrt(energies[rank:].sum()) + 1e-6 * np.sqrt(energies.sum()) + 1e-44 * w.size
    kept = int(np.rint(options["density"] * w.size))
    assert tensor.nbytes <= 4 * rank * sum(w.shape) + 6 * kept + 8 * (w.shape[0] + 1)
