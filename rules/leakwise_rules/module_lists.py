"""Lists that a module keeps between its forward passes: which grow, and how sure that is."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, Certainty, ClassFacts, Keeping
from leakwise_rules.graphs import attribute_of, through_method


def growing_lists(body: BodyFacts, class_: ClassFacts) -> Iterator[tuple[Keeping, str, Certainty]]:
    """What the forward pass of a module puts with its graph into lists of the module that are never
    emptied: the event, the list's attribute, and how sure it is that nobody empties it."""
    if body.name != "forward":
        return
    for keeping in body.keepings:
        if _piles_up(body, class_, keeping):
            attribute = attribute_of(keeping.holder)
            yield keeping, attribute, _by_readers(body, class_, attribute)


def _piles_up(body: BodyFacts, class_: ClassFacts, keeping: Keeping) -> bool:
    """Whether each pass puts one more graph into a list of the module, which nothing in the file
    empties."""
    holder = body.holder(keeping)
    attribute = attribute_of(keeping.holder)
    return (
        keeping.stored.carries_graph
        and keeping.how != "item"
        and keeping.from_before
        and not through_method(keeping)
        and keeping.holder.partition(".")[0] == body.instance_name
        and not (holder is None or holder.bounded)
        and not set(class_.writers(attribute)) - {"__init__", body.name}
        and not class_.emptied_by(attribute)
    )


def _by_readers(body: BodyFacts, class_: ClassFacts, attribute: str) -> Certainty:
    """Who reads a list of a module elsewhere may empty it there: nobody else is to be expected
    where its readers are in the class, its name says that it is the class's own, or the program
    that runs the module stands in the file."""
    if class_.run_in_loop:
        return Certainty.LIKELY
    readers = [other for other in class_.bodies_mentioning(attribute) if other.name != "__init__"]
    if attribute.startswith("_") or any(other.name != body.name for other in readers):
        return Certainty.LIKELY
    return Certainty.POSSIBLE
