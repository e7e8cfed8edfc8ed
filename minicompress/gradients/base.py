"""The protocol of all compressors: error feedback around one lossy step, with a state for each tensor's name."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks
from minicompress.gradients.messages import Message

__all__ = ["GradientCompressor"]


class GradientCompressor:
    """Error feedback: a = gradient + residual; send C(a); residual = a - C(a).

    Summed over steps the residuals telescope: sum of C(a_t) = sum of g_t - the last residual. C is a contraction
    towards a, not an unbiased estimate: a single message is biased. The residual is float64 and holds the message's
    rounding too. Source: Seide et al. 2014, doi:10.21437/Interspeech.2014-274; Karimireddy et al. 2019,
    arXiv:1901.09847, which shows that signs need it to converge.

    Parameters
    ----------
    error_feedback : bool
        False throws away what is not sent; the residual is then 0.
    dtype : float32 or float64
        Of the values in a message.
    """

    def __init__(self, *, error_feedback: bool = True, dtype: Any = np.float32) -> None:
        if not isinstance(error_feedback, bool | np.bool_):
            raise TypeError(f"error_feedback must be True or False; got {checks.describe(error_feedback)}")
        self.error_feedback = bool(error_feedback)
        self.dtype = np.dtype(checks.one_of(dtype, "dtype", (np.float32, np.float64)))
        self._residuals: dict[str, np.ndarray] = {}

    def compress(self, grad: Any, *, name: str = "") -> Message:
        """Return what to send of ``grad``, any shape, finite; what it leaves out waits under ``name``.

        Raises
        ------
        ValueError
            If ``grad`` is empty, not finite, of another shape than the last one called ``name``, or is beyond float32
            together with its residual. The state is then as it was.
        """
        wanted = self._with_residual(self._checked(grad, name), name)
        message = self._encode(wanted, name)
        self._keep(wanted, message, name)
        return message

    def decompress(self, message: Message) -> np.ndarray:
        """Return the gradient that ``message`` stands for, float64."""
        if not isinstance(message, Message):
            raise TypeError(f"message must come from compress(); got {checks.describe(message)}")
        return message.to_dense()

    def residual(self, name: str = "") -> np.ndarray:
        """Return a copy of what has not been sent of the tensor ``name``, float64."""
        if name not in self._residuals:
            known = ", ".join(map(repr, self._residuals)) or "none yet"
            raise ValueError(f"name must be that of a compressed tensor ({known}); got {name!r}")
        return self._residuals[name].copy()

    def _encode(self, wanted: np.ndarray, name: str) -> Message:
        """Return C(wanted); subclasses write this."""
        raise NotImplementedError(f"{type(self).__name__} has no _encode()")

    def _checked(self, grad: Any, name: str) -> np.ndarray:
        if not isinstance(name, str):
            raise TypeError(f"name must be a str; got {checks.describe(name)}")
        gradient = checks.float_array(grad, "grad", dtype=np.float64)
        waiting = self._residuals.get(name)
        if waiting is not None and waiting.shape != gradient.shape:
            raise ValueError(f"grad {name!r} must have shape {waiting.shape} as before; got {gradient.shape}")
        return gradient

    def _with_residual(self, gradient: np.ndarray, name: str) -> np.ndarray:
        # The bound comes first: within float32 no sum or product below overflows float64.
        waiting = self._residuals.get(name, 0.0)
        if np.abs(gradient).max() <= _LARGEST:
            wanted = np.asarray(gradient + waiting)  # NumPy turns 0-D sums into scalars
            if np.abs(wanted).max() <= _LARGEST:
                return wanted
        raise ValueError(f"grad {name!r} and its residual are beyond float32; clip or scale the gradient first")

    def _keep(self, wanted: np.ndarray, message: Message, name: str) -> None:
        left = wanted - message.to_dense() if self.error_feedback else np.zeros(wanted.shape)
        self._residuals[name] = np.asarray(left)

    def _cast(self, values: np.ndarray) -> np.ndarray:
        """Round values to a message's dtype, or raise where they are beyond it."""
        if values.size and np.abs(values).max() > np.finfo(self.dtype).max:
            raise ValueError(f"the message has values beyond {self.dtype}; clip or scale the gradient first")
        return np.asarray(values.astype(self.dtype))


_LARGEST = float(np.finfo(np.float32).max)
