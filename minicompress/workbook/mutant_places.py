"""Where a fault can be put into a syntax tree, and how a statement with a fault is written in one line."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Place", "module_text", "places", "text_of"]

_CASTS = {f"np.{name}" for name in ("float32", "float64", "int8", "uint8", "int32", "int64")}


@dataclass
class Place:
    """A node in its parent's field (``owner[slot]``), with the statement that shows it in a report."""

    node: ast.AST
    parent: ast.AST
    owner: list[ast.AST] | None
    slot: int
    field: str
    statement: ast.stmt
    outer: ast.stmt | None
    in_kernel: bool

    @property
    def is_kernel_cast(self) -> bool:
        """Whether this is ``np.float32`` or ``np.float32(x)`` in a compiled function: there for speed alone."""
        function = self.node.func if isinstance(self.node, ast.Call) else self.node
        return self.in_kernel and isinstance(function, ast.Attribute) and ast.unparse(function) in _CASTS

    @property
    def line(self) -> int:
        """The node's line, or its statement's."""
        return getattr(self.node, "lineno", self.statement.lineno)

    @property
    def now(self) -> ast.AST:
        """The statement as it stands, which is another one where the statement itself was replaced."""
        if self.node is not self.statement or self.owner is None:
            return self.statement
        return self.owner[self.slot]

    def put(self, node: ast.AST | None) -> None:
        """Put ``node`` in the place of the present one."""
        if self.owner is None:
            setattr(self.parent, self.field, node)
        else:
            assert node is not None
            self.owner[self.slot] = node


def module_text(tree: ast.Module) -> str:
    """Return the source of a changed tree."""
    return ast.unparse(ast.fix_missing_locations(tree))


def text_of(statement: ast.AST, outer: ast.stmt | None) -> str:
    """Return the statement in one line; a ``raise`` with the condition above it and without its message."""
    if isinstance(statement, ast.Pass):
        return "(removed)"
    if isinstance(statement, ast.Raise):
        error = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        above = f"{text_of(outer, None)} " if isinstance(outer, ast.If) else ""
        return f"{above}raise {ast.unparse(error) if error else ''}".rstrip()
    if isinstance(statement, ast.FunctionDef):
        return f"def {statement.name}({ast.unparse(statement.args)})"
    return ast.unparse(statement).split("\n")[0]


def places(tree: ast.Module) -> Iterator[Place]:
    """Yield every node that a grader could notice, outermost statements first."""

    def walk(
        parent: ast.AST, statement: ast.stmt | None, outer: ast.stmt | None, kernel: bool = False
    ) -> Iterator[Place]:
        kernel = kernel or any("jit" in ast.unparse(d) for d in getattr(parent, "decorator_list", []))
        for field, value in ast.iter_fields(parent):
            if field in ("annotation", "returns", "decorator_list", "type_comment", "ctx", "type_params"):
                continue
            if isinstance(parent, ast.Raise) or (isinstance(parent, ast.Assert) and field == "msg"):
                continue
            nodes = value if isinstance(value, list) else [value]
            for i, node in enumerate(nodes):
                if not isinstance(node, ast.AST) or isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr):
                    continue
                inner, above = (node, statement) if isinstance(node, ast.stmt) else (statement, outer)
                if inner is None:
                    continue
                yield Place(node, parent, value if isinstance(value, list) else None, i, field, inner, above, kernel)
                yield from walk(node, inner, above, kernel)

    yield from walk(tree, None, None)
