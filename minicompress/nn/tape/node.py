"""The tape itself: a value remembers what it was made from, and how a gradient flows back along each edge.

If ``y = f(a, b)`` and ``L`` is the final loss, the chain rule says ``dL/da = dL/dy * dy/da``, and so for ``b``.
So a node stores, for each input, a *rule*: a function from ``dL/dy`` to that input's share. ``backward``
walks the graph from the loss to the leaves, each node once and only after all its users, and sums the shares that
meet.

Source: Linnainmaa, "Taylor expansion of the accumulated rounding error", BIT 16 (1976); Baydin et al., JMLR 18 (2018).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Self

import numpy as np

from minicompress.checks import describe

Rule = Callable[[np.ndarray], np.ndarray]
Edge = tuple[Any, Rule]  # (input, rule); inputs that are no nodes, or need no gradient, are dropped

_recording: ContextVar[bool] = ContextVar("minicompress_nn_recording", default=True)


def is_recording() -> bool:
    """Return whether results are put on the tape: true, save inside ``no_grad()``."""
    return _recording.get()


@contextmanager
def no_grad() -> Iterator[None]:
    """Compute without a tape: results hold their values only. Also usable as a decorator.

    >>> w = Node(np.ones(2), requires_grad=True)
    >>> with no_grad():
    ...     Node.record(w.data * 2, (w, lambda g: g * 2)).requires_grad
    False
    """
    token = _recording.set(False)
    try:
        yield
    finally:
        _recording.reset(token)


class Node:
    """A float array with a place on the tape.

    Attributes: ``data`` the values, ``requires_grad`` whether a gradient is wanted, ``grad`` the gradient of leaves
    after ``backward`` (summed over calls until it is set to None), ``keep_grad`` set it to true before ``backward`` to
    get the gradient of an intermediate result as well.
    """

    __slots__ = ("__weakref__", "_edges", "data", "grad", "keep_grad", "requires_grad")
    __array_ufunc__ = None  # so that ``array * node`` asks the node, and not NumPy, how to multiply

    data: np.ndarray
    grad: np.ndarray | None
    requires_grad: bool
    keep_grad: bool
    _edges: tuple[Edge, ...] | None  # () for a leaf, None once backward has consumed them

    def __init__(self, data: Any, *, requires_grad: bool = False) -> None:
        """Wrap ``data`` without a copy where it is float32 or float64; anything else becomes float32."""
        if isinstance(data, Node):
            raise TypeError("data is already on the tape; use .detach() for a leaf with the same values")
        array = data if isinstance(data, (np.ndarray, np.generic)) else np.asarray(data, np.float32)
        if array.dtype.kind not in "fiub":
            raise TypeError(f"data must hold real numbers; got {describe(data)}")
        keeps = array.dtype == np.float32 or array.dtype == np.float64
        self.data = np.asarray(array, array.dtype if keeps else np.float32)
        self.grad = None
        self.requires_grad = requires_grad
        self.keep_grad = False
        self._edges = ()

    @classmethod
    def record(cls, data: np.ndarray, *edges: Edge) -> Self:
        """Return ``data`` as the result of an operation; every new operation is written with this one call.

        An edge is ``(input, rule)`` with ``rule(dL/dresult) = dL/dinput``, of the input's shape and dtype.

        >>> x = Node(np.array([3.0]), requires_grad=True)
        >>> y = Node.record(x.data**2, (x, lambda g: g * 2 * x.data))
        >>> y.backward()
        >>> x.grad
        array([6.])
        """
        out = cls.__new__(cls)
        out.data = data if isinstance(data, np.ndarray) else np.asarray(data)
        out.grad = None
        out.keep_grad = False
        if _recording.get():
            out._edges = tuple(e for e in edges if isinstance(e[0], Node) and e[0].requires_grad)
        else:
            out._edges = ()
        out.requires_grad = bool(out._edges)
        return out

    def backward(self, grad: Any = None) -> None:
        """Add ``dL/dleaf`` to the ``grad`` of every leaf below; ``grad`` is ``dL/dself``, 1 for a scalar by default.

        The graph is released on the way, so it can be walked once. Raises ValueError when there is no graph, when it
        was walked already, or when ``grad`` has another shape than this value.
        """
        pending = {id(self): self._seed(grad)}
        for node in _users_first(self):
            g = pending.pop(id(node))
            edges = node._edges
            if not edges or node.keep_grad:
                # A copy: the same array may have gone to several leaves, or be a read-only broadcast view.
                node.grad = np.array(g) if node.grad is None else node.grad + g
            for parent, rule in edges or ():
                share = rule(g)
                if share.shape != parent.shape:
                    raise ValueError(f"a rule returned {describe(share)} for an input of shape {parent.shape}")
                known = pending.get(id(parent))
                pending[id(parent)] = share if known is None else known + share
            if edges:
                node._edges = None  # frees the arrays that the rules hold

    def _seed(self, grad: Any) -> np.ndarray:
        if not self.requires_grad:
            raise ValueError("backward() needs a result that depends on a tensor with requires_grad=True")
        if grad is None:
            if self.data.size != 1:
                raise ValueError(f"backward() without grad needs a single number; got shape {self.shape}")
            return np.ones_like(self.data)
        seed = np.asarray(grad, self.dtype)
        if seed.shape != self.shape:
            raise ValueError(f"grad must have shape {self.shape}; got {describe(seed)}")
        return seed

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes."""
        return self.data.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.data.ndim

    @property
    def size(self) -> int:
        """The number of values."""
        return self.data.size

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the values: float32 or float64."""
        return self.data.dtype


def _users_first(root: Node) -> list[Node]:
    """Return the nodes below ``root``, each before its inputs; in a loop, as a long graph would exhaust recursion."""
    order: list[Node] = []
    seen: set[int] = set()
    stack: list[tuple[Node, bool]] = [(root, False)]
    while stack:
        node, inputs_done = stack.pop()
        if inputs_done:
            order.append(node)
            continue
        if id(node) in seen:
            continue
        seen.add(id(node))
        if node._edges is None:
            raise ValueError("backward() already went through this graph; compute the result again first")
        stack.append((node, True))
        stack.extend((parent, False) for parent, _ in node._edges)
    return order[::-1]
