"""Small faults for a reference answer: each `Mutant` is the whole source of a module with one thing changed.

The faults are those that people make: another operator or comparison, a constant off by one, the wrong axis, a call
forgotten, arguments in the wrong order, a check or an update left out. What no grader sees is left alone: docstrings,
annotations, decorators and the texts of errors (the type of an error and its condition do change).
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from minicompress.workbook.mutant_places import Place, module_text, places, text_of

_ARITHMETIC: dict[type[ast.operator], list[type[ast.operator]]] = {
    ast.Add: [ast.Sub],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Div],
    ast.Div: [ast.Mult, ast.FloorDiv],
    ast.FloorDiv: [ast.Div, ast.Mult],
    ast.Mod: [ast.FloorDiv],
    ast.Pow: [ast.Mult],
    ast.LShift: [ast.RShift],
    ast.RShift: [ast.LShift],
    ast.BitAnd: [ast.BitOr],
    ast.BitOr: [ast.BitAnd],
    ast.BitXor: [ast.BitAnd],
    ast.MatMult: [ast.Mult],
}
_ORDERED = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.LShift, ast.RShift, ast.MatMult)
_COMPARISONS: dict[type[ast.cmpop], list[type[ast.cmpop]]] = {
    ast.Lt: [ast.LtE, ast.GtE],
    ast.LtE: [ast.Lt, ast.Gt],
    ast.Gt: [ast.GtE, ast.LtE],
    ast.GtE: [ast.Gt, ast.Lt],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
}
_SWAPS = [
    ("max", "min"),
    ("maximum", "minimum"),
    ("argmax", "argmin"),
    ("any", "all"),
    ("sum", "mean"),
    ("zeros", "ones"),
    ("zeros_like", "ones_like"),
    ("floor", "ceil"),
    ("logical_and", "logical_or"),
    ("float32", "float64"),
    ("int32", "int64"),
    ("int8", "uint8"),
    ("log2", "log"),
    ("cumsum", "cumprod"),
    ("diag", "ravel"),
    ("triu", "tril"),
    ("argsort", "sort"),
    ("left", "right"),
]
_NAMES: dict[str, list[str]] = {
    "rint": ["floor"],
    "round": ["int"],
    "log10": ["log"],
    "std": ["var"],
    "median": ["mean"],
}
for _one, _other in _SWAPS:
    _NAMES.setdefault(_one, []).append(_other)
    _NAMES.setdefault(_other, []).append(_one)
_SYMMETRIC = {"min", "max", "minimum", "maximum", "add", "multiply", "logical_and", "logical_or", "gcd", "array_equal"}
_MODULES = {"np", "numpy", "math", "numba", "nb", "scipy", "itertools", "functools", "heapq"}


@dataclass(frozen=True)
class Mutant:
    """One faulty version: ``key`` reads ``statement => changed statement`` and stays the same when lines move."""

    line: int
    original: str
    mutant: str
    source: str

    @property
    def key(self) -> str:
        """What identifies the fault in the list of equivalent mutants."""
        return f"{self.original} => {self.mutant}"


def mutants(source: str) -> list[Mutant]:
    """Return every mutant of ``source``, in the order of its lines; two that read the same are one.

    >>> [m.mutant for m in mutants("def f(x):\\n    return x + 1")]
    ['return None', 'return x - 1', 'return x', 'return 1', 'return x + 2', 'return x + 0']
    """
    tree = ast.parse(source)
    seen = {ast.unparse(tree)}
    found = []
    for place in places(tree):
        before = text_of(place.statement, place.outer)
        for apply in _faults(place):
            undo = apply()
            text = module_text(tree)
            if text not in seen:
                seen.add(text)
                after = text_of(place.now, place.outer)
                found.append(Mutant(place.line, before, after, text))
            undo()
    return found


_Undo = Callable[[], None]


def _faults(place: Place) -> Iterator[Callable[[], _Undo]]:
    """Yield the changes of one place; each is applied by a call that returns how to undo it."""
    for replacement in [] if place.is_kernel_cast else _replacements(place):
        yield partial(_replace, place, replacement)
    node = place.node
    if isinstance(node, ast.Call):
        for i in range(len(node.keywords)):
            yield partial(_drop, node.keywords, i)
    elif isinstance(node, ast.BoolOp):
        for i in range(len(node.values)):
            if len(node.values) > 2:
                yield partial(_drop, node.values, i)
    elif isinstance(node, ast.Compare):
        for i, op in enumerate(node.ops):
            for other in _COMPARISONS.get(type(op), []):
                yield partial(_set, node.ops, i, other())


def _replace(place: Place, node: ast.AST | None) -> _Undo:
    place.put(node)
    return lambda: place.put(place.node)


def _drop(items: list, i: int) -> _Undo:
    item = items.pop(i)
    return lambda: items.insert(i, item)


def _set(items: list, i: int, item: object) -> _Undo:
    old, items[i] = items[i], item
    return lambda: items.__setitem__(i, old)


def _replacements(place: Place) -> Iterator[ast.AST | None]:
    node = place.node
    if isinstance(node, ast.stmt):
        yield from _statements(node)
    elif isinstance(node, ast.Constant):
        yield from _constants(node, place)
    elif isinstance(node, ast.BinOp):
        yield from _binary(node, place.parent)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        if len(node.values) == 2:
            yield from node.values
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.IfExp):
        yield ast.IfExp(node.test, node.orelse, node.body)
    elif isinstance(node, ast.Call):
        yield from _calls(node)
    elif isinstance(node, ast.Slice):
        yield from _slices(node)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        yield from (ast.Name(name, ast.Load()) for name in _NAMES.get(node.id, []))
    elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
        yield from (ast.Attribute(node.value, name, ast.Load()) for name in _NAMES.get(node.attr, []))
        if node.attr == "T":
            yield node.value


def _statements(node: ast.stmt) -> Iterator[ast.AST]:
    if isinstance(node, ast.Raise):
        error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        if isinstance(error, ast.Name):
            yield ast.Raise(ast.Name("TypeError" if error.id == "ValueError" else "ValueError", ast.Load()), None)
        yield ast.Pass()
    elif isinstance(node, ast.If):
        if not (len(node.body) == 1 and isinstance(node.body[0], ast.Raise)):
            yield ast.If(ast.Constant(False), node.body, node.orelse)
        if not (isinstance(node.test, ast.Compare) and len(node.test.ops) == 1):  # the comparison itself is negated
            yield ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
    elif isinstance(node, ast.AugAssign):
        yield ast.Pass()
        yield from (ast.AugAssign(node.target, op(), node.value) for op in _ARITHMETIC.get(type(node.op), []))
        yield ast.Assign([node.target], node.value)
    elif _only_acts(node):
        yield ast.Pass()
    elif isinstance(node, ast.Return) and node.value is not None:
        yield ast.Return(ast.Constant(None))
        if isinstance(node.value, ast.Tuple) and len(node.value.elts) > 1:
            yield ast.Return(ast.Tuple(node.value.elts[::-1], ast.Load()))
    elif isinstance(node, ast.Break | ast.Continue):
        yield ast.Pass()


def _only_acts(node: ast.stmt) -> bool:
    """Whether the statement can be left out without a name missing later: ``y[i] = a``, ``np.add.at(...)``."""
    if isinstance(node, ast.Assign):
        return any(isinstance(t, ast.Subscript | ast.Attribute) for t in node.targets)
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)


def _constants(node: ast.Constant, place: Place) -> Iterator[ast.AST]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int | float):
        nearby = [value + 1, value - 1]
        if isinstance(value, float) and value != 0:
            nearby = [value * 2, 0.0]
        signed = isinstance(place.parent, ast.UnaryOp) and isinstance(place.parent.op, ast.USub)
        if value not in (0, 1) and not signed:  # the sign of -x is dropped by the operator's own fault
            nearby.append(-value)
        for other in nearby:
            yield ast.Constant(other) if other >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-other))
    elif isinstance(value, str) and value in _NAMES:
        yield from (ast.Constant(name) for name in _NAMES[value])


def _binary(node: ast.BinOp, parent: ast.AST) -> Iterator[ast.AST]:
    for op in _ARITHMETIC.get(type(node.op), []):
        yield ast.BinOp(node.left, op(), node.right)
    squared = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Pow) and isinstance(node.op, ast.Sub)
    if isinstance(node.op, _ORDERED) and not squared:  # (b - a)**2 is (a - b)**2
        yield ast.BinOp(node.right, node.op, node.left)
    yield node.left
    if isinstance(node.op, ast.Add | ast.BitOr | ast.BitAnd):
        yield node.right


def _calls(node: ast.Call) -> Iterator[ast.AST]:
    function, arguments = node.func, node.args
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    owner = function.value if isinstance(function, ast.Attribute) else None
    if owner is not None and _root(owner) not in _MODULES:
        yield owner  # x.max(axis=1) becomes x
    elif arguments and not isinstance(arguments[0], ast.Starred):
        yield arguments[0]  # np.abs(x) becomes x
    if name not in _SYMMETRIC and not any(isinstance(a, ast.Starred) for a in arguments):
        for i in range(int(name == "clip"), len(arguments) - 1):  # clip(lo, x, hi) is clip(x, lo, hi)
            swapped = [*arguments[:i], arguments[i + 1], arguments[i], *arguments[i + 2 :]]
            yield ast.Call(function, swapped, node.keywords)


def _root(node: ast.AST) -> str:
    """Return the first name of a dotted one (``np`` of ``np.add.at``), empty where it is an expression."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _slices(node: ast.Slice) -> Iterator[ast.AST]:
    for name in ("lower", "upper", "step"):
        bound = getattr(node, name)
        if bound is None or (name == "lower" and isinstance(bound, ast.Constant) and bound.value == 0):
            continue
        others: list[ast.expr | None] = [None]
        if name != "step" and not isinstance(bound, ast.Constant):
            others += [ast.BinOp(bound, op, ast.Constant(1)) for op in (ast.Add(), ast.Sub())]
        for other in others:
            changed = ast.Slice(lower=node.lower, upper=node.upper, step=node.step)
            setattr(changed, name, other)
            yield changed
