"""The decorators of a function."""

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leakwise.facts.apis.handlers import JOB_DECORATORS, JOB_METHODS
from leakwise.facts.code.definitions import Definition, FunctionNode
from leakwise.facts.code.names import path_of
from leakwise.facts.terms.places import Place, place_of
from leakwise.facts.terms.values import Kind

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

_ROUTES = frozenset(
    {"route", "get", "post", "put", "patch", "delete", "websocket", "api_route", "on_message"}
)
"""Flask: https://flask.palletsprojects.com/en/stable/api/#flask.Flask.route; FastAPI:
https://fastapi.tiangolo.com/reference/apirouter/; bottle: https://bottlepy.org/docs/dev/api.html."""


@dataclass(frozen=True, slots=True)
class Decorator:
    """One decorator: its qualified name where that is imported, else None; how it is written up to
    its arguments, the constants among these, and the names of the keyword ones, with "**" for
    unpacked ones. `place` is that of what stands behind the `@`, `called` whether that is a
    call; `is_job` whether it makes workers run the function for each job."""

    name: str | None
    written: str
    constants: tuple[object, ...] = ()
    keywords: frozenset[str] = frozenset()
    place: Place | None = None
    called: bool = False
    is_job: bool = False

    @property
    def is_route(self) -> bool:
        """Whether it makes a web framework call the function for each request to an address."""
        owner, _, method = self.written.rpartition(".")
        # bottle's functions are those of its default application.
        owner = owner or ("bottle" if (self.name or "").startswith("bottle.") else "")
        address = self.constants[0] if self.constants else None
        return bool(owner) and method in _ROUTES and str(address).startswith("/")

    @property
    def answers(self) -> bool:
        """Whether it makes a framework call the function for each request or job."""
        return self.is_route or self.is_job


def decorators_of(module: "ModuleFacts", definition: Definition) -> tuple[Decorator, ...]:
    """The decorators of a function or method, the outermost first."""
    if not definition.is_decorated():
        return ()

    def compute() -> tuple[Decorator, ...]:
        definition.code.read()
        node = definition.node
        if not isinstance(node, FunctionNode):
            return ()
        return tuple(_decorator(module, definition, one) for one in node.decorator_list)

    cell = module.query(definition, "decorators", compute, ())
    return cell.read()  # type: ignore[no-any-return]


def _decorator(module: "ModuleFacts", definition: Definition, node: ast.expr) -> Decorator:
    function = node.func if isinstance(node, ast.Call) else node
    path = path_of(function)
    found = module.names.resolve(definition, path)
    name = found.name if found.kind is Kind.QUALIFIED else None
    block = definition.block
    place = None if block is None else place_of(node, block)
    is_job = _makes_job(module, name, path or "")
    if not isinstance(node, ast.Call):
        return Decorator(name, path or "", place=place, is_job=is_job)
    constants = tuple(one.value for one in node.args if isinstance(one, ast.Constant))
    if name == "functools.partial" and node.args:
        # `@partial(tf.function, jit_compile=True)`
        given = module.names.resolve(definition, path_of(node.args[0]))
        name = given.name if given.kind is Kind.QUALIFIED else None
    keywords = frozenset(one.arg or "**" for one in node.keywords)
    return Decorator(name, path or "", constants, keywords, place, called=True, is_job=is_job)


def _makes_job(module: "ModuleFacts", name: str | None, written: str) -> bool:
    if name in JOB_DECORATORS:
        return True
    owner, _, method = written.rpartition(".")
    packages = JOB_METHODS.get(method) if owner else None
    return packages is not None and not packages.isdisjoint(module.names.imported_roots())
