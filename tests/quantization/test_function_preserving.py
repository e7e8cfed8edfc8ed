"""Transforms that leave the float function as it is, and the bias that takes a shift back."""

from __future__ import annotations

import numpy as np
import pytest

from minicompress.quantization import (
    PerTensor,
    choose_qparams,
    correct_bias,
    equalize,
    fake_quantize,
    fold_batch_norm,
    quantize_rtn,
    relu_mean,
)


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


# ---- batch norm ----------------------------------------------------------------------------------------------------


def batch_norm(out: int, seed: int = 1) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {
        "gamma": rng.normal(1, 0.5, out),
        "beta": rng.standard_normal(out),
        "mean": rng.standard_normal(out),
        "var": rng.uniform(0.01, 3, out),
    }


@pytest.mark.oracle(
    "fold_batch_norm", against="linear and batch norm in double precision", tolerance="1e-5 of the largest"
)
@pytest.mark.parametrize("with_bias", [False, True])
def test_folded_linear(with_bias: bool) -> None:
    w, x, n = normal(6, 10), normal(20, 10, seed=2).astype(np.float64), batch_norm(6)
    b = normal(6, seed=3) if with_bias else None
    y = x @ w.T.astype(np.float64) + (0 if b is None else b)
    y = n["gamma"] * (y - n["mean"]) / np.sqrt(n["var"] + 1e-5) + n["beta"]
    folded, shift = fold_batch_norm(w, b, **n)
    assert folded.dtype == shift.dtype == np.float32
    np.testing.assert_allclose(x @ folded.T + shift, y, rtol=0, atol=1e-6 * np.abs(y).max())


@pytest.mark.oracle(
    "fold_batch_norm", against="torch conv2d + BatchNorm2d.eval()", tolerance="1e-5 of the largest: float32 sums"
)
def test_folded_convolution_is_torchs() -> None:
    torch = pytest.importorskip("torch")
    w, b, x, n = normal(5, 3, 3, 3), normal(5, seed=4), normal(2, 3, 8, 8, seed=5), batch_norm(5)
    layer = torch.nn.BatchNorm2d(5, eps=1e-3).eval()
    with torch.no_grad():
        for name, value in (("weight", "gamma"), ("bias", "beta"), ("running_mean", "mean"), ("running_var", "var")):
            getattr(layer, name).copy_(torch.tensor(n[value]))
        y = layer(torch.nn.functional.conv2d(torch.tensor(x), torch.tensor(w), torch.tensor(b))).numpy()
        folded, shift = fold_batch_norm(w, b, **n, eps=1e-3)
        ours = torch.nn.functional.conv2d(torch.tensor(x), torch.tensor(folded), torch.tensor(shift)).numpy()
    np.testing.assert_allclose(ours, y, rtol=0, atol=1e-5 * np.abs(y).max())


# ---- cross-layer equalization --------------------------------------------------------------------------------------


@pytest.mark.oracle(
    "equalize", against="the two-layer ReLU network before it", tolerance="1e-5 of the largest: float32 weights"
)
def test_equalization_leaves_the_function_unchanged() -> None:
    rng = np.random.default_rng(0)
    skew = (10.0 ** rng.uniform(-1, 1, 16)).astype(np.float32)  # channels whose ranges differ a hundredfold
    w1, w2 = normal(16, 8) * skew[:, None], normal(5, 16, seed=2) / skew
    b1, x = normal(16, seed=1) * skew, normal(40, 8, seed=3).astype(np.float64)
    v1, c1, v2, s = equalize(w1, b1, w2)
    assert c1 is not None
    y = np.maximum(x @ w1.T.astype(np.float64) + b1, 0) @ w2.T.astype(np.float64)
    ours = np.maximum(x @ v1.T.astype(np.float64) + c1, 0) @ v2.T.astype(np.float64)
    np.testing.assert_allclose(ours, y, rtol=0, atol=1e-6 * np.abs(y).max())
    r1, r2 = np.abs(v1).max(axis=1), np.abs(v2).max(axis=0)
    np.testing.assert_allclose(r1, r2, rtol=1e-6)
    np.testing.assert_allclose(r1, np.sqrt(np.abs(w1).max(axis=1) * np.abs(w2).max(axis=0)), rtol=1e-6)
    np.testing.assert_allclose(s, np.sqrt(np.abs(w1).max(axis=1) / np.abs(w2).max(axis=0)), rtol=1e-6)
    per_tensor = [choose_qparams(w, bits=8, granularity=PerTensor()) for w in (w1, w2, v1, v2)]
    q1, q2, p1, p2 = (fake_quantize(w, p) for w, p in zip((w1, w2, v1, v2), per_tensor, strict=True))
    before = np.maximum(x @ q1.T + b1, 0) @ q2.T - y
    after = np.maximum(x @ p1.T + c1, 0) @ p2.T - y
    assert np.linalg.norm(after) < 0.3 * np.linalg.norm(before)


def test_equalized_convolutions() -> None:
    torch = pytest.importorskip("torch")
    w1, w2, x = normal(6, 3, 3) * np.float32([[[5]]] * 3 + [[[0.1]]] * 3), normal(4, 6, 5, seed=1), normal(2, 3, 30)
    v1, none, v2, _ = equalize(w1, None, w2)
    assert none is None

    def run(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        conv = torch.nn.functional.conv1d
        return conv(torch.relu(conv(torch.tensor(x), torch.tensor(a))), torch.tensor(b)).numpy()

    np.testing.assert_allclose(run(v1, v2), run(w1, w2), rtol=0, atol=1e-4)
    np.testing.assert_allclose(np.abs(v1).max(axis=(1, 2)), np.abs(v2).max(axis=(0, 2)), rtol=1e-6)


def test_dead_channels_are_left_alone() -> None:
    w1, w2 = normal(3, 4), normal(2, 3)
    w1[1], w2[:, 2] = 0, 0
    v1, _, v2, s = equalize(w1, None, w2)
    assert s[1] == s[2] == 1
    np.testing.assert_array_equal(v1[1:], w1[1:])
    np.testing.assert_array_equal(v2[:, 1:], w2[:, 1:])


# ---- bias correction -----------------------------------------------------------------------------------------------


@pytest.mark.oracle("correct_bias", against="the mean output over the inputs", tolerance="1e-5: float32 bias")
@pytest.mark.parametrize("with_bias", [False, True])
def test_the_mean_output_is_restored(with_bias: bool) -> None:
    w, x = normal(12, 20), np.maximum(normal(500, 20, seed=1) + 1, 0).astype(np.float64)
    b = normal(12, seed=2) if with_bias else None
    q = quantize_rtn(w, bits=3)
    fixed = correct_bias(b, w, q, x.mean(axis=0))
    assert fixed.dtype == np.float32
    start = np.zeros(12) if b is None else b
    before = (x @ w.T.astype(np.float64) + start).mean(axis=0)
    np.testing.assert_allclose((x @ q.to_dense().T.astype(np.float64) + fixed).mean(axis=0), before, rtol=0, atol=1e-5)
    assert np.abs(x.mean(axis=0) @ (w - q.to_dense()).T).max() > 0.1, "there was a shift to restore"


@pytest.mark.oracle("relu_mean", against="scipy.integrate.quad of max(0, z) over the normal density", tolerance="1e-8")
def test_the_mean_of_a_rectified_normal() -> None:
    integrate, stats = pytest.importorskip("scipy.integrate"), pytest.importorskip("scipy.stats")
    for mean, std in ((0.0, 1.0), (1.3, 0.4), (-2.0, 1.0), (-0.5, 3.0), (4.0, 0.1)):
        density = stats.norm(mean, std).pdf
        top = max(0.0, mean) + 12 * std
        expected, _ = integrate.quad(lambda z, f=density: z * f(z), max(0.0, mean - 12 * std), top, epsabs=1e-12)
        np.testing.assert_allclose(relu_mean([mean], [std]), [expected], rtol=0, atol=1e-8)
    np.testing.assert_array_equal(relu_mean([-1.0, 2.0], [0.0, 0.0]), [0.0, 2.0])


# ---- arguments -----------------------------------------------------------------------------------------------------


def test_arguments_are_named() -> None:
    n = batch_norm(3)
    with pytest.raises(ValueError, match=r"gamma must have shape \(3,\)"):
        fold_batch_norm(normal(3, 2), None, **(n | {"gamma": np.ones(2)}))
    with pytest.raises(ValueError, match="var must be at least 0"):
        fold_batch_norm(normal(3, 2), None, **(n | {"var": -np.ones(3)}))
    with pytest.raises(ValueError, match="var must be at least 0, and var"):
        fold_batch_norm(normal(3, 2), None, **(n | {"var": np.zeros(3)}), eps=0)
    with pytest.raises(ValueError, match="w must have at least 2"):
        fold_batch_norm(normal(3), None, **n)
    with pytest.raises(ValueError, match="must share their channels"):
        equalize(normal(3, 2), None, normal(2, 4))
    with pytest.raises(ValueError, match=r"b1 must have shape \(3,\)"):
        equalize(normal(3, 2), normal(2), normal(2, 3))
    q = quantize_rtn(normal(3, 2), bits=8)
    with pytest.raises(TypeError, match="compressed must be a CompressedTensor"):
        correct_bias(None, normal(3, 2), normal(3, 2), np.zeros(2))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"shape of w, \(4, 2\)"):
        correct_bias(None, normal(4, 2), q, np.zeros(2))
    with pytest.raises(ValueError, match=r"x_mean must have shape \(2,\)"):
        correct_bias(None, normal(3, 2), q, np.zeros(3))
    with pytest.raises(ValueError, match="std must be at least 0"):
        relu_mean([1.0], [-1.0])
