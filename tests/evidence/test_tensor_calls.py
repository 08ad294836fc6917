"""What the tables say of torch's functions and methods, against PyTorch where it is installed.

Each is called on a tensor that has a graph, in every way of a list that it takes; the same
expression is then read by Leakwise, which may be unsure, but must not be wrong.
"""

import types
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from leakwise.facts import Graph, Value
from leakwise.facts.terms.storage import Numbers, View
from tests.facts.reading import bodies

torch: Any = pytest.importorskip("torch")

GIVEN = """
import torch
import torch.nn.functional as F
leaf = torch.rand(4, 4, requires_grad=True)
x = leaf * 0.5 + 0.2
other = torch.rand(4, 4) + 0.1
rows = torch.zeros(4, 4, dtype=torch.long)
few = torch.zeros(4, dtype=torch.long)
mask = torch.ones(4, 4, dtype=torch.bool)
vector = torch.rand(4)
"""
ARGUMENTS = (
    "",
    "0",
    "1",
    "0, 1",
    "0, 1, 1",
    "0, 0, 1",
    "(4, 4)",
    "(2, 8)",
    "2, 0",
    "16",
    "torch.float64",
    "torch.int64",
    "'cpu'",
    "other",
    "other, other",
    "0, rows",
    "rows",
    "0, few",
    "0, rows, other",
    "mask",
    "mask, other",
    "mask, 0.0",
    "0.0, 1.0",
    "(0, 1)",
    "(4, 4), (4, 1)",
    "vector",
    "few",
)
# Draw, save, load, set, trace, or are no part of the documented interface: not called here.
LEFT_OUT = (
    *("save", "load", "seed", "manual_seed", "compile", "set_", "import", "parse", "cond", "fork"),
    *("vmap", "while_loop", "map", "inference", "share_memory", "apply_", "resize", "autocast"),
    *("get_file", "init_num", "prepare_multi", "random_", "printoptions", "sym_", "merge_type"),
    *("wait", "unify", "classproperty", "fbgemm", "has_torch_function", "assert_int", "profiler"),
    *("thread_safe", "is_vulkan", "get_autocast", "get_deterministic", "hash_tensor", "view_copy"),
    *("slice_inverse", "handle_torch", "boolean_dispatch", "module_load", "slice_scatter"),
    *("adaptive_max_pool1d", "cudnn_is"),
)


METHODS = [
    name
    for name in dir(torch.Tensor)
    if not name.startswith("_") and callable(getattr(torch.Tensor, name))
]
FUNCTIONS = [
    f"{prefix}.{name}"
    for prefix, module in (
        ("torch", torch),
        ("F", torch.nn.functional),
        ("torch.linalg", torch.linalg),
        ("torch.fft", torch.fft),
        ("torch.special", torch.special),
    )
    for name in sorted(dir(module))
    if not name.startswith("_")
    and not name[0].isupper()
    and callable(getattr(module, name))
    and not isinstance(getattr(module, name), types.ModuleType | type)
]


def names() -> dict[str, Any]:
    found: dict[str, Any] = {}
    exec(GIVEN, found)
    return found


def tried(expressions: list[str]) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Each expression that can be evaluated, with its value and the names that it was made of."""
    for expression in expressions:
        given = names()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                result = eval(expression, given)
            except (ArithmeticError, AssertionError, AttributeError, BufferError):
                continue
            except (LookupError, RuntimeError, TypeError, ValueError):
                continue
        yield expression, result, given


def wrong(known: Value, result: Any, given: dict[str, Any]) -> str | None:
    """What is said wrongly of a result; None where nothing is."""
    if isinstance(result, tuple | list) and not isinstance(result, torch.Size):
        for position, part in enumerate(result[:2]):
            said = known.items[position] if known.items is not None else known.element
            if said is not None and (found := wrong(said, part, given)) is not None:
                return found
        return "one tensor" if known.carries_graph and known.kind == "tensor" else None
    if not isinstance(result, torch.Tensor):
        return "a tensor" if known.is_tensor else None
    if known.is_tensor and known.graph is not Graph.UNKNOWN:
        attached = result.grad_fn is not None
        if (known.graph is Graph.ATTACHED) is not attached:
            return f"{known.graph.name}, and is {result.grad_fn}"
    floating = result.is_floating_point() or result.is_complex()
    if known.numbers is not None and (known.numbers is Numbers.FLOATING) is not floating:
        return f"{known.numbers}, and is {result.dtype}"
    tensors = [one for one in given.values() if isinstance(one, torch.Tensor)]
    shares = result.layout is torch.strided and any(
        result.untyped_storage().data_ptr() == one.untyped_storage().data_ptr() for one in tensors
    )
    if known.view in {View.PART, View.SHARED} and not shares:
        return f"{known.view}, and is a copy"
    if known.view is View.OWN and shares and all(result is not one for one in tensors):
        return "its own, and shares"
    return None


def check(expressions: list[str]) -> None:
    done = list(tried(expressions))
    lines = [f"v{number} = {expression}" for number, (expression, _, _) in enumerate(done)]
    facts = bodies(GIVEN + "\n".join(lines))[""]
    mistakes = {
        expression: mistake
        for number, (expression, result, given) in enumerate(done)
        if (mistake := wrong(facts.value(f"v{number}"), result, given)) is not None
    }
    assert mistakes == {}


def left_out(name: str) -> bool:
    last = name.rpartition(".")[2]
    return last == "index" or last.startswith(LEFT_OUT)


@pytest.mark.parametrize("name", [name for name in METHODS if not left_out(name)])
def test_methods(name: str) -> None:
    check([f"x.{name}({arguments})" for arguments in ARGUMENTS])


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if not left_out(name)])
def test_functions(name: str) -> None:
    check(
        [
            *(f"{name}(x, {arguments})" for arguments in ARGUMENTS),
            *(f"{name}({arguments})" for arguments in ARGUMENTS),
        ]
    )
