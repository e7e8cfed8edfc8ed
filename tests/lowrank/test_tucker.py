"""Tucker-2 against tensorly, live and frozen, and against what the higher-order SVD must satisfy."""

from __future__ import annotations

import numpy as np
import pytest

from minicompress.lowrank import tucker2

RANKS = (3, 2)


def weight() -> np.ndarray:
    """(6, 5, 3) without random numbers, so that the frozen vectors can be made again anywhere."""
    o, i, t = np.ogrid[:6, :5, :3]
    return np.sin(1 + 0.7 * o * o + 1.3 * i * t + 0.4 * o * i) + 0.3 * np.cos(2.0 * i - o * t)


# Made by tensorly 0.10.0 and numpy 2.4 from weight() above, n = 0, 1, 2:
#   (core, f), _ = partial_tucker(w, rank=[3, 2], modes=[0, 1], n_iter_max=n, init="svd", tol=0)
#   r = tensorly.tenalg.multi_mode_dot(core, f, modes=[0, 1]); print(norm(r - w), r[0, :, 0])
FROZEN = {
    0: (4.885709158721695, [1.34102945, 0.38395921, -0.47267777, 0.26126519, 0.35368226]),
    1: (4.816539394902443, [1.46550628, 0.29763223, -0.2865831, 0.34701407, 0.29822094]),
    2: (4.804219935615078, [1.47792807, 0.19038766, -0.1935632, 0.32699473, 0.24072196]),
}


@pytest.mark.oracle("tucker2", against="tensorly 0.10.0 partial_tucker, frozen", tolerance="2e-7: float32 factors")
@pytest.mark.parametrize("n_iter", FROZEN)
def test_the_frozen_vectors_of_tensorly(n_iter: int) -> None:
    w = weight()
    back = tucker2(w, ranks=RANKS, n_iter=n_iter).to_dense().reshape(w.shape)
    error, line = FROZEN[n_iter]
    np.testing.assert_allclose(np.linalg.norm(back - w), error, rtol=1e-7)
    np.testing.assert_allclose(back[0, :, 0], line, atol=3e-7)


@pytest.mark.oracle("tucker2", against="tensorly.decomposition.partial_tucker, live", tolerance="1e-6 of ||w||")
@pytest.mark.parametrize("shape", [(12, 9, 3), (8, 16, 2), (6, 7, 5)])
def test_the_reconstruction_is_that_of_tensorly(shape: tuple[int, ...]) -> None:
    tensorly = pytest.importorskip("tensorly")
    decomposition = pytest.importorskip("tensorly.decomposition")
    w = np.random.default_rng(0).standard_normal(shape)
    for n_iter in (0, 1, 4):
        (core, factors), _ = decomposition.partial_tucker(
            w, rank=list(RANKS), modes=[0, 1], n_iter_max=n_iter, init="svd", tol=0
        )
        theirs = tensorly.tenalg.multi_mode_dot(core, factors, modes=[0, 1])
        ours = tucker2(w, ranks=RANKS, n_iter=n_iter).to_dense().reshape(shape)
        np.testing.assert_allclose(ours, theirs, atol=1e-6 * np.linalg.norm(w))


def test_the_error_is_within_the_bound_of_hosvd_and_iterations_lower_it() -> None:
    w = weight()
    tails = [
        np.sum(np.linalg.svd(np.moveaxis(w, axis, 0).reshape(w.shape[axis], -1), compute_uv=False)[r:] ** 2)
        for axis, r in enumerate(RANKS)
    ]
    errors = [np.linalg.norm(tucker2(w, ranks=RANKS, n_iter=n).to_dense().reshape(w.shape) - w) ** 2 for n in range(6)]
    assert max(tails) * (1 - 1e-6) <= errors[0] <= sum(tails) * (1 + 1e-6)
    assert all(b <= a * (1 + 1e-6) for a, b in zip(errors, errors[1:], strict=False))
    assert errors[5] < 0.98 * errors[0]


@pytest.mark.oracle("tucker2", against="closed form: full ranks, and a tensor that has the ranks", tolerance="float32")
def test_a_tensor_that_has_the_ranks_comes_back() -> None:
    rng = np.random.default_rng(1)
    core, left, right = rng.standard_normal((3, 2, 4)), rng.standard_normal((9, 3)), rng.standard_normal((8, 2))
    w = np.einsum("abt,oa,ib->oit", core, left, right)
    made = tucker2(w, ranks=RANKS)
    np.testing.assert_allclose(made.to_dense().reshape(w.shape), w, atol=2e-6 * np.linalg.norm(w))
    assert made.nbytes == 4 * (core.size + left.size + right.size) < 4 * w.size
    np.testing.assert_allclose(made.left.T @ made.left, np.eye(3), atol=1e-6)
    full = tucker2(w, ranks=(9, 8), allow_growth=True)
    np.testing.assert_allclose(full.to_dense().reshape(w.shape), w, atol=2e-6 * np.linalg.norm(w))


def test_the_three_convolutions_are_the_one() -> None:
    """1x1, the core with the kernel, 1x1: the same outputs as the weight put together again, and as W @ columns."""
    rng = np.random.default_rng(2)
    w, x = rng.standard_normal((10, 8, 3)), rng.standard_normal((2, 8, 20))
    made = tucker2(w, ranks=(4, 3))

    def convolve(kernel: np.ndarray, signal: np.ndarray) -> np.ndarray:
        windows = np.lib.stride_tricks.sliding_window_view(signal, kernel.shape[2], axis=-1)
        return np.einsum("oit,bilt->bol", kernel, windows)

    one = convolve(made.to_dense().reshape(w.shape).astype(np.float64), x)
    three = convolve(made.left[:, :, None], convolve(made.core, convolve(made.right.T[:, :, None], x)))
    np.testing.assert_allclose(three, one, atol=1e-4)
    columns = np.lib.stride_tricks.sliding_window_view(x, 3, axis=-1).transpose(0, 2, 1, 3).reshape(2, 18, 24)
    np.testing.assert_allclose(made.linear(columns).transpose(0, 2, 1), one, atol=1e-4)


def test_arguments_are_checked() -> None:
    w = weight()
    flat = tucker2(w.reshape(6, 5, 3, 1), ranks=RANKS)
    np.testing.assert_array_equal(flat.to_dense(), tucker2(w, ranks=RANKS).to_dense())
    with pytest.raises(ValueError, match=r"ranks \(6, 5\) take 151 numbers, not fewer than the 90 of w"):
        tucker2(w, ranks=(6, 5))
    with pytest.raises(ValueError, match=r"w must have shape \(out, in, k, ...\)"):
        tucker2(w[:, :, 0], ranks=RANKS)
    with pytest.raises(ValueError, match="ranks must be a pair"):
        tucker2(w, ranks=3)
    with pytest.raises(ValueError, match=r"ranks\[1\] must be an integer from 1 to 5; got 6"):
        tucker2(w, ranks=(2, 6))
    with pytest.raises(ValueError, match="n_iter must be an integer of at least 0"):
        tucker2(w, ranks=RANKS, n_iter=-1)
    with pytest.raises(ValueError, match="norm beyond float32"):
        tucker2(np.full((4, 4, 4), 3e38), ranks=(1, 1))
