"""Reference answer: the exact allocation of bits under a byte budget."""

import numpy as np


def allocate_bits(errors: np.ndarray, sizes: np.ndarray, *, budget: int) -> tuple[np.ndarray, float, int]:
    """Return ``(choice, error, size)`` of the best allocation within ``budget`` bytes."""
    if len(errors) == 0:
        raise ValueError("there is no layer")

    # Dynamic programming over the layers. Two partial choices with the same total size have the same future, so only
    # the better one is kept: the tuple (error, choice) compares error first, then lexicographically.
    # strict=True refuses shapes that differ.
    states: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    for layer_errors, layer_sizes in zip(errors, sizes.tolist(), strict=True):
        grown: dict[int, tuple[float, tuple[int, ...]]] = {}
        for used, (error, choice) in states.items():
            for way, (more, size) in enumerate(zip(layer_errors, layer_sizes, strict=True)):
                if used + size <= budget:
                    candidate = (error + more, (*choice, way))
                    grown[used + size] = min(candidate, grown.get(used + size, candidate))
        states = grown

    # Among the totals that are left: error first, then size. None left (nothing fits) makes min raise ValueError.
    error, size, choice = min((error, size, choice) for size, (error, choice) in states.items())
    return np.array(choice), error, size
