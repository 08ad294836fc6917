"""How a file can write a qualified name, with an import where it has none."""

import ast
import re
from collections.abc import Iterable, Iterator

from leakwise.fixing.imports import import_added, top_level
from leakwise.fixing.scoping import bound_names
from leakwise.fixing.statements import suites_of
from leakwise.fixing.windows import parse
from leakwise.text import Document, Edit


def name_ensured(
    document: Document, qualified: str, module: str | None, alias: str | None
) -> tuple[str, tuple[Edit, ...]] | None:
    """The shortest way in which the file's imports let `qualified` be written, and the edits that
    import `module`, under the name `alias`, where they do not."""
    parts = qualified.split(".")
    needed = module or ".".join(parts[:-1])
    if not all(part.isidentifier() for part in parts) or not _leads_to(needed, qualified):
        return None
    imports = list(_imports(_statements(document)))
    found = [
        name + qualified.removeprefix(target)
        for name, target, loaded in imports
        if _leads_to(target, qualified)
        and _leads_to(needed, loaded)
        and all(other == target for own, other, _ in imports if own == name)
        and not _rebound(document, name)
    ]
    if found:
        return min(found, key=lambda spelling: (spelling.count("."), len(spelling))), ()
    name = alias or needed.partition(".")[0]
    stands_for = needed if alias else name
    if any(own == name and target != stands_for for own, target, _ in imports) or _rebound(
        document, name
    ):
        return None
    edits = import_added(document, needed, alias)
    return (alias + qualified.removeprefix(needed) if alias else qualified), edits


def _leads_to(prefix: str, name: str) -> bool:
    return name == prefix or name.startswith(f"{prefix}.")


def _statements(document: Document) -> Iterator[ast.stmt]:
    for window in top_level(document):
        yield from window.body


def _imports(statements: Iterable[ast.stmt]) -> Iterator[tuple[str, str, str]]:
    """The names that imports bind as the file is read, what each stands for, and the longest
    name that is certain to be loaded then."""
    for statement in statements:
        match statement:
            case ast.Import(names=aliases):
                for each in aliases:
                    top = each.name if each.asname else each.name.partition(".")[0]
                    yield each.asname or top, top, each.name
            case ast.ImportFrom(module=str(module), names=aliases, level=0):
                for each in aliases:
                    target = f"{module}.{each.name}"
                    yield each.asname or each.name, target, target
            case ast.If(test=test) if "TYPE_CHECKING" in ast.unparse(test):
                pass
            case ast.If() | ast.Try():
                for suite in suites_of(statement):
                    yield from _imports(suite)


def _rebound(document: Document, name: str) -> bool:
    """Whether something but an import gives the name another meaning, anywhere in the file.

    `torch = None` where the import failed does not. In code that does not parse, what looks like
    an assignment, a loop or a parameter of that name does.
    """
    word = rf"\b{re.escape(name)}\b"
    text = document.text
    if not re.search(rf"{word}\s*(?:[=:,)]|in\b)|(?:as|def|class|global|del)\s+{word}", text):
        return False
    tree = parse(text)
    if tree is None:
        return bool(
            re.search(rf"(?m)^\s*{word}\s*(?::[^=]*)?=(?!=)|\bfor\s+{word}|\bdef\b.*{word}", text)
        )
    absent = {
        id(target)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and node.value.value is None
        for target in node.targets
    }
    return any(_gives(node, name) for node in ast.walk(tree) if id(node) not in absent)


def _gives(node: ast.AST, name: str) -> bool:
    """Whether `node`, other than an import, binds or deletes the name."""
    if isinstance(node, ast.Name):
        return node.id == name and not isinstance(node.ctx, ast.Load)
    return not isinstance(node, ast.alias) and name in bound_names(node)
