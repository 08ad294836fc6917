"""Networks that Keras builds by their names, with weights that it downloads.

Source: https://keras.io/api/applications/.
"""

from typing import TYPE_CHECKING

from leakwise.facts.apis import canonical
from leakwise.facts.apis.keras import MODEL_PREFIXES
from leakwise.facts.code.definitions import Definition
from leakwise.facts.terms.events import CallSite
from leakwise.facts.terms.values import NONE, Kind

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

_WEIGHTS_AT = 1


def published_networks(module: "ModuleFacts", definition: Definition) -> tuple[CallSite, ...]:
    """The calls of a body that build such a network, but for those that ask for new weights."""
    if not definition.mentions(_names(module)):
        return ()
    return tuple(
        site for site in module.facts(definition).call_sites if _is_named(site) and _trained(site)
    )


def _names(module: "ModuleFacts") -> tuple[str, ...]:
    """The words of which one stands where such a network is built."""
    imported = {
        name
        for name, target in module.scopes.imports()
        if f"{canonical(target)}.".startswith(MODEL_PREFIXES)
    }
    return (*sorted(imported), *(prefix.split(".")[1] for prefix in MODEL_PREFIXES))


def _is_named(site: CallSite) -> bool:
    named = (site.value.name or "").startswith(MODEL_PREFIXES)
    return named and site.result.kind is Kind.KERAS_MODEL


def _trained(site: CallSite) -> bool:
    weights = site.argument("weights", _WEIGHTS_AT)
    return weights is None or (weights.keyword != "**" and weights.value.name != NONE.name)
