"""The names of a scope that is spread over many blocks, kept over edits block by block."""

import ast
from collections.abc import Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet

from leakwise.facts.apis.torch_methods import BACKWARD_METHODS
from leakwise.facts.code.names import Binding, NestedScope, ScopeIndex
from leakwise.syntax import Block

_ByKey = dict[str, dict[Block, None]]


class GatheredNames:
    """What the indexes of a scope's blocks say together; asked like a `ScopeIndex`."""

    def __init__(self) -> None:
        self._parts: dict[Block, ScopeIndex] = {}
        self._words: _ByKey = {}
        self._called: _ByKey = {}
        self._writes: _ByKey = {}
        self._bound: _ByKey = {}
        self._traits: _ByKey = {}
        self._nesting: dict[Block, ScopeIndex] = {}
        self._putting: dict[Block, ScopeIndex] = {}
        self._sharing: dict[Block, ScopeIndex] = {}
        self._adding: dict[Block, ScopeIndex] = {}
        self._asked: dict[frozenset[str], dict[Block, dict[str, frozenset[str]]]] = {}
        """By methods, what `asked_for` found in each block."""

    def sync(self, parts: dict[Block, ScopeIndex]) -> set[str]:
        """Takes the indexes of all blocks of the scope; gives the words that came or went."""
        changed: set[str] = set()
        for block in [block for block in self._parts if block not in parts]:
            changed |= self.put(block, None)
        for block, index in parts.items():
            if self._parts.get(block) is not index:
                changed |= self.put(block, index)
        return changed

    def put(self, block: Block, index: ScopeIndex | None) -> set[str]:
        """Takes the index of one block, or None where it is gone; gives the words that came or
        went."""
        old = self._parts.pop(block, None)
        before = old or _NOTHING
        after = index or _NOTHING
        changed = _replace(self._words, block, before.words, after.words)
        _replace(self._called, block, before.called, after.called)
        _replace(self._writes, block, before.writes, after.writes)
        _replace(self._bound, block, before.bound.keys(), after.bound.keys())
        _replace(self._traits, block, before.traits, after.traits)
        for table, was, holds in (
            (self._nesting, before.nested, after.nested),
            (self._putting, before.put_into, after.put_into),
            (self._sharing, before.shared, after.shared),
            (self._adding, before.added, after.added),
        ):
            if was:
                del table[block]
            if holds:
                table[block] = after
        for known in self._asked.values():
            known.pop(block, None)
        if index is not None:
            self._parts[block] = index
        return changed

    def part(self, block: Block) -> ScopeIndex | None:
        """The index of one block."""
        return self._parts.get(block)

    def parts(self) -> Iterable[ScopeIndex]:
        """The indexes of all blocks."""
        return self._parts.values()

    def binders(self, name: str) -> Iterable[Block]:
        """The blocks that bind a name."""
        return self._bound.get(name, ())

    def words_now(self) -> Collection[str]:
        """Every identifier in the scope's own code."""
        return self._words.keys()

    def called_now(self) -> Collection[str]:
        """Everything that is called, with and without the path before it."""
        return self._called.keys()

    def mentions(self, word: str) -> bool:
        """Whether an identifier stands in the scope's own code."""
        return word in self._words

    def mentions_any(self, words: AbstractSet[str]) -> bool:
        """Whether one of some identifiers stands in the scope's own code."""
        return not self._words.keys().isdisjoint(words)

    def calls(self, path: str) -> bool:
        """Whether what is at a path is called."""
        return path in self._called

    def puts(self, path: str) -> int:
        """How many places put a value into what is at a path."""
        return sum(part.puts(path) for part in self._putting.values())

    def calls_any(self, paths: AbstractSet[str]) -> bool:
        """Whether what is at one of some paths is called."""
        return not self._called.keys().isdisjoint(paths)

    def calls_named(self, name: str) -> Iterable[ast.Call]:
        """The calls of a name, or of `self.name`."""
        for block in self._called.get(name, ()):
            yield from self._parts[block].call_nodes.get(name, ())

    def asked_for(self, methods: frozenset[str]) -> dict[str, frozenset[str]]:
        """The paths on which some of these methods are called, with those."""
        known = self._asked.setdefault(methods, {})
        found: dict[str, frozenset[str]] = {}
        for block in self._mentioning(self._words.keys() & methods):
            own = known.get(block)
            if own is None:
                own = known[block] = self._parts[block].asked_for(methods)
            for path, some in own.items():
                found[path] = found.get(path, some) | some
        return found

    def methods_asked(self, path: str) -> Iterable[str]:
        """The methods that are called on what is at a path."""
        for block in self._words.get(path.partition(".")[0], ()):
            yield from self._parts[block].methods_asked(path)

    def _mentioning(self, words: Iterable[str]) -> dict[Block, None]:
        found: dict[Block, None] = {}
        for word in words:
            found.update(self._words.get(word, {}))
        return found

    def bindings_of(self, name: str) -> Sequence[Binding]:
        """How a name is bound, in order."""
        return [
            binding for block in self._holding(name) for binding in self._parts[block].bound[name]
        ]

    def values_of(self, name: str) -> Sequence[ast.expr]:
        """The values that plain assignments give a name."""
        return [
            value
            for block in self._holding(name)
            for value in self._parts[block].assigned.get(name, ())
        ]

    def attributes_given(self, name: str) -> Iterable[str]:
        """The attributes, as paths, that are assigned what a name holds."""
        for part in self._sharing.values():
            yield from part.attributes_given(name)

    def backpropagated_now(self) -> Iterable[str]:
        """The names from which backward passes start."""
        for block in self._mentioning(BACKWARD_METHODS):
            yield from self._parts[block].backpropagated

    def given_now(self) -> Iterable[tuple[str, str]]:
        """Pairs of names from one of which a backward pass starts."""
        for block in self._mentioning(BACKWARD_METHODS):
            yield from self._parts[block].given

    def started_now(self) -> Iterable[ast.expr]:
        """What is no name, and a backward pass starts from it."""
        for block in self._mentioning(BACKWARD_METHODS):
            yield from self._parts[block].started

    def added_to(self, name: str) -> Iterable[ast.expr]:
        """What augmented assignments add to a name."""
        for part in self._adding.values():
            yield from part.added_to(name)

    def writes_attribute(self, name: str) -> bool:
        """Whether an attribute of this name is written, emptied or cut."""
        return name in self._writes

    def binds_attribute(self, name: str) -> bool:
        """Whether an attribute of this name is assigned."""
        return any(name in self._parts[block].binds for block in self._writes.get(name, ()))

    def written_attributes(self) -> Iterable[str]:
        """The attributes that are written, emptied or cut."""
        return tuple(self._writes)

    def has_trait(self, trait: str) -> bool:
        """Whether one of the blocks has a trait."""
        return trait in self._traits

    def nested_scopes(self) -> Iterable[NestedScope]:
        """The functions and classes directly in the scope."""
        return (nested for part in self._nesting.values() for nested in part.nested)

    def _holding(self, name: str) -> list[Block]:
        return sorted(self._bound.get(name, ()), key=lambda block: block.start)


_NOTHING = ScopeIndex()


def _replace(table: _ByKey, block: Block, before: Iterable[str], after: Iterable[str]) -> set[str]:
    """Moves a block's entries in a table; gives the keys that the table gained or lost."""
    old, new = set(before), set(after)
    changed: set[str] = set()
    for key in old - new:
        holders = table[key]
        holders.pop(block, None)
        if not holders:
            del table[key]
            changed.add(key)
    for key in new - old:
        known = table.get(key)
        if known is None:
            table[key] = {block: None}
            changed.add(key)
        else:
            known[block] = None
    return changed
