"""Grader of gru_parameter_count. Oracles: torch.nn.GRU (frozen), and the shapes of all matrices listed one by one."""

import math

import pytest

# torch 2.13.0: sum(p.numel() for p in torch.nn.GRU(inputs, hidden, layers, bias, bidirectional=...).parameters())
TORCH = [
    ((10, 20), {}, 1920),
    ((10, 20), {"layers": 3}, 6960),
    ((7, 5), {"layers": 2, "bidirectional": True}, 930),
    ((64, 128), {"layers": 4, "bidirectional": True}, 1038336),
    ((10, 20), {"bias": "none"}, 1800),
]


def shapes(inputs, hidden, layers=1, bidirectional=False, bias="two"):
    """The parameters by name, as a state dict holds them."""
    found = {}
    for layer in range(layers):
        for way in ("", "_reverse")[: 1 + bidirectional]:
            below = inputs if layer == 0 else len(("", "_reverse")[: 1 + bidirectional]) * hidden
            for gate in "rzn":
                found[f"input_{gate}_{layer}{way}"] = (hidden, below)
                found[f"state_{gate}_{layer}{way}"] = (hidden, hidden)
                if bias != "none":
                    found[f"bias_{gate}_{layer}{way}"] = (hidden,)
                if bias == "two":
                    found[f"second_bias_{gate}_{layer}{way}"] = (hidden,)
    return found


def count(*args, **options):
    return sum(math.prod(shape) for shape in shapes(*args, **options).values())


def mistakes(inputs, hidden, layers=1, bidirectional=False, bias="two"):
    """What the usual mistakes return."""
    right = count(inputs, hidden, layers, bidirectional, bias)
    ways = 1 + bidirectional
    vectors = {"two": 2, "one": 1, "none": 0}[bias]
    other = {"two": "one", "one": "two", "none": "two"}[bias]

    def stack(first, above, state=hidden, gates=3, biases=vectors):
        return ways * gates * hidden * (first + state + biases + (layers - 1) * (above + state + biases))

    wide = ways * hidden
    return {
        "four gates: that is an LSTM; a GRU has three": stack(inputs, wide, gates=4),
        "one gate: that is a plain recurrent network; a GRU has three": stack(inputs, wide, gates=1),
        "two gates: the candidate (候选状态) has weights of its own too": stack(inputs, wide, gates=2),
        "the other convention for the biases (偏置约定)": count(inputs, hidden, layers, bidirectional, other),
        "the biases are missing": count(inputs, hidden, layers, bidirectional, "none"),
        "one bias vector for all gates together": right - ways * layers * vectors * 2 * hidden,
        "the state's matrices (hidden, hidden) are missing": stack(inputs, wide, state=0),
        "all layers read the inputs; only the first one does": stack(inputs, inputs),
        "the layers above read 2 * hidden numbers where both directions run (双向)": stack(inputs, hidden),
        "the second direction was not counted": right // ways,
        "the layers above the first were not counted": stack(inputs, 0, 0) if layers == 1 else right // layers,
        "one layer only": count(inputs, hidden, 1, bidirectional, bias),
        "one layer times the number of layers: those above read another width": layers
        * count(inputs, hidden, 1, bidirectional, bias),
        "the first layer reads the doubled width too": count(wide, hidden, layers, bidirectional, bias),
    }


def holds(exercise, *sizes, **options):
    answer = exercise(*sizes, **options)
    answer.equals(count(*sizes, **options), known=mistakes(*sizes, **options))


@pytest.mark.parametrize(("sizes", "options", "expected"), TORCH)
def test_agrees_with_torch(exercise, sizes, options, expected):
    exercise(*sizes, **options).equals(expected, known=mistakes(*sizes, **options))


def test_by_hand(exercise):
    """Each gate: 3 * 2 from the input, 3 * 3 from the state, 3 for the bias: 18, and three gates."""
    exercise(2, 3, bias="one").equals(54, known=mistakes(2, 3, bias="one"))


@pytest.mark.parametrize("bias", ["two", "one", "none"])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("layers", [1, 2, 5])
def test_stacks(exercise, layers, bidirectional, bias):
    for inputs, hidden in ((13, 6), (4, 11), (1, 1), (8, 8)):
        holds(exercise, inputs, hidden, layers=layers, bidirectional=bidirectional, bias=bias)


def test_does_not_lose_digits(exercise):
    """Above 2**53 a float is no longer exact."""
    expected = count(10**9 + 7, 10**9 + 9, 3, True, "two")
    answer = exercise(10**9 + 7, 10**9 + 9, layers=3, bidirectional=True)
    answer.equals(expected, known={"a float came between: count in integers": int(float(expected))})


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("value", [0, -2])
def test_refuses_sizes(exercise, place, value):
    sizes = [4, 5, 2]
    sizes[place] = value
    because = f"{('inputs', 'hidden', 'layers')[place]} must be at least 1"
    exercise.raises(ValueError, sizes[0], sizes[1], layers=sizes[2], because=because)


@pytest.mark.parametrize("bias", ["both", "", "three", "tw"])
def test_refuses_bias(exercise, bias):
    exercise.raises(ValueError, 4, 5, bias=bias, because="bias must be 'two', 'one' or 'none'")
