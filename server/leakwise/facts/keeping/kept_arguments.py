"""What a function keeps of the arguments that it is called with, whenever it is called.

For hooks and other callbacks: nothing is known of what they are called with, only that it may carry
a graph. So this follows the parameters by name, through the function's own statements.
"""

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from leakwise.facts.code.in_place_sums import added_in_place
from leakwise.facts.code.names import path_of, paths_in
from leakwise.facts.terms.places import Locatable, Place, place_of
from leakwise.syntax import Block


@dataclass(frozen=True, slots=True)
class Kept:
    """An argument, or something made from one, that stays somewhere when the function has ended.

    `holder` is the path that keeps it; `grows` whether what was kept before stays beside it: it is
    appended, or put under a key that is not constant. `detached` is whether it is cut from its
    graph, by `detach()` and its like; None where that is not known. `positions` are those of the
    parameters, `self` not counted. `appended` where it is put beside what was there, and no `if`
    round it asks for the holder. `number` where it holds no tensor. `named` where it is written as
    the name of a parameter that is bound to nothing else, or as an item of one.
    """

    holder: str
    parameters: frozenset[str]
    grows: bool
    detached: bool | None
    place: Place
    positions: frozenset[int] = frozenset()
    appended: bool = False
    number: bool = False
    named: bool = False


@dataclass(frozen=True, slots=True)
class ArgumentUse:
    """What a function keeps of its arguments, and what it gives back of them."""

    kept: tuple[Kept, ...] = ()
    given_back: tuple[Kept, ...] = ()
    """With "" as the holder."""


_CUTS = frozenset(["detach", "detach_", "item", "tolist", "numpy", "size", "numel", "dim"])
_NO_TENSOR = frozenset(["float", "int", "str", "len", "bool", "repr", "type", "isinstance", "id"])
_NUMBER_CALLS = frozenset(["item", "size", "numel", "dim", "stride", "element_size"])
_NUMBER_ATTRIBUTES = frozenset(["shape", "dtype", "device", "ndim"])
_CUT_ATTRIBUTES = frozenset(["shape", "dtype", "device", "data", "ndim", "grad"])
# They give a tensor with the graph of what they are called on:
# https://docs.pytorch.org/docs/stable/tensors.html.
_SAME_GRAPH = frozenset(
    [
        "clone",
        "cpu",
        "cuda",
        "to",
        "contiguous",
        "view",
        "reshape",
        "flatten",
        "squeeze",
        "unsqueeze",
        "mean",
        "sum",
        "norm",
        "abs",
        "max",
        "min",
        "float",
        "half",
        "double",
        "permute",
        "transpose",
        "t",
        "pow",
        "sqrt",
        "std",
        "var",
    ]
)
_GROWING = frozenset(["append", "appendleft", "add", "put", "insert", "extend"])
_UPDATING = frozenset(["update", "__setitem__", "setdefault"])


def _owner_of_slot(node: ast.expr) -> ast.expr | None:
    """The container of which `groups[key]`, or `groups.setdefault(key, [])`, is a part."""
    if isinstance(node, ast.Subscript):
        return node.value
    function = node.func if isinstance(node, ast.Call) else None
    slot = isinstance(function, ast.Attribute) and function.attr == "setdefault"
    return function.value if slot and isinstance(function, ast.Attribute) else None


def used_by_lambda(node: ast.Lambda, block: Block) -> ArgumentUse:
    """What a lambda keeps of its arguments."""
    follow = _Follow(_parameters(node.args), block, lambda statement: None)
    kept = tuple(follow.expression(node.body))
    follow.give_back(node.body)
    return ArgumentUse(kept, tuple(follow.given_back))


def used_by_function(
    node: ast.FunctionDef | ast.AsyncFunctionDef,
    block: Block,
    instance: str | None,
    child_block: Callable[[ast.stmt], Block | None],
) -> ArgumentUse:
    """What a function keeps of its arguments, `self` not counted."""
    names = tuple(name for name in _parameters(node.args) if name != instance)
    follow = _Follow(names, block, child_block)
    kept = tuple(follow.suite(node.body))
    return ArgumentUse(kept, tuple(follow.given_back))


def _root(path: str) -> str:
    return path.partition(".")[0].partition("[")[0]


def _parameters(arguments: ast.arguments) -> tuple[str, ...]:
    extra = [one for one in (arguments.vararg, arguments.kwarg) if one is not None]
    every = [*arguments.posonlyargs, *arguments.args, *extra, *arguments.kwonlyargs]
    return tuple(one.arg for one in every)


_Made = tuple[frozenset[str], bool | None, bool]
"""Of a function's own name: the parameters it is made from, whether it is cut, and whether it holds
no tensor."""


def _either(one: _Made, other: _Made) -> _Made:
    """What a name holds on one of two ways. One that is attached on one way and not known to be cut
    on the other is attached where it is used."""
    answers = {one[1], other[1]}
    cut = one[1] if len(answers) == 1 else None if True in answers else False
    return one[0] | other[0], cut, one[2] and other[2]


def _is_left(statements: list[ast.stmt]) -> bool:
    return bool(statements) and isinstance(statements[-1], (ast.Return, ast.Raise, ast.Continue))


class _Follow:
    def __init__(
        self,
        parameters: tuple[str, ...],
        block: Block,
        child_block: Callable[[ast.stmt], Block | None],
    ) -> None:
        self.block = block
        self.child_block = child_block
        self.parameters = parameters
        self.made: dict[str, _Made] = {
            name: (frozenset({name}), False, False) for name in parameters
        }
        self.tested: tuple[str, ...] = ()
        """The paths that the `if` statements round a place ask for."""
        self.rebound: set[str] = set()
        self.given_back: list[Kept] = []
        self.outer: set[str] = set()
        self.own: set[str] = set(parameters)

    def suite(self, statements: Iterable[ast.stmt]) -> Iterator[Kept]:
        for node in statements:
            yield from self._in_its_block(node)

    def statement(self, node: ast.stmt) -> Iterator[Kept]:
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            self.outer.update(node.names)
        elif isinstance(node, ast.Assign):
            yield from self.expression(node.value)
            for target in node.targets:
                yield from self.assignment(target, node.value, grows=False)
        elif isinstance(node, (ast.AnnAssign, ast.AugAssign)) and node.value is not None:
            yield from self.expression(node.value)
            grows = isinstance(node, ast.AugAssign)
            yield from self.assignment(node.target, node.value, grows=grows)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            self.bind(node.target, node.iter)
            yield from self.suite([*node.body, *node.orelse])
        elif isinstance(node, ast.If):
            outer = self.tested
            self.tested = (*outer, *paths_in(node.test))
            yield from self.expression(node.test)
            yield from self._branches(node)
            self.tested = outer
        else:
            if isinstance(node, ast.Return) and node.value is not None:
                self.give_back(node.value)
            addition = added_in_place(node)
            if addition is not None and not isinstance(addition.target, ast.Name):
                yield from self.assignment(addition.target, addition.value, grows=True)
            for part in ast.iter_child_nodes(node):
                yield from self._within(part)

    def _branches(self, node: ast.If) -> Iterator[Kept]:
        before = self.made.copy()
        yield from self.suite(node.body)
        one, self.made = self.made, before
        yield from self.suite(node.orelse)
        other = self.made
        if _is_left(node.orelse):
            self.made = one
        elif not _is_left(node.body):
            both = one.keys() & other.keys()
            self.made = {**one, **other, **{name: _either(one[name], other[name]) for name in both}}

    def give_back(self, value: ast.expr) -> None:
        """Notes what is returned."""
        if used := self.used(value):
            self.given_back.append(self._kept("", used, value, grows=False, appended=False))

    def _kept(
        self, path: str, used: frozenset[str], value: ast.expr, *, grows: bool, appended: bool
    ) -> Kept:
        positions = frozenset(self.parameters.index(name) for name in used)
        roots = {_root(one) for one in paths_in(value)}
        named = isinstance(value, (ast.Name, ast.Subscript)) and self.rebound.isdisjoint(roots)
        return Kept(
            path,
            used,
            grows,
            self.cut(value),
            self._place(value),
            positions,
            appended and path not in self.tested,
            self.number(value),
            named,
        )

    def _in_its_block(self, node: ast.stmt) -> Iterator[Kept]:
        outer = self.block
        self.block = self.child_block(node) or outer
        yield from self.statement(node)
        self.block = outer

    def _within(self, part: ast.AST) -> Iterator[Kept]:
        if isinstance(part, ast.stmt):
            yield from self._in_its_block(part)
        elif isinstance(part, ast.expr):
            yield from self.expression(part)
        else:
            for inner in ast.iter_child_nodes(part):
                yield from self._within(inner)

    def assignment(self, target: ast.expr, value: ast.expr, *, grows: bool) -> Iterator[Kept]:
        """What `target = value` keeps; a name of the function's own is followed."""
        if isinstance(target, (ast.Tuple, ast.List)):
            for one in target.elts:
                yield from self.assignment(one, value, grows=grows)
            return
        holder = target
        if isinstance(target, ast.Subscript):
            holder = target.value
            grows = grows or not isinstance(target.slice, ast.Constant)
        path = path_of(holder)
        used = self.used(value)
        if path is None:
            return
        root = _root(path)
        if root == path and holder is target and root not in self.outer:
            self.bind(target, value)
        elif used and root not in self.own:
            yield self._kept(path, used, value, grows=grows, appended=False)

    def bind(self, target: ast.expr, value: ast.expr) -> None:
        """Notes what names of the function's own are made from."""
        for one in ast.walk(target):
            if isinstance(one, ast.Name):
                self.own.add(one.id)
                self.rebound.add(one.id)
                made = (self.used(value), self.cut(value), self.number(value))
                self.made.pop(one.id, None)
                if made[0]:
                    self.made[one.id] = made

    def expression(self, node: ast.expr) -> Iterator[Kept]:
        """What the calls in an expression keep: `append` and its like, of what is not its own."""
        for part in ast.walk(node):
            if not isinstance(part, ast.Call) or not isinstance(part.func, ast.Attribute):
                continue
            name, holder = part.func.attr, part.func.value
            while path_of(holder) is None and (owner := _owner_of_slot(holder)) is not None:
                holder = owner
            path = path_of(holder)
            if path is None or _root(path) in self.own:
                continue
            if name not in _GROWING and name not in _UPDATING:
                continue
            for given in (*part.args, *(keyword.value for keyword in part.keywords)):
                if used := self.used(given):
                    grows = name in _GROWING
                    yield self._kept(path, used, given, grows=grows, appended=grows)

    def used(self, node: ast.AST) -> frozenset[str]:
        """The parameters that an expression is made from."""
        found: frozenset[str] = frozenset()
        for path in paths_in(node):
            known = self.made.get(_root(path))
            if known is not None:
                found |= known[0]
        return found

    def cut(self, node: ast.expr) -> bool | None:
        """Whether what an expression gives refers to no graph; None where that is not known."""
        if not self.used(node):
            return True
        if isinstance(node, ast.Name):
            return self.made[node.id][1]
        if isinstance(node, ast.Attribute):
            return True if node.attr in _CUT_ATTRIBUTES else self.cut(node.value)
        if isinstance(node, (ast.Subscript, ast.Starred)):
            return self.cut(node.value)
        if isinstance(node, ast.Call):
            return self._cut_by_call(node)
        if isinstance(node, (ast.Compare, ast.JoinedStr)):
            return True
        parts = self._parts(node)
        if parts is None:
            return None
        answers = [self.cut(part) for part in parts]
        if False in answers:
            return False
        return None if None in answers else True

    def number(self, node: ast.expr) -> bool:
        """Whether what an expression gives surely holds no tensor of an argument."""
        if not self.used(node):
            return True
        if isinstance(node, ast.Name):
            return self.made[node.id][2]
        if isinstance(node, ast.Attribute):
            return node.attr in _NUMBER_ATTRIBUTES or self.number(node.value)
        if isinstance(node, (ast.Subscript, ast.Starred)):
            return self.number(node.value)
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                return node.func.attr in _NUMBER_CALLS
            return path_of(node.func) in _NO_TENSOR
        if isinstance(node, ast.JoinedStr):
            return True
        parts = self._parts(node)
        return parts is not None and all(self.number(part) for part in parts)

    def _cut_by_call(self, node: ast.Call) -> bool | None:
        function = node.func
        if isinstance(function, ast.Attribute):
            if function.attr in _CUTS:
                return True
            known = function.attr in _SAME_GRAPH and self.used(function.value)
            return self.cut(function.value) if known else self._cut_below(function.value)
        return True if path_of(function) in _NO_TENSOR else None

    def _cut_below(self, node: ast.expr) -> bool | None:
        """`o.detach().anything()` is cut too."""
        return True if self.used(node) and self.cut(node) is True else None

    def _parts(self, node: ast.expr) -> list[ast.expr] | None:
        if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            return list(node.elts)
        if isinstance(node, ast.Dict):
            return list(node.values)
        if isinstance(node, ast.BinOp):
            return [node.left, node.right]
        if isinstance(node, ast.UnaryOp):
            return [node.operand]
        return [node.body, node.orelse] if isinstance(node, ast.IfExp) else None

    def _place(self, node: Locatable) -> Place:
        return place_of(node, self.block)
