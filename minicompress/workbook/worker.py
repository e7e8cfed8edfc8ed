"""The process in which a learner's code runs: ``python -m minicompress.workbook.worker FILE[:FUNCTION]``.

It loads the file and answers calls over two pipes until the first one closes. What the code prints is kept (the first
few kB) and never reaches the pipes; an exit, an error and an endless recursion become replies; a crash or an endless
loop is the parent's business (`minicompress.workbook.client`). This guards against accidents, not against malice.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import io
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, cast

from minicompress.workbook import codec

MEMORY_LIMIT = 8 * 2**30
PRINT_LIMIT = 4000
_SHOWN_FRAMES = 4


class _Sink(io.BufferedIOBase):
    """Keeps the first `PRINT_LIMIT` bytes and counts the rest, so that a flood of prints costs no memory."""

    def __init__(self) -> None:
        self.kept = bytearray()
        self.count = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        view = memoryview(data).cast("B")
        size = view.nbytes
        self.kept += view[: PRINT_LIMIT - len(self.kept)]
        self.count += size
        return size

    def text(self) -> str:
        text = self.kept.decode("utf-8", "replace")
        cut = self.count - len(self.kept)
        return f"{text}\n... ({cut} more bytes printed, cut here)" if cut else text


def capture_output() -> _Sink:
    """Point ``sys.stdout`` and ``sys.stderr`` at a fresh sink and return it."""
    sink = _Sink()
    stream = io.TextIOWrapper(cast(BinaryIO, sink), encoding="utf-8", errors="backslashreplace", write_through=True)
    sys.stdout = sys.stderr = stream
    return sink


def guarded(action: Callable[[], dict[str, Any]], path: str) -> dict[str, Any]:
    """Run ``action`` and return its reply, or a reply that says what it raised; add what was printed."""
    sink = capture_output()
    try:
        reply = action()
    except SystemExit as error:
        reply = {"status": "exited", "message": codec.short_text(error.code), "lines": learner_lines(error, path)}
    except BaseException as error:  # KeyboardInterrupt and the like included: all of it is the learner's
        reply = {"status": "raised", **describe_error(error, path)}
    reply["printed"] = sink.text()
    return reply


def describe_error(error: BaseException, path: str) -> dict[str, Any]:
    """Return the type, the message and the learner's own lines of an exception."""
    try:
        message = str(error)
    except Exception:
        message = "<no text: str() of the exception failed>"
    lines = learner_lines(error, path)
    if isinstance(error, SyntaxError) and error.filename == path:
        text = (error.text or "").rstrip()
        lines = [f"line {error.lineno}: {text.strip()}"]
        message = error.msg
    return {
        "type": type(error).__name__,
        "mro": [kind.__name__ for kind in type(error).__mro__],
        "message": message if len(message) <= 600 else message[:600] + "...",
        "lines": lines,
        "own": bool(lines),
    }


def learner_lines(error: BaseException, path: str) -> list[str]:
    """Return ``line N, in f: source`` for the frames of ``error`` that lie in the learner's file."""
    frames = [f for f in traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__)) if f.filename == path]
    texts = [f"line {f.lineno}, in {f.name}: {f.line}" for f in frames]
    if len(texts) > _SHOWN_FRAMES:
        texts = [*texts[:2], f"... {len(texts) - 3} more calls ...", texts[-1]]
    return texts


def is_placeholder(node: ast.AST) -> bool:
    """Whether a function's body is nothing but a docstring, ``pass``, ``...`` or ``raise NotImplementedError``.

    >>> is_placeholder(ast.parse("def f(x):\\n    'What it does.'\\n    raise NotImplementedError").body[0])
    True
    """
    if not isinstance(node, ast.FunctionDef):
        return False
    for line in node.body:
        constant = isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)
        stub = isinstance(line, ast.Raise) and line.exc is not None and "NotImplementedError" in ast.dump(line.exc)
        if not (constant or stub or isinstance(line, ast.Pass)):
            return False
    return True


class Submission:
    """The learner's file, loaded, and the functions that can be called in it."""

    def __init__(self, path: str, function: str | None) -> None:
        self.path = path
        self.function = function
        self.module: Any = None
        self.placeholders: set[str] = set()

    def load(self) -> dict[str, Any]:
        """Run the file as a module."""
        tree = ast.parse(Path(self.path).read_bytes(), filename=self.path)
        self.placeholders = {n.name for n in tree.body if isinstance(n, ast.FunctionDef) and is_placeholder(n)}
        name = f"submission_{Path(self.path).stem}"
        spec = importlib.util.spec_from_file_location(name, self.path)
        if spec is None:
            raise ImportError(f"{self.path} is not a Python file")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module  # dataclasses look their module up by name
        exec(compile(tree, self.path, "exec"), module.__dict__)
        self.module = module
        wanted = [self.function] if self.function else [n for n, v in vars(module).items() if inspect.isfunction(v)]
        names = {name: parameter_names(getattr(module, name, None), 12) for name in wanted}
        return {"status": "loaded", "parameters": names}

    def time(self, name: str, baseline: str, args: tuple[Any, ...], kwargs: dict[str, Any], traffic: float) -> Any:
        """Race one function against a baseline of the speed exercises."""
        from minicompress.workbook.speed import race

        function = getattr(self.module, self.function or name)
        return {"status": "returned", "value": race(function, baseline, args, kwargs, traffic), "changed": {}}

    def call(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Call one function; reply with its result and with the arguments that it changed."""
        name = self.function or name
        function = getattr(self.module, name, None)
        if not callable(function):
            defined = [n for n, v in vars(self.module).items() if inspect.isfunction(v)]
            return {"status": "missing", "defined": defined[:20]}
        if name in self.placeholders:
            return {"status": "not attempted"}
        names = [*parameter_names(function, len(args)), *kwargs]
        values = [*args, *kwargs.values()]
        before = [codec.encode(value) for value in values]
        result = function(*args, **kwargs)
        changed = {
            label: value
            for label, value, old in zip(names, values, before, strict=True)
            if not holds_generator(value) and codec.encode(value) != old
        }
        return {"status": "returned", "value": result, "changed": changed}


def holds_generator(value: Any) -> bool:
    """Whether ``value`` is, or contains, a random generator: drawing from one is no mistake."""
    if isinstance(value, list | tuple):
        return any(map(holds_generator, value))
    return type(value).__name__ == "Generator"


def parameter_names(function: Any, count: int) -> list[str]:
    """Return a name for each of ``count`` positional arguments: the function's own, else ``argument_1`` and so on."""
    try:
        known = [p.name for p in inspect.signature(function).parameters.values() if p.kind < p.VAR_POSITIONAL]
    except (TypeError, ValueError):
        known = []
    return [known[i] if i < len(known) else f"argument_{i + 1}" for i in range(count)]


def limit_memory() -> None:
    """Cap the address space, so that a runaway allocation is a ``MemoryError`` and not a frozen computer."""
    try:
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        soft = MEMORY_LIMIT if hard == resource.RLIM_INFINITY else min(MEMORY_LIMIT, hard)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    except (ImportError, OSError, ValueError):
        pass  # no such limit on this system: the time limit still holds


def leave_with_parent() -> None:
    """End this process when its parent is gone, even in the middle of an endless loop."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Move the protocol off descriptors 0, 1 and 2 and leave the null device there for the learner."""
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    return incoming, outgoing


def serve(submission: Submission, incoming: BinaryIO, outgoing: BinaryIO) -> None:
    """Answer requests until the parent closes the pipe."""

    def send(reply: dict[str, Any]) -> None:
        outgoing.write(encoded(reply))
        outgoing.flush()

    send({"status": "ready"})
    while len(header := incoming.read(codec.HEADER.size)) == codec.HEADER.size:
        request = codec.decode(header + incoming.read(sum(codec.HEADER.unpack(header))))
        if request["op"] == "load":
            send(guarded(submission.load, submission.path))
            continue
        call = partial(submission.call, request["name"], request["args"], request["kwargs"])
        if request["op"] == "time":
            keys = ("name", "baseline", "args", "kwargs", "traffic")
            call = partial(submission.time, *(request[key] for key in keys))
        send(guarded(call, submission.path))


def encoded(reply: dict[str, Any]) -> bytes:
    """Return the message of a reply; a result that is too large is replaced by a reply that says so."""
    try:
        return codec.encode(reply)
    except (codec.TooLarge, MemoryError) as error:
        return codec.encode({"status": "too large", "message": str(error), "printed": reply["printed"]})


def main(target: str) -> None:
    """Serve ``FILE`` or ``FILE:FUNCTION`` (every call then goes to that function)."""
    path, _, function = target.rpartition(":") if not target.endswith(".py") else (target, "", "")
    limit_memory()
    leave_with_parent()
    sys.dont_write_bytecode = True
    serve(Submission(path, function or None), *private_pipes())


if __name__ == "__main__":
    main(sys.argv[1])
