"""Selectors of rules: what each stands for, and which rules several of them leave."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from leakwise.engine.settings.problems import suggestion
from leakwise.rule import GeneralSmell, RootCause, Severity

if TYPE_CHECKING:
    from leakwise.rule import Rule

ALL = "all"

Meaning = tuple[int, frozenset[str]]
"""How specific a selector is, and the codes of the rules that it stands for."""


class Selectors:
    """The selectors that there are for some rules."""

    def __init__(self, rules: "Sequence[Rule]") -> None:
        self.rules = tuple(rules)
        self._meanings: dict[str, Meaning] = {}
        self._spelled: list[str] = ["ALL"]
        groups: dict[tuple[int, str], set[str]] = {}
        for category in (*RootCause, *GeneralSmell):
            groups[2, str(category)] = set()
        for rule in rules:
            self._spelled += (rule.code, rule.name)
            groups.setdefault((9, rule.name.lower()), set()).add(rule.code)
            groups.setdefault((9, rule.code.lower()), set()).add(rule.code)
            groups.setdefault((0, ALL), set()).add(rule.code)
            for category in (rule.root_cause, rule.general_smell):
                if category is not None:
                    groups[2, str(category)].add(rule.code)
            for rank, prefix in _prefixes(rule.code):
                groups.setdefault((rank, prefix.lower()), set()).add(rule.code)
        for (rank, text), codes in sorted(groups.items(), reverse=True):
            self._meanings.setdefault(text, (rank, frozenset(codes)))
        self._spelled += (str(one) for one in (*RootCause, *GeneralSmell))
        self._spelled += dict.fromkeys(
            prefix for rule in rules for rank, prefix in _prefixes(rule.code) if rank == 1
        )

    def meaning(self, selector: str) -> Meaning | None:
        """What a selector stands for, in any case; None where there is no such."""
        return self._meanings.get(selector.strip().lower())

    def problem(self, selector: str) -> str | None:
        """What is wrong with a selector; None for a good one."""
        if self.meaning(selector) is not None:
            return None
        near = suggestion(selector, self._spelled, " - `leakwise rule --all` lists the rules")
        return f"there is no rule or group `{selector}`{near}"

    def chosen(self, steps: Iterable[Mapping[str, Sequence[str]]]) -> frozenset[str]:
        """The codes of the rules that are left after `steps`, each of which may `select` anew,
        `extend_select` and `ignore`; the more specific selectors of a step win."""
        chosen: set[str] = set()
        for step in steps:
            if "select" in step:
                chosen = set()
            wanted = (*step.get("select", ()), *step.get("extend_select", ()))
            changes = [
                (rank, removes, codes)
                for removes, selectors in ((False, wanted), (True, step.get("ignore", ())))
                for rank, codes in self._meanings_of(selectors)
            ]
            for _, removes, codes in sorted(changes, key=lambda change: change[:2]):
                chosen = chosen - codes if removes else chosen | codes
        return frozenset(chosen)

    def codes(self, selectors: Iterable[str]) -> frozenset[str]:
        """The codes of all rules that any of the selectors stands for."""
        return frozenset().union(*(codes for _, codes in self._meanings_of(selectors)))

    def severities(self, severity: Mapping[str, Severity]) -> dict[str, Severity]:
        """The severity of each rule that one is set for; the most specific selector wins."""
        found: dict[str, Severity] = {}
        known = [(self.meaning(one), value) for one, value in severity.items()]
        for meaning, value in sorted(
            ((one, value) for one, value in known if one is not None), key=lambda pair: pair[0][0]
        ):
            found.update(dict.fromkeys(meaning[1], value))
        return found

    def _meanings_of(self, selectors: Iterable[str]) -> Iterator[Meaning]:
        found = (self.meaning(selector) for selector in selectors)
        return (meaning for meaning in found if meaning is not None)


@lru_cache(maxsize=4)
def selectors_for(rules: "tuple[Rule, ...]") -> Selectors:
    """The selectors of `rules`."""
    return Selectors(rules)


def _prefixes(code: str) -> Iterator[tuple[int, str]]:
    """The prefixes of a code that stand for groups, each with how specific it is."""
    letters = re.match(r"[A-Za-z]*", code)
    start = len(letters[0]) if letters else 0
    for length in range(1, len(code)):
        if length <= start:
            yield 1, code[:length]
        else:
            yield 2 + length - start, code[:length]
