"""Zeros by a penalty or by rounds: L1 against the Lasso, hard concrete gates, lottery tickets."""

from __future__ import annotations

import numpy as np
import pytest

from minicompress import nn
from minicompress.training import (
    hard_concrete_gates,
    l1_shrinkage,
    lottery_round,
    lottery_rounds,
    random_masks,
    sparse_training,
)
from tests.training.made import mlp, step, task


@pytest.mark.oracle("l1_shrinkage", against="sklearn.linear_model.Lasso", tolerance="1e-6")
def test_l1_shrinkage_finds_the_lasso_solution():
    linear_model = pytest.importorskip("sklearn.linear_model")
    rng = np.random.default_rng(0)
    x = rng.standard_normal((80, 12))
    target = x[:, :3] @ [[2.0], [-1.0], [0.5]] + 0.1 * rng.standard_normal((80, 1))
    lasso = linear_model.Lasso(alpha=0.2, fit_intercept=False, tol=1e-12, max_iter=100_000).fit(x, target[:, 0])
    layer = nn.Linear(12, 1, rng=rng, bias=False).astype(np.float64)
    sgd = nn.SGD(layer.named_parameters(), lr=0.2)
    stop = l1_shrinkage(layer, sgd, strength=0.2)
    loss = lambda out, t: ((out - t) ** 2).mean() * 0.5  # noqa: E731 - sklearn's objective
    nn.fit(layer, [(x, target)], optimizer=sgd, epochs=500, loss=loss, progress=False)
    np.testing.assert_allclose(layer.weight.data[0], lasso.coef_, atol=1e-6)
    np.testing.assert_array_equal(layer.weight.data[0] == 0, lasso.coef_ == 0)
    stop()
    nn.fit(layer, [(x, target)], optimizer=sgd, epochs=1, loss=loss, progress=False)
    assert np.count_nonzero(layer.weight.data) == 12


# ---- gates ---------------------------------------------------------------------------------------------------------


@pytest.mark.oracle("hard_concrete_gates", against="finite differences", tolerance="stated in the test")
@pytest.mark.parametrize("per", ["weight", "row"])
def test_gates_and_their_penalty_have_the_gradient_of_differences(per):
    model, rng = mlp().astype(np.float64), np.random.default_rng(0)
    gates = hard_concrete_gates(model, rng=rng, per=per, keep=0.6)
    parameters = model.named_parameters()
    assert parameters["steps.0.weight_log_alpha"].shape == ((240,) if per == "weight" else (20,))
    x = task()[0].astype(np.float64)[:8]

    def loss() -> nn.Tensor:
        gates.rng = np.random.default_rng(7)  # the same noise at each call
        return model(x).sum(axis=1) + gates.penalty(strength=3.0)

    nn.check_gradients(loss, {name: parameters[name] for name in parameters if "steps.2" in name})


@pytest.mark.parametrize("per", ["weight", "row"])
def test_the_penalty_is_the_share_that_sampling_leaves_open(per):
    model, rng = mlp(), np.random.default_rng(0)
    gates = hard_concrete_gates(model, rng=rng, per=per, keep=0.3)
    opened = [np.concatenate([(model.steps[i]._get("weight").data != 0).ravel() for i in (0, 2)]) for _ in range(400)]
    assert gates.penalty(strength=2.0).item() == pytest.approx(2 * np.mean(opened), rel=0.03)


def test_finished_gates_compute_what_inference_computed():
    model, x = mlp(), task()[0]
    gates = hard_concrete_gates(model, rng=np.random.default_rng(0), keep=0.7)
    adam = nn.Adam(model.named_parameters(), lr=0.05)
    loss = lambda out, labels: nn.cross_entropy(out, labels) + gates.penalty(strength=5.0)  # noqa: E731
    nn.fit(model, [task()], optimizer=adam, epochs=60, loss=loss, progress=False)
    with nn.no_grad():
        wanted = model(x).data
        np.testing.assert_array_equal(model(x).data, wanted)  # no noise in inference
    masks = gates.finish()
    with nn.no_grad():
        np.testing.assert_allclose(model(x).data, wanted, rtol=1e-5, atol=1e-5)
    assert 0.05 < np.mean(masks["steps.0.weight"]) < 0.95
    assert all((model.steps[i].weight.data[~masks[f"steps.{i}.weight"]] == 0).all() for i in (0, 2))
    assert sorted(model.state_dict()) == sorted(mlp().state_dict())


# ---- lottery -------------------------------------------------------------------------------------------------------


@pytest.mark.oracle("lottery_rounds", against="counts worked out by hand", tolerance="equal")
def test_lottery_rounds_rewind_and_keep_what_is_left():
    model, seen = mlp(), []
    initial = model.state_dict()

    def train(ticket: nn.Module, masks: dict[str, np.ndarray]) -> None:
        state = ticket.state_dict()
        for name, array in state.items():  # every training starts from the beginning
            np.testing.assert_array_equal(array, initial[name] * masks.get(name, 1))
        opt = nn.Adam(ticket.named_parameters(), lr=0.01)
        sparse_training(ticket, masks, opt)
        for now in range(5):
            step(ticket, opt, task(now))
        seen.append(masks)

    final = lottery_rounds(
        model, train, random_masks(model, density=1.0, rng=np.random.default_rng(0)), rounds=3, sparsity=0.5
    )
    for name, size in (("steps.0.weight", 240), ("steps.2.weight", 100)):
        counts, left = [int(masks[name].sum()) for masks in seen], [size]
        for _ in range(3):
            left.append(left[-1] - int(np.rint(left[-1] * 0.5)))
        assert counts == left
        assert all(not (later[name] & ~sooner[name]).any() for sooner, later in zip(seen, seen[1:], strict=False))
        assert (model.named_parameters()[name].data[~final[name]] == 0).all()


@pytest.mark.oracle("lottery_round", against="sorting the survivors", tolerance="equal")
def test_a_round_keeps_the_largest_of_the_trained_survivors():
    model = mlp()
    initial, masks = model.state_dict(), random_masks(model, density=0.5, rng=np.random.default_rng(0))
    opt = nn.Adam(model.named_parameters(), lr=0.05)
    sparse_training(model, masks, opt)
    step(model, opt, task())
    trained = model.state_dict()
    after = lottery_round(model, initial, masks, sparsity=0.2)
    for name, mask in masks.items():
        magnitudes = np.sort(np.abs(trained[name][mask]))
        dropped = np.abs(trained[name][mask & ~after[name]])
        np.testing.assert_array_equal(np.sort(dropped), magnitudes[: round(mask.sum() * 0.2)])
        np.testing.assert_array_equal(model.state_dict()[name], initial[name] * after[name])


# ---- what is refused -----------------------------------------------------------------------------------------------


def test_bad_arguments_are_named():
    model, rng = mlp(), np.random.default_rng(0)
    opt, masks = nn.Adam(model.named_parameters()), random_masks(model, density=0.5, rng=rng)
    with pytest.raises(ValueError, match="per must be one of 'weight', 'row'"):
        hard_concrete_gates(model, rng=rng, per="head")
    with pytest.raises(ValueError, match="strength must be a number in"):
        l1_shrinkage(model, opt, strength=-1)
    with pytest.raises(ValueError, match="sparsity must be a number in"):
        lottery_rounds(model, lambda m, k: None, masks, rounds=1, sparsity=2)
    hard_concrete_gates(model, rng=rng)
    with pytest.raises(ValueError, match=r"'steps\.0\.weight' has a transform already"):
        hard_concrete_gates(model, rng=rng)
