"""The functions and classes of a document, and what its names are bound to, kept over edits."""

import ast
from collections.abc import Iterable, Iterator

from leakwise.facts.code.definitions import Definition, FunctionNode, ScopeNode
from leakwise.facts.code.gathered import GatheredNames
from leakwise.facts.code.indexing import index_header, index_statements
from leakwise.facts.code.names import Binding, NestedScope, ScopeIndex
from leakwise.facts.incremental.queries import Database, Input
from leakwise.syntax import Block, SyntaxTree

Key = tuple[str, int]


class Scopes:
    """The definitions of a document and the names at its top level."""

    def __init__(self, database: Database, tree: SyntaxTree) -> None:
        # It does not refer to the tree, which may keep it: see `of`.
        self.database = database
        self.by_node: dict[int, Definition] = {}
        self.dead: list[Definition] = []
        self.top = GatheredNames()
        self.module = Definition(database, ("", 0), None, None, None, self.top, 0)
        self.fresh: list[Definition] = [self.module]
        """The definitions made since this list was last emptied."""
        self._definitions: dict[Block, dict[Key, Definition]] = {}
        self._indexes: dict[Block, tuple[int, ScopeIndex]] = tree.notes
        self._kept_indexes = 0
        self._parts: dict[Block, list[Block]] = {}
        self._shapes: dict[Block, object] = {}
        self._mentioning: dict[str, dict[Definition, None]] = {}
        self._by_name: dict[str, dict[Definition, None]] = {}
        self._changed_words: set[str] = set()
        self._changed_names: set[str] = set()
        self._names: dict[str, Input[tuple[Binding, ...]]] = {}
        self._mentions: dict[str, Input[tuple[Definition, ...]]] = {}
        self._mentioned: dict[str, Input[bool]] = {}
        self._named: dict[str, Input[tuple[Definition, ...]]] = {}
        self._stars: Input[tuple[str, ...]] = Input(database, ())
        self._imports: Input[frozenset[tuple[str, str]]] = Input(database, frozenset())
        self._defined: Input[frozenset[str]] = Input(database, frozenset())
        self._touch(tree.blocks, tree.blocks, [])

    @classmethod
    def of(cls, database: Database, tree: SyntaxTree) -> "Scopes":
        """The scopes of a tree, for facts kept in `database`. Those of one that nobody may update
        are made once for all who read it."""
        if not database.final:
            return cls(database, tree)
        known = tree.whole.get(cls)
        if known is None:
            known = tree.whole[cls] = cls(Database(final=True), tree)
        return known

    def update(
        self, blocks: list[Block], touched: list[Block], removed: list[Block]
    ) -> list[Definition]:
        """Takes in changed top-level blocks, of all that there are now; gives the definitions that
        are gone."""
        self.dead = []
        self._touch(blocks, touched, removed)
        return self.dead

    def all(self) -> Iterator[Definition]:
        """Every definition, and the module itself last."""
        for definitions in self._definitions.values():
            yield from definitions.values()
        yield self.module

    def bindings(self, name: str) -> tuple[Binding, ...]:
        """How a name is bound at the top level, in order."""
        found = self._names.get(name)
        if found is None:
            found = Input(self.database, tuple(self.top.bindings_of(name)))
            self._names[name] = found
        return found.read()

    def stars(self) -> tuple[str, ...]:
        """The modules from which everything is imported at the top level."""
        return self._stars.read()

    def imports(self) -> frozenset[tuple[str, str]]:
        """The names that imports bind at the top level, with what they stand for."""
        return self._imports.read()

    def defined(self) -> frozenset[str]:
        """The names that functions and classes have, or had, wherever they are."""
        return self._defined.read()

    def mentioning(self, word: str) -> tuple[Definition, ...]:
        """The definitions in whose own code an identifier stands."""
        found = self._mentions.get(word)
        if found is None:
            found = Input(self.database, tuple(self._mentioning.get(word, ())))
            self._mentions[word] = found
        return found.read()

    def mentioned(self, word: str) -> bool:
        """Whether an identifier stands anywhere in the file: who asks just this is not reached by
        an edit after which it still does."""
        found = self._mentioned.get(word)
        if found is None:
            found = self._mentioned[word] = Input(self.database, bool(self._mentioning.get(word)))
        return found.read()

    def named(self, name: str) -> tuple[Definition, ...]:
        """The functions and classes of this name, wherever they are."""
        found = self._named.get(name)
        if found is None:
            found = Input(self.database, tuple(self._by_name.get(name, ())))
            self._named[name] = found
        return found.read()

    def index(self, block: Block) -> ScopeIndex:
        """The index of a leaf, or of the header of a block that is split."""
        known = self._indexes.get(block)
        if known is not None and known[0] == block.own_revision:
            return known[1]
        if block.children:
            index = index_header(block.statements[0])
        else:
            index = index_statements(block.statements)
        self._indexes[block] = (block.own_revision, index)
        return index

    def _touch(self, blocks: list[Block], touched: list[Block], removed: list[Block]) -> None:
        reshaped = bool(removed) or self.module.block is None
        for block in removed:
            self._shapes.pop(block, None)
            for definition in self._definitions.pop(block, {}).values():
                self._drop(definition)
            for part in self._parts.pop(block, ()):
                self._put_top(part, None)
                self._indexes.pop(part, None)
        for block in touched:
            self._define(block)
            shape = _shape(block)
            if self._shapes.get(block) != shape:
                self._shapes[block] = shape
                reshaped = True
        if reshaped:
            self.module.block = blocks[0] if blocks else None
            self.module.code.set(object())
        self._publish()
        self._forget_indexes(blocks)

    def _publish(self) -> None:
        """Sets the inputs that changed; only those that were ever asked exist."""
        names = self._changed_names
        for name in names & self._names.keys():
            self._names[name].set(tuple(self.top.bindings_of(name)))
        for word in self._changed_words & self._mentions.keys():
            self._mentions[word].set(tuple(self._mentioning.get(word, ())))
        for word in self._changed_words & self._mentioned.keys():
            self._mentioned[word].set(bool(self._mentioning.get(word)))
        for name in names & self._named.keys():
            self._named[name].set(tuple(self._by_name.get(name, ())))
        if names:
            self._defined.set(frozenset(self._by_name))
            parts = list(self.top.parts())
            self._stars.set(tuple(star for part in parts for star in part.stars))
            self._imports.set(
                frozenset(
                    (name, binding.qualified)
                    for part in parts
                    if part.imports
                    for name, bindings in part.bound.items()
                    for binding in bindings
                    if binding.how == "import"
                )
            )
        self._changed_words, self._changed_names = set(), set()

    def _put_top(self, block: Block, index: ScopeIndex | None) -> None:
        """Takes the index of a block at the top level."""
        old = self.top.part(block)
        before = {} if old is None else old.bound
        after = {} if index is None else index.bound
        if before != after or (old is not None and old.stars) or (index and index.stars):
            self._changed_names.update(before, after)
        words = self.top.put(block, index)
        self._note_words(self.module, words)

    def _note_words(self, definition: Definition, changed: Iterable[str]) -> None:
        """Keeps the table of who mentions what, for words that came to or went from a scope."""
        index = definition.index
        words = index.words_now()
        now = words if isinstance(index, GatheredNames) else frozenset(words)
        for word in changed:
            holders = self._mentioning.setdefault(word, {})
            if word in now:
                holders[definition] = None
            else:
                holders.pop(definition, None)
            self._changed_words.add(word)

    def _drop(self, definition: Definition) -> None:
        if self.by_node.get(id(definition.node)) is definition:
            del self.by_node[id(definition.node)]
        self._by_name[definition.name].pop(definition, None)
        self._changed_names.add(definition.name)
        words = set(definition.index.words_now())
        definition.index = ScopeIndex()
        self._note_words(definition, words)
        if definition in self.fresh:
            # It went before anybody asked for it.
            self.fresh.remove(definition)
        self.dead.append(definition)

    def _define(self, block: Block) -> None:
        """Finds the definitions in a top-level block again; those that stay keep their identity."""
        old = self._definitions.get(block, {})
        new: dict[Key, Definition] = {}
        for definition in old.values():
            self.by_node.pop(id(definition.node), None)
        parts: dict[Block, ScopeIndex] = {}
        self._enter(block, self.module, parts, old, new)
        for part in self._parts.get(block, ()):
            if part not in parts:
                self._put_top(part, None)
        for part, index in parts.items():
            if self.top.part(part) is not index:
                self._put_top(part, index)
        self._parts[block] = list(parts)
        self._definitions[block] = new
        for key, definition in old.items():
            if new.get(key) is not definition:
                self._drop(definition)

    def _enter(
        self,
        block: Block,
        parent: Definition,
        parts: dict[Block, ScopeIndex],
        old: dict[Key, Definition],
        new: dict[Key, Definition],
    ) -> None:
        """Goes through a block; what it adds to its scope is put into `parts`, the definitions in
        it into `new`."""
        own = parts[block] = self.index(block)
        if not block.children:
            for nested in own.nested:
                self._place(nested, block, parent, block.revision, old, new)
            return
        node = block.statements[0]
        if not isinstance(node, ScopeNode):
            for child in block.children:
                self._enter(child, parent, parts, old, new)
            return
        definition = self._definition(node, block, parent, block.own_revision, old, new)
        inside: dict[Block, ScopeIndex] = {}
        known = self._indexes
        for child in block.children:
            revision, index = known.get(child, _NO_INDEX)
            # Most are as they were, and define nothing.
            if revision == child.own_revision and not child.children and not index.nested:
                inside[child] = index
            else:
                self._enter(child, definition, inside, old, new)
        gathered = definition.index
        if not isinstance(gathered, GatheredNames):
            words = set(gathered.words_now())
            definition.index = gathered = GatheredNames()
            self._note_words(definition, words)
        self._note_words(definition, gathered.sync(inside))
        # A class's own code is its header and what is no method; a function's is all of it.
        definition.change_code(
            (block.own_revision, *(part.revision for part in inside if not _is_scope(part)))
            if definition.is_class
            else block.revision
        )

    def _place(
        self,
        nested: NestedScope,
        block: Block,
        parent: Definition,
        code: int,
        old: dict[Key, Definition],
        new: dict[Key, Definition],
    ) -> None:
        definition = self._definition(nested.node, block, parent, code, old, new)
        if definition.index is not nested.names:
            words = set(definition.index.words_now()).symmetric_difference(nested.names.words)
            definition.index = nested.names
            self._note_words(definition, words)
        definition.change_code(code)
        for inner in nested.names.nested:
            self._place(inner, block, definition, code, old, new)

    def _definition(
        self,
        node: ScopeNode,
        block: Block,
        parent: Definition,
        code: int,
        old: dict[Key, Definition],
        new: dict[Key, Definition],
    ) -> Definition:
        qualified = f"{parent.qualified}.{node.name}" if parent.qualified else node.name
        count = 0
        while (qualified, count) in new:
            count += 1
        key = (qualified, count)
        definition = old.get(key)
        if (
            definition is None
            or definition.is_class != isinstance(node, ast.ClassDef)
            or definition.parent is not parent
        ):
            definition = Definition(self.database, key, node, block, parent, _NO_NAMES, code)
            self.fresh.append(definition)
            self._by_name.setdefault(node.name, {})[definition] = None
            self._changed_names.add(node.name)
        definition.node, definition.block = node, block
        new[key] = definition
        self.by_node[id(node)] = definition
        return definition

    def _forget_indexes(self, blocks: list[Block]) -> None:
        """Drops the indexes of blocks that are gone, once there are many of them."""
        if len(self._indexes) < 2 * self._kept_indexes + 256:
            return
        alive: set[Block] = set()
        pending = list(blocks)
        while pending:
            block = pending.pop()
            alive.add(block)
            pending.extend(block.children)
        for block in [block for block in self._indexes if block not in alive]:
            del self._indexes[block]
        self._kept_indexes = len(self._indexes)


_NO_NAMES = ScopeIndex()
_NO_INDEX = (-1, _NO_NAMES)


def _is_scope(block: Block) -> bool:
    return len(block.statements) == 1 and isinstance(block.statements[0], FunctionNode)


def _shape(block: Block) -> object:
    """What the module's own statements see of a block: a function's or class's header only."""
    statements = block.statements
    if len(statements) == 1 and isinstance(statements[0], ScopeNode):
        node = statements[0]
        defaults: list[ast.expr | None] = []
        if isinstance(node, FunctionNode):
            defaults = [*node.args.defaults, *node.args.kw_defaults]
        return (type(node), node.name, len(node.decorator_list), len(defaults))
    return block.revision
