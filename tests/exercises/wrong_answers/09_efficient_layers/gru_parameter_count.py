"""Plausible wrong answers to gru_parameter_count; the first line of each docstring is in the failure it gets."""


def _checked(inputs, hidden, layers, bias):
    if min(inputs, hidden, layers) < 1 or bias not in ("two", "one", "none"):
        raise ValueError("arguments")
    return {"two": 2, "one": 1, "none": 0}[bias]


def lstm(inputs, hidden, *, layers=1, bidirectional=False, bias="two"):
    """four gates: that is an LSTM
    Solver's mistake.
    """
    vectors, ways = _checked(inputs, hidden, layers, bias), 1 + bidirectional
    widths = [inputs] + [ways * hidden] * (layers - 1)
    return sum(ways * 4 * hidden * (w + hidden + vectors) for w in widths)


def two_gates(inputs, hidden, *, layers=1, bidirectional=False, bias="two"):
    """two gates: the candidate
    Solver's mistake.
    """
    vectors, ways = _checked(inputs, hidden, layers, bias), 1 + bidirectional
    widths = [inputs] + [ways * hidden] * (layers - 1)
    return sum(ways * 2 * hidden * (w + hidden + vectors) for w in widths)


def conventions_exchanged(inputs, hidden, *, layers=1, bidirectional=False, bias="two"):
    """the other convention for the biases"""
    vectors, ways = _checked(inputs, hidden, layers, bias), 1 + bidirectional
    vectors = {2: 1, 1: 2, 0: 0}[vectors]
    widths = [inputs] + [ways * hidden] * (layers - 1)
    return sum(ways * 3 * hidden * (w + hidden + vectors) for w in widths)


def all_layers_read_the_inputs(inputs, hidden, *, layers=1, bidirectional=False, bias="two"):
    """all layers read the inputs
    Solver's mistake.
    """
    vectors, ways = _checked(inputs, hidden, layers, bias), 1 + bidirectional
    return layers * ways * 3 * hidden * (inputs + hidden + vectors)


def narrow_layers_above(inputs, hidden, *, layers=1, bidirectional=False, bias="two"):
    """the layers above read 2 \\* hidden numbers
    Solver's mistake.
    """
    vectors, ways = _checked(inputs, hidden, layers, bias), 1 + bidirectional
    widths = [inputs] + [hidden] * (layers - 1)
    return sum(ways * 3 * hidden * (w + hidden + vectors) for w in widths)


def one_direction(inputs, hidden, *, layers=1, bidirectional=False, bias="two"):
    """the second direction was not counted"""
    vectors, ways = _checked(inputs, hidden, layers, bias), 1 + bidirectional
    widths = [inputs] + [ways * hidden] * (layers - 1)
    return sum(3 * hidden * (w + hidden + vectors) for w in widths)


def biases_once_for_all_gates(inputs, hidden, *, layers=1, bidirectional=False, bias="two"):
    """one bias vector for all gates together
    Solver's mistake.
    """
    vectors, ways = _checked(inputs, hidden, layers, bias), 1 + bidirectional
    widths = [inputs] + [ways * hidden] * (layers - 1)
    return sum(ways * (3 * hidden * (w + hidden) + vectors * hidden) for w in widths)


def no_recurrence(inputs, hidden, *, layers=1, bidirectional=False, bias="two"):
    """the state's matrices \\(hidden, hidden\\) are missing"""
    vectors, ways = _checked(inputs, hidden, layers, bias), 1 + bidirectional
    widths = [inputs] + [ways * hidden] * (layers - 1)
    return sum(ways * 3 * hidden * (w + vectors) for w in widths)


def float_arithmetic(inputs, hidden, *, layers=1, bidirectional=False, bias="two"):
    """a float came between"""
    vectors, ways = _checked(inputs, hidden, layers, bias), 1 + bidirectional
    widths = [inputs] + [ways * hidden] * (layers - 1)
    return int(float(sum(ways * 3 * hidden * (w + hidden + vectors) for w in widths)))


def any_other_bias_is_none(inputs, hidden, *, layers=1, bidirectional=False, bias="two"):
    """bias must be 'two', 'one' or 'none'
    Solver's mistake.
    """
    _checked(inputs, hidden, layers, "none")
    vectors, ways = {"two": 2, "one": 1}.get(bias, 0), 1 + bidirectional
    widths = [inputs] + [ways * hidden] * (layers - 1)
    return sum(ways * 3 * hidden * (w + hidden + vectors) for w in widths)
