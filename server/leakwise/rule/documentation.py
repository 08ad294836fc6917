"""What a rule's page is made of beside its prose: examples, limits, practices, evidence."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """Evidence for what a rule claims."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Practice:
    """A best practice: what to do instead of the smell."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Example:
    """Leaking code beside its repair.

    Lines ending in `# leak` must be reported, no others. With `fixed`, applying the rule's first
    fix to `bad` must give `good` exactly.
    """

    bad: str
    good: str
    fixed: bool = True


@dataclass(frozen=True, slots=True)
class Negative:
    """Code that looks like the smell and must not be reported."""

    why: str
    code: str
