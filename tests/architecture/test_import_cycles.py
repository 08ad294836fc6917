"""Each module can be imported first: none of those that it needs at once needs it."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = (ROOT / "server/leakwise", ROOT / "rules/leakwise_rules")


def test_no_module_needs_itself() -> None:
    graph = needs(modules())
    assert [name for name in sorted(graph) if name in reached_from(name, graph)] == []


def test_a_circle_is_seen(tmp_path: Path) -> None:
    files = {
        "one/__init__.py": "from one.first import x\n",
        "one/first.py": "from two import second\nx = 1\n",
        "two/__init__.py": "",
        "two/second.py": "def f():\n    import one.first\n",
        "two/third.py": "if True:\n    import one.first\n",
        "two/fourth.py": "class A:\n    import two.third\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    found = modules((tmp_path / "one", tmp_path / "two"))
    assert needs(found)["two.fourth"] == {"two.third"}
    assert needs(found)["two.third"] == {"one", "one.first"}
    (tmp_path / "two/second.py").write_text("import two.fourth\n")
    graph = needs(found)
    circle = [name for name in graph if name in reached_from(name, graph)]
    assert sorted(circle) == ["one", "one.first", "two.fourth", "two.second", "two.third"]


def modules(folders: tuple[Path, ...] = PACKAGES) -> dict[str, Path]:
    """The file of each module, by its name."""
    found = {}
    for folder in folders:
        for path in folder.rglob("*.py"):
            parts = path.relative_to(folder.parent).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def needs(files: dict[str, Path]) -> dict[str, set[str]]:
    """What has to be whole, or to be run on the way, before a module is."""
    graph = {}
    for name, path in files.items():
        # The packages that a module is in run before it, wherever it is imported from.
        begun = {name, *packages_of(name)}
        graph[name] = found = set[str]()
        for wanted in imported(ast.parse(path.read_text("utf-8")).body):
            module = wanted if wanted in files else wanted.rpartition(".")[0]
            if module in files:
                found |= {module, *(packages_of(module) - begun)}
    return graph


def imported(body: list[ast.stmt]) -> Iterator[str]:
    """The dotted names that statements import when they are run: no functions, no types alone."""
    for statement in body:
        match statement:
            case ast.Import(names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(str(module), names):
                yield from (f"{module}.{alias.name}" for alias in names)
            case ast.If(ast.Name("TYPE_CHECKING")):
                yield from imported(statement.orelse)
            case ast.If():
                yield from imported([*statement.body, *statement.orelse])
            case ast.ClassDef() | ast.With() | ast.Try():
                yield from imported(statement.body)


def packages_of(name: str) -> set[str]:
    """The packages that a module is in."""
    parts = name.split(".")
    return {".".join(parts[:length]) for length in range(1, len(parts))}


def reached_from(name: str, graph: dict[str, set[str]]) -> set[str]:
    """All that a module leads to."""
    seen: set[str] = set()
    waiting = [*graph[name]]
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            waiting += graph.get(module, ())
    return seen
