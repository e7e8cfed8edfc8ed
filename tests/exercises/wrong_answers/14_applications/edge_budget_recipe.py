"""Plausible wrong answers; the first line of each docstring is found in the failure it gets."""


def _latency(r, d):
    return max(r["bytes"] / d["bandwidth"], r["operations"] / d["peak"])


def _choose(recipes, devices, slack, latency=_latency, memory=True, deadline=True, all_best=False, key=None, strict=0):
    if slack < 0:
        raise ValueError("slack")
    key = key or (lambda r, d: (r["bytes"], latency(r, d), -r["correct"]))
    found = {}
    for name, d in devices.items():
        fits = [
            r
            for r in recipes
            if (not memory or r["bytes"] + strict <= d["memory"]) and (not deadline or latency(r, d) <= d["deadline"])
        ]
        best = max((r["correct"] for r in (recipes if all_best else fits)), default=0)
        good = [r for r in fits if r["correct"] >= best - slack]
        found[name] = min(good, key=lambda r: key(r, d))["name"] if good else None  # noqa: B023
    return found


def no_memory(recipes, devices, *, slack=0):
    """the memory was not minded"""
    return _choose(recipes, devices, slack, memory=False)


def no_deadline(recipes, devices, *, slack=0):
    """the deadline was not minded"""
    return _choose(recipes, devices, slack, deadline=False)


def best_of_all(recipes, devices, *, slack=0):
    """the best of all recipes was compared with
    Solver's mistake.
    """
    return _choose(recipes, devices, slack, all_best=True)


def most_correct(recipes, devices, *, slack=0):
    """the most correct recipe was taken
    Solver's mistake.
    """
    return _choose(recipes, devices, slack, key=lambda r, d: -r["correct"])


def smallest(recipes, devices, *, slack=0):
    """the smallest recipe that fits was taken
    Solver's mistake.
    """
    _choose(recipes, devices, slack)
    return _choose(recipes, devices, 10**9)


def times_added(recipes, devices, *, slack=0):
    """reading and computing were added
    Solver's mistake.
    """
    return _choose(
        recipes, devices, slack, latency=lambda r, d: r["bytes"] / d["bandwidth"] + r["operations"] / d["peak"]
    )


def computing_only(recipes, devices, *, slack=0):
    """the weights were left out of the latency
    Solver's mistake.
    """
    return _choose(recipes, devices, slack, latency=lambda r, d: r["operations"] / d["peak"])


def fastest(recipes, devices, *, slack=0):
    """the fastest of the good ones was taken
    Solver's mistake.
    """
    return _choose(recipes, devices, slack, key=lambda r, d: (_latency(r, d), r["bytes"], -r["correct"]))


def ties_by_list(recipes, devices, *, slack=0):
    """of equal bytes the first in the list was taken"""
    return _choose(recipes, devices, slack, key=lambda r, d: r["bytes"])


def ties_by_quality(recipes, devices, *, slack=0):
    """of equal bytes the more correct one was taken"""
    return _choose(recipes, devices, slack, key=lambda r, d: (r["bytes"], -r["correct"]))


def last_of_equals(recipes, devices, *, slack=0):
    """of equals the last in the list was taken"""
    return _choose(recipes[::-1], devices, slack)


def sorted_names(recipes, devices, *, slack=0):
    """of equals the first in the alphabet was taken
    Solver's mistake.
    """
    return _choose(recipes, devices, slack, key=lambda r, d: (r["bytes"], _latency(r, d), -r["correct"], r["name"]))


def none_left_out(recipes, devices, *, slack=0):
    """devices that no recipe fits are missing"""
    return {name: value for name, value in _choose(recipes, devices, slack).items() if value is not None}


def just_fits_refused(recipes, devices, *, slack=0):
    """a recipe that just fits was refused|values differ|expected '"""
    return _choose(recipes, devices, slack, strict=1)
