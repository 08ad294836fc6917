"""Completes the names of rules in a shell."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def complete_rule(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """The codes that start as `incomplete` does, or where none does the names."""
    from click.shell_completion import CompletionItem

    from leakwise.cli.loading import loaded_rules
    from leakwise.pages import title

    rules = loaded_rules()
    by_code = [rule for rule in rules if rule.code.startswith(incomplete.upper())]
    if by_code:
        return [CompletionItem(rule.code, help=title(rule)) for rule in by_code]
    return [
        CompletionItem(rule.name, help=title(rule))
        for rule in rules
        if rule.name.startswith(incomplete)
    ]


def complete_selectors(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """The same for the last of several that are separated by commas."""
    from click.shell_completion import CompletionItem

    before, comma, last = incomplete.rpartition(",")
    found = complete_rule(context, parameter, last)
    return [CompletionItem(f"{before}{comma}{one.value}", help=one.help) for one in found]
