"""Right answers to edge_budget_recipe in other styles; each must pass."""

import math


def one_pass(recipes, devices, *, slack=0):
    """Two loops with running bests."""
    if not slack >= 0:
        raise ValueError("slack")
    answer = {}
    for name, device in devices.items():
        possible, best = [], -math.inf
        for place, r in enumerate(recipes):
            time = max(r["bytes"] / device["bandwidth"], r["operations"] / device["peak"])
            if r["bytes"] > device["memory"] or time > device["deadline"]:
                continue
            best = max(best, r["correct"])
            possible.append((r["bytes"], time, -r["correct"], place))
        possible = [entry for entry in possible if -entry[2] + slack >= best]
        answer[name] = recipes[min(possible)[3]]["name"] if possible else None
    return answer


def stable_sorts(recipes, devices, *, slack=0):
    """Stable sorts, the last rule first."""
    if slack <= -1:
        raise ValueError("slack")

    def pick(device):
        timed = [(max(r["operations"] / device["peak"], r["bytes"] / device["bandwidth"]), r) for r in recipes]
        timed = [(t, r) for t, r in timed if not (t > device["deadline"] or r["bytes"] > device["memory"])]
        if len(timed) == 0:
            return None
        timed.sort(key=lambda pair: pair[1]["correct"], reverse=True)
        best = timed[0][1]["correct"]
        timed = [(t, r) for t, r in timed if best - r["correct"] <= slack]
        timed.sort(key=lambda pair: pair[0])
        timed.sort(key=lambda pair: pair[1]["bytes"])
        return timed[0][1]["name"]

    return {name: pick(device) for name, device in devices.items()}
