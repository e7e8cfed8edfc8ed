"""Right answers to huffman_encode_bits in other styles; each must pass."""

import numpy as np


def first_codes(symbols, lengths):
    """RFC 1951 by counting the lengths first; the stream in a bit buffer, a byte at a time."""
    numbers = lengths.tolist()
    if any(n < 0 for n in numbers):
        raise ValueError("lengths")
    counts = [0] * 62
    for n in numbers:
        counts[n] += n > 0
    first, code = [0] * 62, 0
    for n in range(1, 61):
        code = (code + counts[n - 1]) << 1
        first[n] = code
        if code + counts[n] > 1 << n:
            raise ValueError("too many words")
    words = {}
    for s, n in enumerate(numbers):
        if n:
            words[s] = first[n], n
            first[n] += 1
    out, held, bits = bytearray(), 0, 0
    buffered = 0
    for s in symbols.tolist():
        if s not in words:
            raise ValueError("symbol")
        code, n = words[s]
        held, buffered, bits = held << n | code, buffered + n, bits + n
        while buffered >= 8:
            buffered -= 8
            out.append(held >> buffered)
            held &= (1 << buffered) - 1
    if buffered:
        out.append(held << 8 - buffered)
    return np.array(out, np.uint8).reshape(-1), bits


def arrays_of_bits(symbols, lengths):
    """Words as rows of bits; the stream by a mask."""
    used = np.flatnonzero(lengths)
    if np.any(lengths < 0):
        raise ValueError("lengths")
    order = used[np.lexsort((used, lengths[used]))]
    bits = np.zeros((len(lengths), 60), np.uint8)
    code = 0
    for s in order.tolist():  # the running Kraft sum in units of 2**-60
        n = int(lengths[s])
        if code + 2 ** (60 - n) > 2**60:
            raise ValueError("Kraft")
        bits[s] = [code >> (59 - i) & 1 for i in range(60)]
        code += 2 ** (60 - n)
    symbols = symbols.astype(np.int64)
    if np.any((symbols < 0) | (symbols >= len(lengths))) or np.any(lengths[symbols] == 0):
        raise ValueError("symbols")
    mask = np.arange(60) < lengths[symbols].astype(np.int64)[:, None]
    stream = bits[symbols][mask]
    return np.packbits(stream), int(stream.size)
