"""The protocol of a stored weight: what every format must be able to do, and what the base does for all of them.

A format is a frozen dataclass whose array fields *are* its file format. It writes three methods: ``_validate``,
``to_dense`` and ``_product``; sizes, files, argument checks and layouts of activations are written here, once.
"""

from __future__ import annotations

import dataclasses
import math
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

import numpy as np

from minicompress import checks, ops

__all__ = ["FORMATS", "CompressedTensor"]

#: Every stored format by the name that stands in files. A class enrols by being defined.
FORMATS: dict[str, type[CompressedTensor]] = {}


@dataclasses.dataclass(frozen=True, eq=False)
class CompressedTensor(ABC):
    """A weight matrix W (out_features, in_features) as it is stored.

    ``W @ x`` equals ``W.to_dense() @ x`` up to float summation, for ``x`` (in,) or (in, k). Subclasses declare their
    stored arrays as dataclass fields of type ``np.ndarray`` (or ``np.ndarray | None``), other formats as fields of
    type ``CompressedTensor``, and anything else as plain values (int, str, tuple) that JSON can hold.
    """

    #: The format's name in files.
    format: ClassVar[str] = ""
    __array_ufunc__ = None  # so that ``array @ W`` is a TypeError, not an array of objects

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if ABC in cls.__bases__:
            return  # what some formats share, not a format
        if not cls.format:
            raise TypeError(f"{cls.__name__} must set `format`, its name in files")
        if cls.format in FORMATS and FORMATS[cls.format].__qualname__ != cls.__qualname__:
            raise TypeError(f"format {cls.format!r} of {cls.__name__} is taken by {FORMATS[cls.format].__name__}")
        FORMATS[cls.format] = cls

    def __post_init__(self) -> None:
        self._validate()

    # ---- what a format writes -------------------------------------------------------------------------------

    @abstractmethod
    def _validate(self) -> None:
        """Raise ``ValueError`` or ``TypeError`` unless the stored arrays fit together (they may come from a file)."""

    @property
    @abstractmethod
    def shape(self) -> tuple[int, ...]:
        """(out_features, in_features)."""

    @abstractmethod
    def to_dense(self) -> np.ndarray:
        """Return the weight as a new float32 array."""

    @abstractmethod
    def _product(self, x: np.ndarray) -> np.ndarray:
        """W x for C-contiguous float32 ``x`` (in, k), k >= 1."""

    def _linear(self, x: np.ndarray) -> np.ndarray:
        """X W^T for C-contiguous float32 ``x`` (n, in): a format whose kernels want rows writes this one instead."""
        return np.ascontiguousarray(self._product(np.ascontiguousarray(x.T)).T)

    def _linear_int8(self, x: np.ndarray) -> np.ndarray:
        """As ``_linear``, with activations rounded to int8 row by row; an integer format runs integer kernels."""
        q, scale = ops.quantize_rows(x)
        return self._linear(q.astype(np.float32) * scale[:, None])

    def _rows(self, indices: np.ndarray) -> np.ndarray:
        """The dense rows at int64 ``indices`` (n,): a format that can reach rows without the rest writes this."""
        return self._cached("dense_rows", self.to_dense)[indices]

    def prepare(self) -> Self:
        """Build the layout that the kernels want, once, and return ``self``; its size is ``runtime_nbytes``."""
        return self

    # ---- what the base does for all -------------------------------------------------------------------------

    @property
    def in_features(self) -> int:
        """Columns of W."""
        return self.shape[1]

    @property
    def out_features(self) -> int:
        """Rows of W."""
        return self.shape[0]

    @property
    def nbytes(self) -> int:
        """Bytes of all stored arrays: codes, scales, zero points, indices, codebooks."""
        return sum(array.nbytes for array in self.arrays().values())

    @property
    def bits_per_weight(self) -> float:
        """Stored bits, side information included, for each weight."""
        return 8 * self.nbytes / max(1, int(np.prod(self.shape)))

    @property
    def runtime_nbytes(self) -> int:
        """Bytes kept in memory beside the stored arrays: the kernels' layout once prepared, nested formats included."""
        nested = (value for _, value in self._stored() if isinstance(value, CompressedTensor))
        return sum(map(_nbytes, self._cache().values())) + sum(tensor.runtime_nbytes for tensor in nested)

    def arrays(self) -> dict[str, np.ndarray]:
        """The stored arrays by field name; those of a nested format carry its field's name and a dot before theirs."""
        found: dict[str, np.ndarray] = {}
        for name, value in self._stored():
            if isinstance(value, np.ndarray):
                found[name] = value
            elif isinstance(value, CompressedTensor):
                found |= {f"{name}.{inner}": array for inner, array in value.arrays().items()}
        return found

    def meta(self) -> dict[str, Any]:
        """What the arrays alone do not say, ready for JSON: the format's name and its plain fields."""
        plain: dict[str, Any] = {"format": self.format}
        for name, value in self._stored():
            if isinstance(value, CompressedTensor):
                plain[name] = value.meta()
            elif not isinstance(value, np.ndarray):
                plain[name] = list(value) if isinstance(value, tuple) else value
        return plain

    @classmethod
    def from_arrays(cls, meta: dict[str, Any], arrays: dict[str, np.ndarray]) -> CompressedTensor:
        """Rebuild a tensor from :meth:`meta` and :meth:`arrays`; whatever does not fit is a ``ValueError``.

        Called on ``CompressedTensor`` itself, the format named in ``meta`` is looked up.
        """
        name = meta.get("format") if isinstance(meta, dict) else None
        if not isinstance(name, str) or name not in FORMATS:
            raise ValueError(f"format must be one of {', '.join(sorted(FORMATS))}; got {name!r}")
        kind = FORMATS[name]
        fields = {field.name: str(field.type) for field in dataclasses.fields(kind)}
        values: dict[str, Any] = {}
        for key, value in meta.items():
            if isinstance(value, dict):
                inner = {k[len(key) + 1 :]: a for k, a in arrays.items() if k.startswith(f"{key}.")}
                values[key] = CompressedTensor.from_arrays(value, inner)
            elif key != "format":
                values[key] = tuple(value) if isinstance(value, list) else value
        nested = tuple(f"{key}." for key, value in meta.items() if isinstance(value, dict))
        values |= {key: array for key, array in arrays.items() if not (nested and key.startswith(nested))}
        unknown = sorted(values.keys() - fields.keys())
        if unknown:
            raise ValueError(f"{name} has no field(s) {', '.join(unknown)}; its fields are {', '.join(sorted(fields))}")
        for key, value in values.items():
            if isinstance(value, np.ndarray) != ("ndarray" in fields[key]):
                raise ValueError(f"{name}: field {key} must be of type {fields[key]}; got {checks.describe(value)}")
        try:
            return kind(**values)
        except TypeError as error:
            raise ValueError(f"{name}: stored fields do not fit: {error}") from error

    def __matmul__(self, x: Any) -> np.ndarray:
        """W x for ``x`` (in_features,) or (in_features, k)."""
        self._needs_matrix("@")
        columns = checks.float_array(x, "x", ndim=(1, 2), allow_empty=True, finite=False)
        if columns.shape[0] != self.in_features:
            raise ValueError(
                f"x must have {self.in_features} rows to multiply W {self.shape}; got {checks.describe(x)}"
            )
        if columns.size == 0 or self.out_features == 0:
            return np.zeros((self.out_features, *columns.shape[1:]), np.float32)
        if columns.ndim == 1:
            return self._product(columns[:, None])[:, 0]
        return self._product(columns)

    def linear(self, x: Any, bias: np.ndarray | None = None, *, activation_bits: int | None = None) -> np.ndarray:
        """Y = X W^T + b for activations (..., in_features): (..., out_features), float32.

        ``activation_bits=8`` rounds each row of X to int8 by its own largest magnitude, then multiplies; ``None``
        leaves X in float.
        """
        self._needs_matrix("linear")
        rows = checks.float_array(x, "x", allow_empty=True, finite=False)
        if rows.ndim == 0 or rows.shape[-1] != self.in_features:
            raise ValueError(f"x must have shape (..., {self.in_features}); got {checks.describe(x)}")
        if activation_bits not in (None, 8):
            raise ValueError(f"activation_bits must be None (float activations) or 8; got {activation_bits!r}")
        flat = rows.reshape(math.prod(rows.shape[:-1]), self.in_features)
        if flat.size == 0 or self.out_features == 0:
            y = np.zeros((flat.shape[0], self.out_features), np.float32)
        else:
            y = self._linear(flat) if activation_bits is None else self._linear_int8(flat)
        if bias is not None:
            y += checks.float_array(bias, "bias", shape=(self.out_features,), finite=False)
        return y.reshape(*rows.shape[:-1], self.out_features)

    def take_rows(self, indices: Any) -> np.ndarray:
        """Dense rows W[indices], as an embedding looks them up: float32 (*indices.shape, in_features)."""
        self._needs_matrix("take_rows")
        wanted = checks.int_array(indices, "indices", low=0, high=self.out_features - 1)
        return self._rows(wanted.reshape(-1).astype(np.int64)).reshape(*wanted.shape, self.in_features)

    def __repr__(self) -> str:
        kind = type(self).__name__
        return f"{kind}(shape={self.shape}, nbytes={self.nbytes}, bits_per_weight={self.bits_per_weight:.2f})"

    # ---- small helpers --------------------------------------------------------------------------------------

    def _stored(self) -> list[tuple[str, Any]]:
        named = [(field.name, getattr(self, field.name)) for field in dataclasses.fields(self)]
        return [(name, value) for name, value in named if value is not None]

    def _needs_matrix(self, use: str) -> None:
        if len(self.shape) != 2:
            raise ValueError(f"{use} needs a matrix; this {type(self).__name__} has shape {self.shape}")

    def _cache(self) -> dict[str, Any]:
        return self.__dict__.setdefault("_prepared", {})

    def _cached(self, key: str, build: Any) -> Any:
        """``build()`` at the first call, its result ever after: layouts are neither stored nor rebuilt."""
        cache = self._cache()
        if key not in cache:
            cache[key] = build()
        return cache[key]


def _nbytes(value: Any) -> int:
    if isinstance(value, np.ndarray):
        return value.nbytes
    return sum(_nbytes(part) for part in value) if isinstance(value, tuple) else 0
