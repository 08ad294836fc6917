"""Arguments whose length, and so whose shape, is another one in each round of a loop."""

import ast
import functools
from collections.abc import Iterator

from leakwise.facts.code.names import path_of, paths_in
from leakwise.facts.interpreter.run import Run
from leakwise.facts.keeping.renewal import renewing
from leakwise.facts.terms.events import Loop
from leakwise.facts.terms.values import UNKNOWN, Kind

_FROM_SHAPE = frozenset({"zeros", "ones", "fill", "range", "arange", "empty", "normal", "uniform"})
"""Functions of tensors and arrays whose first argument is a shape or a length:
https://www.tensorflow.org/api_docs/python/tf/zeros."""
_FROM_SEQUENCE = frozenset(
    {"constant", "convert_to_tensor", "array", "asarray", "expand_dims", "cast"}
)
_CUTTING = ("tokenize", "tokenise", "encode", "split", "tokens", "words")
"""In the names of functions that cut a text into as many parts as it has."""
_PADDING = ("pad", "max_len", "maxlen", "truncat")
_MARK = "[:-1]"
"""Behind a name: the path at which it is noted in which loops its length is another one."""


def uneven_in(run: Run, node: ast.expr) -> tuple[Loop, ...]:
    """The loops in whose rounds an expression is known by its form, or by that of what its name was
    bound to, to have another length each."""
    if not run.loops:
        return ()
    if isinstance(node, ast.Name):
        return run.state.fresh_in.get(node.id + _MARK, ())
    if isinstance(node, ast.Subscript):
        return tuple(dict.fromkeys(_cut_by_bounds(run, node.slice)))
    if isinstance(node, ast.ListComp):
        given = node.generators[0].iter
        return uneven_in(run, given) if not node.generators[0].ifs else ()
    return _of_call(run, node) if isinstance(node, ast.Call) else ()


def note_uneven(run: Run, path: str, value: ast.expr) -> None:
    """Notes that a name now holds something of another length in each round."""
    if path.isidentifier() and (loops := uneven_in(run, value)):
        run.state.bind(path + _MARK, UNKNOWN, loops)


def _cut_by_bounds(run: Run, index: ast.expr) -> Iterator[Loop]:
    """`x[:n]` and `x[n:]`; with both bounds the length may be the same."""
    for part in index.elts if isinstance(index, ast.Tuple) else [index]:
        if isinstance(part, ast.Slice) and (part.lower is None) is not (part.upper is None):
            bound = part.lower or part.upper
            if bound is not None:
                yield from _counted(run, bound)


def _counted(run: Run, node: ast.expr) -> Iterator[Loop]:
    """The loops that count through a number that stands in an expression, or that take the length
    of something else in each round."""
    if isinstance(node, ast.Call) and path_of(node.func) == "len" and node.args:
        yield from renewing(run, paths_in(node.args[0]), run.loops)
        return
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and run.read(part.id).kind is Kind.NUMBER:
            yield from (loop for loop in run.loops if part.id in loop.names)


def _of_call(run: Run, node: ast.Call) -> tuple[Loop, ...]:
    name = (path_of(node.func) or "").rpartition(".")[2]
    if isinstance(node.func, ast.Attribute):
        name = node.func.attr
    given = node.args[0] if node.args else None
    if given is None:
        return _of_text(run, node)
    if name in _FROM_SHAPE:
        parts = given.elts if isinstance(given, (ast.Tuple, ast.List)) else [given]
        found = [loop for part in parts for loop in _counted(run, part)]
        return tuple(dict.fromkeys(found))
    if name in _FROM_SEQUENCE:
        inner = given.elts[0] if isinstance(given, ast.List) and len(given.elts) == 1 else given
        return uneven_in(run, inner)
    return _of_text(run, node)


@functools.lru_cache(maxsize=1 << 12)
def _tells_of(name: str, words: tuple[str, ...]) -> bool:
    """Whether a name has one of some words in it; asked of every call in a loop."""
    name = name.lower()
    return any(word in name for word in words)


def _of_text(run: Run, node: ast.expr) -> tuple[Loop, ...]:
    """Of what cuts each text into its parts, without padding."""
    if not isinstance(node, ast.Call):
        return ()
    name = (path_of(node.func) or "").rpartition(".")[2]
    name = node.func.attr if isinstance(node.func, ast.Attribute) else name
    if not _tells_of(name, _CUTTING) or _tells_of(name, _PADDING):
        return ()
    if any(_tells_of(keyword.arg or "", _PADDING) for keyword in node.keywords):
        return ()
    return renewing(run, paths_in(node), run.loops)
