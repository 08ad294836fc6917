"""Loading the rules, of which some are other people's."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from leakwise.rule import Rule


class CouldNotRun(click.ClickException):
    """Something outside the checked code that keeps the command from running at all."""

    exit_code = 2


def loaded_rules() -> "tuple[Rule, ...]":
    """All rules by code.

    Raises:
        CouldNotRun: an installed rule package cannot be imported.
    """
    from leakwise.engine.registry import every_rule

    try:
        return every_rule()
    except Exception as error:
        # A rule package of somebody else's may raise anything while it is imported.
        why = f"a rule package cannot be imported ({type(error).__name__}: {error})"
        raise CouldNotRun(f"{why} - correct or uninstall it.") from error
