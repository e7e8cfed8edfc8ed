"""Grader of edge_budget_recipe. Oracle: a tournament of pairs, in rational numbers."""

from fractions import Fraction

import numpy as np
import pytest


def latency(r, d, join=max):
    return join([Fraction(r["bytes"]) / Fraction(d["bandwidth"]), Fraction(r["operations"]) / Fraction(d["peak"])])


def winner(recipes, d, slack, *, join=max, memory=True, deadline=True, strict=False, all_best=False, order=None):
    """Each recipe against the holder of the title; ``options`` put a mistake into it."""
    order = order or (lambda r: (r["bytes"], latency(r, d, join), -r["correct"]))
    fits = []
    for r in recipes:
        room, time = Fraction(d["memory"]) - r["bytes"], Fraction(d["deadline"]) - latency(r, d, join)
        if (not memory or room > 0 or (room == 0 and not strict)) and (
            not deadline or time > 0 or (time == 0 and not strict)
        ):
            fits.append(r)
    if not fits:
        return None
    best = max(r["correct"] for r in (recipes if all_best else fits))
    holder = None
    for r in fits:
        if best - r["correct"] <= slack and (holder is None or order(r) < order(holder)):
            holder = r
    return holder["name"] if holder else None


def chosen(recipes, devices, slack, **options):
    return {name: winner(recipes, d, slack, **options) for name, d in devices.items()}


def mistakes(recipes, devices, slack):
    by_latency = {
        name: winner(recipes, d, slack, order=lambda r, d=d: (latency(r, d), r["bytes"], -r["correct"]))
        for name, d in devices.items()
    }
    return {
        "the memory was not minded": chosen(recipes, devices, slack, memory=False),
        "the deadline was not minded": chosen(recipes, devices, slack, deadline=False),
        "a recipe that just fits was refused: at most (不超过)": chosen(recipes, devices, slack, strict=True),
        "the best of all recipes was compared with; of those that fit (可行)": chosen(
            recipes, devices, slack, all_best=True
        ),
        "the slack was not used: the most correct recipe was taken": chosen(recipes, devices, 0),
        "the most correct recipe was taken, whatever the slack": chosen(
            recipes, devices, slack, order=lambda r: -r["correct"]
        ),
        "the smallest recipe that fits was taken, whatever its quality": chosen(recipes, devices, 10**9),
        "reading and computing were added; they overlap (重叠), take the larger": chosen(
            recipes, devices, slack, join=sum
        ),
        "the smaller of the two times was taken; the larger one decides": chosen(recipes, devices, slack, join=min),
        "the operations were left out of the latency": chosen(recipes, devices, slack, join=lambda t: t[0]),
        "the weights were left out of the latency": chosen(recipes, devices, slack, join=lambda t: t[1]),
        "the fastest of the good ones was taken; the fewest bytes come first": by_latency,
        "of equal bytes the first in the list was taken; the lower latency comes before": chosen(
            recipes, devices, slack, order=lambda r: r["bytes"]
        ),
        "of equal bytes the more correct one was taken; the lower latency comes before": chosen(
            recipes, devices, slack, order=lambda r: (r["bytes"], -r["correct"])
        ),
        "of equal bytes and latency the first was taken; the more correct one comes before": {
            name: winner(recipes, d, slack, order=lambda r, d=d: (r["bytes"], latency(r, d)))
            for name, d in devices.items()
        },
        "of equals the last in the list was taken; the first is asked for": chosen(recipes[::-1], devices, slack),
        "of equals the first in the alphabet was taken; the first in the list is asked for": chosen(
            sorted(recipes, key=lambda r: r["name"]), devices, slack
        ),
        "devices that no recipe fits are missing; they get None": {
            name: value for name, value in chosen(recipes, devices, slack).items() if value
        },
    }


def holds(exercise, recipes, devices, slack):
    answer = exercise(recipes, devices, slack=slack)
    answer.equals(chosen(recipes, devices, slack), known=mistakes(recipes, devices, slack))


def recipe(name, size, operations, correct):
    return {"name": name, "bytes": size, "operations": operations, "correct": correct}


def device(memory, bandwidth, peak, deadline):
    return {"memory": memory, "bandwidth": bandwidth, "peak": peak, "deadline": deadline}


MODEL = [
    recipe("float32", 440_000_000, 22_000_000_000, 8950),
    recipe("int8", 110_000_000, 22_000_000_000, 8942),
    recipe("int4", 62_000_000, 22_000_000_000, 8870),
    recipe("distilled", 260_000_000, 11_000_000_000, 8880),
    recipe("distilled int8", 66_000_000, 11_000_000_000, 8871),
    recipe("tiny", 14_000_000, 1_200_000_000, 8310),
]
DEVICES = {
    "server": device(16e9, 900e9, 100e12, 0.01),
    "laptop": device(1e9, 50e9, 1e12, 0.05),
    "phone": device(200e6, 30e9, 500e9, 0.04),
    "watch": device(70e6, 4e9, 20e9, 0.2),
    "sensor": device(1e6, 100e6, 1e9, 1.0),
}


def test_by_hand(exercise):
    """The fast one takes 1 s of reading; the slow one 2 s of computing; the wide one does not fit the memory."""
    recipes = [recipe("slow", 50, 400, 90), recipe("fast", 100, 100, 80), recipe("wide", 300, 100, 95)]
    devices = {"a": device(100, 100, 200, 2.0), "b": device(200, 100, 200, 1.5), "c": device(40, 100, 200, 9.0)}
    answer = exercise(recipes, devices)
    answer.equals({"a": "slow", "b": "fast", "c": None}, known=mistakes(recipes, devices, 0))


@pytest.mark.parametrize("slack", [0, 8, 10, 70, 79, 80, 1000])
def test_encoder_on_five_devices(exercise, slack):
    holds(exercise, MODEL, DEVICES, slack)
    holds(exercise, MODEL[::-1], DEVICES, slack)


def test_no_slack_by_default(exercise):
    exercise(MODEL, DEVICES).equals(chosen(MODEL, DEVICES, 0), known=mistakes(MODEL, DEVICES, 0))


@pytest.mark.parametrize("seed", range(14))
def test_many_ties(exercise, seed):
    """Sizes and speeds are small powers of two: every quotient is exact, and many are equal."""
    rng = np.random.default_rng(seed)
    names = rng.permutation([f"r{i}" for i in range(12)]).tolist()
    recipes = [
        recipe(n, int(2 ** rng.integers(0, 4)), int(2 ** rng.integers(0, 5)), int(rng.integers(0, 6))) for n in names
    ]
    devices = {
        f"d{i}": device(int(2 ** rng.integers(0, 4)), 2.0 ** rng.integers(-1, 2), 2.0 ** rng.integers(0, 3), 4.0)
        for i in range(6)
    }
    holds(exercise, recipes, devices, int(rng.integers(0, 4)))


def test_ties_one_by_one(exercise):
    devices = {"d": device(8, 1.0, 1.0, 16.0)}
    base = [
        recipe("z", 4, 8, 5),
        recipe("y", 4, 8, 5),
        recipe("x", 4, 8, 6),
        recipe("w", 4, 6, 4),
        recipe("v", 2, 9, 4),
    ]
    for recipes in (base[:2], base[:3], base[:4], base, base[1::-1], [base[0], base[3], base[3]]):
        holds(exercise, recipes, devices, 1)
        holds(exercise, recipes, devices, 2)


def test_equals_in_an_order_of_their_own(exercise):
    """The first in the list is neither the first of the alphabet nor the last."""
    recipes = [recipe(name, 4, 8, 5) for name in ("b", "a", "c")]
    holds(exercise, recipes, {"d": device(8, 1.0, 1.0, 16.0)}, 0)


def test_a_slack_of_one(exercise):
    recipes, devices = [recipe("large", 9, 1, 71), recipe("small", 2, 1, 70)], {"d": device(9, 1.0, 1.0, 9.0)}
    exercise(recipes, devices).equals({"d": "large"}, known=mistakes(recipes, devices, 0))
    holds(exercise, recipes, devices, 1)


def test_fractions_of_a_second(exercise):
    recipes = [recipe("reads", 3, 1, 9), recipe("computes", 1, 7, 8), recipe("fits", 2, 4, 7)]
    for deadline in (1.0, 1.25, 1.5, 1.75):
        holds(exercise, recipes, {"d": device(9, 2.0, 4.0, deadline)}, 0)


def test_nothing_to_choose(exercise):
    holds(exercise, [], DEVICES, 0)
    exercise(MODEL, {}, slack=0).equals({})


def test_refuses_slack(exercise):
    for devices in (DEVICES, {}):
        exercise.raises(ValueError, MODEL, devices, slack=-1, because="slack must be at least 0")
