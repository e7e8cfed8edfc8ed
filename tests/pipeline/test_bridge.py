"""A PyTorch ``state_dict`` in, and one back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from minicompress import compress, files


def test_integers_are_buffers_kept_to_the_bit(tmp_path: Path) -> None:
    positions, flags = np.arange(6)[None], np.array([True, False])
    model = compress({"w": np.eye(8), "positions": positions, "flags": flags}, "int8")
    positions[:] = 0
    assert "positions" not in model.tensors
    files.save(model, tmp_path / "m.safetensors")
    for one in (model, files.load(tmp_path / "m.safetensors")):
        np.testing.assert_array_equal(one.buffers["positions"], np.arange(6)[None])
        assert one.buffers["positions"].dtype == np.int64
        np.testing.assert_array_equal(one.buffers["flags"], flags)
        assert one.nbytes == sum(t.nbytes for t in one.tensors.values()) + 6 * 8 + 2


@pytest.mark.oracle("compress a state_dict", against="torch", tolerance="bit-equal where kept")
def test_a_state_dict_goes_through_and_back() -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Linear(32, 16), torch.nn.BatchNorm1d(16), torch.nn.Linear(16, 4))
    state = module.state_dict()
    model = compress(state, "int8")
    assert model.original_nbytes == sum(t.numel() * t.element_size() for t in state.values())
    back = model.to_state_dict()
    fresh = torch.nn.Sequential(torch.nn.Linear(32, 16), torch.nn.BatchNorm1d(16), torch.nn.Linear(16, 4))
    fresh.load_state_dict(back, strict=True)
    assert back["1.num_batches_tracked"].dtype == torch.int64
    for name in ("0.bias", "1.running_var"):
        assert torch.equal(back[name], state[name])
    x = torch.randn(5, 32)
    with torch.no_grad():
        torch.testing.assert_close(fresh.eval()(x), module.eval()(x), atol=0.05, rtol=0.05)
    back["0.bias"][:] = 9  # the model's own arrays stay as they are
    assert torch.equal(model.to_state_dict()["0.bias"], state["0.bias"])


@pytest.mark.parametrize("kind", ["bfloat16", "float16", "float64"])
def test_other_floats(kind: str) -> None:
    torch = pytest.importorskip("torch")
    w = torch.randn(8, 16).to(getattr(torch, kind))
    model = compress({"w": w, "b": w[0].clone().requires_grad_()}, "float32")
    assert model.original_nbytes == w.element_size() * (8 * 16 + 16)
    np.testing.assert_array_equal(model.to_dense()["w"], w.float().numpy())
    assert model.to_state_dict()["b"].dtype == torch.float32
    assert torch.equal(model.to_state_dict()["b"], w[0].float())


def test_sparse_and_complex_tensors_are_named() -> None:
    torch = pytest.importorskip("torch")
    with pytest.raises(TypeError, match="weight 'w' must be a plain dense tensor"):
        compress({"w": torch.eye(3).to_sparse()}, "int8")
    with pytest.raises(TypeError, match="weight 'w' must be a plain dense tensor"):
        compress({"w": torch.eye(3, dtype=torch.complex64)}, "int8")
