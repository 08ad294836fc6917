"""Which names the graph of an expression must come from.

Where `(a / 4).mean()` carries a graph, `a` does. Where `torch.stack(losses)` does, elements of
`losses` do, which is written `losses[*]`. An expression whose graph may come from several names,
or from a network that makes it, tells nothing.
"""

import ast
from collections.abc import Callable

from leakwise.facts.apis.torch_methods import BACKWARD_METHODS, LOSS_WRAPPERS, REDUCE
from leakwise.facts.apis.wordlists import words
from leakwise.facts.code.names import path_of

Names = frozenset[str]
NONE: Names = frozenset()
Qualified = Callable[[ast.expr], str | None]
"""The qualified name of what an expression refers to, where that is imported or built in."""

A_NUMBER = "number"
"""Given as the qualified name of a name that holds numbers and nothing else."""
ELEMENTS = "[*]"
"""Stands behind a path for what it holds."""
LAST = "[-1]"
TERM = "+"
"""Stands behind a path for what is backpropagated as it is: where that is a sum, its terms are
losses too."""
_ONE = "[?]"
"""Behind a path: for one of what it holds, which one is not known."""

# Methods of a tensor whose result has the graph of the tensor:
# https://docs.pytorch.org/docs/stable/tensors.html
_KEEP_GRAPH = REDUCE | frozenset(
    [
        "bfloat16",
        "clone",
        "contiguous",
        "cpu",
        "cuda",
        "div",
        "double",
        "expand",
        "flatten",
        "float",
        "half",
        "mul",
        "neg",
        "permute",
        "reshape",
        "squeeze",
        "to",
        "transpose",
        "unsqueeze",
        "view",
    ]
)
# Of one tensor, as a method and as a function of torch; a graph can come from nowhere else. What
# comes behind it are dimensions, an index, a mask, or bounds.
_ELEMENTWISE = words(
    "abs acos asin atan ceil clamp clip cos cosh cumsum erf exp expm1 gather index_select log "
    "log10 log1p log2 log_softmax logsumexp masked_select narrow neg norm pow relu rsqrt sigmoid "
    "sin sinh softmax sqrt square squeeze take tan tanh tile unsqueeze",
)
_METHODS = _KEEP_GRAPH | _ELEMENTWISE
_WITH_NUMBERS = frozenset(["clamp", "clip", "div", "mul", "pow"])
"""Methods and functions that take another tensor, too."""
# Functions of one tensor: https://docs.pytorch.org/docs/stable/torch.html and
# https://docs.pytorch.org/docs/stable/nn.functional.html
_OF_ONE = frozenset(
    [f"torch.{name}" for name in (*_ELEMENTWISE, "mean", "sum")]
    + ["torch.linalg.norm", "torch.linalg.vector_norm"]
    + [
        f"torch.nn.functional.{name}"
        for name in words(
            "dropout elu gelu leaky_relu log_softmax logsigmoid normalize relu sigmoid silu "
            "softmax softmin softplus softsign tanh"
        )
    ]
)
# Functions of a sequence of tensors.
_OF_ELEMENTS = frozenset(
    ["builtins.sum", "math.fsum"]
    + [f"torch.{name}" for name in ("stack", "cat", "concat", "concatenate", "hstack", "vstack")]
)
_SAME_ELEMENTS = frozenset(
    f"builtins.{name}" for name in ("list", "tuple", "iter", "reversed", "sorted")
)
_REDUCE = "functools.reduce"


def unwrapped(node: ast.expr) -> ast.expr:
    """The loss inside `scaler.scale(loss)`, or the expression itself."""
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in LOSS_WRAPPERS
        and node.args
    ):
        return node.args[0]
    return node


def _never(name: str) -> bool:
    return False


def backward_operand(
    call: ast.Call, is_computed: Callable[[str], bool] = _never
) -> ast.expr | None:
    """What a call backpropagates: `loss` in `loss.backward()`, `scaler.scale(loss).backward()` and
    `accelerator.backward(loss)`; None for any other call. `is_computed` tells of a name whether it
    holds what the body computed, as engines are not."""
    function = call.func
    if not isinstance(function, ast.Attribute) or function.attr not in BACKWARD_METHODS:
        return None
    receiver = function.value
    given = call.args[0] if call.args else None
    if given is None or isinstance(given, ast.Starred) or _is_gradient(given):
        return unwrapped(receiver)
    if isinstance(receiver, ast.Name) and "loss" not in (path_of(given) or ""):
        # `y.backward(gradient)` of a tensor has its own receiver; engines get the loss.
        return receiver if is_computed(receiver.id) else given
    return given


def is_weighted(call: ast.Call, operand: ast.expr) -> bool:
    """Whether a backward pass is given gradients, so that what it starts from may have many
    elements."""
    if not _GRADIENTS.isdisjoint(one.arg for one in call.keywords):
        return True
    from_first = bool(call.args) and call.args[0] is operand
    return len(call.args) > 2 if from_first else bool(call.args)


_GRADIENTS = frozenset({"gradient", "grad_outputs", "grad_tensors"})


def _is_gradient(node: ast.expr) -> bool:
    """Whether an argument of `backward()` is a gradient by how it is made: from another one, or as
    large as what is backpropagated."""
    return any(
        isinstance(one, ast.Attribute) and (one.attr == "grad" or one.attr.endswith("_like"))
        for one in ast.walk(node)
    )


def graph_origins(node: ast.expr, qualified: Qualified) -> Names:
    """The paths that must carry a graph if `node` does, and is run."""
    node = unwrapped(node)
    path = path_of(node)
    if path is not None:
        return frozenset({path})
    if isinstance(node, ast.Subscript):
        path = path_of(node.value)
        return NONE if path is None else frozenset({path + _ONE})
    if isinstance(node, ast.IfExp):
        # Each branch, where it is taken, is what the graph comes from.
        return graph_origins(node.body, qualified) | graph_origins(node.orelse, qualified)
    if isinstance(node, ast.NamedExpr):
        return frozenset({node.target.id}) | graph_origins(node.value, qualified)
    if isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.Not):
        return graph_origins(node.operand, qualified)
    if isinstance(node, ast.BinOp):
        return _only_one([node.left, node.right], qualified)
    if isinstance(node, ast.Call):
        return _call(node, qualified)
    return NONE


def loss_origins(node: ast.expr, qualified: Qualified) -> Names:
    """The paths that must carry a graph where a backward pass starts from `node` itself."""
    return graph_origins(node, qualified) | as_losses(loss_terms(node, qualified))


def as_losses(terms: Names) -> Names:
    """The paths of losses, each as what carries a graph and as what is backpropagated as it is."""
    return terms | {path + TERM for path in terms}


def loss_terms(node: ast.expr, qualified: Qualified) -> Names:
    """The paths of the terms of a loss, also of one alone: `a` and `b` of `a + 0.5 * b`. Which of
    two factors is the loss, nobody knows, but for weights that an object holds."""
    node = unwrapped(node)
    path = path_of(node)
    if path is not None:
        return frozenset({path})
    if isinstance(node, ast.UnaryOp):
        return loss_terms(node.operand, qualified)
    if isinstance(node, ast.IfExp):
        return loss_terms(node.body, qualified) | loss_terms(node.orelse, qualified)
    if isinstance(node, ast.Call):
        summed = node.args[0] if qualified(node.func) == "builtins.sum" and node.args else None
        terms = summed.elts if isinstance(summed, (ast.List, ast.Tuple)) else []
        return NONE.union(*(loss_terms(one, qualified) for one in terms))
    if not isinstance(node, ast.BinOp):
        return NONE
    if isinstance(node.op, (ast.Add, ast.Sub)):
        return loss_terms(node.left, qualified) | loss_terms(node.right, qualified)
    able = [part for part in (node.left, node.right) if not _is_weight(part, qualified)]
    return loss_terms(able[0], qualified) if len(able) == 1 else NONE


def _is_weight(node: ast.expr, qualified: Qualified) -> bool:
    return isinstance(node, ast.Attribute) or _is_number(node, qualified)


def part_origins(node: ast.expr, part: str, qualified: Qualified) -> Names:
    """The paths that must carry a graph if this part of `node` does: `['loss']`, `[0]`, `.loss`."""
    if part == ELEMENTS:
        return _elements(node, qualified)
    path = path_of(node)
    if path is not None:
        return frozenset({path + part})
    parts: dict[str, ast.expr] = {}
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant):
                parts[f"[{key.value!r}]"] = value
    elif isinstance(node, ast.Call) and qualified(node.func) == "builtins.dict":
        parts = {f"[{one.arg!r}]": one.value for one in node.keywords}
    elif isinstance(node, (ast.Tuple, ast.List)):
        parts = {f"[{index}]": value for index, value in enumerate(node.elts)}
    return graph_origins(parts[part], qualified) if part in parts else NONE


def element_origins(node: ast.expr, qualified: Qualified) -> Names:
    """The paths that must carry a graph if the elements of `node` do: `losses[*]`."""
    return _elements(node, qualified)


def _only_one(parts: list[ast.expr], qualified: Qualified) -> Names:
    """What the only part that can carry a graph comes from."""
    able = [part for part in parts if not _is_number(part, qualified)]
    return graph_origins(able[0], qualified) if len(able) == 1 else NONE


def _is_number(node: ast.expr, qualified: Qualified) -> bool:
    """Whether an expression is a number without any doubt."""
    if isinstance(node, ast.UnaryOp):
        return _is_number(node.operand, qualified)
    if isinstance(node, ast.BinOp):
        return _is_number(node.left, qualified) and _is_number(node.right, qualified)
    if isinstance(node, ast.Call):
        return qualified(node.func) in {"builtins.len", "builtins.float", "builtins.int"}
    return isinstance(node, ast.Constant) or (
        isinstance(node, ast.Name) and qualified(node) == A_NUMBER
    )


def _call(node: ast.Call, qualified: Qualified) -> Names:
    name = qualified(node.func)
    if name is not None:
        if name == _REDUCE and len(node.args) > 1:
            return _elements(node.args[1], qualified)
        if not node.args:
            return NONE
        if name in _OF_ELEMENTS:
            return _elements(node.args[0], qualified)
        if name not in _OF_ONE or not _is_alone(name.rpartition(".")[2], node.args[1:], qualified):
            return NONE
        return graph_origins(node.args[0], qualified)
    if isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS:
        others = [*node.args, *(keyword.value for keyword in node.keywords)]
        if _is_alone(node.func.attr, others, qualified):
            return graph_origins(node.func.value, qualified)
    return NONE


def _is_alone(function: str, others: list[ast.expr], qualified: Qualified) -> bool:
    """Whether only the first operand of a function can carry a graph."""
    return function not in _WITH_NUMBERS or all(_is_number(one, qualified) for one in others)


def _elements(node: ast.expr, qualified: Qualified) -> Names:
    path = path_of(node)
    if path is not None:
        return frozenset({path + ELEMENTS})
    if isinstance(node, (ast.List, ast.Tuple)):
        return _only_one(node.elts, qualified)
    if isinstance(node, ast.IfExp):
        return _elements(node.body, qualified) | _elements(node.orelse, qualified)
    if isinstance(node, ast.Subscript):
        return _elements(node.value, qualified)
    if isinstance(node, (ast.ListComp, ast.GeneratorExp)) and len(node.generators) == 1:
        return _gathered(node, qualified)
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr == "values" and not node.args:
            return _elements(node.func.value, qualified)
        if qualified(node.func) in _SAME_ELEMENTS and node.args:
            return _elements(node.args[0], qualified)
    return NONE


def _gathered(node: ast.ListComp | ast.GeneratorExp, qualified: Qualified) -> Names:
    """What `f(x) for x in losses` comes from, as far as `x` does."""
    (generator,) = node.generators
    target = path_of(generator.target)
    if target is None or graph_origins(node.elt, qualified) != {target}:
        return NONE
    return _elements(generator.iter, qualified)
