"""What a depthwise separable convolution saves (参数量与乘加数之比), and where the stride should sit.

Questions: B27, K04 | Difficulty: 2/5 | Minutes: 12 | Points: 20

Compare, over a sequence of ``length`` positions, a full convolution (标准卷积) of ``kernel`` taps with a depthwise
separable one: a depthwise convolution (逐通道卷积; ``kernel`` taps, one kernel per input channel) and then a pointwise
one (逐点卷积; 1 tap, all input channels to all output channels). With padding "same", a convolution of stride s on n
positions gives ceil(n / s) positions.

Only one of the two steps of the separable one has the stride, the other has stride 1:
    strided = "depthwise": the pointwise step sees the shortened sequence;
    strided = "pointwise": the depthwise step runs over the whole length.
The full convolution has the stride too, so that all of them end with the same length.

Task (任务): return the tuple of two floats ``(parameters, multiply_adds)``, each separable / full:

parameters : weights and biases (偏置). Each of the three convolutions has one bias for each channel that it puts out.
multiply_adds : one for each weight at each position that its convolution puts out, taps on padding zeros included.
    A bias counts nothing here.

All sizes are integers of at least 1. Tolerance (容差): a relative 1e-12.
Raise ``ValueError`` where a size is below 1 or ``strided`` is something else.
"""


def separable_cost_ratio(
    in_channels: int, out_channels: int, kernel: int, length: int, *, stride: int = 1, strided: str = "depthwise"
) -> tuple[float, float]:
    """Return separable / full for the parameters and for the multiply-adds."""
    raise NotImplementedError
