"""Functions that answer questions: what they give depends on what they are given, and others ask
them, by a public name or through a framework."""

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from leakwise.facts.apis.conventions import CALL_METHOD
from leakwise.facts.apis.handlers import HANDLERS, SERVICER
from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.name_flow import header, mentions, reached_from
from leakwise.facts.code.written import statements_of
from leakwise.facts.tensorflow.traced import is_keras_class

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

_WHOLE_TRAINING = re.compile(r"(?:^|_)(?:train|training|fit|main)(?:_model|_network|_net)?$")


def handles_requests(module: "ModuleFacts", definition: Definition) -> bool:
    """Whether a framework calls a method for each question, by the convention of its class."""
    class_ = definition.parent
    if class_ is None or not class_.is_class:
        return False
    bases = module.ancestors(class_).names
    if any(definition.name in methods and names & bases for names, methods in HANDLERS):
        return True
    public = not definition.name.startswith("_")
    return public and any(name.endswith(SERVICER) for name in bases)


def answers_others(module: "ModuleFacts", definition: Definition) -> bool:
    """Whether others may ask a function again and again: it is public, is a method or one of the
    top level, and what it gives depends on what it is given, which is neither the settings of a
    program nor all that it goes through in one call. A whole training by its name is no answer."""
    if not is_public(module, definition):
        return False

    def compute() -> bool:
        definition.code.read()
        asked = definition.parameter_names()
        return bool(asked) and _depends(module, definition, asked)

    return module.query(definition, "answers", compute, False).read()  # type: ignore[no-any-return]


def is_public(module: "ModuleFacts", definition: Definition) -> bool:
    """Whether others may ask a function, by its name and by where it stands."""
    if definition.name.startswith("_") and definition.name != CALL_METHOD:
        return False
    if _WHOLE_TRAINING.search(definition.name):
        return False
    parent = definition.parent
    if parent is None or (parent.node is not None and not parent.is_class):
        return False
    if parent.is_class and definition.instance_name() is None:
        return False
    # A layer that is called is mostly being traced.
    return definition.name != CALL_METHOD or not is_keras_class(module.ancestors(parent).names)


def _depends(module: "ModuleFacts", definition: Definition, asked: frozenset[str]) -> bool:
    """Whether a function gives something that is made of its parameters, whole, and goes through
    none of them."""
    statements = [statement for statement, _ in statements_of(module, definition)]
    if any(_goes_through(statement, asked) for statement in statements):
        return False
    whole = asked & {name for statement in statements for name in _whole_names(statement)}
    reached = reached_from(statements, whole)
    given = (one.value for one in statements if isinstance(one, ast.Return))
    return any(value is not None and mentions(value, reached) for value in given)


def _whole_names(statement: ast.stmt) -> Iterator[str]:
    """The names that are used for what they hold, and not for an attribute of that alone: what is
    shaped anew or cleaned is used whole."""
    owners = {
        id(node.value)
        for node in header(statement)
        if isinstance(node, ast.Attribute) and node.attr not in _OF_ALL
    }
    for node in header(statement):
        if isinstance(node, ast.Name) and id(node) not in owners:
            yield node.id


_OF_ALL = frozenset(
    {"reshape", "astype", "numpy", "copy", "flatten", "ravel", "transpose", "squeeze", "unsqueeze"}
    | {"convert", "resize", "crop", "lower", "upper", "strip", "split", "encode", "decode"}
)
"""Methods of arrays, images and texts: https://numpy.org/doc/stable/reference/arrays.ndarray.html,
https://pillow.readthedocs.io and https://docs.python.org/3/library/stdtypes.html#str."""


def _goes_through(statement: ast.stmt, asked: frozenset[str]) -> bool:
    """Whether a loop goes through all that a parameter holds: `for x, y in loader`, also in
    `enumerate(loader)`, or through the files of a folder."""
    gone = (
        node.iter
        for node in header(statement)
        if isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension))
    )
    return any(
        (isinstance(one, ast.Name) and one.id in asked)
        or (_lists_files(one) and mentions(one, asked))
        for part in gone
        for one in _ends(part)
    )


def _lists_files(node: ast.expr) -> bool:
    function = node.func if isinstance(node, ast.Call) else None
    return isinstance(function, ast.Attribute) and function.attr in _LISTING


_LISTING = frozenset({"listdir", "scandir", "walk", "glob", "iglob", "rglob", "iterdir"})
"""https://docs.python.org/3/library/os.html, /glob.html and /pathlib.html."""


def _ends(node: ast.expr) -> Iterator[ast.expr]:
    yield node
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id != "range":
        for part in node.args:
            yield from _ends(part)
