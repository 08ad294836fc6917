"""What the patterns of `match` bind."""

import ast

from leakwise.facts.interpreter.run import Run
from leakwise.facts.terms.values import DICT, UNKNOWN, Kind, Value, container, element_of


def bind_pattern(run: Run, pattern: ast.pattern, subject: Value) -> None:
    """Binds the names of a pattern to what they are of a subject that matches it."""
    match pattern:
        case ast.MatchAs(pattern=inner, name=name):
            if inner is not None:
                bind_pattern(run, inner, subject)
            if name is not None:
                run.state.bind(name, subject, run.loops)
        case ast.MatchSequence(patterns=patterns):
            _bind_sequence(run, patterns, subject)
        case ast.MatchMapping(keys=keys, patterns=patterns, rest=rest):
            for key, inner in zip(keys, patterns, strict=True):
                constant = run.evaluate(key).constant
                bind_pattern(run, inner, _at_key(subject, constant))
            if rest is not None:
                run.state.bind(rest, _without_order(subject), run.loops)
        case ast.MatchClass(patterns=patterns, kwd_attrs=names, kwd_patterns=named):
            for inner in patterns:
                bind_pattern(run, inner, _whole(patterns, subject))
            for name, inner in zip(names, named, strict=True):
                held = subject.field(name) or Value(sources=subject.sources)
                bind_pattern(run, inner, held)
        case ast.MatchOr(patterns=patterns):
            for inner in patterns:
                bind_pattern(run, inner, subject)
        case ast.MatchStar(name=str(name)):
            run.state.bind(name, container(element_of(subject)).but(length=None), run.loops)


def is_irrefutable(pattern: ast.pattern) -> bool:
    """Whether a pattern matches everything: `_` or a name."""
    match pattern:
        case ast.MatchAs(pattern=inner):
            return inner is None or is_irrefutable(inner)
        case ast.MatchOr(patterns=patterns):
            return any(is_irrefutable(inner) for inner in patterns)
    return False


def _bind_sequence(run: Run, patterns: list[ast.pattern], subject: Value) -> None:
    items = subject.items
    star = next((i for i, one in enumerate(patterns) if isinstance(one, ast.MatchStar)), None)
    if (
        items is None
        or (star is None and len(items) != len(patterns))
        or len(items) < (len(patterns) - 1)
    ):
        for inner in patterns:
            starred = isinstance(inner, ast.MatchStar)
            bind_pattern(run, inner, subject if starred else element_of(subject))
        return
    if star is None:
        for inner, item in zip(patterns, items, strict=True):
            bind_pattern(run, inner, item)
        return
    behind = len(items) - (len(patterns) - star - 1)
    for inner, item in zip(patterns[:star], items[:star], strict=True):
        bind_pattern(run, inner, item)
    rest = patterns[star]
    if isinstance(rest, ast.MatchStar) and rest.name is not None:
        run.state.bind(rest.name, container(*items[star:behind], items=True), run.loops)
    for inner, item in zip(patterns[star + 1 :], items[behind:], strict=True):
        bind_pattern(run, inner, item)


def _at_key(subject: Value, key: object) -> Value:
    known = subject.field(key)
    if known is not None:
        return known
    if subject.kind is Kind.CONTAINER:
        return (subject.element or UNKNOWN).made_from(subject.sources)
    return element_of(subject)


def _without_order(subject: Value) -> Value:
    """The rest of a dict: what is left of it is not known."""
    if subject.kind is not Kind.CONTAINER:
        return Value(sources=subject.sources)
    return subject.mixed().but(name=DICT)


def _whole(patterns: list[ast.pattern], subject: Value) -> Value:
    """What stands in `float(x)` or `Tensor(x)`: the subject, for the classes of Python that take
    one; unknown for those with several parts."""
    if len(patterns) == 1 and subject.kind in {Kind.NUMBER, Kind.OTHER}:
        return subject
    return Value(sources=subject.sources)
