"""`leakwise config`: the settings that hold for a path, and where each comes from."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from leakwise.cli.complaints import complain
from leakwise.cli.help import HelpedCommand
from leakwise.cli.loading import loaded_rules
from leakwise.cli.output.printable import printable
from leakwise.cli.paths import NamedPath
from leakwise.cli.settings_options import check_selectors, settings_options
from leakwise.engine.settings import (
    DocumentSettings,
    FolderSettings,
    Overrides,
    SettingsResolver,
    plain,
    toml,
)

WRONG = 2


@click.command(cls=HelpedCommand, short_help="Show the settings that hold for a file or folder.")
@click.argument("path", type=NamedPath(), default=Path())
@click.option(
    "--output-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Print TOML with comments, or JSON.",
)
@click.option("--schema", is_flag=True, help="Print the JSON Schema of the settings instead.")
@settings_options
@click.pass_context
def config(
    context: click.Context, path: Path, output_format: str, schema: bool, overrides: Overrides
) -> None:
    """Show the settings that hold for PATH, a file or folder, and where each comes from.

    The exit status is 2 when a setting is wrong.
    """
    if schema:
        from leakwise.engine.settings.json_schema import schema_text

        click.echo(schema_text(), nl=False)
        return
    if not os.path.exists(path):
        raise click.UsageError(f"{path} does not exist - check the spelling.")
    rules = loaded_rules()
    check_selectors(overrides, rules)
    resolver = SettingsResolver(overrides)
    whole = os.path.abspath(path)
    is_folder = os.path.isdir(whole)
    found = resolver.for_folder(whole if is_folder else os.path.dirname(whole))
    document = found.document(None if is_folder else whole, rules)
    problems = resolver.problems(rules)
    if output_format == "json":
        told = {"path": whole, **_as_data(found, document), "problems": [str(p) for p in problems]}
        click.echo(json.dumps(told, indent=2))
    else:
        for line in _lines(found, document):
            click.echo(printable(line))
    for problem in problems:
        complain("error", str(problem))
    if problems:
        context.exit(WRONG)


def _as_data(found: FolderSettings, document: DocumentSettings) -> dict[str, Any]:
    return {
        "excluded": document.excluded,
        "rules": [rule.code for rule in document.rules],
        "settings": {
            key: {"value": plain(value), "origins": list(origins)}
            for key, value, origins in found.listed()
        },
    }


def _lines(found: FolderSettings, document: DocumentSettings) -> Iterator[str]:
    for key, value, origins in found.listed():
        come = ", ".join(origins) or "default"
        if value is None:
            yield f"# {key} is not set"
        else:
            yield f"{key} = {toml(value)}  # {come}"
    yield ""
    if document.excluded:
        yield "# It is left out of checks of the folders above it, by `exclude`."
    yield f"# Rules that run: {' '.join(rule.code for rule in document.rules) or 'none'}"
