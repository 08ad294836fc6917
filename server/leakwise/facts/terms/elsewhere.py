"""What a value is for other bodies, which find it later."""

from leakwise.facts.terms.values import LIST, UNKNOWN, Kind, Value


def seen_from_elsewhere(value: Value) -> Value:
    """The value without its places, and what is sure of it however much was put into it since."""
    found = value.portable()
    if found.part is not None:
        found = found.but(part=None)
    if found.kind is not Kind.CONTAINER or (found.items is not None and found.name != LIST):
        return found
    if found.fields:
        return found
    return found.but(items=None, fields=None, length=None, element=found.element or UNKNOWN)
