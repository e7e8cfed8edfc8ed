"""Does it fit? Weights, cache and activations against the memory of the devices."""

from __future__ import annotations

import dataclasses
import math

from minicompress import checks
from minicompress.evaluation.memory import activation_nbytes, cache_nbytes, quantized_nbytes, shape_nbytes
from minicompress.evaluation.model_shape import ModelShape
from minicompress.evaluation.size import human_bytes

__all__ = ["MemoryPlan", "largest_context", "plan_memory"]


@dataclasses.dataclass(frozen=True)
class MemoryPlan:
    """Bytes on each device, by what they are for, against what it has.

    ``rows`` holds (what, bytes on one device); ``usable`` is a device's memory without the share that is reserved.
    """

    rows: tuple[tuple[str, int], ...]
    usable: int
    devices: int

    @property
    def per_device(self) -> int:
        """Bytes needed on one device."""
        return sum(nbytes for _, nbytes in self.rows)

    @property
    def fits(self) -> bool:
        """Whether that is no more than there is."""
        return self.per_device <= self.usable

    @property
    def verdict(self) -> str:
        """One sentence: fits, with what is left; or does not, with what is short."""
        spare = self.usable - self.per_device
        where = "on one device" if self.devices == 1 else f"on each of {self.devices} devices"
        word = f"fits, {human_bytes(spare)} to spare" if spare >= 0 else f"does not fit, {human_bytes(-spare)} short"
        return f"{word} {where}: {human_bytes(self.per_device)} of {human_bytes(self.usable)}"

    def table(self) -> str:
        """Return the rows, the sum and the verdict as lines of text."""
        width = max(len(name) for name, _ in (*self.rows, ("sum", 0)))
        lines = [
            f"{name:<{width}}  {human_bytes(nbytes):>9}" for name, nbytes in (*self.rows, ("sum", self.per_device))
        ]
        return "\n".join([*lines, self.verdict])


def plan_memory(
    model: ModelShape | int,
    *,
    device_nbytes: int,
    weight_bits: float = 16,
    group_size: int | None = None,
    context: int = 0,
    batch: int = 1,
    kv_bits: float = 16,
    kv_group_size: int | None = None,
    devices: int = 1,
    chunk: int = 512,
    reserve: float = 0.1,
) -> MemoryPlan:
    """Return what each of ``devices`` holds when the model is split by tensor parallelism.

    Weights are divided evenly. A cache of keys and values is divided by heads, so ``kv_heads`` is the most parts it
    can have; a latent cache has no heads and is whole on each device. Activations are counted whole.

    Parameters
    ----------
    model : ModelShape, or a number of parameters
        A bare number has no cache and no activations: the plan is for the weights alone, all in ``weight_bits``.
    device_nbytes : int
        Memory of one device.
    weight_bits, group_size
        Of the matrices; a float16 scale for each group. Embeddings and norms stay in 16 bits.
    context, batch : int
        Tokens cached of each sequence, sequences.
    kv_bits, kv_group_size
        Of the cache; a float16 scale and zero point for each group.
    chunk : int
        Tokens of the prompt read at a time, which is what activations depend on.
    reserve : float in [0, 1)
        Share of the memory kept for fragments, buffers and the runtime.

    Examples
    --------
    >>> from minicompress.evaluation import LLAMA_2_70B
    >>> plan = plan_memory(LLAMA_2_70B, device_nbytes=48 * 2**30, weight_bits=4, group_size=128, context=4096)
    >>> print(plan.table())
    weights        36.3 GB
    kv cache        1.3 GB
    activations    67.2 MB
    sum            37.8 GB
    fits, 8.6 GB to spare on one device: 37.8 GB of 46.4 GB
    """
    parts = checks.integer(devices, "devices", low=1)
    tokens, count = checks.integer(context, "context", low=0), checks.integer(batch, "batch", low=1)
    keep = 1 - checks.real(reserve, "reserve", low=0, high=math.nextafter(1, 0))
    usable = int(checks.integer(device_nbytes, "device_nbytes", low=1) * keep)
    if not isinstance(model, ModelShape):
        number = checks.integer(model, "model", low=1)
        if tokens:
            raise ValueError(
                f"model must be a ModelShape to plan a context of {tokens} tokens; got {number} parameters"
            )
        weights = quantized_nbytes(number, bits=weight_bits, group_size=group_size)
        return MemoryPlan((("weights", -(-weights // parts)),), usable, parts)
    weights = shape_nbytes(model, bits=weight_bits, group_size=group_size)
    cache = cache_nbytes(model, tokens=tokens, batch=count, bits=kv_bits, group_size=kv_group_size, zero_point_bits=16)
    heads = model.kv_heads if model.latent_rank is None else 1
    mine = -(-cache * -(-heads // parts) // heads)  # a device's whole heads
    working = activation_nbytes(model, tokens=checks.integer(chunk, "chunk", low=1), batch=count)
    rows = (("weights", -(-weights // parts)), ("kv cache", mine), ("activations", working))
    return MemoryPlan(rows, usable, parts)


def largest_context(model: ModelShape, *, device_nbytes: int, most: int = 2**40, **options: float | int | None) -> int:
    """Return the longest context with which ``plan_memory`` fits, at the most ``most``; 0 if none does.

    ``options`` are those of ``plan_memory``. The bytes grow with the context, so halving finds the last that fits.

    >>> from minicompress.evaluation import LLAMA_3_8B
    >>> [largest_context(LLAMA_3_8B, device_nbytes=24 * 2**30, weight_bits=b, group_size=128) for b in (8, 4)]
    [106571, 133195]
    """
    if "context" in options:
        raise TypeError("context is what largest_context looks for: leave it out")

    def fits(context: int) -> bool:
        return plan_memory(model, device_nbytes=device_nbytes, context=context, **options).fits  # type: ignore[arg-type]

    low, high = 0, checks.integer(most, "most", low=1) + 1
    if not fits(0):
        return 0
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low
