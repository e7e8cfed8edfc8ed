"""Time of a linear layer by the roofline model (屋顶线模型): bound by memory or by compute.

Questions: H01, M01, G01 | Difficulty: 2/5 | Minutes: 10 | Points: 20

A linear layer multiplies ``batch`` inputs with a weight matrix (out_features, in_features) on a device of ``peak``
operations per second (峰值算力) and ``bandwidth`` bytes per second (内存带宽).

1. FLOPs: a multiplication and an addition are two operations (一次乘加算两次运算).
2. Bytes moved (访存量): every weight read once at ``weight_bits`` bits, every input read once and every output
   written once at ``activation_bits`` bits. No bias, no scales. 8 bits are a byte; a fraction of a byte counts as it
   is.
3. intensity (计算强度) = FLOPs / bytes.
4. attainable (可达算力) = min(peak, intensity * bandwidth), in FLOPs per second.
5. seconds = FLOPs / attainable.
6. bound: "memory" where intensity is below the ridge (脊点) peak / bandwidth, else "compute". On the ridge itself:
   "compute".

Task (任务): return the tuple ``(intensity, attainable, seconds, bound)``, three Python floats and a str.
Tolerance (容差): 1e-9 relative; ``bound`` exact.

All arguments are ints or floats; ``weight_bits`` may be a fraction, such as 4.5.
Raise ``ValueError`` where any of them is not above 0.
"""


def roofline_time(
    out_features: int,
    in_features: int,
    *,
    batch: int,
    weight_bits: float,
    activation_bits: float = 16,
    peak: float,
    bandwidth: float,
) -> tuple[float, float, float, str]:
    """Return ``(intensity, attainable, seconds, bound)`` of one linear layer."""
    raise NotImplementedError
