"""How long a context fits? Memory plan of a 70B model on several devices (多卡显存规划).

Questions: M35, M13, M08 | Difficulty: 3/5 | Minutes: 20 | Points: 30

The model runs with tensor parallelism (张量并行) on ``devices`` equal devices of ``device_bytes`` bytes. Of each,
``reserve`` bytes are kept free for activations and the runtime. All numbers below are whole bytes; a fraction of a
byte is always rounded up (向上取整).

1. Weights (权重). ``kept`` of the ``parameters`` (embeddings, norms) stay in 16 bits. All others take ``weight_bits``
   bits each, and every ``group_size`` of them share one scale of 16 bits and one zero point of ``weight_bits`` bits
   (每组一个 scale 和零点; a started group counts whole). With ``weight_bits=16`` there are no scales and no zero
   points. weight_bytes per device = ceil(ceil(all these bits / 8) / devices).
2. KV cache (KV 缓存). In every layer a token has a key and a value of ``head_dim`` numbers with ``kv_bits`` bits for
   each KV head; where ``kv_bits`` is below 16, each such vector has one scale of 16 bits (每个向量一个 scale). A KV
   head cannot be split: a device holds ceil(kv_heads / devices) of them, at least one, so heads are repeated where
   there are more devices than heads (KV 头不够分时要复制). kv_bytes = ceil(bits of one token of one sequence on one
   device / 8).
3. tokens = the largest whole number of tokens for each of ``batch`` sequences whose cache fits beside weights and
   reserve on a device; 0 where the weights alone do not fit. Not more than ``positions``, the longest context that
   the model knows (模型支持的最长上下文).

Task (任务): return the tuple ``(weight_bytes, kv_bytes, tokens)``, three ints, the first two per device (每张卡).

All arguments are whole numbers; ``kept`` and ``reserve`` at least 0, the others at least 1.
Raise ``ValueError`` otherwise, and where ``kept`` is above ``parameters``.
"""


def plan_70b_memory(
    *,
    parameters: int,
    kept: int,
    weight_bits: int,
    group_size: int,
    layers: int,
    kv_heads: int,
    head_dim: int,
    kv_bits: int,
    batch: int,
    positions: int,
    devices: int,
    device_bytes: int,
    reserve: int,
) -> tuple[int, int, int]:
    """Return ``(weight_bytes, kv_bytes, tokens)``, the bytes per device."""
    raise NotImplementedError
