"""True bits per weight of a quantized matrix (每个权重的真实比特数), scales and zero points counted.

Questions: B18, M08 | Difficulty: 2/5 | Minutes: 8 | Points: 15

"4-bit" is the width of a code, not the size of the file. A matrix of shape (rows, columns), that is (out_features,
in_features), is stored as

1. the codes, ``bits`` each, packed end to end within a row (按行紧密打包); every row starts on a byte, so the bits of a
   row are rounded up to whole bytes (补齐到整字节). A code may straddle two bytes (跨字节).
2. one scale (缩放因子) of ``scale_bits`` and one zero point (零点) of ``zero_bits`` for each group (组), not padded.

The groups: an int ``group_size`` is the number of neighbouring columns of one row that share a scale; ``None`` means
one group per row (逐行); the text ``"tensor"`` means one group for the whole matrix (整个张量).

Task (任务): return all stored bits divided by the number of weights, a float (also where it is whole), to a relative
1e-9. Count, do not build the codes: shapes may be as large as (1_000_000, 1_000_000).

shape : a tuple of two ints, at least 1 each.  bits : 1 to 16.  scale_bits, zero_bits : ints of at least 0.
Raise ``ValueError`` where ``shape`` has not two entries or one below 1, where ``bits`` is not in 1 .. 16, where
``scale_bits`` or ``zero_bits`` is negative, where an int ``group_size`` is below 1 or does not divide the columns
(不能整除), or where it is another text than ``"tensor"``.

By hand (手算): shape (2, 64), bits=4, group_size=32, scale_bits=16: 2 * 256 bits of codes and 4 * 16 of scales make
576 / 128 = 4.5 bits per weight.
"""


def stored_bits(
    shape: tuple[int, int],
    *,
    bits: int,
    group_size: int | str | None = None,
    scale_bits: int = 16,
    zero_bits: int = 0,
) -> float:
    """Return the stored bits per weight, side information (scales, zero points, padding) included."""
    raise NotImplementedError
