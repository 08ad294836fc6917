"""How other files of the project run a function: with recording on or off."""

import ast
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from leakwise.facts.code.callers import mode_at
from leakwise.facts.module import ModuleFacts
from leakwise.facts.symbols.project_index import Imports, ProjectIndex
from leakwise.facts.symbols.questions import Location, is_address, location_of
from leakwise.facts.terms.events import CallSite, GradMode
from leakwise.syntax import SyntaxTree

TreeOf = Callable[[str], SyntaxTree | None]
FactsOf = Callable[[str], ModuleFacts | None]
Locate = Callable[[str, str], Location | None]

MOST_CALLERS = 40
"""How many files that may call a function are analysed; of one with more nothing is known."""


def grad_of_callers(
    target: Location,
    index: ProjectIndex,
    tree_of: TreeOf,
    facts_of: FactsOf,
    locate: Locate,
    look_at: Callable[[Iterable[str]], None],
) -> GradMode | None:
    """The grad mode in which other files run the function at `target`: ON where some call runs it
    with recording on, UNKNOWN where not all mentions can be followed, None where there are none.

    Files are read in which the function's name stands, and which import a module that is called
    like the function's file or a package round it, or one in a folder round both. `look_at` is told
    which: of other files it counts only that they hold nothing of the kind.
    """
    word = target.qualified.rpartition(".")[2]
    names = _module_names(target.path)
    mentioning = index.mentioning(word)
    if mentioning is None:
        return GradMode.UNKNOWN
    paths = [
        path
        for path in mentioning
        if index.imports(path).reach(names, path, target.path) and not _same(path, target.path)
    ]
    look_at(paths[: MOST_CALLERS + 1])
    if len(paths) > MOST_CALLERS:
        return GradMode.UNKNOWN
    modes: set[GradMode] = set()
    for path in paths:
        modes |= _modes_in(path, tree_of, facts_of, target, word, names, locate)
        if GradMode.ON in modes:
            return GradMode.ON
    for mode in (GradMode.UNKNOWN, GradMode.OFF):
        if mode in modes:
            return mode
    return None


def _module_names(path: str) -> tuple[str, ...]:
    """The names by which imports may mean a file: its own, and those of the packages round it,
    which may pass its functions on."""
    folder, file = os.path.split(path)
    names = {file.removesuffix(".py")} - {"__init__"}
    while os.path.isfile(os.path.join(folder, "__init__.py")):
        folder, name = os.path.split(folder)
        names.add(name)
    return tuple(sorted(names))


def _same(one: str, two: str) -> bool:
    return one == two or os.path.realpath(one) == os.path.realpath(two)


def _modes_in(
    path: str,
    tree_of: TreeOf,
    facts_of: FactsOf,
    target: Location,
    word: str,
    names: tuple[str, ...],
    locate: Locate,
) -> set[GradMode]:
    """The modes in which one file runs the function; with UNKNOWN among them where it mentions
    what may be the function other than in a call that can be followed."""
    tree = tree_of(path)
    mentions = None if tree is None else _mentions_in(tree)
    if mentions is None:
        return {GradMode.UNKNOWN}
    uses = _uses(mentions, word)
    if not uses.calls + uses.others or not uses.imports.reach(names, path, target.path):
        return set()
    facts = facts_of(path)
    if facts is None:
        return {GradMode.UNKNOWN}
    followed = 0
    modes: set[GradMode] = set()
    for definition in {one for name in uses.called for one in facts.scopes.mentioning(name)}:
        for event in facts.body(definition).events:
            name = event.value.name if isinstance(event, CallSite) else None
            if not isinstance(event, CallSite) or name is None or _last(name) != word:
                continue
            followed += 1
            if event.value.definition is None:
                leads_there = _leads_there(name, path, target, locate)
                if leads_there is None:
                    modes.add(GradMode.UNKNOWN)
                elif leads_there:
                    modes.add(mode_at(facts, definition, event))
    if uses.others or followed < uses.calls:
        modes.add(GradMode.UNKNOWN)
    return modes


def _last(name: str) -> str:
    return name.rpartition(":")[2].rpartition(".")[2]


def _leads_there(name: str, path: str, target: Location, locate: Locate) -> bool | None:
    """Whether a qualified name is the function; None where that is not known."""
    found = location_of(name) if is_address(name) else locate(os.path.dirname(path), name)
    if found is None:
        return None
    if found.qualified == target.qualified:
        return _same(found.path, target.path)
    # A method that a class inherits has the class's name here.
    return None if "." in target.qualified else False


@dataclass(slots=True)
class _Uses:
    """How a file uses a name: as what it is called there, how often it calls it, and how often it
    mentions it otherwise; and what the file imports."""

    called: set[str]
    imports: Imports
    calls: int = 0
    others: int = 0


@dataclass(slots=True)
class _Mentions:
    """How often a file reads each name and asks for each attribute, and how often it calls them;
    the names that it imports with what they stand for, and the dots of its relative imports."""

    names: Counter[str] = field(default_factory=Counter)
    attributes: Counter[str] = field(default_factory=Counter)
    called_names: Counter[str] = field(default_factory=Counter)
    called_attributes: Counter[str] = field(default_factory=Counter)
    imported: list[tuple[str, str]] = field(default_factory=list)
    levels: set[int] = field(default_factory=set)


_known: WeakKeyDictionary[SyntaxTree, _Mentions | None] = WeakKeyDictionary()
"""By the tree of a file, which is asked about many functions."""


def _mentions_in(tree: SyntaxTree) -> _Mentions | None:
    """What a file mentions; None where it does not parse."""
    if tree not in _known:
        _known[tree] = _mentions(tree) if tree.problem() is None else None
    return _known[tree]


def _mentions(tree: SyntaxTree) -> _Mentions:
    found = _Mentions()
    pending: list[ast.AST] = [one for block in tree.blocks for one in block.statements]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                found.names[node.id] += 1
            continue
        if isinstance(node, ast.Attribute):
            found.attributes[node.attr] += 1
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                found.called_names[node.func.id] += 1
            elif isinstance(node.func, ast.Attribute):
                found.called_attributes[node.func.attr] += 1
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found.imported += _imports(node)
            if isinstance(node, ast.ImportFrom) and node.level:
                found.levels.add(node.level)
        pending.extend(ast.iter_child_nodes(node))
    return found


def _uses(mentions: _Mentions, word: str) -> _Uses:
    imported = mentions.imported
    words = frozenset(part for _, dotted in imported for part in dotted.split(".") if part)
    uses = _Uses({word}, Imports(words, frozenset(mentions.levels)))
    for name, dotted in imported:
        if name != word and dotted.rpartition(".")[2] == word:
            uses.called.add(name)
    uses.calls = mentions.called_attributes[word]
    uses.calls += sum(mentions.called_names[name] for name in uses.called)
    everywhere = sum(mentions.names[name] for name in uses.called) + mentions.attributes[word]
    uses.others = everywhere - uses.calls
    return uses


def _imports(node: ast.AST) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.asname or alias.name, alias.name
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name, f"{node.module or ''}.{alias.name}"
