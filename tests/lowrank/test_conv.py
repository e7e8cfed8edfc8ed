"""Two convolutions for one: as good as the SVD allows, and the same outputs as one convolution with the product."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from minicompress.lowrank import (
    ConvPair,
    break_even_conv_rank,
    factorize_conv,
    separable_approximation,
    svd_factorize,
)
from minicompress.nn import Conv1d, Tensor

SPLITS_1D = ["output", "input"]
CASES = [((8, 6, 5), s) for s in SPLITS_1D] + [((8, 6, 3, 5), s) for s in (*SPLITS_1D, "spatial")]


def kernel(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


def unfolded(w: np.ndarray, split: str) -> np.ndarray:
    """The matrix of a split, gathered entry by entry."""
    rows: dict[Any, dict[Any, float]] = {}
    for place, value in np.ndenumerate(w):
        o, i, *taps = place
        row, column = {
            "output": ((o,), (i, *taps)),
            "input": ((i,), (o, *taps)),
            "spatial": ((i, taps[0]), (o, *taps[1:])),
        }[split]
        rows.setdefault(row, {})[column] = value
    columns = sorted(next(iter(rows.values())))
    return np.array([[rows[r][c] for c in columns] for r in sorted(rows)])


@pytest.mark.oracle("factorize_conv", against="numpy's SVD of the unfolded kernel: Eckart-Young", tolerance="1e-6")
@pytest.mark.parametrize(("shape", "split"), CASES)
def test_the_error_is_the_tail_of_the_spectrum(shape: tuple[int, ...], split: str) -> None:
    w = kernel(shape)
    matrix = unfolded(w, split)
    for rank in (1, 3, min(matrix.shape)):
        pair = factorize_conv(w, rank=rank, split=split, allow_growth=True)
        tail = np.linalg.svd(matrix, compute_uv=False)[rank:]
        np.testing.assert_allclose(np.linalg.norm(pair.to_dense() - w), np.linalg.norm(tail), atol=1e-5)
        assert pair.to_dense().shape == shape
        assert (pair.first.shape[0], pair.second.shape[1]) == (rank, rank)
        assert pair.nbytes == 4 * pair.multiply_adds == 4 * rank * sum(matrix.shape)


@pytest.mark.oracle("factorize_conv", against="alternating least squares from random starts", tolerance="1e-5")
@pytest.mark.parametrize(("shape", "split"), CASES)
def test_no_other_pair_is_closer(
    shape: tuple[int, ...], split: str, best_by_turns: Callable[[np.ndarray, int], float]
) -> None:
    w = kernel(shape, 1)
    pair = factorize_conv(w, rank=2, split=split)
    np.testing.assert_allclose(np.linalg.norm(pair.to_dense() - w), best_by_turns(unfolded(w, split), 2), rtol=1e-4)


def test_the_split_by_outputs_is_the_svd_of_the_matrix_form() -> None:
    w = kernel((8, 6, 5))
    theirs = svd_factorize(w.reshape(8, 30), rank=3).to_dense().reshape(w.shape)
    np.testing.assert_allclose(factorize_conv(w, rank=3).to_dense(), theirs, atol=1e-6)


def run_pair(pair: ConvPair, conv: Callable[..., Any], x: Any, *, strides: Any, paddings: Any) -> Any:
    middle = conv(x, pair.first, stride=strides[0], padding=paddings[0], groups=pair.groups)
    return conv(middle, pair.second, stride=strides[1], padding=paddings[1], groups=1)


@pytest.mark.oracle("ConvPair", against="torch conv1d, conv2d with the dense product", tolerance="1e-5")
@pytest.mark.oracle("factorize_conv", against="torch conv1d, conv2d with the dense product", tolerance="1e-5")
@pytest.mark.parametrize(("shape", "split"), CASES)
def test_the_pair_is_the_one_convolution_in_torch(shape: tuple[int, ...], split: str) -> None:
    torch = pytest.importorskip("torch")
    plain = torch.nn.functional.conv1d if len(shape) == 3 else torch.nn.functional.conv2d
    pair = factorize_conv(kernel(shape), rank=3, split=split)
    x = torch.from_numpy(kernel((2, shape[1], *(12,) * (len(shape) - 2)), 3).astype(np.float32))
    one = plain(x, torch.from_numpy(pair.to_dense()), stride=2, padding=1)

    def conv(x: Any, w: np.ndarray, **options: Any) -> Any:
        return plain(x, torch.from_numpy(w), **options)

    none, own = (0, 1) if split != "spatial" else (0, 1)
    first, second = {
        "output": ((2, own), (1, none)),
        "input": ((1, none), (2, own)),
        "spatial": (((2, 1), (1, 0)), ((1, 2), (0, 1))),
    }[split]
    two = run_pair(pair, conv, x, strides=(first[0], second[0]), paddings=(first[1], second[1]))
    np.testing.assert_allclose(two.numpy(), one.numpy(), atol=2e-5)


@pytest.mark.oracle("separable_approximation", against="torch conv1d with groups", tolerance="1e-5")
@pytest.mark.parametrize("multiplier", [1, 2])
def test_the_separable_pair_is_the_one_convolution_in_torch(multiplier: int) -> None:
    torch = pytest.importorskip("torch")
    plain = torch.nn.functional.conv1d
    pair = separable_approximation(kernel((9, 4, 5)), multiplier=multiplier)
    x = torch.from_numpy(kernel((2, 4, 17), 3).astype(np.float32))
    one = plain(x, torch.from_numpy(pair.to_dense()), stride=2, padding=2)
    middle = plain(x, torch.from_numpy(pair.first), stride=2, padding=2, groups=pair.groups)
    two = plain(middle, torch.from_numpy(pair.second))
    np.testing.assert_allclose(two.numpy(), one.numpy(), atol=2e-5)


@pytest.mark.parametrize("make", ["output", "input", "separable", "separable, 2"])
def test_the_pair_runs_in_our_layers(make: str) -> None:
    """``nn.Conv1d`` with the product, and two of them: the depthwise one with ``groups``."""
    w, rng = kernel((9, 4, 5)), np.random.default_rng(0)
    pair = (
        factorize_conv(w, rank=2, split=make)
        if make in SPLITS_1D
        else separable_approximation(w, multiplier=2 if "2" in make else 1)
    )
    x = kernel((2, 4, 17), 3).astype(np.float32)

    def layer(weight: np.ndarray, groups: int = 1, padding: int = 0) -> Conv1d:
        made = Conv1d(
            weight.shape[1] * groups,
            weight.shape[0],
            weight.shape[2],
            rng=rng,
            groups=groups,
            padding=padding,
            bias=False,
        )
        assert isinstance(made.weight, Tensor)
        made.weight.data[...] = weight
        return made

    pads = [2 if k.shape[2] > 1 else 0 for k in (pair.first, pair.second)]
    two = layer(pair.second, padding=pads[1])(layer(pair.first, pair.groups, pads[0])(x)).data
    np.testing.assert_allclose(two, layer(pair.to_dense(), padding=2)(x).data, atol=2e-5)


@pytest.mark.oracle("separable_approximation", against="numpy's SVD of each channel's (out, k)", tolerance="1e-6")
def test_the_separable_error_is_the_sum_of_the_channels_tails() -> None:
    w = kernel((9, 4, 5))
    tails = [np.linalg.svd(w[:, i], compute_uv=False) for i in range(4)]
    for m in (1, 2, 5):
        pair = separable_approximation(w, multiplier=m, allow_growth=True)
        error = np.sum((pair.to_dense() - w) ** 2)
        np.testing.assert_allclose(error, sum(np.sum(s[m:] ** 2) for s in tails), atol=1e-8, rtol=1e-5)
        assert (pair.first.shape, pair.second.shape) == ((4 * m, 1, 5), (9, 4 * m, 1))
        assert pair.multiply_adds * 45 == w.size * m * (5 + 9), "m (1 / out + 1 / k) of the kernel"


@pytest.mark.oracle("separable_approximation", against="torch gradient descent on both kernels", tolerance="1e-4")
def test_descent_finds_no_better_separable_pair() -> None:
    torch = pytest.importorskip("torch")
    w = kernel((5, 3, 4))
    best = float(np.sum((separable_approximation(w).to_dense() - w) ** 2))
    torch.manual_seed(0)
    target, found = torch.from_numpy(w), []
    for _ in range(3):
        p = torch.randn(5, 3, dtype=torch.float64, requires_grad=True)
        d = torch.randn(3, 4, dtype=torch.float64, requires_grad=True)
        optimizer = torch.optim.LBFGS([p, d], max_iter=300, line_search_fn="strong_wolfe")

        def closure(p: Any = p, d: Any = d, optimizer: Any = optimizer) -> Any:
            optimizer.zero_grad()
            loss = ((torch.einsum("oi,it->oit", p, d) - target) ** 2).sum()
            loss.backward()
            return loss

        optimizer.step(closure)
        found.append(closure().item())
    assert min(found) == pytest.approx(best, rel=1e-4)
    assert all(f >= best * (1 - 1e-6) for f in found)


@pytest.mark.oracle("break_even_conv_rank", against="counting the weights of the pair", tolerance="equal")
@given(
    shape=st.lists(st.integers(1, 7), min_size=3, max_size=4).map(tuple), split=st.sampled_from([*SPLITS_1D, "spatial"])
)
def test_break_even_by_counting(shape: tuple[int, ...], split: str) -> None:
    if split == "spatial" and len(shape) == 3:
        with pytest.raises(ValueError, match="split 'spatial' needs a kernel"):
            break_even_conv_rank(shape, split=split)
        return
    limit, w = break_even_conv_rank(shape, split=split), kernel(shape)
    most = min(unfolded(w, split).shape)
    assert limit <= most
    for rank in range(1, most + 1):
        pair = factorize_conv(w, rank=rank, split=split, allow_growth=True)
        assert (pair.nbytes < 4 * w.size) == (rank <= limit)
    if limit < most:
        with pytest.raises(ValueError, match=rf"rank {limit + 1} \(break-even: {limit}\) takes"):
            factorize_conv(w, rank=limit + 1, split=split)


ANY = st.one_of(st.floats(-5, 5, width=32), st.sampled_from([0.0, 1e-45, 1e18, -1e38, 3e38, np.nan, np.inf]))


@st.composite
def kernels(draw: st.DrawFn) -> np.ndarray:
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=5, min_side=0, max_side=3))
    shape = shape if draw(st.integers(0, 3)) == 0 else (shape * 4)[: draw(st.integers(3, 4))]
    elements = ANY if draw(st.booleans()) else st.floats(-5, 5, width=32)
    w = draw(hnp.arrays(np.float32, shape, elements=elements))
    with np.errstate(over="ignore"):
        w = w.astype(draw(st.sampled_from([np.float16, np.float32, np.float64])))
    return w[::-1] if draw(st.booleans()) else np.asfortranarray(w)


def explained(error: Exception) -> None:
    assert any(name in str(error) for name in ("w ", "rank", "multiplier", "split"))


@given(w=kernels(), rank=st.integers(0, 4), how=st.sampled_from(["output", "input", "spatial", "separable"]))
def test_any_kernel_within_its_bound_or_a_clear_error(w: np.ndarray, rank: int, how: str) -> None:
    kept = w.tobytes()
    try:
        if how == "separable":
            pair = separable_approximation(w, multiplier=rank, allow_growth=True)
        else:
            pair = factorize_conv(w, rank=rank, split=how, allow_growth=True)
    except (TypeError, ValueError) as error:
        explained(error)
    else:
        back, exact = pair.to_dense().astype(np.float64), w.astype(np.float64)
        assert back.shape == w.shape
        assert pair.first.dtype == pair.second.dtype == np.float32
        room = 16 * float(np.finfo(np.float32).eps) * np.linalg.norm(exact) + 1e-43
        assert np.linalg.norm(back - exact) <= np.linalg.norm(exact) + room
    assert w.tobytes() == kept


def test_arguments_are_checked() -> None:
    w = kernel((4, 4, 3))
    with pytest.raises(ValueError, match="split must be one of 'output', 'input', 'spatial'; got 'out'"):
        factorize_conv(w, rank=1, split="out")
    with pytest.raises(ValueError, match="rank must be an integer from 1 to 4; got 5"):
        factorize_conv(w, rank=5)
    with pytest.raises(ValueError, match=r"w must have 3 or 4 dimension"):
        factorize_conv(w[0], rank=1)
    with pytest.raises(ValueError, match=r"w must have shape \(out, in, k\)"):
        separable_approximation(kernel((4, 4, 3, 3)))
    with pytest.raises(ValueError, match="multiplier 2 takes 56 numbers, not fewer than the 48 of w"):
        separable_approximation(w, multiplier=2)
    with pytest.raises(ValueError, match=r"shape must be \(out, in, k\)"):
        break_even_conv_rank((4, 4))
    with pytest.raises(ValueError, match="norm beyond float32"):
        factorize_conv(np.full((4, 4, 4), 3e38), rank=1)
