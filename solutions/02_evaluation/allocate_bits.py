"""Reference answer: the exact allocation of bits under a byte budget."""

import numpy as np


def allocate_bits(errors: np.ndarray, sizes: np.ndarray, *, budget: int) -> tuple[np.ndarray, float, int]:
    """Return ``(choice, error, size)`` of the best allocation within ``budget`` bytes."""
    if errors.shape != sizes.shape or not len(errors):
        raise ValueError(f"errors and sizes must have one shape with a layer; got {errors.shape} and {sizes.shape}")

    # Dynamic programming over the layers. Two partial choices with the same total size have the same future, so only
    # the better one is kept: the tuple (error, choice) compares error first, then lexicographically.
    states: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    for layer_errors, layer_sizes in zip(errors.tolist(), sizes.tolist(), strict=True):
        grown: dict[int, tuple[float, tuple[int, ...]]] = {}
        for used, (error, choice) in states.items():
            for way, (more, size) in enumerate(zip(layer_errors, layer_sizes, strict=True)):
                candidate = (error + more, (*choice, way))
                if used + size <= budget and candidate < grown.get(used + size, (np.inf,)):
                    grown[used + size] = candidate
        states = grown
    if not states:
        raise ValueError(f"no choice fits {budget} bytes")

    error, size, choice = min((error, size, choice) for size, (error, choice) in states.items())
    return np.array(choice), error, size
