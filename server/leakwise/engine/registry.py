"""Finds the rules: those of this distribution and those of other packages, in the same way."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from functools import cache
from operator import attrgetter
from types import ModuleType

from leakwise.engine.declared_resources import DECLARED_RESOURCES
from leakwise.engine.suppression import COMMENT_RULES
from leakwise.rule import Rule
from leakwise.sources.editions import rule_packages


@cache
def load_rules() -> tuple[Rule, ...]:
    """Every rule that finds leaks, by code: those of every package in the entry-point group
    `leakwise.rules`.

    Raises:
        ImportError: a rule package cannot be imported.
    """
    rules: dict[type[Rule], Rule] = {}
    for package in rule_packages():
        for entry in package.rules:
            for module in _modules(_loaded(entry)):
                for _, member in inspect.getmembers(module, _is_rule):
                    if member.__module__ == module.__name__ and member not in rules:
                        rules[member] = member()
    return tuple(sorted(rules.values(), key=lambda rule: rule.code))


@cache
def every_rule() -> tuple[Rule, ...]:
    """All rules, with those about suppression comments and about what settings declare, by code.

    Raises:
        ImportError: a rule package cannot be imported.
    """
    rules = (*load_rules(), DECLARED_RESOURCES, *COMMENT_RULES)
    return tuple(sorted(rules, key=lambda rule: rule.code))


def rule_named(code_or_name: str) -> Rule | None:
    """The rule with this code, in any case, or this name."""
    wanted = code_or_name.strip().lower()
    return next((rule for rule in every_rule() if wanted in {rule.code.lower(), rule.name}), None)


def _loaded(entry: str) -> ModuleType:
    name, _, attribute = entry.partition(":")
    module = importlib.import_module(name)
    found = attrgetter(attribute)(module) if attribute else module
    if not isinstance(found, ModuleType):
        raise ImportError(f"the entry point {entry!r} leads to no module")
    return found


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    yield package
    for found in pkgutil.walk_packages(getattr(package, "__path__", ()), package.__name__ + "."):
        yield importlib.import_module(found.name)


def _is_rule(member: object) -> bool:
    return inspect.isclass(member) and issubclass(member, Rule) and not inspect.isabstract(member)
