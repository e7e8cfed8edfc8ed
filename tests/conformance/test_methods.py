"""Every method that a recipe may name, on every awkward weight, against bounds worked out here from the weights."""

from __future__ import annotations

import dataclasses
import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from minicompress import compress
from minicompress.pipeline import METHODS, Recipe, Rule
from minicompress.tensors import FORMATS, CompressedTensor

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


def coded_rows() -> dict[str, MethodRow]:
    """The rows of ``methods_coded.py``: methods whose codes lie on no affine grid."""
    spec = importlib.util.spec_from_file_location("methods_coded", Path(__file__).with_name("methods_coded.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {name: MethodRow(*parts) for name, parts in module.ROWS.items()}


METHODS_UNDER_TEST |= coded_rows()

ROWS = [
    pytest.param(name, options, id=f"{name}({', '.join(f'{k}={v}' for k, v in options.items())})")
    for name, row in METHODS_UNDER_TEST.items()
    for options in row.options
]


def fitted(options: Options, w: np.ndarray) -> Options:
    """``options`` for this weight: a group size that does not divide its rows is left out."""
    size = options.get("group_size")
    return (
        options if size is None or w.shape[1] % size == 0 else {k: v for k, v in options.items() if k != "group_size"}
    )


def tiles(options: Options, w: np.ndarray) -> bool:
    """Whether groups of m, or blocks, fill this weight."""
    rows, columns = options.get("block", (1, options.get("m", 1)))
    return w.shape[0] % rows == 0 and w.shape[1] % columns == 0


def run(name: str, options: Options, w: np.ndarray) -> Any:
    x = calibration_inputs(w.shape[1])
    return compress({"w": w}, Recipe("test", (Rule("*", name, options),)), {"w": x})


def same(a: CompressedTensor, b: CompressedTensor) -> bool:
    ours, theirs = a.arrays(), b.arrays()
    return a.meta() == b.meta() and {k: v.tobytes() for k, v in ours.items()} == {
        k: v.tobytes() for k, v in theirs.items()
    }


def test_every_method_has_a_row() -> None:
    found = {name for name, function in METHODS.items() if function.__module__.startswith("minicompress.")}
    assert len(found) >= 3
    assert found == set(METHODS_UNDER_TEST), "METHODS_UNDER_TEST is out of step"
    assert all(row.options for row in METHODS_UNDER_TEST.values())


@pytest.mark.parametrize(("name", "options"), ROWS)
def test_method(name: str, options: Options, weight: Callable[[], np.ndarray]) -> None:
    w = weight()
    options = fitted(options, w)
    before = (w.tobytes(), w.strides, w.dtype, w.flags.writeable, w.flags.c_contiguous)
    if not tiles(options, w):
        with pytest.raises(ValueError, match=r"weight 'w': .*must divide"):
            run(name, options, w)
        return
    if refused(name, options, w):
        with pytest.raises(ValueError, match=r"weight 'w': .*float16"):
            run(name, options, w)
        return
    model = run(name, options, w)
    tensor, record = model.tensors["w"], model.records["w"]
    assert tensor.format in FORMATS
    assert tensor.shape == w.shape == record.shape
    assert (w.tobytes(), w.strides, w.dtype, w.flags.writeable, w.flags.c_contiguous) == before
    assert same(tensor, run(name, options, w).tensors["w"]), "twice the same"
    plain = np.ascontiguousarray(w, np.float32)
    assert same(tensor, run(name, options, plain).tensors["w"]), "the layout and width of the input do not matter"
    METHODS_UNDER_TEST[name].bound(plain.astype(np.float64), tensor, options)
    norm = np.sqrt((plain.astype(np.float64) ** 2).sum())
    distance = np.sqrt(((plain - tensor.to_dense().astype(np.float64)) ** 2).sum())
    np.testing.assert_allclose(record.relative_error, distance / (norm or 1), rtol=1e-6, atol=0)


@pytest.mark.parametrize("name", METHODS_UNDER_TEST)
def test_the_model_does_not_share_memory_with_the_weights(name: str) -> None:
    w = np.random.default_rng(0).standard_normal((4, 8)).astype(np.float32)
    model = run(name, METHODS_UNDER_TEST[name].options[0], w)
    before = model.tensors["w"].to_dense()
    w[...] = 99
    np.testing.assert_array_equal(model.tensors["w"].to_dense(), before)


@pytest.mark.parametrize("name", METHODS_UNDER_TEST)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused_by_name(name: str, bad: float) -> None:
    w = np.zeros((4, 8), np.float32)
    w[2, 3] = bad
    with pytest.raises(ValueError, match=r"weight 'w' has 1 value that is not finite.*\(2, 3\)"):
        run(name, METHODS_UNDER_TEST[name].options[0], w)
