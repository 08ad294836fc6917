"""`leakwise rule`: the page of a rule, or the list of all rules."""

import click

from leakwise.cli.loading import loaded_rules
from leakwise.cli.rule_completion import complete_rule
from leakwise.engine import rule_named
from leakwise.engine.settings.problems import suggestion
from leakwise.pages import page, title
from leakwise.rule import Rule


@click.command(short_help="Print the page of a rule, or list the rules.")
@click.argument("rule", required=False, metavar="[CODE|NAME]", shell_complete=complete_rule)
@click.option("--all", "every", is_flag=True, help="List the codes, names and titles of all rules.")
def rule(rule: str | None, every: bool) -> None:
    """Print the page of a rule, or with `--all` a list of the rules."""
    if every == (rule is not None):
        raise click.UsageError("Name one rule by its code or name, or use `--all`.")
    rules = loaded_rules()
    if rule is None:
        _list(rules)
        return
    found = rule_named(rule)
    if found is None:
        known = [name for one in rules for name in (one.code, one.name)]
        near = suggestion(rule, known, " - `leakwise rule --all` lists them")
        end = "" if near.endswith("?") else "."
        raise click.UsageError(f"There is no rule `{rule}`{near}{end}")
    click.echo(page(found), nl=False)


def _list(rules: tuple[Rule, ...]) -> None:
    width = max(len(rule.name) for rule in rules)
    for rule in rules:
        click.echo(f"{rule.code}  {rule.name:<{width}}  {title(rule)}")
