"""Settings of a program that its command line gives: what is computed with them are numbers.

Sources: https://docs.python.org/3/library/argparse.html and
https://abseil.io/docs/python/guides/flags.
"""

from leakwise.facts.apis.wordlists import words
from leakwise.facts.terms.values import Kind, Value

PARSING = words("parse_args parse_known_args")
NAMESPACE = "argparse.Namespace"
"""The name of what these give."""
SETTING = Value(name="argparse.Namespace.setting")
"""One of its attributes; it may be anything, but no tensor."""
_FLAGS = ("absl.flags.FLAGS.", "tensorflow.app.flags.FLAGS.", "tensorflow.flags.FLAGS.")


def parsed(method: str) -> Value | None:
    """What a parser's method gives; None for another method."""
    if method not in PARSING:
        return None
    settings = Value(name=NAMESPACE)
    if method == "parse_args":
        return settings
    return Value(Kind.CONTAINER, items=(settings, Value(Kind.CONTAINER)), length=2)


def is_setting(value: Value) -> bool:
    """Whether a value is what the command line gives."""
    if value.kind is Kind.QUALIFIED:
        return (value.name or "").startswith(_FLAGS)
    return value.kind is Kind.UNKNOWN and value.name == SETTING.name
