"""What is collected of the names of some statements, and the lasting form that it takes."""

import ast
import functools
from dataclasses import dataclass, field

from leakwise.facts.apis.torch_methods import FREEZING
from leakwise.facts.code.names import NOTHING, Binding, NestedScope, ScopeIndex


@dataclass(slots=True)
class CollectedNames:
    """What a walk through some statements has seen so far."""

    words: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    bound: dict[str, list[Binding]] = field(default_factory=dict)
    assigned: dict[str, list[ast.expr]] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    nested: list[NestedScope] = field(default_factory=list)
    writes: set[str] = field(default_factory=set)
    binds: set[str] = field(default_factory=set)
    asked: dict[str, set[str]] = field(default_factory=dict)
    traits: set[str] = field(default_factory=set)
    called: set[str] = field(default_factory=set)
    call_nodes: dict[str, list[ast.Call]] = field(default_factory=dict)
    puts: list[str] = field(default_factory=list)
    shared: dict[str, list[str]] = field(default_factory=dict)
    backpropagated: list[str] = field(default_factory=list)
    given: list[tuple[str, str]] = field(default_factory=list)
    started: list[ast.expr] = field(default_factory=list)
    added: dict[str, list[ast.expr]] = field(default_factory=dict)

    def index(self) -> ScopeIndex:
        """What was collected, in its lasting form."""
        if any(map(tells_of_freezing, self.words)):
            self.traits.add("freezing")
        return ScopeIndex(
            tuple(self.words),
            tuple(self.names),
            {name: tuple(bindings) for name, bindings in self.bound.items()} or NOTHING,
            {name: tuple(values) for name, values in self.assigned.items()} or NOTHING,
            tuple(self.stars),
            tuple(self.nested),
            tuple(self.writes),
            tuple(self.binds),
            {path: tuple(methods) for path, methods in self.asked.items()} or NOTHING,
            tuple(self.traits),
            tuple(self.called),
            {name: tuple(nodes) for name, nodes in self.call_nodes.items()} or NOTHING,
            tuple(self.puts),
            {name: tuple(paths) for name, paths in self.shared.items()} or NOTHING,
            tuple(self.backpropagated),
            tuple(self.given),
            tuple(self.started),
            {name: tuple(values) for name, values in self.added.items()} or NOTHING,
        )


@functools.lru_cache(maxsize=1 << 14)
def tells_of_freezing(word: str) -> bool:
    """Whether a name is that of a flag or a function that freezes parameters; it is asked of every
    name of a file."""
    return FREEZING.search(word) is not None
