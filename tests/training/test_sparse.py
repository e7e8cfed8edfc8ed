"""Sparse training: exact zeros after every step, exact counts, updates held against torch and brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minicompress import nn
from minicompress.pruning import cubic_sparsity
from minicompress.training import (
    gradual_pruning,
    random_masks,
    regrowth,
    sparse_training,
)
from tests.training.made import mlp, step, task

OPTIMIZERS = {
    "sgd": lambda p: nn.SGD(p, lr=0.05),
    "momentum": lambda p: nn.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.01),
    "adam": lambda p: nn.Adam(p, lr=0.01),
    "adamw": lambda p: nn.Adam(p, lr=0.01, weight_decay=0.1),
}


def assert_masked(training, optimizer) -> None:
    for name, mask in training.masks.items():
        w = training.weights[name].data
        assert (w[~mask] == 0).all(), name
        for array in optimizer.state[name].values():
            assert array.shape != mask.shape or (array[~mask] == 0).all(), name


# ---- masks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("rule", ["fixed", "set", "rigl", "magnitude", "movement"])
def test_zeros_are_zeros_and_counts_are_exact_after_every_step(rule, optimizer):
    model, rng = mlp(), np.random.default_rng(1)
    opt = OPTIMIZERS[optimizer](model.named_parameters())
    gradual = rule in ("magnitude", "movement")
    training = sparse_training(model, random_masks(model, density=1.0 if gradual else 0.2, rng=rng), opt)
    counts = {name: int(mask.sum()) for name, mask in training.masks.items()}
    if rule in ("set", "rigl"):
        regrowth(training, every=3, end=30, method=rule, rng=rng)

    def schedule(now: int) -> float:
        return cubic_sparsity(now, begin=2, end=25, final=0.9)

    if gradual:
        gradual_pruning(training, sparsity=schedule, score=rule)
    before, moved = training.masks, False
    for now in range(1, 31):
        step(model, opt, task(now))
        assert_masked(training, opt)
        after = training.masks
        for name, mask in after.items():
            if gradual:
                assert mask.sum() == mask.size - np.rint(mask.size * schedule(now))
                assert not (mask & ~before[name]).any(), "a pruned weight came back"
            else:
                assert mask.sum() == counts[name]
            moved |= bool((mask != before[name]).any())
        before = after
    assert moved == (rule != "fixed")


@pytest.mark.oracle("sparse_training", against="torch.nn.utils.prune.custom_from_mask and SGD", tolerance="1e-5")
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_masked_training_is_torchs(momentum):
    torch = pytest.importorskip("torch")
    prune = pytest.importorskip("torch.nn.utils.prune")
    model = mlp()
    theirs = torch.nn.Sequential(torch.nn.Linear(12, 20), torch.nn.Tanh(), torch.nn.Linear(20, 5))
    theirs.load_state_dict({name[6:]: torch.tensor(w) for name, w in model.state_dict().items()})
    masks = random_masks(model, density=0.3, rng=np.random.default_rng(0))
    sgd = nn.SGD(model.named_parameters(), lr=0.1, momentum=momentum)
    training = sparse_training(model, masks, sgd)
    for i in (0, 2):
        prune.custom_from_mask(theirs[i], "weight", torch.tensor(masks[f"steps.{i}.weight"]))
    their_sgd = torch.optim.SGD(theirs.parameters(), lr=0.1, momentum=momentum)
    for now in range(20):
        x, labels = task(now)
        step(model, sgd, (x, labels))
        their_sgd.zero_grad()
        torch.nn.functional.cross_entropy(theirs(torch.tensor(x)), torch.tensor(labels)).backward()
        their_sgd.step()
    for i in (0, 2):
        w = (theirs[i].weight_orig * theirs[i].weight_mask).detach().numpy()
        np.testing.assert_allclose(training.weights[f"steps.{i}.weight"].data, w, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("optimizer", ["momentum", "adam"])
def test_momentum_does_not_revive_a_weight_even_when_its_place_is_given_back(optimizer):
    layer = nn.Linear(3, 1, rng=np.random.default_rng(0), bias=False)
    opt = OPTIMIZERS[optimizer](layer.named_parameters())
    opt.weight_decay = 0.0
    opt._decay = dict.fromkeys(opt._decay, 0.0)

    def push(grad: list[float]) -> None:
        layer.weight.grad = np.float32([grad])
        opt.step()

    for _ in range(5):
        push([1.0, 1.0, 1.0])  # builds up speed
    training = sparse_training(layer, {"weight": np.array([[True, False, True]])}, opt)
    push([1.0, 5.0, 1.0])
    assert layer.weight.data[0, 1] == 0
    training.replace({"weight": np.ones((1, 3), bool)})
    before = layer.weight.data.copy()
    push([0.0, 0.0, 0.0])
    assert layer.weight.data[0, 1] == 0  # nothing left over from before
    assert layer.weight.data[0, 0] != before[0, 0]  # while the others glide on


def test_removing_lets_the_weights_move_again():
    model = mlp()
    opt = OPTIMIZERS["adam"](model.named_parameters())
    training = sparse_training(model, random_masks(model, density=0.2, rng=np.random.default_rng(0)), opt)
    masks = training.remove()
    step(model, opt, task())
    step(model, opt, task())  # a unit whose way out was all zeros learns from the second step on
    assert all(model.steps[i].weight.data[~masks[f"steps.{i}.weight"]].all() for i in (0, 2))
    assert opt.after_step == []


def test_the_optimizer_may_know_the_weights_by_other_names():
    model = mlp()
    opt = nn.Adam({name.upper(): p for name, p in model.named_parameters().items()}, lr=0.01)
    training = sparse_training(model, random_masks(model, density=0.2, rng=np.random.default_rng(0)), opt)
    step(model, opt, task())
    assert all((w.data[~training.masks[name]] == 0).all() for name, w in training.weights.items())


@pytest.mark.oracle("random_masks", against="the count in closed form", tolerance="equal")
def test_random_masks_keep_the_share_of_all_weights():
    rng = np.random.default_rng(0)
    for distribution in ("uniform", "erdos_renyi"):
        masks = random_masks(mlp(), density=0.3, rng=rng, distribution=distribution)
        kept, total = sum(int(m.sum()) for m in masks.values()), sum(m.size for m in masks.values())
        assert abs(kept - 0.3 * total) <= 1
    assert masks["steps.2.weight"].mean() > masks["steps.0.weight"].mean()  # the smaller layer is denser


# ---- which weights -------------------------------------------------------------------------------------------------


@pytest.mark.oracle("gradual_pruning", against="scores summed by hand over the steps", tolerance="equal")
def test_movement_prunes_the_weights_that_moved_towards_zero():
    """Brute force: S is summed here by hand over a linear regression, whose gradient is written out."""
    rng = np.random.default_rng(0)
    x, target = rng.standard_normal((50, 10)), rng.standard_normal((50, 1))
    layer = nn.Linear(10, 1, rng=rng, bias=False).astype(np.float64)
    w, score = layer.weight.data.copy(), np.zeros((1, 10))
    sgd = nn.SGD(layer.named_parameters(), lr=0.02)
    training = sparse_training(layer, {"weight": np.ones((1, 10), bool)}, sgd)
    pruning = gradual_pruning(training, sparsity=lambda now: 0.5 if now == 15 else 0.0, score="movement")
    loss = lambda out, t: ((out - t) ** 2).mean()  # noqa: E731
    nn.fit(layer, [(x, target)], optimizer=sgd, epochs=15, loss=loss, progress=False)
    for _ in range(15):
        grad = 2 * (x @ w.T - target).T @ x / 50
        score -= w * grad
        w -= 0.02 * grad
    np.testing.assert_allclose(pruning.scores["weight"], score, rtol=1e-10)
    kept = np.zeros((1, 10), bool)
    kept[0, np.argsort(score[0])[5:]] = True
    np.testing.assert_array_equal(training.masks["weight"], kept)
    np.testing.assert_allclose(layer.weight.data, w * kept, rtol=1e-10)
    by_size = np.zeros((1, 10), bool)
    by_size[0, np.argsort(np.abs(w[0]))[5:]] = True
    assert (by_size != kept).any()  # or the test would not tell the two apart


@pytest.mark.oracle("regrowth", against="the gradient sorted by hand", tolerance="equal")
def test_rigl_grows_where_the_gradient_is_largest_and_set_at_random():
    model = mlp()
    sgd = nn.SGD(model.named_parameters(), lr=0.05)
    training = sparse_training(model, random_masks(model, density=0.3, rng=np.random.default_rng(0)), sgd)
    before = training.masks
    regrowth(training, every=1, end=10**9, fraction=0.5)
    seen = {}
    hook = sgd.after_step.pop()
    sgd.after_step.append(lambda o: seen.update({n: w.data.copy() for n, w in training.weights.items()}) or hook(o))
    step(model, sgd, task())
    for name, mask in before.items():
        w, grad = seen[name].ravel(), np.abs(training.weights[name].grad).ravel()
        order = [i for i in np.argsort(np.abs(w)) if mask.ravel()[i]]
        move = round(len(order) * 0.5)
        stays = set(order[move:])
        grown = sorted((i for i in range(w.size) if i not in stays), key=lambda i: -grad[i])[:move]
        assert set(np.flatnonzero(training.masks[name])) == stays | set(grown), name
        new = training.masks[name] & ~mask
        assert new.any()
        assert not training.weights[name].data[new].any()  # what grows starts at 0


@pytest.mark.parametrize("method", ["set", "rigl"])
def test_weights_move_only_at_their_steps_and_before_the_end(method):
    model, rng = mlp(), np.random.default_rng(0)
    sgd = nn.SGD(model.named_parameters(), lr=0.05)
    training = sparse_training(model, random_masks(model, density=0.3, rng=rng), sgd)
    rule = regrowth(training, every=3, end=12, method=method, rng=rng)
    moved, before = [], training.masks
    for now in range(1, 19):
        step(model, sgd, task(now))
        after = training.masks
        if any((after[name] != before[name]).any() for name in after):
            moved.append(now)
        before = after
    assert moved == [3, 6, 9]
    rule.remove()
    assert len(sgd.after_step) == 1


# ---- what it buys --------------------------------------------------------------------------------------------------


def test_moving_weights_beats_fixed_random_places(digits):
    """Mean of 3 seeds at density 0.05: RigL above SET above a fixed random mask, each with as many weights."""
    scores: dict[str, list[float]] = {"fixed": [], "set": [], "rigl": []}
    for rule, found in scores.items():
        for seed in range(3):
            rng = np.random.default_rng(seed)
            model = digits.network(64, rng)
            adam = nn.Adam(model.named_parameters(), lr=3e-3)
            masks = random_masks(model, density=0.05, rng=rng)
            training = sparse_training(model, masks, adam)
            if rule != "fixed":
                regrowth(training, every=5, end=180, method=rule, rng=rng)
            digits.train(model, rng, epochs=12, optimizer=adam)
            assert training.density == sum(m.sum() for m in masks.values()) / sum(m.size for m in masks.values())
            found.append(digits.accuracy(model))
    assert np.mean(scores["rigl"]) > np.mean(scores["set"]) + 0.03 > np.mean(scores["fixed"]) + 0.06, scores


def test_pruning_while_training_beats_pruning_at_the_end(digits):
    """Mean of 3 seeds at sparsity 0.95, the same number of steps."""
    scores: dict[str, list[float]] = {"end": [], "magnitude": [], "movement": []}
    for rule, found in scores.items():
        for seed in range(3):
            rng = np.random.default_rng(seed)
            model = digits.network(64, rng)
            adam = nn.Adam(model.named_parameters(), lr=3e-3)
            training = sparse_training(model, random_masks(model, density=1.0, rng=rng), adam)
            if rule == "end":
                gradual_pruning(training, sparsity=lambda now: 0.95 if now == 228 else 0.0)
            else:
                gradual_pruning(
                    training, sparsity=lambda now: cubic_sparsity(now, begin=20, end=150, final=0.95), every=10,
                    score=rule,
                )  # fmt: skip
            digits.train(model, rng, epochs=12, optimizer=adam)
            assert np.count_nonzero(model.steps[0].weight.data) <= 0.05 * 64 * 64 + 1
            found.append(digits.accuracy(model))
    assert min(np.mean(scores["magnitude"]), np.mean(scores["movement"])) > np.mean(scores["end"]) + 0.1, scores


# ---- what is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("masks", "error", "message"),
    [
        ({}, TypeError, "masks must be a non-empty mapping"),
        ({"head": np.ones((5, 20), bool)}, ValueError, "masks names 'head', .* they are steps.0.weight, steps.0.bias"),
        (
            {"steps.2.weight": np.ones((20, 5), bool)},
            ValueError,
            r"\['steps.2.weight'\] must be a boolean array of shape \(5, 20\); got an array of shape \(20, 5\)",
        ),
        ({"steps.2.weight": np.ones((5, 20))}, ValueError, "boolean array of shape .* dtype float64"),
    ],
)
def test_bad_masks_are_named_and_change_nothing(masks, error, message):
    model = mlp()
    opt, before = nn.Adam(model.named_parameters()), model.state_dict()
    with pytest.raises(error, match=message):
        sparse_training(model, masks, opt)
    assert opt.after_step == []
    assert all(np.array_equal(before[name], array) for name, array in model.state_dict().items())


@given(shape=st.lists(st.integers(1, 21), min_size=1, max_size=3).map(tuple).filter(lambda shape: shape != (5, 20)))
def test_a_mask_of_any_other_shape_is_refused(shape):
    model = mlp()
    with pytest.raises(ValueError, match=r"masks\['steps.2.weight'\] must be a boolean array of shape \(5, 20\)"):
        sparse_training(model, {"steps.2.weight": np.ones(shape, bool)}, nn.Adam(model.named_parameters()))


def test_other_bad_arguments_are_named():
    model, rng = mlp(), np.random.default_rng(0)
    opt = nn.Adam(model.named_parameters())
    masks = random_masks(model, density=0.5, rng=rng)
    with pytest.raises(ValueError, match=r"optimizer must hold the parameter 'steps\.0\.weight'"):
        sparse_training(model, masks, nn.Adam(mlp().named_parameters()))
    training = sparse_training(model, masks, opt)
    with pytest.raises(ValueError, match="masks names 'steps.0.bias', which has no mask"):
        training.replace({"steps.0.bias": np.ones(20, bool)})
    with pytest.raises(ValueError, match="score must be one of 'magnitude', 'movement'"):
        gradual_pruning(training, sparsity=lambda now: 0.5, score="taylor")
    with pytest.raises(TypeError, match="sparsity must be a function"):
        gradual_pruning(training, sparsity=0.5)
    with pytest.raises(TypeError, match="rng must be a numpy.random.Generator"):
        regrowth(training, every=1, end=10, method="set")
    with pytest.raises(ValueError, match="method must be one of 'rigl', 'set'"):
        regrowth(training, every=1, end=10, method="snfs")
    with pytest.raises(ValueError, match="density must be a number in"):
        random_masks(model, density=1.5, rng=rng)
    with pytest.raises(ValueError, match="pattern 'conv' matches no weight matrix"):
        random_masks(model, density=0.5, rng=rng, patterns=("conv",))


def test_a_sparsity_out_of_range_is_said_when_the_schedule_returns_it():
    model = mlp()
    opt = nn.Adam(model.named_parameters())
    training = sparse_training(model, random_masks(model, density=1.0, rng=np.random.default_rng(0)), opt)
    gradual_pruning(training, sparsity=lambda now: 1.2)
    with pytest.raises(ValueError, match=r"sparsity\(step\) must be a number in \[0, 1\]; got 1.2"):
        step(model, opt, task())
