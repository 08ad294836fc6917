"""Whether the modules of a class of the file may have parameters: one without any gives a tensor
with a graph only where it is given one, as a loss of one's own does."""

from typing import TYPE_CHECKING

from leakwise.facts.apis.torch_classes import has_no_parameters
from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.families import family
from leakwise.facts.terms.values import Kind, Value

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

# Bases that bring no parameters: https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html
_PLAIN_BASES = frozenset(
    [
        "torch.nn.Module",
        "torch.nn.modules.Module",
        "torch.nn.modules.module.Module",
        "builtins.object",
        "abc.ABC",
    ]
)
# What keeps parameters under names that stand in no assignment.
_KEEPERS = frozenset(
    ("register_parameter", "register_module", "add_module", "setattr", "__dict__", "exec")
)
_HARMLESS = frozenset(
    {Kind.NUMBER, Kind.OTHER, Kind.DEVICE, Kind.ARRAY, Kind.FUNCTION, Kind.CRITERION}
)


def may_have_parameters(module: "ModuleFacts", class_: Definition) -> bool:
    """Whether a module class of the file may have parameters: what is not known may be one."""

    def compute() -> bool:
        above = module.ancestors(class_)
        if not above.complete or above.outside or not above.names <= _PLAIN_BASES:
            return True
        for one in members:
            one.code.read()
        methods = [one for one in module.scopes.all() if one.is_function and one.parent in members]
        written: set[str] = set()
        for method in methods:
            method.code.read()
            if method.index.mentions_any(_KEEPERS):
                return True
            written.update(method.index.written_attributes())
        return any(_may_hold(module, module.attribute(class_, name)) for name in sorted(written))

    members = family(module, class_)
    cell = module.query(class_, "may have parameters", compute, True, breaks_cycles=True)
    return cell.read()  # type: ignore[no-any-return]


def _may_hold(module: "ModuleFacts", value: Value) -> bool:
    """Whether an attribute's value may be a parameter, or hold some."""
    if value.kind is Kind.TENSOR:
        return value.is_leaf
    if value.kind is Kind.CONTAINER:
        parts = (value.element, *(value.items or ()), *(held for _, held in value.fields or ()))
        return any(_may_hold(module, part) for part in parts if part is not None)
    if value.kind is Kind.MODULE:
        if value.definition is not None:
            return may_have_parameters(module, value.definition)
        return value.name is None or not has_no_parameters(value.name)
    if value.kind is Kind.QUALIFIED:
        # A function of another file; instances of networks are hardly imported.
        return value.name is None or not value.name.rpartition(".")[2].islower()
    return value.kind not in _HARMLESS
