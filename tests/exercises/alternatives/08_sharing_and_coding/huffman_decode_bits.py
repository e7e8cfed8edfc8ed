"""Right answers to huffman_decode_bits in other styles; each must pass."""

import numpy as np


def first_code_of_each_length(payload, lengths, *, count):
    """The usual fast way: a word of n bits is one of the counts[n] numbers from first[n]."""
    if count < 0:
        raise ValueError("count")
    order = sorted((int(n), s) for s, n in enumerate(lengths) if n)
    counts = np.bincount([n for n, _ in order], minlength=41).tolist()
    bits = [int(b) >> (7 - i) & 1 for b in payload for i in range(8)]
    at, out = 0, np.zeros(count, np.int64)
    for k in range(count):
        number = first = index = 0
        for n in range(1, 41):
            if at == len(bits):
                raise ValueError("the bits ran out")
            number = number << 1 | bits[at]
            at += 1
            if number - first < counts[n]:
                out[k] = order[index + number - first][1]
                break
            index += counts[n]
            first = (first + counts[n]) << 1
        else:
            raise ValueError("no such word")
    return out


def tree_of_dicts(payload, lengths, *, count):
    """A binary tree from the running Kraft sum; walk down bit by bit."""
    if count < 0:
        raise ValueError("count")
    root, begin = {}, 0
    for n, s in sorted((int(n), s) for s, n in enumerate(lengths) if n):
        node = root
        for i in range(n):
            bit = begin >> (39 - i) & 1
            node = node.setdefault(bit, {} if i < n - 1 else s)
        begin += 1 << (40 - n)
    stream = iter(np.unpackbits(payload).tolist())
    found = []
    try:
        while len(found) < count:
            node = root
            while isinstance(node, dict):
                node = node[next(stream)]
            found.append(node)
    except (KeyError, StopIteration):
        raise ValueError("damaged or too short") from None
    return np.fromiter(found, np.int64, len(found))
